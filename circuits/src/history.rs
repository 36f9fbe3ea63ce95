//! The record chain: one record for each change of the counters, hashed onto the last.

pub mod gadget;

use crate::field::{Fr, pack, power_of_two, tag};
use crate::poseidon;

/// What a record says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A job was taken and funded.
    Accepted = 1,
    /// A job was paid.
    Completed = 2,
    /// A job was called off by client and worker together.
    Cancelled = 3,
}

/// One change of an agent's counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// What happened.
    pub kind: Kind,
    /// The rating, 0..=100, of a completed job that carries one.
    pub rating: Option<u8>,
    /// The job's category.
    pub category: u32,
    /// When it happened, unix seconds below 2^40.
    pub at: u64,
    /// The budget of a completed job in base units, below 2^96; 0 for other kinds.
    pub budget: u128,
    /// When the job was taken, unix seconds below 2^40; 0 for an accepted job.
    pub taken_at: u64,
}

impl Record {
    /// The record but for its budget: `kind(2) | (rating+1)(8)<<2 | category(32)<<10 | at(40)<<42 |
    /// takenAt(40)<<82 | tag("record")<<122`.
    #[must_use]
    pub fn entry(&self) -> Fr {
        let parts = pack(&[
            (self.kind as u128, 0),
            (self.rating.map_or(0, |rating| u128::from(rating) + 1), 2),
            (self.category.into(), 10),
            (self.at.into(), 42),
            (self.taken_at.into(), 82),
        ]);
        parts + domain()
    }
}

/// `tag("record")<<122`: 128 bits of tag above the 122 bits of an entry.
fn domain() -> Fr {
    tag("record") * power_of_two(122)
}

/// The head of the chain after `record`: `P_3(history, entry, budget)`.
///
/// The budget is an input of its own, so that a circuit which walks the chain need not tell its 96
/// bits from those of its neighbours. The first input is 0 or a hash, and the second carries the
/// tag, so that no other hash of three inputs is taken for a record.
#[must_use]
pub fn extend(history: Fr, record: &Record) -> Fr {
    poseidon::hash([history, record.entry(), Fr::from(record.budget)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::to_word;
    use alloy_primitives::U256;

    #[test]
    fn every_field_keeps_its_place_at_its_maximum() {
        let record = Record {
            kind: Kind::Cancelled,
            rating: Some(254),
            category: u32::MAX,
            at: (1 << 40) - 1,
            budget: (1 << 96) - 1,
            taken_at: (1 << 40) - 1,
        };
        let word = to_word(record.entry() - domain());
        assert_eq!(word, (U256::from(1) << 122) - U256::from(1));
        let part = |offset: usize, width: usize| {
            (word >> offset) & ((U256::from(1) << width) - U256::from(1))
        };
        assert_eq!(part(0, 2), U256::from(3));
        assert_eq!(part(2, 8), U256::from(255));
        assert_eq!(part(10, 32), U256::from(u32::MAX));
        // The tag above it leaves the entry below r.
        let entry = to_word(record.entry());
        assert_eq!(entry >> 122, to_word(tag("record")));
    }

    #[test]
    fn silence_differs_from_a_rating_of_zero() {
        let silent = Record {
            kind: Kind::Completed,
            rating: None,
            category: 1,
            at: 2,
            budget: 3,
            taken_at: 1,
        };
        assert_ne!(
            silent.entry(),
            Record {
                rating: Some(0),
                ..silent
            }
            .entry()
        );
    }
}
