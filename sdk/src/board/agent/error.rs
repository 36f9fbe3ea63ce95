//! Why an agent's action is refused.

use crate::{
    chain::ChainError,
    keys::{KeyMismatch, ProvingError},
    log::Stage,
    review::ReviewError,
    shortfall::Shortfall,
    utc::utc,
    wallet::WalletError,
    window::TooManyRecords,
};
use alloy::primitives::{Address, U256};
use repute_circuits::{policy::InvalidPolicy, state::Overflow};

/// Why an agent's action is refused before anything leaves the machine.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The wallet cannot.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// The statement is false, with its clause, or proving failed.
    #[error(transparent)]
    Proving(#[from] ProvingError),
    /// Other keys than the deployment's.
    #[error(transparent)]
    Keys(#[from] KeyMismatch),
    /// The chain did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The private rating cannot be used.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The policy asked for means nothing.
    #[error(transparent)]
    Policy(#[from] InvalidPolicy),
    /// The record misses the policy.
    #[error(transparent)]
    Short(#[from] Shortfall),
    /// No window can show the policy.
    #[error("a window counts neither clients nor days: leave out {0}, or show a standing")]
    NotInWindows(&'static str),
    /// The window asked for is too long.
    #[error(transparent)]
    TooManyRecords(#[from] TooManyRecords),
    /// The record is full.
    #[error(transparent)]
    Full(#[from] Overflow),
    /// There is no such job.
    #[error("there is no job {0} in the log; read the log again")]
    NoJob(u64),
    /// The job is at another stage.
    #[error("job {post_id} is {stage:?}; {verb} needs it to be {needed:?}")]
    Stage {
        /// The job.
        post_id: u64,
        /// Where it stands.
        stage: Stage,
        /// What was asked for.
        verb: &'static str,
        /// Where it would have to stand.
        needed: Stage,
    },
    /// Too late.
    #[error("the last second for this was {}, now it is {}", utc(*.last), utc(*.now))]
    TooLate {
        /// The last second.
        last: u64,
        /// Now.
        now: u64,
    },
    /// Too early.
    #[error("job {post_id} can be settled from {} on, now it is {}; wait", utc(*.first), utc(*.now))]
    TooEarly {
        /// The job.
        post_id: u64,
        /// The first second.
        first: u64,
        /// Now.
        now: u64,
    },
    /// The client chooses its agent.
    #[error("job {post_id} is selective: ask its client to approve the worker key {worker}")]
    NeedsApproval {
        /// The job.
        post_id: u64,
        /// The key to approve.
        worker: Address,
    },
    /// A client's signature is not the client's.
    #[error("the client's {what} is not signed by {client} for this; ask for it again")]
    NotByClient {
        /// Approval or release.
        what: &'static str,
        /// The client.
        client: Address,
    },
    /// Neither released nor past its periods.
    #[error(
        "job {post_id} is not released and its review and arbitration have not passed (until {}); ask the \
         client for a release or wait", utc(*.until)
    )]
    NotCleared {
        /// The job.
        post_id: u64,
        /// The last second of the periods.
        until: u64,
    },
    /// A fee needs a relayer.
    #[error("a relayer fee needs a named relayer, who alone may send the request")]
    FeeWithoutRelayer,
    /// Fees eat the budget.
    #[error("fees of {fees} base units leave nothing of what the job pays; lower the relayer fee")]
    FeesTooHigh {
        /// All fees together.
        fees: U256,
    },
    /// The escrow's fee is unknown.
    #[error("this escrow does not tell its fee: say what the recipient must get at least")]
    UnknownFee,
    /// The audience cannot use the proof.
    #[error("the request's deadline {} is past, now it is {}; ask for a new request", utc(*.deadline), utc(*.now))]
    DeadlinePassed {
        /// Until when it was good.
        deadline: u64,
        /// Now.
        now: u64,
    },
}
