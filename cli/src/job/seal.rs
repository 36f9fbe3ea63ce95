//! What the client needs besides the work.

use alloy::primitives::{Address, B256};
use repute_sdk::{
    chain::Chain,
    deliverable::Sealed,
    document::{Document, DocumentError},
};
use serde::{Deserialize, Serialize};

/// The salt of a deliverable: with it and the work the client finds the deliverable again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seal {
    format: u32,
    chain_id: u64,
    board: Address,
    post_id: u64,
    salt: B256,
    deliverable: B256,
}

impl Document for Seal {
    const KIND: &'static str = "a deliverable's seal";
    const FORMAT: u32 = 1;
    type Error = DocumentError;
}

impl Seal {
    /// The seal of a job's work.
    pub fn new(chain: &Chain, post_id: u64, sealed: Sealed) -> Self {
        Self {
            format: Self::FORMAT,
            chain_id: chain.id(),
            board: chain.board(),
            post_id,
            salt: sealed.salt,
            deliverable: sealed.deliverable,
        }
    }
}
