//! Random histories: at every step the circuit's new commitment is the native one.

use crate::fixture::*;
use proptest::prelude::*;
use repute_circuits::clients::Slot;
use repute_circuits::field::Fr;
use repute_circuits::policy::Policy;
use repute_circuits::statement::accept::Offer;
use repute_circuits::statement::settle::Engagement;
use repute_circuits::statement::{Accept, Refresh, Settle};

#[derive(Clone, Debug)]
enum Step {
    Accept {
        category: u32,
        wait: u64,
    },
    Settle {
        pick: usize,
        slot: u16,
        budget: u64,
        wait: u64,
        rating: Option<(bool, u8)>,
    },
    Cancel {
        pick: usize,
        wait: u64,
    },
    Refresh,
}

fn step() -> impl Strategy<Value = Step> {
    let wait = 0u64..100_000;
    let rating = proptest::option::of((any::<bool>(), 0u8..=100));
    prop_oneof![
        4 => (any::<u32>(), wait.clone())
            .prop_map(|(category, wait)| Step::Accept { category, wait }),
        4 => (any::<usize>(), 0u16..1984, any::<u64>(), wait.clone(), rating)
            .prop_map(|(pick, slot, budget, wait, rating)| {
                Step::Settle { pick, slot, budget, wait, rating }
            }),
        1 => (any::<usize>(), wait).prop_map(|(pick, wait)| Step::Cancel { pick, wait }),
        1 => Just(Step::Refresh),
    ]
}

struct Circuits {
    accept: Laid,
    settle: Laid,
    refresh: Laid,
}

/// Takes one step, asserts that its statement is true, and moves on to the new note.
fn walk(circuits: &Circuits, agent: &mut Agent, number: u64, step: &Step) {
    let last = agent.state.last_at.max(START);
    let next_job = |pick: usize, agent: &mut Agent| {
        (!agent.open.is_empty()).then(|| agent.open.swap_remove(pick % agent.open.len()))
    };
    match *step {
        Step::Accept { category, wait } => {
            let job = OpenJob {
                job: Fr::from(number),
                category,
                taken_at: last + wait,
            };
            let offer = Offer {
                category,
                at: job.taken_at,
            };
            let statement = agent.accept(job.job, offer, Policy::default());
            assert_true(&circuits.accept, &statement);
            let next = statement.next_state().unwrap();
            agent.follow(next, agent.seen.clone(), statement.public.commitment);
            agent.open.push(job);
        }
        Step::Settle {
            pick,
            slot,
            budget,
            wait,
            rating,
        } => {
            let Some(job) = next_job(pick, agent) else {
                return;
            };
            let at = last + wait;
            let base = match rating {
                None => completed(job, at),
                Some((true, rating)) => rated_openly(job, at, rating),
                Some((false, _)) => rated_privately(job, at),
            };
            let slot = Slot {
                word: (slot / 248) as u8,
                bit: (slot % 248) as u8,
            };
            let engagement = Engagement {
                slot,
                budget: budget.into(),
                ..base
            };
            let review = match rating {
                Some((false, rating)) => Some(review(job.job, rating)),
                _ => None,
            };
            settle(circuits, agent, &agent.settle(job, engagement, review));
        }
        Step::Cancel { pick, wait } => {
            let Some(job) = next_job(pick, agent) else {
                return;
            };
            settle(
                circuits,
                agent,
                &agent.settle(job, cancelled(job, last + wait), None),
            );
        }
        Step::Refresh if agent.state.accepted > 0 => {
            let statement = agent.refresh();
            assert_true(&circuits.refresh, &statement);
            let (state, seen) = (agent.state.clone(), agent.seen.clone());
            agent.follow(state, seen, statement.public.commitment);
        }
        Step::Refresh => {}
    }
    let state = &agent.state;
    assert!(state.completed + state.cancelled <= state.accepted);
    assert!(state.rated <= state.completed && state.clients <= state.completed);
    assert!(state.rating_sum <= 100 * u64::from(state.rated));
    assert!(state.first_at <= state.last_at);
    assert_eq!(agent.seen.digest(), state.seen);
    assert_eq!(state.unresolved(), agent.open.len() as i64);
}

fn settle(circuits: &Circuits, agent: &mut Agent, statement: &Settle) {
    assert_true(&circuits.settle, statement);
    let next = statement.next_state().unwrap();
    agent.follow(next, statement.next_seen(), statement.public.commitment);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4,
        max_shrink_iters: 20,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_circuit_follows_random_histories(steps in prop::collection::vec(step(), 100..200)) {
        let circuits = Circuits {
            accept: Laid::out::<Accept>(),
            settle: Laid::out::<Settle>(),
            refresh: Laid::out::<Refresh>(),
        };
        let mut agent = Agent::new(42);
        for (number, step) in steps.iter().enumerate() {
            walk(&circuits, &mut agent, number as u64 + 1, step);
        }
    }
}
