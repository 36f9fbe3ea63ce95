//! What each role does on the job board.

mod agent;
mod arbiter;
mod client;
mod search;

pub use crate::wallet::{Fold, Intent, Settle, Take};
pub use agent::{Agent, AgentError, Delivery, DeliveryError, Failed, Refused, Waiting};
pub use arbiter::Arbiter;
pub use client::{Client, ClientError, Posted};
pub use search::{Found, Search};
