//! What is common to proofs that are shown: why a verifier refuses one.

use crate::{ask::Ask, chain::ChainError};
use alloy::primitives::{Address, B256, U256};
use repute_circuits::policy::InvalidPolicy;
use repute_prover::{ProofError, VerifyError};

/// Why a shown proof is refused.
#[derive(Debug, thiserror::Error)]
pub enum ShownError {
    /// Not JSON of this shape.
    #[error("this is no proof of the kind expected, or a damaged one: {0}; ask for it again")]
    Malformed(#[from] serde_json::Error),
    /// Another version's.
    #[error("the proof has format {found}, this version reads {expected}")]
    Format {
        /// The file's.
        found: u32,
        /// This version's.
        expected: u32,
    },
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
    /// Its deadline passed.
    #[error("the request's deadline {deadline} passed, now it is {now}; make a new request")]
    DeadlinePassed {
        /// Until when it was good.
        deadline: u64,
        /// Now.
        now: u64,
    },
    /// It is too old, or from the future.
    #[error(
        "the proof's time {at} is later than now ({now}) or older than an hour; ask for a new one"
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
    /// It shows another policy.
    #[error("the proof shows the policy {shown:#x}, not the one asked for")]
    OtherPolicy {
        /// The packed policy shown.
        shown: U256,
    },
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
