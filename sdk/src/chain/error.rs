//! What can go wrong between here and the chain.

mod advice;

use crate::refusal::Refusal;
use advice::advice;
use alloy::{
    primitives::{Address, B256, Bytes},
    transports::TransportError,
};
use repute_contracts::deploy::DeployError;

/// What can go wrong between here and the chain.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node did not answer, or not in a way that makes sense.
    #[error("the node did not answer as it should: {0}; {advice}", advice = advice(.0))]
    Transport(#[source] Box<TransportError>),
    /// The contracts on chain are not what the manifest says.
    #[error(transparent)]
    Deployment(#[from] DeployError),
    /// An answer that no such contract gives.
    #[error(
        "{address} answered with something else than {expected}; check the deployment's addresses"
    )]
    Answer {
        /// Who answered.
        address: Address,
        /// What was asked for.
        expected: &'static str,
    },
    /// A contract refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The transaction was mined and failed.
    #[error("transaction {hash} was mined and reverted: {reason}")]
    Reverted {
        /// The transaction.
        hash: B256,
        /// Why, as far as a simulation after it tells.
        reason: Refusal,
    },
    /// No receipt in time.
    #[error(
        "transaction {hash} was sent and not mined in time: {reason}; look for it before sending again"
    )]
    Unmined {
        /// The transaction.
        hash: B256,
        /// What was waited for.
        reason: String,
    },
    /// The estimate exceeds what a transaction may use.
    #[error("the call needs {estimate} gas, more than a transaction may use")]
    TooMuchGas {
        /// The estimate.
        estimate: u64,
    },
}

impl From<TransportError> for ChainError {
    fn from(error: TransportError) -> Self {
        let revert = error.as_error_resp().and_then(|payload| {
            let data = payload.as_revert_data();
            // Nodes differ in the code of a revert without data, but all say so.
            data.or_else(|| payload.message.contains("revert").then(Bytes::new))
        });
        match revert {
            Some(data) => Self::Refused(Refusal::decode(data)),
            None => Self::Transport(Box::new(error)),
        }
    }
}

impl ChainError {
    /// The name of the contract's error, where a contract refused.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal)
            | Self::Reverted {
                reason: refusal, ..
            } => Some(refusal),
            _ => None,
        }
    }
}
