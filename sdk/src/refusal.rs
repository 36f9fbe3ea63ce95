//! What contracts refuse, in words: their custom errors, decoded.

use crate::{log::Stage, utc::utc};
use alloy::{
    primitives::{Bytes, U256},
    sol_types::{Panic, Revert, SolError},
};
use repute_contracts::{
    bindings::{
        AgentLedger::AgentLedgerErrors as Ledger, Erc8004Gate::Erc8004GateErrors as Erc8004,
        FeeGate::FeeGateErrors as Fee, JobBoard::JobBoardErrors as Board,
        PrivateProvider::PrivateProviderErrors as Provider, TestToken::TestTokenErrors as Token,
    },
    errors::ContractError,
};
use std::fmt;

/// Why a contract refuses a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The error's name in the contract, or `Error` and `Panic` for Solidity's own; empty where the
    /// data decodes to nothing known.
    pub name: String,
    /// What it means and what to do.
    pub words: String,
    /// The revert data itself.
    pub data: Bytes,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.is_empty() {
            true => f.write_str(&self.words),
            false => write!(f, "{}: {}", self.name, self.words),
        }
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// Decodes revert data.
    #[must_use]
    pub fn decode(data: Bytes) -> Self {
        let (name, words) = match ContractError::decode(&data) {
            Some(error) => (name(&error), words(&error)),
            None => match solidity(&data) {
                Some(reason) => ("Error".to_owned(), reason),
                None if data.is_empty() => (
                    String::new(),
                    "a contract reverted without a reason; it may have run out of gas, or a token \
                     may not follow ERC-20"
                        .to_owned(),
                ),
                None => (
                    String::new(),
                    format!("a contract reverted with unknown data {data}"),
                ),
            },
        };
        Self { name, words, data }
    }
}

/// The text of Solidity's own `Error(string)` and `Panic(uint256)`.
fn solidity(data: &[u8]) -> Option<String> {
    Revert::abi_decode(data)
        .map(|revert| revert.reason)
        .or_else(|_| Panic::abi_decode(data).map(|panic| panic.to_string()))
        .ok()
}

/// The error's own name.
fn name(error: &ContractError) -> String {
    let printed = error.to_string();
    let end = printed.find([' ', '(', '{']).unwrap_or(printed.len());
    printed[..end].to_owned()
}

fn words(error: &ContractError) -> String {
    match error {
        ContractError::Board(error) => board(error),
        ContractError::Ledger(error) => ledger(error),
        ContractError::Provider(error) => provider(error),
        ContractError::Erc8004Gate(error) => erc8004_gate(error),
        ContractError::FeeGate(error) => fee_gate(error),
        ContractError::Token(error) => token(error),
        ContractError::Escrow(_) => format!("the escrow refuses: {error}"),
        ContractError::Verifier(_) => format!("the verifier refuses its key: {error}"),
    }
}

fn board(error: &Board) -> String {
    match error {
        Board::WrongPost(e) => format!(
            "the post given is not number {} of this board; read the log again",
            e.postId
        ),
        Board::WrongStage(e) => format!(
            "job {} is at another stage ({}); read the log again",
            e.postId,
            Stage::from_number(e.stage).map_or("none".to_owned(), |stage| format!("{stage:?}"))
        ),
        Board::InvalidTerms(e) => format!(
            "the terms are out of range at place {}; compare the board's rules",
            e.field
        ),
        Board::InvalidConfig(e) => format!(
            "the deployment's configuration is out of range at place {}",
            e.field
        ),
        Board::NotAllowed(e) => format!("only {} may send this, not {}", e.expected, e.caller),
        Board::TooLate(e) => format!(
            "the last second was {}, now it is {}",
            date(e.last),
            date(e.nowTime)
        ),
        Board::TooEarly(e) => format!(
            "possible from {} on, now it is {}; wait",
            date(e.first),
            date(e.nowTime)
        ),
        Board::ProofTime(e) => proof_time(e.provenAt, e.nowTime),
        Board::InvalidTicket(_) => "the ticket is no field element; prove again".to_owned(),
        Board::InvalidWorker(_) => "the worker key is the zero address".to_owned(),
        Board::InvalidRecipient(e) => {
            format!("{} cannot be paid; name another recipient", e.recipient)
        }
        Board::NoArbiter(e) => format!("job {} has no arbiter, so it cannot be disputed", e.postId),
        Board::BadSignature(e) => format!("the signature is not {}'s over these values", e.signer),
        Board::WrongAmount(e) => format!(
            "the token delivered {} instead of {}; boards take plain tokens only",
            e.arrived, e.expected
        ),
        Board::InvalidRating(e) => format!("{} is no rating; give 0 to 100", e.rating),
        Board::AlreadyRated(e) => format!("job {} was rated before", e.postId),
        Board::WrongMode(e) => format!(
            "settlement mode {} does not fit: the client {} in the open; prove again",
            e.mode,
            if e.rated { "rated" } else { "did not rate" }
        ),
        Board::WrongDispute(e) => format!(
            "the dispute stands otherwise ({}: 0 none, 1 raised, 2 ruled for the agent); read the log again",
            e.dispute
        ),
        Board::AlreadyReleased(e) => format!(
            "the client released job {} and cannot dispute it any more",
            e.postId
        ),
        Board::NotCleared(e) => format!(
            "job {} is neither released by its client nor past its review and arbitration; ask \
                 for a release or wait",
            e.postId
        ),
        Board::WrongDeliverable(e) => format!("the deliverable submitted is {}", e.submitted),
        Board::FeeWithoutRelayer(e) => format!(
            "a relayer fee of {} needs a named relayer, who alone may send it",
            e.relayerFee
        ),
        Board::PayoutTooSmall(e) => format!(
            "{} would reach the recipient, who asked for {}",
            e.payout, e.minPayout
        ),
        Board::NoCredit(e) => format!("the board owes {} nothing", e.owner),
        Board::SafeERC20FailedOperation(e) => token_failed(e.token),
        // What no call of the sdk leads to: arithmetic and guards inside the contract.
        other => format!("the board refuses: {other:?}"),
    }
}

