//! What an agent wants done: the items of its queue, with all that a request for each needs.

use super::Purpose;
use crate::review::SignedReview;
use alloy::primitives::{Address, B256, Bytes, U256};
use repute_circuits::field::Fr;
use serde::{Deserialize, Serialize};

/// How a job is to be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Take {
    /// Who must send it; zero for anyone.
    pub relayer: Address,
    /// The client's approval of the worker key, for a selective job.
    pub approval: Option<Bytes>,
}

/// How a job is to be settled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Settle {
    /// Who is paid; the job's own payout key if `None`.
    pub recipient: Option<Address>,
    /// The least the recipient must get, base units; if `None`, all that this board's fees leave.
    pub min_payout: Option<U256>,
    /// Who must send it; zero for anyone, then without fee.
    pub relayer: Address,
    /// What the relayer gets, base units.
    pub relayer_fee: u128,
    /// The client's signed release, where the periods have not passed.
    pub release: Option<Bytes>,
    /// A private rating; left out where the client rated in the open.
    pub review: Option<SignedReview>,
}

/// How a called-off job is to be folded into the record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Fold {
    /// Who must send it; zero for anyone.
    pub relayer: Address,
}

/// Something that an agent wants done, whenever it can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Intent {
    /// To register.
    Register {
        /// What the registration gate wants to see.
        gate_data: Bytes,
    },
    /// To take a job.
    Take {
        /// The job's number on the board.
        post_id: u64,
        /// How.
        take: Take,
    },
    /// To hand in work.
    Submit {
        /// The job's number on the board.
        post_id: u64,
        /// The salted hash of the work.
        deliverable: B256,
    },
    /// To be paid for a delivered job.
    Settle {
        /// The job's number on the board.
        post_id: u64,
        /// How.
        settle: Settle,
    },
    /// To count a called-off job in the record.
    Fold {
        /// The job's number on the board.
        post_id: u64,
        /// How.
        fold: Fold,
    },
    /// To refresh the state that is current when this is queued.
    Refresh,
}

impl Intent {
    /// To take a job that is not selective, by whoever sends it.
    #[must_use]
    pub fn take(post_id: u64) -> Self {
        let take = Take::default();
        Self::Take { post_id, take }
    }

    /// To hand in work, by its salted hash.
    #[must_use]
    pub fn submit(post_id: u64, deliverable: B256) -> Self {
        Self::Submit {
            post_id,
            deliverable,
        }
    }

    /// To be paid to the job's own key when the periods have passed, by whoever sends it.
    #[must_use]
    pub fn settle(post_id: u64) -> Self {
        let settle = Settle::default();
        Self::Settle { post_id, settle }
    }

    /// The job that it is about.
    #[must_use]
    pub fn post_id(&self) -> Option<u64> {
        match *self {
            Self::Take { post_id, .. }
            | Self::Submit { post_id, .. }
            | Self::Settle { post_id, .. }
            | Self::Fold { post_id, .. } => Some(post_id),
            Self::Register { .. } | Self::Refresh => None,
        }
    }

    /// Its name: register, take, submit, settle, fold or refresh.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::Take { .. } => "take",
            Self::Submit { .. } => "submit",
            Self::Settle { .. } => "settle",
            Self::Fold { .. } => "fold",
            Self::Refresh => "refresh",
        }
    }

    /// What it spends the current state for; `None` where it spends none.
    #[must_use]
    pub fn purpose(&self) -> Option<Purpose> {
        match *self {
            Self::Take { post_id, .. } => Some(Purpose::Take { post_id }),
            Self::Settle { post_id, .. } | Self::Fold { post_id, .. } => {
                Some(Purpose::Settle { post_id })
            }
            Self::Refresh => Some(Purpose::Refresh),
            Self::Register { .. } | Self::Submit { .. } => None,
        }
    }

    /// An intent that would spend a state for `purpose`; `None` where it spends none.
    pub(crate) fn like(purpose: Purpose) -> Option<Self> {
        match purpose {
            Purpose::Take { post_id } => Some(Self::take(post_id)),
            Purpose::Settle { post_id } => Some(Self::settle(post_id)),
            Purpose::Refresh => Some(Self::Refresh),
            Purpose::Show { .. } | Purpose::Forgotten => None,
        }
    }

    /// Whether another one asks for the same, perhaps in another way, and takes this one's place.
    pub(crate) fn is_same_act(&self, other: &Self) -> bool {
        (self.name(), self.post_id()) == (other.name(), other.post_id())
    }
}

/// An intent in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Queued {
    /// What is wanted.
    pub intent: Intent,
    /// The block by which the log showed it done. It stays in the queue until no reorganisation can
    /// undo that.
    pub done: Option<u64>,
    /// For a refresh: the nullifier that it is to spend.
    #[serde(with = "crate::word::option")]
    pub(crate) nullifier: Option<Fr>,
}
