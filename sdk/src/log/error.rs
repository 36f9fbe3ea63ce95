//! What is wrong with a log that a node gives.

use super::Leaf;
use crate::{chain::ChainError, post::InvalidPost};
use alloy::primitives::{B256, U256};

/// Why the log could not be read. Nothing of a bad answer is kept: what was read before stays.
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
}
