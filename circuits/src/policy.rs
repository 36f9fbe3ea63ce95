//! Policies: the thresholds a client sets for the agents that may take a job.

pub mod gadget;

use crate::field::{Fr, ORDER, pack, to_word};
use crate::state::AgentState;
use crate::violation::violations;
use alloy_primitives::U256;

/// Basis points in a whole.
pub const BPS: u16 = 10_000;
/// Seconds in a day.
pub const DAY: u64 = 86_400;

/// Thresholds on an agent's record. The default, all zero, admits anyone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Least completed jobs.
    pub min_completed: u32,
    /// Least distinct clients among completed jobs.
    pub min_clients: u32,
    /// Least share of completed jobs among completed and unresolved ones, in basis points.
    pub min_success_bps: u16,
    /// Least average rating, 0..=100.
    pub min_rating: u8,
    /// Least sum of budgets of completed jobs in base units, below 2^96.
    pub min_volume: u128,
    /// Least days since the first job was taken.
    pub min_age_days: u16,
    /// Least share of rated jobs among completed ones, in basis points.
    pub min_rated_bps: u16,
    /// Least share of jobs not called off among all jobs taken, in basis points.
    pub min_kept_bps: u16,
    /// Unresolved jobs that the success rate does not count.
    pub free_open: u16,
}

/// A policy that no one may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPolicy {
    /// A share above 100 %.
    #[error("{0} is {1} basis points; a share is at most 10000")]
    Share(&'static str, u16),
    /// A rating above 100.
    #[error("minRating is {0}; a rating is at most 100")]
    Rating(u8),
    /// A threshold on an average over no job at all.
    #[error("{0} needs minCompleted of at least 1, or an agent without any job would meet it")]
    NoCompleted(&'static str),
    /// `minVolume` does not fit.
    #[error("minVolume must be below 2^96")]
    Volume,
    /// Bits that mean nothing are set.
    #[error("the policy word {0:#x} has bits set that no threshold uses")]
    UnusedBits(U256),
}

impl Policy {
    /// Whether a client may set this policy.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn validate(&self) -> Result<(), InvalidPolicy> {
        for (name, share) in [
            ("minSuccessBps", self.min_success_bps),
            ("minRatedBps", self.min_rated_bps),
            ("minKeptBps", self.min_kept_bps),
        ] {
            if share > BPS {
                return Err(InvalidPolicy::Share(name, share));
            }
        }
        if self.min_rating > crate::state::MAX_RATING {
            return Err(InvalidPolicy::Rating(self.min_rating));
        }
        if self.min_volume >> 96 != 0 {
            return Err(InvalidPolicy::Volume);
        }
        if self.min_completed == 0 {
            for (name, threshold) in [
                ("minSuccessBps", self.min_success_bps),
                ("minRating", self.min_rating.into()),
                ("minRatedBps", self.min_rated_bps),
            ] {
                if threshold > 0 {
                    return Err(InvalidPolicy::NoCompleted(name));
                }
            }
        }
        Ok(())
    }

    /// `minCompleted | minClients<<32 | minSuccessBps<<64 | minRating<<80 | minVolume<<88 |
    /// minAgeDays<<184 | minRatedBps<<200 | minKeptBps<<216 | freeOpen<<232`.
    #[must_use]
    pub fn pack(&self) -> Fr {
        pack(&[
            (self.min_completed.into(), 0),
            (self.min_clients.into(), 32),
            (self.min_success_bps.into(), 64),
            (self.min_rating.into(), 80),
            (self.min_volume, 88),
            (self.min_age_days.into(), 184),
            (self.min_rated_bps.into(), 200),
            (self.min_kept_bps.into(), 216),
            (self.free_open.into(), 232),
        ])
    }

    /// Reads a packed policy and validates it.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn unpack(word: U256) -> Result<Self, InvalidPolicy> {
        if word >= ORDER || word >> 248 != U256::ZERO {
            return Err(InvalidPolicy::UnusedBits(word));
        }
        let part = |offset: usize, width: usize| {
            (word >> offset) & ((U256::from(1) << width) - U256::from(1))
        };
        let policy = Self {
            min_completed: part(0, 32).to(),
            min_clients: part(32, 32).to(),
            min_success_bps: part(64, 16).to(),
            min_rating: part(80, 8).to(),
            min_volume: part(88, 96).to(),
            min_age_days: part(184, 16).to(),
            min_rated_bps: part(200, 16).to(),
            min_kept_bps: part(216, 16).to(),
            free_open: part(232, 16).to(),
        };
        policy.validate()?;
        debug_assert_eq!(to_word(policy.pack()), word);
        Ok(policy)
    }

    /// Whether `state` meets the policy at `at` (unix seconds).
    ///
    /// # Errors
    /// The first threshold that it misses.
    pub fn check(&self, state: &AgentState, at: u64) -> Result<(), Violation> {
        // Counters are 32 bits and shares 16, so everything here fits an i128.
        let [accepted, completed, cancelled, rated] = [
            state.accepted,
            state.completed,
            state.cancelled,
            state.rated,
        ]
        .map(i128::from);
        let unresolved = i128::from(state.unresolved());
        let bps = i128::from(BPS);
        let require = |holds: bool, violation| if holds { Ok(()) } else { Err(violation) };

        require(unresolved >= 0, Violation::Unresolved)?;
        require(
            state.completed >= self.min_completed,
            Violation::MinCompleted,
        )?;
        require(state.clients >= self.min_clients, Violation::MinClients)?;
        require(state.volume >= self.min_volume, Violation::MinVolume)?;
        let counted = completed + (unresolved - i128::from(self.free_open)).max(0);
        require(
            completed * bps >= i128::from(self.min_success_bps) * counted,
            Violation::MinSuccess,
        )?;
        require(
            i128::from(state.rating_sum) >= i128::from(self.min_rating) * rated
                && (self.min_rating == 0 || rated >= 1),
            Violation::MinRating,
        )?;
        require(
            rated * bps >= i128::from(self.min_rated_bps) * completed,
            Violation::MinRated,
        )?;
        require(
            (accepted - cancelled) * bps >= i128::from(self.min_kept_bps) * accepted,
            Violation::MinKept,
        )?;
        let age = i128::from(at) - i128::from(state.first_at);
        require(
            age >= i128::from(self.min_age_days) * i128::from(DAY)
                && (self.min_age_days == 0 || state.first_at > 0),
            Violation::MinAge,
        )
    }
}

