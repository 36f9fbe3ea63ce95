//! Whom a proof is for, as arguments.

use crate::time::Moment;
use alloy::primitives::{Address, B256};
use clap::Args;
use repute_sdk::{ask::Ask, shown::label};

/// What the party that asks has given to the agent.
#[derive(Debug, Args)]
#[command(next_help_heading = "Who asks")]
pub struct AskArgs {
    /// The party that asks; nobody else is convinced
    #[arg(long, value_name = "ADDRESS")]
    audience: Address,
    /// The value that it chose for this one request, 32 bytes
    #[arg(long, value_name = "HEX", default_value_t = B256::ZERO, hide_default_value = true)]
    challenge: B256,
    /// Its name for the scope: the agent has one pseudonym for each audience and label
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    label: String,
    /// Until when the proof is good: a length from now, or unix seconds as @1800000000
    #[arg(long, value_name = "TIME", default_value = "1h")]
    deadline: Moment,
}

impl AskArgs {
    /// The request, at `now`.
    pub fn resolve(&self, now: u64) -> Ask {
        Ask {
            audience: self.audience,
            challenge: self.challenge,
            deadline: self.deadline.after(now),
            label: label(&self.label),
        }
    }
}
