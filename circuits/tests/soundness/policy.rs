//! Every threshold of a policy: met exactly at its bound and missed by one, in accept and standing.

use crate::fixture::*;
use repute_circuits::clients::SeenClients;
use repute_circuits::field::Fr;
use repute_circuits::policy::{Policy, Violation};
use repute_circuits::state::{AgentState, Secret};
use repute_circuits::statement::accept::Offer;
use repute_circuits::statement::{Accept, Standing};

const DAY: u64 = 86_400;
const NOW: u64 = START + 30 * DAY;

/// 20 jobs: 10 completed for 6 clients, 4 called off, 6 unresolved; 8 rated, 80 on average.
fn state() -> AgentState {
    AgentState {
        accepted: 20,
        completed: 10,
        cancelled: 4,
        rated: 8,
        clients: 6,
        rating_sum: 640,
        volume: 1_000,
        first_at: START,
        last_at: START + DAY,
        history: Fr::from(99),
        ..AgentState::genesis()
    }
}

fn agent(state: AgentState) -> Agent {
    Agent::with_note(
        Secret::new(Fr::from(1)),
        Fr::from(5),
        state,
        SeenClients::default(),
    )
}

struct Circuits {
    accept: Laid,
    standing: Laid,
}

impl Circuits {
    fn new() -> Self {
        Self {
            accept: Laid::out::<Accept>(),
            standing: Laid::out::<Standing>(),
        }
    }

    #[track_caller]
    fn meets(&self, state: &AgentState, policy: Policy, at: u64) {
        let agent = agent(state.clone());
        assert_true(&self.standing, &agent.standing(policy, at));
        let accept = agent.accept(Fr::from(2), Offer { category: 1, at }, policy);
        assert_true(&self.accept, &accept);
    }

    #[track_caller]
    fn misses(&self, state: &AgentState, policy: Policy, at: u64, violation: Violation) {
        let agent = agent(state.clone());
        assert_violates(
            &self.standing,
            &agent.standing(policy, at),
            violation.clause(),
            &[],
        );
        let accept = agent.accept(Fr::from(2), Offer { category: 1, at }, policy);
        assert_violates(&self.accept, &accept, violation.clause(), &[]);
    }
}

#[test]
fn each_threshold_is_met_at_its_bound_and_missed_by_one() {
    let circuits = Circuits::new();
    let one = Policy {
        min_completed: 1,
        ..Policy::default()
    };
    // completed / (completed + unresolved − freeOpen) = 10 / (10 + 6 − 1)
    let rate = Policy {
        free_open: 1,
        ..one
    };
    for (met, missed, violation) in [
        (
            Policy {
                min_completed: 10,
                ..one
            },
            Policy {
                min_completed: 11,
                ..one
            },
            Violation::MinCompleted,
        ),
        (
            Policy {
                min_clients: 6,
                ..one
            },
            Policy {
                min_clients: 7,
                ..one
            },
            Violation::MinClients,
        ),
        (
            Policy {
                min_volume: 1_000,
                ..one
            },
            Policy {
                min_volume: 1_001,
                ..one
            },
            Violation::MinVolume,
        ),
        (
            Policy {
                min_success_bps: 6_666,
                ..rate
            },
            Policy {
                min_success_bps: 6_667,
                ..rate
            },
            Violation::MinSuccess,
        ),
        (
            Policy {
                min_success_bps: 6_250,
                ..one
            },
            Policy {
                min_success_bps: 6_251,
                ..one
            },
            Violation::MinSuccess,
        ),
        (
            Policy {
                min_rating: 80,
                ..one
            },
            Policy {
                min_rating: 81,
                ..one
            },
            Violation::MinRating,
        ),
        (
            Policy {
                min_rated_bps: 8_000,
                ..one
            },
            Policy {
                min_rated_bps: 8_001,
                ..one
            },
            Violation::MinRated,
        ),
        (
            Policy {
                min_kept_bps: 8_000,
                ..one
            },
            Policy {
                min_kept_bps: 8_001,
                ..one
            },
            Violation::MinKept,
        ),
        (
            Policy {
                min_age_days: 30,
                ..one
            },
            Policy {
                min_age_days: 31,
                ..one
            },
            Violation::MinAge,
        ),
    ] {
        met.validate().unwrap();
        circuits.meets(&state(), met, NOW);
        circuits.misses(&state(), missed, NOW, violation);
    }
}

#[test]
fn free_open_excuses_no_more_than_the_unresolved_jobs() {
    let circuits = Circuits::new();
    let all = Policy {
        min_completed: 1,
        min_success_bps: 10_000,
        ..Policy::default()
    };
    circuits.misses(
        &state(),
        Policy {
            free_open: 5,
            ..all
        },
        NOW,
        Violation::MinSuccess,
    );
    circuits.meets(
        &state(),
        Policy {
            free_open: 6,
            ..all
        },
        NOW,
    );
    circuits.meets(
        &state(),
        Policy {
            free_open: u16::MAX,
            ..all
        },
        NOW,
    );
}

#[test]
fn a_least_rating_needs_a_rating_and_a_least_age_a_first_job() {
    let circuits = Circuits::new();
    let unrated = AgentState {
        rated: 0,
        rating_sum: 0,
        ..state()
    };
    let policy = Policy {
        min_completed: 1,
        min_rating: 1,
        ..Policy::default()
    };
    circuits.misses(&unrated, policy, NOW, Violation::MinRating);

    // firstAt = 0 would make a new agent half a century old.
    let jobless = AgentState {
        last_at: START,
        history: Fr::from(99),
        ..AgentState::genesis()
    };
    let policy = Policy {
        min_age_days: 1,
        ..Policy::default()
    };
    circuits.misses(&jobless, policy, NOW, Violation::MinAge);
}

#[test]
fn the_age_is_counted_in_whole_days() {
    let circuits = Circuits::new();
    let policy = Policy {
        min_age_days: 30,
        ..Policy::default()
    };
    circuits.misses(&state(), policy, NOW - 1, Violation::MinAge);
    circuits.meets(&state(), policy, NOW);
}

#[test]
fn more_jobs_ended_than_taken_are_refused() {
    let circuits = Circuits::new();
    let state = AgentState {
        accepted: 13,
        ..state()
    };
    circuits.misses(&state, Policy::default(), NOW, Violation::Unresolved);
}

#[test]
fn counters_at_their_maxima_compare_without_wrapping() {
    let circuits = Circuits::new();
    let full = AgentState {
        accepted: u32::MAX - 1,
        completed: u32::MAX - 1,
        cancelled: 0,
        rated: u32::MAX - 1,
        clients: u32::MAX,
        rating_sum: 100 * u64::from(u32::MAX - 1),
        volume: u128::MAX,
        ..state()
    };
    let policy = Policy {
        min_completed: u32::MAX - 1,
        min_clients: u32::MAX,
        min_success_bps: 10_000,
        min_rating: 100,
        min_volume: (1 << 96) - 1,
        min_age_days: 30,
        min_rated_bps: 10_000,
        min_kept_bps: 10_000,
        free_open: 0,
    };
    circuits.meets(&full, policy, NOW);
    let policy = Policy {
        min_completed: u32::MAX,
        ..policy
    };
    circuits.misses(&full, policy, NOW, Violation::MinCompleted);
}
