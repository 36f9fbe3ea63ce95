//! What became of the things that an agent wanted done.

use crate::{
    board::AgentError,
    log::LogError,
    relay::RelayError,
    wallet::{Intent, WalletError},
};

/// What a delivery did.
#[derive(Debug, Default)]
pub struct Delivery {
    /// What the log shows done since the last delivery.
    pub done: Vec<Intent>,
    /// What cannot be done, with the reason; it is no longer in the queue.
    pub failed: Vec<Failed>,
    /// What is left.
    pub waiting: Vec<Waiting>,
}

/// An intent that was given up.
#[derive(Debug)]
pub struct Failed {
    /// What was wanted.
    pub intent: Intent,
    /// Why it cannot be.
    pub reason: Refused,
}

/// Why an intent is given up.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// By the agent, before anything left the machine.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// By a contract. The state is marked as shown.
    #[error(transparent)]
    Relay(#[from] RelayError),
}

/// An intent whose time has not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What is wanted.
    pub intent: Intent,
    /// When it can be done, unix seconds by the chain's clock; `None` where it waits for somebody, or
    /// for what is in front of it.
    pub until: Option<u64>,
}

/// Why a delivery stopped. Nothing is lost: it goes on when it is called again.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The agent cannot work: its chain, keys or disk fail.
    #[error(transparent)]
    Agent(#[from] AgentError),
    /// The request did not get through.
    #[error(transparent)]
    Relay(#[from] RelayError),
}

impl From<WalletError> for DeliveryError {
    fn from(error: WalletError) -> Self {
        Self::Agent(error.into())
    }
}

impl Delivery {
    /// The first moment at which something that waits can be done, unix seconds by the chain's clock.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.waiting
            .iter()
            .filter_map(|waiting| waiting.until)
            .min()
    }
}
