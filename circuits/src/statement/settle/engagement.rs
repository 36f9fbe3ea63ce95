//! What the board knows of a settled job, packed into one public input, natively and as constraints.

use crate::clients::Slot;
use crate::field::{Fr, pack};
use crate::gadget::{self, Num, System, enforce_equal, enforce_width, witness};
use crate::state::{BUDGET_BITS, TIME_BITS};
use ark_relations::gr1cs::Result;

/// How the job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The job was paid.
    Completed = 2,
    /// Client and worker called the job off.
    Cancelled = 3,
}

/// Where a completed job's rating comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// There is none.
    Silence = 0,
    /// The reviewer signed one, and only the agent knows it.
    Private = 1,
    /// The client gave one on chain.
    Open = 2,
}

/// What the board knows of the job and of its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Engagement {
    /// The job's category.
    pub category: u32,
    /// When the job is settled, unix seconds below 2^40.
    pub at: u64,
    /// The client's slot in the seen-clients bitmap; [`Slot::NONE`] for a cancelled job.
    pub slot: Slot,
    /// The budget in base units, below 2^96; 0 for a cancelled job.
    pub budget: u128,
    /// When the job was taken, unix seconds below 2^40.
    pub taken_at: u64,
    /// How the job ended.
    pub outcome: Outcome,
    /// Where the rating comes from.
    pub mode: Mode,
    /// The rating + 1 given on chain in [`Mode::Open`], else 0.
    pub open_rating: u8,
}

impl Engagement {
    /// `category(32) | at(40)<<32 | word(3)<<72 | bit(8)<<75 | budget(96)<<83 | takenAt(40)<<179 |
    /// outcome(2)<<219 | mode(2)<<221 | openRating(8)<<223`.
    #[must_use]
    pub fn pack(&self) -> Fr {
        pack(&[
            (self.category.into(), 0),
            (self.at.into(), 32),
            (self.slot.word.into(), 72),
            (self.slot.bit.into(), 75),
            (self.budget, 83),
            (self.taken_at.into(), 179),
            (self.outcome as u128, 219),
            (self.mode as u128, 221),
            (self.open_rating.into(), 223),
        ])
    }

    pub(super) fn widths_hold(&self) -> bool {
        self.at >> TIME_BITS == 0
            && self.taken_at >> TIME_BITS == 0
            && self.budget >> BUDGET_BITS == 0
            && self.slot.word >> 3 == 0
    }
}

/// The parts of an engagement, each within its width.
pub(super) struct EngagementVar {
    pub(super) category: Num,
    pub(super) at: Num,
    pub(super) word: Num,
    pub(super) bit: Num,
    pub(super) budget: Num,
    pub(super) taken_at: Num,
    pub(super) outcome: Num,
    pub(super) mode: Num,
    pub(super) open_rating: Num,
}

impl EngagementVar {
    pub(super) fn unpack(cs: &System, engagement: &Engagement, packed: &Num) -> Result<Self> {
        let part = |number: u128, width: usize| {
            let part = witness(cs, number.into())?;
            enforce_width(cs, &part, width)?;
            Ok(part)
        };
        let this = Self {
            category: part(engagement.category.into(), 32)?,
            at: part(engagement.at.into(), TIME_BITS)?,
            word: part(engagement.slot.word.into(), 3)?,
            bit: part(engagement.slot.bit.into(), 8)?,
            budget: part(engagement.budget, BUDGET_BITS)?,
            taken_at: part(engagement.taken_at.into(), TIME_BITS)?,
            outcome: part(engagement.outcome as u128, 2)?,
            mode: part(engagement.mode as u128, 2)?,
            open_rating: part(engagement.open_rating.into(), 8)?,
        };
        let word = gadget::pack(
            cs,
            &[
                (&this.category, 0),
                (&this.at, 32),
                (&this.word, 72),
                (&this.bit, 75),
                (&this.budget, 83),
                (&this.taken_at, 179),
                (&this.outcome, 219),
                (&this.mode, 221),
                (&this.open_rating, 223),
            ],
        )?;
        enforce_equal(cs, &word, packed)?;
        Ok(this)
    }
}
