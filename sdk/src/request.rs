//! Requests: what an agent asks a relayer to send, signed and proven, in a form that travels.

use crate::document::{Document, DocumentError};
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::{SolCall, SolInterface},
};
use repute_contracts::bindings::{
    AgentLedger, AgentLedger::AgentLedgerCalls, JobBoard, JobBoard::JobBoardCalls,
};
use serde::{Deserialize, Serialize};

/// A transaction that anyone, or one named relayer, may send for an agent. It holds no secret, and
/// nothing in it can be changed without making it worthless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The contract to call.
    pub to: Address,
    /// The call.
    pub calldata: Bytes,
}

/// What a request asks for, decoded.
#[derive(Clone, Debug)]
pub enum Action {
    /// To register an agent.
    Register(AgentLedger::registerCall),
    /// To refresh a state.
    Refresh(Box<AgentLedger::refreshCall>),
    /// To take a job.
    Take(Box<JobBoard::takeCall>),
    /// To hand in work.
    Submit(Box<JobBoard::submitCall>),
    /// To put a client's release on the record.
    Release(Box<JobBoard::releaseCall>),
    /// To settle a job.
    Settle(Box<JobBoard::settleCall>),
    /// To fold a called-off job into its agent's record.
    Fold(Box<JobBoard::foldCancelledCall>),
}

/// A request that no relayer of this version sends.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// No request at all.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The call is none that agents ask for.
    #[error("the request calls nothing that agents ask relayers for")]
    Call,
}

impl Document for Request {
    const KIND: &'static str = "a request";
    const FORMAT: u32 = 1;
    type Error = RequestError;

    fn check(&self) -> Result<(), RequestError> {
        self.action().map(drop)
    }
}

impl Request {
    pub(crate) fn new<C: SolCall>(chain_id: u64, to: Address, call: &C) -> Self {
        Self {
            format: Self::FORMAT,
            chain_id,
            to,
            calldata: call.abi_encode().into(),
        }
    }

    /// What is asked for.
    ///
    /// # Errors
    /// [`RequestError::Call`].
    pub fn action(&self) -> Result<Action, RequestError> {
        if let Ok(call) = JobBoardCalls::abi_decode(&self.calldata) {
            return match call {
                JobBoardCalls::take(call) => Ok(Action::Take(Box::new(call))),
                JobBoardCalls::submit(call) => Ok(Action::Submit(Box::new(call))),
                JobBoardCalls::release(call) => Ok(Action::Release(Box::new(call))),
                JobBoardCalls::settle(call) => Ok(Action::Settle(Box::new(call))),
                JobBoardCalls::foldCancelled(call) => Ok(Action::Fold(Box::new(call))),
                _ => Err(RequestError::Call),
            };
        }
        match AgentLedgerCalls::abi_decode(&self.calldata) {
            Ok(AgentLedgerCalls::register(call)) => Ok(Action::Register(call)),
            Ok(AgentLedgerCalls::refresh(call)) => Ok(Action::Refresh(Box::new(call))),
            _ => Err(RequestError::Call),
        }
    }
}

impl Action {
    /// The action's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Register(_) => "register",
            Self::Refresh(_) => "refresh",
            Self::Take(_) => "take",
            Self::Submit(_) => "submit",
            Self::Release(_) => "release",
            Self::Settle(_) => "settle",
            Self::Fold(_) => "fold",
        }
    }

    /// Who alone may send it; `None` for anyone.
    #[must_use]
    pub fn relayer(&self) -> Option<Address> {
        let named = match self {
            Self::Take(call) => call.acceptance.relayer,
            Self::Settle(call) => call.settlement.relayer,
            Self::Fold(call) => call.fold.relayer,
            _ => Address::ZERO,
        };
        (!named.is_zero()).then_some(named)
    }

    /// What the sender earns, base units of the board's token.
    #[must_use]
    pub fn fee(&self) -> U256 {
        match self {
            Self::Take(call) => U256::from(call.posted.terms.relayFee) / U256::from(2),
            Self::Submit(call) => {
                let whole = U256::from(call.posted.terms.relayFee);
                whole - whole / U256::from(2)
            }
            Self::Settle(call) => call.settlement.relayerFee,
            _ => U256::ZERO,
        }
    }

    /// What the sender puts up and gets back if the agent delivers, base units.
    #[must_use]
    pub fn bond(&self) -> u128 {
        match self {
            Self::Take(call) => call.posted.terms.bond.to(),
            _ => 0,
        }
    }

    /// Whether the ledger, rather than the board, is called.
    pub(crate) fn is_of_ledger(&self) -> bool {
        matches!(self, Self::Register(_) | Self::Refresh(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_survive_the_way_through_json() {
        let call = AgentLedger::registerCall {
            identity: U256::from(7),
            gateData: Bytes::new(),
        };
        let request = Request::new(5, Address::repeat_byte(1), &call);
        let read = Request::from_json(&request.to_json()).expect("valid");
        assert_eq!(read, request);
        let action = read.action().expect("known");
        assert_eq!(
            (action.name(), action.fee(), action.bond()),
            ("register", U256::ZERO, 0)
        );
        assert_eq!(action.relayer(), None);
    }

    #[test]
    fn calls_that_agents_do_not_ask_for_are_refused() {
        let call = JobBoard::withdrawCreditCall { to: Address::ZERO };
        let request = Request::new(5, Address::ZERO, &call);
        assert!(matches!(
            Request::from_json(&request.to_json()),
            Err(RequestError::Call)
        ));
        let mut cut = Request::new(5, Address::ZERO, &call);
        cut.calldata = cut.calldata.slice(..10);
        assert!(matches!(cut.action(), Err(RequestError::Call)));
        let mut other = Request::new(5, Address::ZERO, &call);
        other.format = 2;
        assert!(matches!(
            Request::from_json(&other.to_json()),
            Err(RequestError::Document(DocumentError::Format {
                found: 2,
                ..
            }))
        ));
        assert!(matches!(
            Request::from_json("{}"),
            Err(RequestError::Document(DocumentError::Malformed { .. }))
        ));
    }
}