violations! {
    /// A threshold that a record misses.
    pub enum Violation {
        /// completed + cancelled ≤ accepted
        Unresolved = "policy: unresolved" => "more jobs completed and cancelled than accepted",
        /// completed ≥ minCompleted
        MinCompleted = "policy: minCompleted" => "fewer completed jobs than minCompleted",
        /// clients ≥ minClients
        MinClients = "policy: minClients" => "fewer distinct clients than minClients",
        /// volume ≥ minVolume
        MinVolume = "policy: minVolume" => "less completed volume than minVolume",
        /// completed·10000 ≥ minSuccessBps·(completed + max(0, unresolved − freeOpen))
        MinSuccess = "policy: minSuccessBps" => "a success rate below minSuccessBps",
        /// ratingSum ≥ minRating·rated, and rated ≥ 1 where minRating > 0
        MinRating = "policy: minRating" => "an average rating below minRating, or no rating",
        /// rated·10000 ≥ minRatedBps·completed
        MinRated = "policy: minRatedBps" => "a share of rated jobs below minRatedBps",
        /// (accepted − cancelled)·10000 ≥ minKeptBps·accepted
        MinKept = "policy: minKeptBps" => "a share of kept jobs below minKeptBps",
        /// at − firstAt ≥ minAgeDays·86400, and firstAt > 0 where minAgeDays > 0
        MinAge = "policy: minAgeDays" => "a record younger than minAgeDays",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_round_trips_at_every_maximum() {
        let policy = Policy {
            min_completed: u32::MAX,
            min_clients: u32::MAX,
            min_success_bps: BPS,
            min_rating: 100,
            min_volume: (1 << 96) - 1,
            min_age_days: u16::MAX,
            min_rated_bps: BPS,
            min_kept_bps: BPS,
            free_open: u16::MAX,
        };
        assert_eq!(Policy::unpack(to_word(policy.pack())), Ok(policy));
        assert_eq!(Policy::unpack(U256::ZERO), Ok(Policy::default()));
        let widest = Policy {
            min_success_bps: u16::MAX,
            min_rating: u8::MAX,
            min_rated_bps: u16::MAX,
            min_kept_bps: u16::MAX,
            ..policy
        };
        assert_eq!(
            to_word(widest.pack()),
            (U256::from(1) << 248) - U256::from(1)
        );
    }

    #[test]
    fn policies_that_mean_nothing_are_refused() {
        let one = Policy {
            min_completed: 1,
            ..Policy::default()
        };
        for (policy, expected) in [
            (
                Policy {
                    min_success_bps: 10_001,
                    ..one
                },
                InvalidPolicy::Share("minSuccessBps", 10_001),
            ),
            (
                Policy {
                    min_rated_bps: 10_001,
                    ..one
                },
                InvalidPolicy::Share("minRatedBps", 10_001),
            ),
            (
                Policy {
                    min_kept_bps: 10_001,
                    ..one
                },
                InvalidPolicy::Share("minKeptBps", 10_001),
            ),
            (
                Policy {
                    min_rating: 101,
                    ..one
                },
                InvalidPolicy::Rating(101),
            ),
            (
                Policy {
                    min_volume: 1 << 96,
                    ..one
                },
                InvalidPolicy::Volume,
            ),
            (
                Policy {
                    min_success_bps: 1,
                    ..Policy::default()
                },
                InvalidPolicy::NoCompleted("minSuccessBps"),
            ),
            (
                Policy {
                    min_rating: 1,
                    ..Policy::default()
                },
                InvalidPolicy::NoCompleted("minRating"),
            ),
            (
                Policy {
                    min_rated_bps: 1,
                    ..Policy::default()
                },
                InvalidPolicy::NoCompleted("minRatedBps"),
            ),
        ] {
            assert_eq!(policy.validate(), Err(expected));
        }
        let word = U256::from(1) << 248;
        assert_eq!(Policy::unpack(word), Err(InvalidPolicy::UnusedBits(word)));
        assert_eq!(Policy::unpack(ORDER), Err(InvalidPolicy::UnusedBits(ORDER)));
    }

    #[test]
    fn the_zero_policy_admits_a_new_agent() {
        assert_eq!(Policy::default().check(&AgentState::genesis(), 1), Ok(()));
    }
}
