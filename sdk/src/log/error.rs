//! What is wrong with a log that a node gives.

use super::Leaf;
use crate::{chain::ChainError, post::InvalidPost};
use alloy::primitives::{B256, U256};
use std::path::PathBuf;

/// Why the log could not be read. Nothing of a bad answer is kept.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The node did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The chain moved on during every attempt.
    #[error("the chain moved on while it was read, {0} times; try again")]
    Restless(u32),
    /// The log is of another deployment.
    #[error("this log is of another deployment; start a new one")]
    OtherDeployment,
    /// A log entry is not one of these contracts'.
    #[error(
        "transaction {transaction} has a log entry that does not decode: {reason}; use another node"
    )]
    Undecodable {
        /// The transaction.
        transaction: B256,
        /// What is wrong.
        reason: String,
    },
    /// A post that the board would not have taken.
    #[error("post {post_id} is none that the board takes: {reason}; use another node")]
    Post {
        /// The post.
        post_id: U256,
        /// What is wrong.
        reason: InvalidPost,
    },
    /// A leaf is missing or out of order.
    #[error(
        "the log inserts {found} where {expected} comes next: entries are missing; use another node"
    )]
    Gap {
        /// The leaf that comes next.
        expected: Leaf,
        /// The leaf in the log.
        found: Leaf,
    },
    /// An event's contents contradict the log before it.
    #[error("transaction {transaction} contradicts the log before it: {what}; use another node")]
    Contradiction {
        /// The transaction.
        transaction: B256,
        /// What does not fit.
        what: &'static str,
    },
    /// The log does not lead to the chain's own state.
    #[error(
        "after block {block} the log's {what} is {log}, the chain's {chain}: entries are missing; use another node"
    )]
    Mismatch {
        /// The block.
        block: u64,
        /// What differs.
        what: &'static str,
        /// From the log.
        log: U256,
        /// From the chain.
        chain: U256,
    },
    /// The database is not as this program left it.
    #[error(
        "the log's database is damaged: {0}; open it again, and it is read anew from the chain"
    )]
    Damaged(&'static str),
    /// The file is something else.
    #[error("{} is no log of repute's: move it away, or choose another data directory", .0.display())]
    Foreign(PathBuf),
    /// The database cannot be read or written.
    #[error("the log's database cannot be used: {0}; check the disk and the permissions")]
    Database(String),
}

impl LogError {
    /// Whether it is what a node said that is wrong, not that it said nothing.
    pub(super) fn is_about_content(&self) -> bool {
        matches!(
            self,
            Self::Undecodable { .. }
                | Self::Post { .. }
                | Self::Gap { .. }
                | Self::Contradiction { .. }
                | Self::Mismatch { .. }
        )
    }
}