fn ledger(error: &Ledger) -> String {
    match error {
        Ledger::InvalidSetup(e) => {
            format!("the deployment names {} where it does not fit", e.r#where)
        }
        Ledger::NotBoard(e) => format!("{} is not the ledger's board", e.caller),
        Ledger::InvalidField(e) => format!("{:#x} is zero or not below the field order r", e.value),
        Ledger::AlreadyRegistered(_) => {
            "this agent is registered already; go on as if this had succeeded".to_owned()
        }
        Ledger::UnknownRoot(e) => format!(
            "no tree of this ledger ever had the root {:#x}; read the log and prove again",
            e.root
        ),
        Ledger::NullifierSpent(_) => {
            "this state was spent; read the log and use the agent's current state".to_owned()
        }
        Ledger::InvalidProof(e) => format!(
            "the proof does not prove these public inputs to the verifier {}; prove again for \
             exactly this transaction",
            e.verifier
        ),
        Ledger::ProofTime(e) => proof_time(e.provenAt, e.nowTime),
        Ledger::DeadlinePassed(e) => format!(
            "the request's deadline {} passed, now it is {}; ask for a new one",
            date(e.deadline),
            date(e.nowTime)
        ),
        Ledger::NotTaken(e) => format!("job {} was never taken", e.postId),
        Ledger::MalformedPolicy(_) => "the policy is not well-formed".to_owned(),
        Ledger::MalformedFilter(_) => {
            "the filter has unused bits set, or a category where every one counts".to_owned()
        }
        Ledger::UnknownWindow(e) => {
            format!(
                "there is no window of {} slots, only of 16, 128 and 512",
                e.slots
            )
        }
    }
}

fn proof_time(proven_at: U256, now: U256) -> String {
    format!(
        "the proof's time {} is later than now ({}) or older than an hour; prove again",
        date(proven_at),
        date(now)
    )
}

fn date(seconds: U256) -> String {
    utc(seconds.saturating_to())
}

fn token_failed(token: impl fmt::Display) -> String {
    format!("the token {token} refused a transfer")
}

fn provider(error: &Provider) -> String {
    match error {
        Provider::NotBoard(e) => format!("{} is not the provider's board", e.caller),
        Provider::NotProviderOf(e) => format!("the board {} names another provider", e.board),
        Provider::SafeERC20FailedOperation(e) => token_failed(e.token),
    }
}

fn erc8004_gate(error: &Erc8004) -> String {
    match error {
        Erc8004::InvalidData(e) => format!(
            "this ledger's gate asks for an ERC-8004 agent id, one word of 32 bytes; {} were given",
            e.bytesGiven
        ),
        Erc8004::NotOwner(e) => format!(
            "the agent id {} belongs to {}; register from there, not from {}",
            e.agentId, e.owner, e.sender
        ),
        Erc8004::AlreadyUsed(e) => format!(
            "the agent id {} was used for a registration before; each serves once",
            e.agentId
        ),
        Erc8004::InvalidSetup(e) => gate_setup(e.argument),
        Erc8004::NotLedger(e) => gate_caller(e.caller),
    }
}

fn fee_gate(error: &Fee) -> String {
    match error {
        Fee::InvalidSetup(e) => gate_setup(e.argument),
        Fee::NotLedger(e) => gate_caller(e.caller),
        Fee::SafeERC20FailedOperation(e) => token_failed(e.token),
    }
}

fn gate_setup(argument: impl fmt::Display) -> String {
    format!("the gate's constructor argument {argument} (from 0) is zero or no contract")
}

fn gate_caller(caller: impl fmt::Display) -> String {
    format!("{caller} is not the gate's ledger; register with the ledger")
}

/// ERC-6093's errors, which most tokens share.
fn token(error: &Token) -> String {
    match error {
        Token::ERC20InsufficientBalance(e) => format!(
            "{} holds {} of the {} base units needed",
            e.sender, e.balance, e.needed
        ),
        Token::ERC20InsufficientAllowance(e) => format!(
            "{} may move {} of the {} base units needed; approve it for that much first",
            e.spender, e.allowance, e.needed
        ),
        other => format!("the token refuses: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::U256;
    use repute_contracts::bindings::{AgentLedger, JobBoard};

    #[test]
    fn errors_of_each_contract_become_words() {
        let spent = AgentLedger::NullifierSpent {
            nullifier: U256::from(1),
        };
        let refusal = Refusal::decode(spent.abi_encode().into());
        assert_eq!(refusal.name, "NullifierSpent");
        let cleared = JobBoard::NotCleared {
            postId: U256::from(7),
        };
        let text = Refusal::decode(cleared.abi_encode().into()).to_string();
        assert!(text.starts_with("NotCleared: job 7 "), "{text}");
    }

    #[test]
    fn data_that_decodes_to_nothing_is_shown() {
        let refusal = Refusal::decode(Bytes::from_static(&[1, 2, 3, 4, 5]));
        assert_eq!(refusal.name, "");
        assert!(refusal.to_string().contains("0x0102030405"));
        assert!(
            Refusal::decode(Bytes::new())
                .to_string()
                .contains("without a reason")
        );
    }
}
