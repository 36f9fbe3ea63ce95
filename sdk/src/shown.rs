//! What is common to proofs that are shown: why a verifier refuses one.

use crate::{
    ask::Ask,
    chain::{Chain, ChainError},
    document::DocumentError,
    log::Log,
    utc::utc,
    wallet::grid::MAX_AGE,
};
use alloy::primitives::{Address, B256, U256};
use repute_circuits::{
    field::from_word,
    policy::{InvalidPolicy, Policy},
};
use repute_prover::{MadeWith, OtherKeys, ProofError, VerifyError};

/// Why a shown proof is refused.
#[derive(Debug, thiserror::Error)]
pub enum ShownError {
    /// No proof of the kind expected.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// It answers another question.
    #[error("the proof answers another request than the one made: its {0} differs; refuse it")]
    OtherAsk(&'static str),
    /// It is about another ledger.
    #[error("the proof is about ledger {ledger} on chain {chain_id}, not the one relied on")]
    OtherLedger {
        /// The proof's chain.
        chain_id: u64,
        /// The proof's ledger.
        ledger: Address,
    },
    /// It is about another board.
    #[error("the proof is about a job of board {0}, not of the one relied on")]
    OtherBoard(Address),
    /// Its deadline passed.
    #[error("the request's deadline {} passed, now it is {}; make a new request", utc(*.deadline), utc(*.now))]
    DeadlinePassed {
        /// Until when it was good.
        deadline: u64,
        /// Now.
        now: u64,
    },
    /// It is too old, or from the future.
    #[error(
        "the proof's time {} is later than now ({}) or older than an hour; ask for a new one", utc(*.at), utc(*.now)
    )]
    Stale {
        /// The proof's time.
        at: u64,
        /// Now.
        now: u64,
    },
    /// The policy means nothing.
    #[error("the proof's policy is not well-formed: {0}")]
    Policy(#[from] InvalidPolicy),
    /// It counts other jobs.
    #[error("the proof counts by the filter {shown:#x}, not by the one asked for")]
    OtherFilter {
        /// The packed filter shown.
        shown: U256,
    },
    /// It is of no statement there is.
    #[error("there is no window of {0} records, only of 16, 128 and 512")]
    NoSuchWindow(u16),
    /// It shows another policy.
    #[error("the proof shows the policy {shown:#x}, not the one asked for")]
    OtherPolicy {
        /// The packed policy shown.
        shown: U256,
    },
    /// It was made with keys of another version, or other ones.
    #[error(transparent)]
    OtherKeys(#[from] OtherKeys),
    /// The points are none.
    #[error(transparent)]
    Points(#[from] ProofError),
    /// The proof does not verify.
    #[error("the proof does not prove this: {0}")]
    Proof(#[from] VerifyError),
    /// The root is unknown.
    #[error("no tree of the ledger had the proof's root; read the log again, then refuse it")]
    UnknownRoot,
    /// The state is no longer current.
    #[error("the state shown was spent since: the agent has a newer record; ask for a new proof")]
    Spent,
    /// The job was never taken.
    #[error("job {0} was never taken, as far as the log is read")]
    NotTaken(u64),
    /// A contract refused, or the chain did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

/// The ledger that a verifier relies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Venue {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Its address.
    pub ledger: Address,
}

impl Venue {
    /// The ledger that a log is of.
    #[must_use]
    pub fn of_log(log: &Log) -> Self {
        Self {
            chain_id: log.chain_id(),
            ledger: log.ledger(),
        }
    }

    /// A deployment's ledger.
    #[must_use]
    pub fn of_chain(chain: &Chain) -> Self {
        Self {
            chain_id: chain.id(),
            ledger: chain.ledger(),
        }
    }

    /// Refuses a proof about another ledger.
    pub(crate) fn check(self, chain_id: u64, ledger: Address) -> Result<(), ShownError> {
        match self == (Self { chain_id, ledger }) {
            true => Ok(()),
            false => Err(ShownError::OtherLedger { chain_id, ledger }),
        }
    }
}

/// The policy that a proof shows, if it is the one asked for.
pub(crate) fn check_policy(shown: U256, asked: &Policy) -> Result<Policy, ShownError> {
    let policy = Policy::unpack(shown)?;
    match policy == *asked {
        true => Ok(policy),
        false => Err(ShownError::OtherPolicy { shown }),
    }
}

/// Refuses a time later than now or older than an hour.
pub(crate) fn check_time(at: u64, now: u64) -> Result<(), ShownError> {
    match now.checked_sub(at) {
        Some(age) if age <= MAX_AGE => Ok(()),
        _ => Err(ShownError::Stale { at, now }),
    }
}

/// Refuses a state that the log does not know, or that was spent.
pub(crate) fn check_current(log: &Log, root: U256, nullifier: U256) -> Result<(), ShownError> {
    let element = |word| from_word(word).map_err(|_| ShownError::UnknownRoot);
    if !log.is_known_root(element(root)?) {
        return Err(ShownError::UnknownRoot);
    }
    match log.spend(element(nullifier)?) {
        None => Ok(()),
        Some(_) => Err(ShownError::Spent),
    }
}

/// Refuses a proof that answers another request than `made`, or too late.
pub(crate) fn check_ask(ask: &Ask, made: &Ask, now: u64) -> Result<(), ShownError> {
    for (name, same) in [
        ("audience", ask.audience == made.audience),
        ("challenge", ask.challenge == made.challenge),
        ("deadline", ask.deadline == made.deadline),
        ("label", ask.label == made.label),
    ] {
        if !same {
            return Err(ShownError::OtherAsk(name));
        }
    }
    if made.deadline < now {
        return Err(ShownError::DeadlinePassed {
            deadline: made.deadline,
            now,
        });
    }
    Ok(())
}

/// Refuses a proof that says it was made with other keys than those that verify it.
pub(crate) fn check_keys(made_with: &MadeWith, ours: &MadeWith) -> Result<(), ShownError> {
    Ok(made_with.check(ours.circuit, ours.verifying_key)?)
}

/// The label of a scope: the text's bytes where they fit 32, else their hash.
#[must_use]
pub fn label(text: &str) -> B256 {
    let bytes = text.as_bytes();
    if bytes.len() <= 32 {
        B256::right_padding_from(bytes)
    } else {
        alloy::primitives::keccak256(bytes)
    }
}
