//! accept, clause by clause; thresholds are in `policy`, opening in `opening`.

use crate::fixture::*;
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::field::{Fr, power_of_two};
use repute_circuits::policy::Policy;
use repute_circuits::state::{AgentState, Secret};
use repute_circuits::statement::Accept;
use repute_circuits::statement::accept::{Offer, Public, Violation};

const LATER: u64 = START + 1_000;
const OFFER: Offer = Offer {
    category: 3,
    at: LATER,
};

fn honest(agent: &Agent) -> Accept {
    agent.accept(Fr::from(9), OFFER, Policy::default())
}

#[test]
fn an_honest_acceptance_is_true() {
    let laid = Laid::out::<Accept>();
    let statement = honest(&Agent::experienced(1));
    assert_true(&laid, &statement);
    assert_public_inputs_bind(&laid, &statement);
    assert_true(&laid, &honest(&Agent::new(1)));
}

#[test]
fn another_ticket_is_refused() {
    let laid = Laid::out::<Accept>();
    let mut statement = honest(&Agent::experienced(1));
    statement.public.ticket = Secret::new(Fr::from(5)).ticket(statement.public.job);
    assert_violates(&laid, &statement, Violation::Ticket.clause(), &[]);
    let mut statement = honest(&Agent::experienced(1));
    statement.public.job += Fr::ONE;
    assert_violates(&laid, &statement, Violation::Ticket.clause(), &[]);
}

#[test]
fn another_offer_is_refused() {
    let laid = Laid::out::<Accept>();
    for by in [Fr::ONE, power_of_two(32), power_of_two(72)] {
        let mut statement = honest(&Agent::experienced(1));
        statement.public.offer += by;
        assert_violates(&laid, &statement, Violation::OfferWord.clause(), &[]);
    }
    // A time too wide for its place also breaks the differences that it stands in.
    let offer = Offer {
        category: 3,
        at: 1 << 41,
    };
    let statement = Agent::experienced(1).accept(Fr::from(9), offer, Policy::default());
    let also = ["policy: minAgeDays", Violation::Time.clause()];
    assert_violates(&laid, &statement, Violation::OfferWord.clause(), &also);
}

#[test]
fn another_policy_word_is_refused() {
    let laid = Laid::out::<Accept>();
    for by in [Fr::ONE, power_of_two(248), power_of_two(88)] {
        let mut statement = honest(&Agent::experienced(1));
        statement.public.policy += by;
        assert_violates(&laid, &statement, Violation::PolicyWord.clause(), &[]);
    }
}

#[test]
fn a_time_before_the_last_change_is_refused() {
    let laid = Laid::out::<Accept>();
    let agent = Agent::experienced(1);
    let accept = |at| agent.accept(Fr::from(9), Offer { category: 3, at }, Policy::default());
    assert_true(&laid, &accept(agent.state.last_at));
    let statement = accept(agent.state.last_at - 1);
    assert_violates(&laid, &statement, Violation::Time.clause(), &[]);
}

#[test]
fn a_full_counter_is_refused() {
    let laid = Laid::out::<Accept>();
    let honest = Agent::experienced(1);
    let full = AgentState {
        accepted: u32::MAX,
        ..honest.state.clone()
    };
    let agent = Agent::with_note(honest.secret, honest.rho, full.clone(), honest.seen);
    let nearly = AgentState {
        accepted: u32::MAX - 1,
        ..full.clone()
    };
    let below = Agent::with_note(agent.secret.clone(), agent.rho, nearly, agent.seen.clone());
    let before = below.accept(Fr::from(9), OFFER, Policy::default());
    assert_true(&laid, &before);

    // accepted + 1 = 2^32 would pack to the same word as accepted = 0 and one more completed job.
    let overflown = AgentState {
        accepted: 0,
        completed: full.completed + 1,
        ..before.next_state().unwrap()
    };
    let opening = agent.opening();
    let public = Public {
        root: opening.path.root(opening.commitment()),
        nullifier: opening.nullifier(),
        commitment: opening.next_commitment(&overflown),
        ..before.public
    };
    let statement = Accept {
        public,
        opening,
        ..before
    };
    assert_violates(&laid, &statement, Violation::Counters.clause(), &[]);
}

#[test]
fn the_new_state_counts_this_job_and_changes_nothing_else() {
    let laid = Laid::out::<Accept>();
    for agent in [Agent::new(1), Agent::experienced(1)] {
        let next = honest(&agent).next_state().unwrap();
        assert_eq!(next.accepted, agent.state.accepted + 1);
        let first_at = if agent.state.first_at == 0 {
            LATER
        } else {
            agent.state.first_at
        };
        assert_eq!((next.first_at, next.last_at), (first_at, LATER));
        let dishonest = [
            agent.state.clone(),
            AgentState {
                accepted: next.accepted + 1,
                ..next.clone()
            },
            AgentState {
                accepted: agent.state.accepted,
                ..next.clone()
            },
            AgentState {
                completed: next.completed + 1,
                ..next.clone()
            },
            AgentState {
                cancelled: next.cancelled + 1,
                ..next.clone()
            },
            AgentState {
                rated: next.rated + 1,
                ..next.clone()
            },
            AgentState {
                clients: next.clients + 1,
                ..next.clone()
            },
            AgentState {
                rating_sum: next.rating_sum + 1,
                ..next.clone()
            },
            AgentState {
                volume: next.volume + 1,
                ..next.clone()
            },
            AgentState {
                first_at: next.first_at - 1,
                ..next.clone()
            },
            AgentState {
                last_at: next.last_at + 1,
                ..next.clone()
            },
            AgentState {
                seen: next.seen + Fr::ONE,
                ..next.clone()
            },
            AgentState {
                history: agent.state.history,
                ..next.clone()
            },
            AgentState {
                history: Fr::ZERO,
                ..next.clone()
            },
        ];
        for state in dishonest {
            let mut statement = honest(&agent);
            statement.public.commitment = statement.opening.next_commitment(&state);
            assert_violates(&laid, &statement, Violation::Commitment.clause(), &[]);
        }
    }
}
