//! Windows: what the last records of a chain count, seen through a filter.

pub mod gadget;

use crate::field::{Fr, pack};
use crate::history::{Kind, Record, extend};
use crate::state::AgentState;
use ark_ff::AdditiveGroup;

/// Which records a window counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The one category that counts, or every category.
    pub category: Option<u32>,
    /// Only jobs taken at this time or later count; unix seconds below 2^40.
    pub since: u64,
}

impl Filter {
    /// `category(32) | anyCategory(1)<<32 | since(40)<<33`, category 0 where every one counts.
    #[must_use]
    pub fn pack(&self) -> Fr {
        pack(&[
            (self.category.unwrap_or(0).into(), 0),
            (self.category.is_none().into(), 32),
            (self.since.into(), 33),
        ])
    }

    /// Whether a record counts: its category matches and its job was taken at `since` or later.
    #[must_use]
    pub fn admits(&self, record: &Record) -> bool {
        let taken_at = match record.kind {
            Kind::Accepted => record.at,
            Kind::Completed | Kind::Cancelled => record.taken_at,
        };
        taken_at >= self.since
            && self
                .category
                .is_none_or(|category| category == record.category)
    }
}

/// The counts of the records that `filter` admits, as a state without clients and times: a window
/// counts neither, and its policy asks for neither.
#[must_use]
pub fn count<'a>(records: impl IntoIterator<Item = &'a Record>, filter: &Filter) -> AgentState {
    let mut counts = AgentState::genesis();
    for record in records.into_iter().filter(|record| filter.admits(record)) {
        match record.kind {
            Kind::Accepted => counts.accepted += 1,
            Kind::Completed => {
                counts.completed += 1;
                counts.rated += u32::from(record.rating.is_some());
                counts.rating_sum += u64::from(record.rating.unwrap_or(0));
                counts.volume += record.budget;
            }
            Kind::Cancelled => counts.cancelled += 1,
        }
    }
    counts
}

/// The end of a record chain that covers everything since a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The head of the chain before the first of `records`.
    pub start: Fr,
    /// The records, oldest first.
    pub records: Vec<Record>,
}

impl Tail {
    /// The shortest tail of a whole record that provably leaves out nothing since `since`: every
    /// record at `since` or later, and the one before them, if any, which shows that they are all.
    ///
    /// Times never decrease along a chain, and a job is taken no later than it ends; so everything
    /// before that one was taken before `since`.
    #[must_use]
    pub fn since(all: &[Record], since: u64) -> Self {
        let first_inside = all.partition_point(|record| record.at < since);
        let first = first_inside.saturating_sub(1);
        let start = all[..first].iter().fold(Fr::ZERO, extend);
        Self {
            start,
            records: all[first..].to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::to_word;
    use alloy_primitives::U256;

    fn accepted(at: u64) -> Record {
        Record {
            kind: Kind::Accepted,
            rating: None,
            category: 1,
            at,
            budget: 0,
            taken_at: 0,
        }
    }

    #[test]
    fn filters_pack_at_their_maxima() {
        let widest = Filter {
            category: Some(u32::MAX),
            since: (1 << 40) - 1,
        };
        let expected = ((U256::from(1) << 73) - U256::from(1)) ^ (U256::from(1) << 32);
        assert_eq!(to_word(widest.pack()), expected);
        let any = Filter {
            category: None,
            since: 0,
        };
        assert_eq!(to_word(any.pack()), U256::from(1) << 32);
    }

    #[test]
    fn a_tail_begins_with_the_last_record_before_the_time() {
        let all: Vec<_> = [10, 20, 20, 30].map(accepted).into();
        let lengths = [(5, 4), (10, 4), (11, 4), (20, 4), (21, 2), (30, 2), (31, 1)];
        for (since, length) in lengths {
            let tail = Tail::since(&all, since);
            assert_eq!(tail.records.len(), length, "since {since}");
            let head = tail.records.iter().fold(tail.start, extend);
            assert_eq!(head, all.iter().fold(Fr::ZERO, extend));
            assert!(tail.start == Fr::ZERO || tail.records[0].at < since);
        }
        assert_eq!(
            Tail::since(&[], 5),
            Tail {
                start: Fr::ZERO,
                records: vec![]
            }
        );
    }
}
