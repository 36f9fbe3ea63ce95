//! The calls of board and ledger that a transaction made, from its calldata or its trace.

use super::node::Transaction;
use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolInterface,
};
use repute_contracts::bindings::{
    AgentLedger::AgentLedgerCalls as LedgerCall,
    JobBoard::{self, JobBoardCalls as BoardCall},
    agent_ledger::AgentLedger,
    job_board::IJobBoard,
};
use serde_json::Value;

/// A call that changes something, by what it must leave in the log.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Register(Box<AgentLedger::registerCall>),
    Refresh(Box<AgentLedger::refreshCall>),
    Take(Box<JobBoard::takeCall>),
    /// One settlement; the number of its batch in the transaction, if it is of one.
    Settle(Box<IJobBoard::Item>, Option<usize>),
    Fold(Box<JobBoard::foldCancelledCall>),
    /// Another verb, by its event and job.
    Verb(&'static str, Option<U256>),
}

/// A call and who made it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) sender: Address,
    pub(super) kind: Kind,
    /// Whether an event was found for it.
    pub(super) used: bool,
}

/// The calls in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    /// The call that a transaction is itself; `None` where it goes to another contract.
    pub(super) fn direct(
        transaction: &Transaction,
        ledger: Address,
        board: Address,
    ) -> Option<Self> {
        let to = transaction.to?;
        let mut calls = Self::default();
        (to == ledger || to == board).then(|| {
            calls.add(transaction.from, to, &transaction.input, (ledger, board));
            calls
        })
    }

    /// The calls in the answer of geth's call tracer, whoever made them; reverted ones and those
    /// between board and ledger are left out. `None` for another answer.
    pub(super) fn traced(trace: &Value, ledger: Address, board: Address) -> Option<Self> {
        let mut calls = Self::default();
        calls.walk(trace, (ledger, board))?;
        Some(calls)
    }

    fn walk(&mut self, frame: &Value, parties: (Address, Address)) -> Option<()> {
        if frame.get("error").is_some() {
            return Some(());
        }
        let address = |name| frame.get(name)?.as_str()?.parse::<Address>().ok();
        let kind = frame.get("type")?.as_str()?;
        let (from, to) = (address("from")?, address("to").unwrap_or_default());
        let input: Bytes = frame.get("input")?.as_str()?.parse().ok()?;
        if kind == "CALL" && from != parties.1 {
            self.add(from, to, &input, parties);
        }
        let inner = frame.get("calls").and_then(Value::as_array);
        for frame in inner.into_iter().flatten() {
            self.walk(frame, parties)?;
        }
        Some(())
    }

    fn add(&mut self, sender: Address, to: Address, input: &[u8], parties: (Address, Address)) {
        let kinds = if to == parties.0 {
            ledger_call(input)
        } else if to == parties.1 {
            self.board_call(input)
        } else {
            Vec::new()
        };
        self.0.extend(kinds.into_iter().map(|kind| Call {
            sender,
            kind,
            used: false,
        }));
    }

    fn board_call(&self, input: &[u8]) -> Vec<Kind> {
        let Ok(call) = BoardCall::abi_decode(input) else {
            return Vec::new();
        };
        let verb = |event, post_id| vec![Kind::Verb(event, Some(post_id))];
        match call {
            BoardCall::take(call) => vec![Kind::Take(Box::new(call))],
            BoardCall::settle(call) => {
                let item = IJobBoard::Item {
                    postId: call.postId,
                    posted: call.posted,
                    settlement: call.settlement,
                };
                vec![Kind::Settle(Box::new(item), None)]
            }
            BoardCall::settleBatch(call) => {
                let batch = Some(self.0.len());
                let items = call.items.into_iter();
                items
                    .map(|item| Kind::Settle(Box::new(item), batch))
                    .collect()
            }
            BoardCall::foldCancelled(call) => vec![Kind::Fold(Box::new(call))],
            BoardCall::post(_)
            | BoardCall::postWithPermit(_)
            | BoardCall::postWithAuthorization(_) => vec![Kind::Verb("Posted", None)],
            BoardCall::withdraw(call) => verb("Withdrawn", call.postId),
            BoardCall::submit(call) => verb("Submitted", call.postId),
            BoardCall::rate(call) => verb("Rated", call.postId),
            BoardCall::dispute(call) => verb("Disputed", call.postId),
            BoardCall::rule(call) => verb("Ruled", call.postId),
            BoardCall::release(call) => verb("Released", call.postId),
            BoardCall::cancel(call) => verb("Cancelled", call.postId),
            BoardCall::reclaim(call) => verb("Reclaimed", call.postId),
            BoardCall::withdrawCredit(_) | BoardCall::payRecordFees(_) => {
                vec![Kind::Verb("CreditWithdrawn", None)]
            }
            // Views.
            _ => Vec::new(),
        }
    }

    /// The first call not yet used for which `is_it` holds; used from now on.
    pub(super) fn claim(&mut self, is_it: impl Fn(&Kind) -> bool) -> Option<Call> {
        let call = self
            .0
            .iter_mut()
            .find(|call| !call.used && is_it(&call.kind))?;
        call.used = true;
        Some(call.clone())
    }

    /// The calls that must have left an event and for which none was found. Items of batches are
    /// skipped by the board where it would refuse them.
    pub(super) fn unused(&self) -> impl Iterator<Item = &Call> {
        self.0
            .iter()
            .filter(|call| !call.used && !matches!(call.kind, Kind::Settle(_, Some(_))))
    }
}

fn ledger_call(input: &[u8]) -> Vec<Kind> {
    match LedgerCall::abi_decode(input) {
        Ok(LedgerCall::register(call)) => vec![Kind::Register(Box::new(call))],
        Ok(LedgerCall::refresh(call)) => vec![Kind::Refresh(Box::new(call))],
        _ => Vec::new(),
    }
}

impl Kind {
    /// What the call is, in words.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Register(_) => "register",
            Self::Refresh(_) => "refresh",
            Self::Take(_) => "take",
            Self::Settle(..) => "settle",
            Self::Fold(_) => "foldCancelled",
            Self::Verb(event, _) => event,
        }
    }
}
