//! The record chain as constraints.

use super::domain;
use crate::gadget::{Num, System, pack};
use crate::poseidon;
use ark_relations::gr1cs::Result;

/// A record's parts, each already held to its width.
pub struct RecordVar<'a> {
    /// 1 accepted, 2 completed, 3 cancelled.
    pub kind: &'a Num,
    /// rating + 1, 0 where there is none.
    pub rating_plus_one: &'a Num,
    /// The job's category.
    pub category: &'a Num,
    /// When it happened.
    pub at: &'a Num,
    /// The budget of a completed job.
    pub budget: &'a Num,
    /// When the job was taken, 0 for an accepted job.
    pub taken_at: &'a Num,
}

impl RecordVar<'_> {
    /// The record but for its budget, without constraints.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn entry(&self, cs: &System) -> Result<Num> {
        let parts = pack(
            cs,
            &[
                (self.kind, 0),
                (self.rating_plus_one, 2),
                (self.category, 10),
                (self.at, 42),
                (self.taken_at, 82),
            ],
        )?;
        Ok(parts + Num::Constant(domain()))
    }
}

/// The head of the chain after `record`: `P_3(history, entry, budget)`.
///
/// # Errors
/// As the constraint system's.
pub fn extend(cs: &System, history: &Num, record: &RecordVar<'_>) -> Result<Num> {
    poseidon::gadget::hash(cs, [history, &record.entry(cs)?, record.budget])
}
