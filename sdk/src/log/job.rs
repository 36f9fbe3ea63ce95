//! A job as the log tells it.

use crate::post::Post;
use alloy::primitives::{Address, B256, U256};
use repute_circuits::{
    clients::Slot,
    field::Fr,
    statement::settle::{Engagement, Mode, Outcome},
};
use repute_contracts::bindings::job_board::IJobBoard;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Waiting for an agent.
    Open,
    /// Withdrawn by the client before anyone took it.
    Withdrawn,
    /// Taken and funded.
    Taken,
    /// Delivered.
    Submitted,
    /// Paid.
    Completed,
    /// Ruled against the agent.
    Rejected,
    /// Undelivered in time, or expired; refunded.
    Reclaimed,
    /// Called off by client and worker; not yet in the agent's record.
    Cancelled,
    /// Called off and in the agent's record.
    CancelFolded,
}

impl Stage {
    /// The stage by its number in `IJobBoard.Stage`; `None` for 0, no such post, and unknown ones.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Open,
            2 => Self::Withdrawn,
            3 => Self::Taken,
            4 => Self::Submitted,
            5 => Self::Completed,
            6 => Self::Rejected,
            7 => Self::Reclaimed,
            8 => Self::Cancelled,
            9 => Self::CancelFolded,
            _ => return None,
        })
    }
}

/// How a job was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The agent's one-time key for the job.
    pub worker: Address,
    /// Who sent the transaction and put up the bond.
    pub sender: Address,
    /// The job's number in the escrow.
    pub escrow_job: u64,
    /// What ties the job to the hidden agent.
    pub ticket: Fr,
    /// The accept proof's time, unix seconds.
    pub at: u64,
}

/// What was delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// The deliverable, a salted hash.
    pub deliverable: B256,
    /// When, unix seconds: the block's time.
    pub at: u64,
}

/// How a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispute {
    /// Raised and not ruled on.
    Raised,
    /// Ruled for the agent.
    RuledFor,
    /// Ruled against the agent.
    RuledAgainst,
}

/// How a job was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// Who was paid.
    pub recipient: Address,
    /// What the recipient got, base units.
    pub paid: U256,
    /// Where the rating came from.
    pub mode: Mode,
}

/// A job of the board, from its post on.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its number on the board, from 1.
    pub post_id: u64,
    /// `K(abi.encode(chainId, board, postId))`.
    pub key: Fr,
    /// What the client offers.
    pub post: Post,
    /// The post as the contracts take it.
    pub abi: IJobBoard::Post,
    /// keccak256 of the post.
    pub post_hash: B256,
    /// Where it stands.
    pub stage: Stage,
    /// How it was taken.
    pub taken: Option<Taken>,
    /// What was delivered.
    pub submitted: Option<Submitted>,
    /// The client's rating in the open, 0..=100.
    pub open_rating: Option<u8>,
    /// A dispute, if there was one.
    pub dispute: Option<Dispute>,
    /// Whether the client released the budget by a transaction.
    pub released: bool,
    /// How it was paid.
    pub settled: Option<Settled>,
}

impl Job {
    /// Last second of the review; `None` until submitted.
    #[must_use]
    pub fn review_end(&self) -> Option<u64> {
        self.submitted
            .map(|submitted| submitted.at + self.post.terms.review_period)
    }

    /// Last second of the arbitration, which is the review's where there is no arbiter; `None` until
    /// submitted.
    #[must_use]
    pub fn arbitration_end(&self) -> Option<u64> {
        let period = self.post.terms.arbitration.map_or(0, |a| a.period);
        self.review_end().map(|end| end + period)
    }

    /// Whether at `now` the periods in which client and arbiter could object have passed.
    #[must_use]
    pub fn is_cleared(&self, now: u64) -> bool {
        self.review_end().is_some_and(|end| now > end)
            && (self.dispute != Some(Dispute::Raised)
                || self.arbitration_end().is_some_and(|end| now > end))
    }

    /// What the board will tell the settle circuit at `at`; `None` until the job is taken.
    #[must_use]
    pub fn engagement(&self, at: u64, outcome: Outcome, mode: Mode) -> Option<Engagement> {
        let completed = outcome == Outcome::Completed;
        Some(Engagement {
            category: self.post.terms.category,
            at,
            slot: if completed {
                Slot::of(self.post.client)
            } else {
                Slot::NONE
            },
            budget: if completed { self.post.budget } else { 0 },
            taken_at: self.taken.as_ref()?.at,
            outcome,
            mode,
            open_rating: match (mode, self.open_rating) {
                (Mode::Open, Some(rating)) => rating + 1,
                _ => 0,
            },
        })
    }
}
