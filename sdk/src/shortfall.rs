//! How far a record is from a policy that it does not meet.

use repute_circuits::{
    policy::{BPS, DAY, Policy, Violation},
    state::AgentState,
};
use std::fmt;

/// The first clause of a policy that a record misses, with the number that it has and the least that
/// would do.
///
/// Both are counts; for minVolume base units of the token, for minRating hundredths of a rating, for
/// minAgeDays days, and for the clauses on shares basis points, all rounded down. So `has` is below
/// `needs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The clause.
    pub clause: Violation,
    /// What the record has.
    pub has: u128,
    /// The least that would do.
    pub needs: u128,
}

impl Shortfall {
    /// What a record misses at `at`, unix seconds.
    ///
    /// # Errors
    /// The shortfall, where there is one.
    pub fn check(policy: &Policy, state: &AgentState, at: u64) -> Result<(), Self> {
        let Err(clause) = policy.check(state, at) else {
            return Ok(());
        };
        let [accepted, completed, cancelled, rated] = [
            state.accepted,
            state.completed,
            state.cancelled,
            state.rated,
        ]
        .map(u128::from);
        let unresolved = accepted.saturating_sub(completed + cancelled);
        let share = |part: u128, whole: u128| part * u128::from(BPS) / whole.max(1);
        let (has, needs) = match clause {
            Violation::Unresolved => (accepted, completed + cancelled),
            Violation::MinCompleted => (completed, policy.min_completed.into()),
            Violation::MinClients => (state.clients.into(), policy.min_clients.into()),
            Violation::MinVolume => (state.volume, policy.min_volume),
            Violation::MinSuccess => {
                let counted = completed + unresolved.saturating_sub(policy.free_open.into());
                (share(completed, counted), policy.min_success_bps.into())
            }
            Violation::MinRating => (
                u128::from(state.rating_sum) * 100 / rated.max(1),
                u128::from(policy.min_rating) * 100,
            ),
            Violation::MinRated => (share(rated, completed), policy.min_rated_bps.into()),
            Violation::MinKept => (
                share(accepted.saturating_sub(cancelled), accepted),
                policy.min_kept_bps.into(),
            ),
            Violation::MinAge => {
                let age = match state.first_at {
                    0 => 0,
                    first_at => at.saturating_sub(first_at),
                };
                ((age / DAY).into(), policy.min_age_days.into())
            }
        };
        Err(Self { clause, has, needs })
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clause, has, needs } = *self;
        let hundredths = |n: u128| format!("{}.{:02}", n / 100, n % 100);
        write!(f, "{}: ", clause.clause())?;
        match clause {
            Violation::Unresolved => write!(f, "{has} jobs taken, {needs} ended"),
            Violation::MinCompleted => write!(f, "{has} jobs completed, {needs} needed"),
            Violation::MinClients => write!(f, "{has} distinct clients, {needs} needed"),
            Violation::MinVolume => write!(f, "{has} base units of volume, {needs} needed"),
            Violation::MinAge => write!(f, "{has} days since the first job, {needs} needed"),
            Violation::MinRating => write!(
                f,
                "an average rating of {}, {} needed",
                hundredths(has),
                hundredths(needs)
            ),
            Violation::MinSuccess | Violation::MinRated | Violation::MinKept => {
                let share = match clause {
                    Violation::MinSuccess => "success rate",
                    Violation::MinRated => "share of rated jobs",
                    _ => "share of jobs not called off",
                };
                let (has, needs) = (hundredths(has), hundredths(needs));
                write!(f, "a {share} of {has} %, {needs} % needed")
            }
        }
    }
}

impl std::error::Error for Shortfall {}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;
    use std::collections::BTreeSet;

    /// A record of few jobs, so that policies of small thresholds are often just met or just missed.
    fn state(rng: &mut ChaCha20Rng) -> AgentState {
        let [completed, cancelled, open] = [(); 3].map(|()| rng.gen_range(0..4));
        let rated = rng.gen_range(0..=completed);
        AgentState {
            accepted: completed + cancelled + open,
            completed,
            cancelled,
            rated,
            clients: rng.gen_range(0..=completed),
            rating_sum: u64::from(rated) * rng.gen_range(0..=100),
            volume: u128::from(completed) * rng.gen_range(1..5),
            first_at: [0, rng.gen_range(1..3 * DAY)][usize::from(completed > 0)],
            ..AgentState::genesis()
        }
    }

    fn policy(rng: &mut ChaCha20Rng) -> Policy {
        // Most thresholds are off, so that every clause is at times the first to fail.
        let mut some = |most: u16| match rng.gen_bool(0.2) {
            true => rng.gen_range(0..=most),
            false => 0,
        };
        Policy {
            min_completed: some(4).into(),
            min_clients: some(4).into(),
            min_success_bps: some(BPS),
            min_rating: some(100) as u8,
            min_volume: some(12).into(),
            min_age_days: some(4),
            min_rated_bps: some(BPS),
            min_kept_bps: some(BPS),
            free_open: some(2),
        }
    }

    #[test]
    fn a_record_misses_a_policy_by_the_numbers_told() {
        let mut rng = ChaCha20Rng::from_seed([5; 32]);
        let mut clauses = BTreeSet::new();
        for _ in 0..20_000 {
            let (state, policy) = (state(&mut rng), policy(&mut rng));
            let at = 3 * DAY + rng.gen_range(0..DAY);
            let told = Shortfall::check(&policy, &state, at);
            assert_eq!(
                told.map_err(|shortfall| shortfall.clause),
                policy.check(&state, at)
            );
            if let Err(shortfall) = told {
                assert!(shortfall.has < shortfall.needs, "{shortfall:?} {state:?}");
                clauses.insert(shortfall.clause.clause());
            }
        }
        // All but the one that no record can miss.
        assert_eq!(clauses.len(), Violation::clauses().len() - 1);
    }

    #[test]
    fn a_shortfall_is_told_in_the_units_of_its_clause() {
        let state = AgentState {
            accepted: 3,
            completed: 2,
            rated: 2,
            rating_sum: 159,
            ..AgentState::genesis()
        };
        let one = Policy {
            min_completed: 1,
            ..Policy::default()
        };
        for (policy, expected) in [
            (
                Policy {
                    min_completed: 10,
                    ..one
                },
                "policy: minCompleted: 2 jobs completed, 10 needed",
            ),
            (
                Policy {
                    min_rating: 80,
                    ..one
                },
                "policy: minRating: an average rating of 79.50, 80.00 needed",
            ),
            (
                Policy {
                    min_success_bps: 6_667,
                    ..one
                },
                "policy: minSuccessBps: a success rate of 66.66 %, 66.67 % needed",
            ),
        ] {
            let shortfall = Shortfall::check(&policy, &state, 0).expect_err("it is missed");
            assert_eq!(shortfall.to_string(), expected);
        }
    }
}
