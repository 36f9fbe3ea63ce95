//! True statements of every kind, with flags and signatures in use and not.

use crate::fixture::*;
use crate::secrets;
use repute_circuits::field::Fr;
use repute_circuits::history::{Kind, Record, extend};
use repute_circuits::policy::Policy;
use repute_circuits::state::AgentState;
use repute_circuits::statement::accept::Offer;
use repute_circuits::statement::{Accept, Completion, Refresh, Settle, Standing, Window};
use repute_circuits::window::Filter;

const LATER: u64 = START + 1_000;

fn strict() -> Policy {
    Policy {
        min_completed: 1,
        min_rating: 80,
        min_age_days: 0,
        free_open: 1,
        ..Policy::default()
    }
}

/// By a new agent and by one with a record, under no policy and under one.
pub fn accept() -> Vec<Accept> {
    let offer = Offer {
        category: 3,
        at: LATER,
    };
    let job = Fr::from(9);
    vec![
        Agent::new(1).accept(job, offer, Policy::default()),
        Agent::experienced(1).accept(job, offer, strict()),
        secrets::accept().base,
    ]
}

/// In every mode, for a new client and for a known one.
pub fn settle() -> Vec<Settle> {
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let mut new_client = completed(job, LATER);
    new_client.slot.bit = 247 - new_client.slot.bit % 8;
    vec![
        agent.settle(job, completed(job, LATER), None),
        agent.settle(job, new_client, None),
        agent.settle(job, rated_openly(job, LATER, 100), None),
        agent.settle(job, rated_privately(job, LATER), Some(review(job.job, 0))),
        agent.settle(job, cancelled(job, LATER), None),
        secrets::settle().base,
    ]
}

/// Of a state with a record.
pub fn refresh() -> Vec<Refresh> {
    vec![Agent::experienced(1).refresh(), secrets::refresh().base]
}

/// Of a new agent and of one with a record.
pub fn standing() -> Vec<Standing> {
    vec![
        Agent::new(1).standing(Policy::default(), LATER),
        Agent::experienced(1).standing(strict(), LATER),
        secrets::standing().base,
    ]
}

/// The one there is.
pub fn completion() -> Vec<Completion> {
    vec![secrets::completion().base]
}

/// Padded and full, from the beginning and from within the chain, in one category and in all.
pub fn window() -> Vec<Window<16>> {
    let record = |kind, at, taken_at, rating| Record {
        kind,
        rating,
        category: 7,
        at: START + at,
        budget: if kind == Kind::Completed { 100 } else { 0 },
        taken_at: if kind == Kind::Accepted {
            0
        } else {
            START + taken_at
        },
    };
    let mut records = vec![
        record(Kind::Accepted, 0, 0, None),
        record(Kind::Accepted, 10, 0, None),
        record(Kind::Accepted, 20, 0, None),
        record(Kind::Completed, 30, 0, Some(90)),
        record(Kind::Completed, 40, 10, None),
        record(Kind::Cancelled, 50, 20, None),
    ];
    records[2].category = 8;
    records[5].category = 8;
    let padded = |category, since| {
        let agent = Agent::experienced(1);
        let mut opening = agent.opening();
        opening.state = AgentState {
            history: records.iter().fold(Fr::from(0), extend),
            ..opening.state
        };
        let filter = Filter { category, since };
        let (context, scope) = (Fr::from(11), Fr::from(12));
        Window::new(
            opening,
            &records,
            filter,
            Policy::default(),
            LATER,
            context,
            scope,
        )
        .expect("six records fit")
    };
    vec![
        padded(None, 0),
        padded(Some(7), START + 5),
        secrets::window::<16>(0..16).base,
    ]
}
