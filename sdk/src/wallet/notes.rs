//! What a wallet must remember beyond words and chain.

use super::Queued;
use crate::request::Request;
use alloy::primitives::Address;
use repute_circuits::field::Fr;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};

/// What a state's nullifier leaves the machine for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Purpose {
    /// Taking a job.
    Take {
        /// The job's number on the board.
        post_id: u64,
    },
    /// Folding a job's end into the record.
    Settle {
        /// The job's number on the board.
        post_id: u64,
    },
    /// Cutting the link to an earlier use.
    Refresh,
    /// A standing or window proof.
    Show {
        /// For whom.
        audience: Address,
    },
    /// Nobody knows: the notes of it are lost.
    Forgotten,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Take { post_id } => write!(f, "to take job {post_id}"),
            Self::Settle { post_id } => write!(f, "to settle job {post_id}"),
            Self::Refresh => f.write_str("to be refreshed"),
            Self::Show { audience } => write!(f, "in a proof for {audience}"),
            Self::Forgotten => f.write_str("perhaps, for what lost notes would tell"),
        }
    }
}

impl Purpose {
    /// Whether two uses of one state are seen by the same party about the same thing, so that linking
    /// them tells nothing new.
    #[must_use]
    pub fn is_same_party(self, other: Self) -> bool {
        self == other
    }
}

/// A state that left the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shown {
    /// The nullifier that was seen.
    #[serde(with = "crate::word")]
    pub nullifier: Fr,
    /// For what.
    pub purpose: Purpose,
    /// Unix seconds after which a refresh does not tell, by its time, what it follows.
    pub refresh_after: u64,
    /// Which worker key was shown with it, where the purpose was to take a job.
    pub worker: u64,
    /// The block by which the log had its spend; `None` while it is unspent.
    pub spent: Option<u64>,
}

/// A change that was prepared, with the request that makes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prepared {
    /// The nullifier that it publishes.
    #[serde(with = "crate::word")]
    pub nullifier: Fr,
    /// The commitment that it inserts.
    #[serde(with = "crate::word")]
    pub commitment: Fr,
    /// What it is for.
    pub purpose: Purpose,
    /// What was, or was about to be, given to a relayer.
    pub request: Request,
    /// When it was prepared, unix seconds.
    pub prepared_at: u64,
    /// The block by which the log had it; `None` while it is on its way.
    pub done: Option<u64>,
}

/// What the chain cannot give back. Losing it costs privacy (a shown state may be used again before
/// it is refreshed) and the list of what was to be done, never a state or money.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notes {
    /// States that left the machine, oldest first; kept until no reorganisation can bring them back.
    pub shown: Vec<Shown>,
    /// Changes on their way, oldest first, and those done that a reorganisation could undo.
    pub journal: Vec<Prepared>,
    /// What is to be done, first things first, and what was done that a reorganisation could undo.
    pub queue: Vec<Queued>,
    /// How many worker keys were given up, by job.
    pub workers: BTreeMap<u64, u64>,
    /// Private ratings received, by job.
    pub ratings: BTreeMap<u64, u8>,
}

impl Notes {
    pub(super) fn ratings(&self) -> BTreeMap<u64, u8> {
        self.ratings.clone()
    }
}
