//! Walking the slots of a window as constraints.

use super::Filter;
use crate::field::{Fr, power_of_two};
use crate::gadget::{
    Bit, Num, System, bits, enforce_product, enforce_width, is_zero, linear, product, witness,
};
use crate::history::Record;
use crate::history::gadget::{RecordVar, extend};
use crate::state::TIME_BITS;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// A filter, its parts within their widths.
pub struct FilterVar {
    /// The category that counts; 0 where every one does.
    pub category: Num,
    /// Whether only that category counts.
    pub is_narrow: Bit,
    /// Only jobs taken at this time or later count.
    pub since: Num,
}

impl FilterVar {
    /// Allocates the parts of a filter, each within its width: 74 constraints.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn witness(cs: &System, filter: &Filter) -> Result<Self> {
        let category = witness(cs, filter.category.unwrap_or(0).into())?;
        enforce_width(cs, &category, 32)?;
        let is_narrow = Bit::witness(cs, filter.category.is_some())?;
        let since = witness(cs, filter.since.into())?;
        enforce_width(cs, &since, TIME_BITS)?;
        // category = 0 where every category counts
        enforce_product(
            cs,
            is_narrow.not().num(),
            &category,
            &Num::Constant(Fr::ZERO),
        )?;
        Ok(Self {
            category,
            is_narrow,
            since,
        })
    }

    /// Whether `time` ≥ since, for a time between since − 2^40 and since + 2^40, which this
    /// enforces: 41 constraints.
    ///
    /// # Errors
    /// As the constraint system's, or a missing value.
    pub fn reached(&self, cs: &System, time: &Num) -> Result<Bit> {
        let shifted = time - &self.since + Num::Constant(power_of_two(TIME_BITS as u64));
        let mut bits = bits(cs, &shifted, TIME_BITS + 1)?;
        Ok(bits.swap_remove(TIME_BITS))
    }
}

/// One slot of a window: a record, or padding.
pub struct SlotVar {
    /// Whether the slot holds a record.
    pub active: Bit,
    /// When the record was made.
    pub at: Num,
    kind: [Bit; 2],
    rating_plus_one: Num,
    category: Num,
    budget: Num,
    taken_at: Num,
}

/// The counts of the slots so far, as linear combinations.
#[derive(Default)]
pub struct Counts {
    accepted: Vec<Num>,
    completed: Vec<Num>,
    admitted: Vec<Num>,
    rated: Vec<Num>,
    ratings: Vec<Num>,
    volume: Vec<Num>,
}

impl SlotVar {
    /// Allocates a slot: the record's kind, rating, category and time within their widths. The time
    /// at which its job was taken is held to its width by [`SlotVar::count`], the budget by nothing:
    /// it is an input of the record's hash by itself.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn witness(cs: &System, record: Option<&Record>) -> Result<Self> {
        let kind = record.map_or(0, |record| record.kind as u64);
        let number = |part: fn(&Record) -> u128| witness(cs, record.map_or(0, part).into());
        let this = Self {
            active: Bit::witness(cs, record.is_some())?,
            at: number(|record| record.at.into())?,
            kind: [
                Bit::witness(cs, kind & 1 == 1)?,
                Bit::witness(cs, kind >> 1 == 1)?,
            ],
            rating_plus_one: number(|r| r.rating.map_or(0, |rating| u128::from(rating) + 1))?,
            category: number(|record| record.category.into())?,
            budget: number(|record| record.budget)?,
            taken_at: number(|record| record.taken_at.into())?,
        };
        enforce_width(cs, &this.at, TIME_BITS)?;
        enforce_width(cs, &this.rating_plus_one, 8)?;
        enforce_width(cs, &this.category, 32)?;
        Ok(this)
    }

    /// The head of the chain after this slot: unchanged by padding.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn extend(&self, cs: &System, head: &Num) -> Result<Num> {
        let record = RecordVar {
            kind: &(self.kind[0].num() + self.kind[1].num() * Fr::from(2)),
            rating_plus_one: &self.rating_plus_one,
            category: &self.category,
            at: &self.at,
            budget: &self.budget,
            taken_at: &self.taken_at,
        };
        let next = extend(cs, head, &record)?;
        self.active.select(cs, &next, head)
    }

    /// Adds the slot to the counts if it is active and the filter admits it.
    ///
    /// The time t that matters is `at` for an accepted job and takenAt for one that ended. It is
    /// held to 41 bits around `since`, and `at` to 40, so takenAt, which is t or t − at, is small;
    /// the entry that is hashed then has only one reading, since takenAt is its uppermost part and
    /// all below it are within their widths.
    ///
    /// # Errors
    /// As the constraint system's, or a missing value.
    pub fn count(&self, cs: &System, filter: &FilterVar, counts: &mut Counts) -> Result<()> {
        // Kinds are 1 accepted, 2 completed, 3 cancelled; an entry of the chain has no other.
        let both = product(cs, self.kind[0].num(), self.kind[1].num())?;
        let is_accepted = self.kind[0].num() - &both;
        let is_completed = self.kind[1].num() - &both;

        let time = &self.taken_at + product(cs, &is_accepted, &self.at)?;
        let in_time = filter.reached(cs, &time)?;
        let distance = product(
            cs,
            filter.is_narrow.num(),
            &(&self.category - &filter.category),
        )?;
        let in_category = is_zero(cs, &distance)?;
        let admitted = in_time.and(cs, &in_category)?.and(cs, &self.active)?;

        counts
            .accepted
            .push(product(cs, admitted.num(), &is_accepted)?);
        counts
            .completed
            .push(product(cs, admitted.num(), &is_completed)?);
        // Rating and budget are 0 in records of other kinds than completed.
        let rating_plus_one = product(cs, admitted.num(), &self.rating_plus_one)?;
        let is_rated = is_zero(cs, &rating_plus_one)?.not();
        counts.ratings.push(&rating_plus_one - is_rated.num());
        counts.rated.push(is_rated.num().clone());
        counts
            .volume
            .push(product(cs, admitted.num(), &self.budget)?);
        counts.admitted.push(admitted.num().clone());
        Ok(())
    }
}

/// The sums of a window's counts.
#[allow(missing_docs, reason = "the fields are those of AgentState")]
pub struct Totals {
    pub accepted: Num,
    pub completed: Num,
    pub cancelled: Num,
    pub rated: Num,
    pub rating_sum: Num,
    pub volume: Num,
}

impl Counts {
    /// The sums, without constraints. What was admitted and is neither accepted nor completed was
    /// cancelled.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn totals(&self, cs: &System) -> Result<Totals> {
        let sum = |parts: &[Num]| {
            let terms: Vec<_> = parts.iter().map(|part| (Fr::from(1), part)).collect();
            linear(cs, &terms, Fr::ZERO)
        };
        let (accepted, completed) = (sum(&self.accepted)?, sum(&self.completed)?);
        let cancelled = sum(&self.admitted)? - &accepted - &completed;
        Ok(Totals {
            accepted,
            completed,
            cancelled,
            rated: sum(&self.rated)?,
            rating_sum: sum(&self.ratings)?,
            volume: sum(&self.volume)?,
        })
    }
}
