//! What each role does on the job board.

mod agent;
mod arbiter;
mod client;

pub use agent::{Agent, AgentError, Fold, Settle, Take};
pub use arbiter::Arbiter;
pub use client::{Client, ClientError, Posted};
