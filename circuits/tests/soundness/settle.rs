//! settle, clause by clause; opening is in `opening`, the signature's inner checks beside its gadget.

use crate::fixture::*;
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::babyjubjub;
use repute_circuits::clients::{SeenClients, Slot};
use repute_circuits::eddsa::{PrivateKey, Unverified};
use repute_circuits::field::{Fr, power_of_two};
use repute_circuits::poseidon;
use repute_circuits::state::AgentState;
use repute_circuits::statement::Settle;
use repute_circuits::statement::settle::{
    Engagement, Mode, Outcome, Public, Review, Violation, review_message,
};

const LATER: u64 = START + 1_000;

fn silent(agent: &Agent) -> Settle {
    let job = agent.open[0];
    agent.settle(job, completed(job, LATER), None)
}

fn private(agent: &Agent, review: Review) -> Settle {
    let job = agent.open[0];
    agent.settle(job, rated_privately(job, LATER), Some(review))
}

fn open(agent: &Agent, rating: u8) -> Settle {
    let job = agent.open[0];
    agent.settle(job, rated_openly(job, LATER, rating), None)
}

/// The statement of `agent` for `engagement`, whatever the native transition thinks of it, with
/// `next` in the new note.
fn with_next(honest: &Settle, engagement: Engagement, next: &AgentState) -> Settle {
    let mut statement = honest.clone();
    statement.engagement = engagement;
    statement.public.engagement = engagement.pack();
    statement.public.commitment = statement.opening.next_commitment(next);
    statement
}

#[test]
fn honest_settlements_of_every_mode_are_true() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    for statement in [
        silent(&agent),
        private(&agent, review(job.job, 0)),
        private(&agent, review(job.job, 100)),
        open(&agent, 0),
        open(&agent, 100),
        agent.settle(job, cancelled(job, LATER), None),
    ] {
        assert_true(&laid, &statement);
        assert_public_inputs_bind(&laid, &statement);
    }
}

#[test]
fn a_job_of_another_agent_is_refused() {
    // The ticket on chain is A's; B tries to fold A's paid job into its own record.
    let laid = Laid::out::<Settle>();
    let (a, b) = (Agent::experienced(1), Agent::experienced(2));
    let mut statement = silent(&b);
    statement.public.ticket = a.secret.ticket(statement.job);
    assert_violates(&laid, &statement, Violation::Ticket.clause(), &[]);
}

#[test]
fn another_job_than_the_tickets_is_refused() {
    let mut statement = silent(&Agent::experienced(1));
    statement.job += Fr::ONE;
    assert_violates(
        &Laid::out::<Settle>(),
        &statement,
        Violation::Ticket.clause(),
        &[],
    );
}

#[test]
fn another_engagement_word_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    for offset in [0, 32, 72, 75, 83, 179, 219, 221, 223, 231] {
        let mut statement = silent(&agent);
        statement.public.engagement += power_of_two(offset);
        assert_violates(&laid, &statement, Violation::EngagementWord.clause(), &[]);
    }
}

#[test]
fn parts_wider_than_their_places_are_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let clause = Violation::EngagementWord.clause();
    let honest = completed(job, LATER);

    let wide = Engagement {
        budget: 1 << 96,
        ..honest
    };
    assert_violates(&laid, &agent.settle(job, wide, None), clause, &[]);
    let wide = Engagement {
        taken_at: 1 << 40,
        ..honest
    };
    assert_violates(&laid, &agent.settle(job, wide, None), clause, &[]);
    let wide = Engagement {
        at: 1 << 41,
        ..honest
    };
    let also = [Violation::Time.clause()];
    assert_violates(&laid, &agent.settle(job, wide, None), clause, &also);
}

#[test]
fn a_cancelled_job_carries_neither_rating_nor_budget() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let honest = agent.settle(job, cancelled(job, LATER), None);
    let clause = Violation::Outcome.clause();

    let budget = Engagement {
        budget: 5,
        ..honest.engagement
    };
    let mut next = agent.settle(job, budget, None).next_state().unwrap();
    next.volume += 5;
    assert_violates(&laid, &with_next(&honest, budget, &next), clause, &[]);

    let rated = Engagement {
        mode: Mode::Open,
        open_rating: 101,
        ..honest.engagement
    };
    let mut next = agent.settle(job, rated, None).next_state().unwrap();
    next.rated += 1;
    next.rating_sum += 100;
    assert_violates(&laid, &with_next(&honest, rated, &next), clause, &[]);
}

#[test]
fn an_open_rating_needs_its_mode() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let engagement = Engagement {
        open_rating: 51,
        ..completed(job, LATER)
    };
    let statement = agent.settle(job, engagement, None);
    assert_violates(&laid, &statement, Violation::OpenRating.clause(), &[]);
}

#[test]
fn a_rating_above_100_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let clause = Violation::Rating.clause();
    assert_violates(&laid, &private(&agent, review(job.job, 101)), clause, &[]);
    assert_violates(&laid, &open(&agent, 101), clause, &[]);
    assert_violates(&laid, &open(&agent, 254), clause, &[]);
}

#[test]
fn a_missing_rating_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let clause = Violation::Rating.clause();
    // Mode 2 without a rating on chain.
    let engagement = Engagement {
        mode: Mode::Open,
        ..completed(job, LATER)
    };
    let honest = open(&agent, 0);
    let next = honest.next_state().unwrap();
    let mut next = AgentState {
        rating_sum: next.rating_sum,
        ..next
    };
    next.history = silent(&agent).next_state().unwrap().history;
    let statement = with_next(&honest, engagement, &next);
    // rating = −1 also reaches into the sum.
    let failing = Laid::out::<Settle>().failing(&assignment(&statement));
    assert!(failing.contains(clause), "{failing:?}");
    assert_eq!(
        repute_circuits::statement::Statement::check(&statement),
        Err(Violation::Rating)
    );
    // Mode 1 without a review.
    let statement = agent.settle(job, rated_privately(job, LATER), None);
    let failing = laid.failing(&assignment(&statement));
    assert!(failing.contains(clause), "{failing:?}");
    assert_eq!(
        repute_circuits::statement::Statement::check(&statement),
        Err(Violation::Rating)
    );
}

#[test]
fn another_reviewer_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0].job;
    let stranger = PrivateKey::from_bytes(&[8; 32]);
    let message = review_message(job, Fr::from(DELIVERABLE), 100);
    let signature = Unverified::new(&stranger.public_key(), &stranger.sign(message));
    let statement = private(
        &agent,
        Review {
            rating: 100,
            signature,
        },
    );
    assert_violates(&laid, &statement, Violation::Reviewer.clause(), &[]);
    // A post without a reviewer has no private rating.
    let mut statement = private(&agent, review(job, 100));
    statement.public.reviewer = Fr::ZERO;
    assert_violates(&laid, &statement, Violation::Reviewer.clause(), &[]);
}

/// A private settlement in which the post names `key` as reviewer, valid or not.
fn reviewed_by(agent: &Agent, key: (Fr, Fr)) -> Settle {
    let mut review = review(agent.open[0].job, 100);
    review.signature.key = key;
    let mut statement = private(agent, review);
    statement.public.reviewer = poseidon::hash([key.0, key.1]);
    statement
}

#[test]
fn a_reviewer_key_off_the_curve_is_refused() {
    let honest = reviewer().public_key();
    let statement = reviewed_by(&Agent::experienced(1), (honest.x() + Fr::ONE, honest.y()));
    let also = [Violation::Signature.clause()];
    assert_violates(
        &Laid::out::<Settle>(),
        &statement,
        Violation::KeyOnCurve.clause(),
        &also,
    );
}

#[test]
fn a_reviewer_key_of_low_order_is_refused() {
    // Under A = (0, 1), S·Base8 = R8 signs any message.
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    for key in [(Fr::ZERO, Fr::ONE), (Fr::ZERO, -Fr::ONE)] {
        let mut statement = reviewed_by(&agent, key);
        let signature = &mut statement.review.as_mut().unwrap().signature;
        let base = babyjubjub::base8();
        signature.r8 = (base.x, base.y);
        signature.s = alloy_primitives::U256::from(1);
        // There is no 8·A to multiply, so the equation has nothing true to say either.
        let also = [Violation::Signature.clause()];
        assert_violates(&laid, &statement, Violation::KeyOrder.clause(), &also);
    }
}

#[test]
fn a_signature_on_anything_else_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0].job;
    let clause = Violation::Signature.clause();

    // Another rating than the one signed.
    let mut raised = review(job, 10);
    raised.rating = 100;
    assert_violates(&laid, &private(&agent, raised), clause, &[]);
    // Another job, another deliverable.
    assert_violates(
        &laid,
        &private(&agent, review(job + Fr::ONE, 100)),
        clause,
        &[],
    );
    let mut statement = private(&agent, review(job, 100));
    statement.public.deliverable += Fr::ONE;
    assert_violates(&laid, &statement, clause, &[]);
    // Another S, another R8.
    let mut bent = review(job, 100);
    bent.signature.s += alloy_primitives::U256::from(1);
    assert_violates(&laid, &private(&agent, bent), clause, &[]);
    let mut bent = review(job, 100);
    bent.signature.r8.0 += Fr::ONE;
    assert_violates(&laid, &private(&agent, bent), clause, &[]);
}

#[test]
fn an_s_at_or_above_the_subgroup_order_is_refused_natively() {
    // In the circuit S is only known to exist, so another encoding of it proves nothing more.
    let agent = Agent::experienced(1);
    let mut large = review(agent.open[0].job, 100);
    large.signature.s += babyjubjub::SUBGROUP_ORDER;
    let statement = private(&agent, large);
    use repute_circuits::statement::Statement;
    assert_eq!(statement.check(), Err(Violation::Signature));
}

#[test]
fn another_bitmap_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    // Forgetting a client would let it count again.
    let mut statement = silent(&agent);
    statement.seen = SeenClients::default();
    statement.public.commitment = statement
        .opening
        .next_commitment(&statement.next_state().unwrap());
    assert_violates(&laid, &statement, Violation::Seen.clause(), &[]);
}

#[test]
fn a_slot_outside_the_bitmap_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    for bit in [248, 249, 255] {
        let engagement = Engagement {
            slot: Slot { word: 2, bit },
            ..completed(job, LATER)
        };
        let statement = agent.settle(job, engagement, None);
        // The circuit's new note follows its own idea of what such a slot would set.
        let also = [Violation::Commitment.clause()];
        let failing = laid.failing(&assignment(&statement));
        assert!(failing.contains(Violation::Slot.clause()), "{failing:?}");
        assert!(
            failing
                .iter()
                .all(|c| *c == Violation::Slot.clause() || also.contains(c))
        );
        use repute_circuits::statement::Statement;
        assert_eq!(statement.check(), Err(Violation::Slot));
    }
}

#[test]
fn a_time_before_the_last_change_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let settle = |at| agent.settle(job, completed(job, at), None);
    assert_true(&laid, &settle(agent.state.last_at));
    let statement = settle(agent.state.last_at - 1);
    assert_violates(&laid, &statement, Violation::Time.clause(), &[]);
}

/// The honest settlement of a maximal state's neighbour, moved onto the maximal state with the note
/// that wraps around.
fn overflow(at_maximum: AgentState, wrapped: impl Fn(AgentState) -> AgentState) -> Settle {
    let experienced = Agent::experienced(1);
    let honest = open(&experienced, 90);
    let agent = Agent::with_note(
        experienced.secret.clone(),
        experienced.rho,
        at_maximum,
        experienced.seen.clone(),
    );
    let opening = agent.opening();
    let next = wrapped(honest.next_state().unwrap());
    let public = Public {
        root: opening.path.root(opening.commitment()),
        nullifier: opening.nullifier(),
        commitment: opening.next_commitment(&next),
        ..honest.public
    };
    Settle {
        public,
        opening,
        ..honest
    }
}

#[test]
fn counters_at_their_maxima_are_refused() {
    let laid = Laid::out::<Settle>();
    let clause = Violation::Counters.clause();
    let base = Agent::experienced(1).state;

    // rated = 2^32 packs as rated = 0 and one more client.
    let statement = overflow(
        AgentState {
            rated: u32::MAX,
            ..base.clone()
        },
        |next| AgentState {
            rated: 0,
            clients: next.clients + 1,
            ..next
        },
    );
    assert_violates(&laid, &statement, clause, &[]);

    // ratingSum beyond 2^40 would pack beyond its word's last field.
    let statement = overflow(
        AgentState {
            rating_sum: (1 << 40) - 1,
            ..base.clone()
        },
        |next| AgentState {
            rating_sum: (1 << 40) - 1 + 90,
            ..next
        },
    );
    assert_violates(&laid, &statement, clause, &[]);

    // volume beyond 2^128 packs as a small volume and a later firstAt.
    let statement = overflow(
        AgentState {
            volume: u128::MAX,
            ..base.clone()
        },
        |next| AgentState {
            volume: next.volume.wrapping_sub(base.volume).wrapping_sub(1),
            first_at: next.first_at + 1,
            ..next
        },
    );
    assert_violates(&laid, &statement, clause, &[]);
}

#[test]
fn completed_and_cancelled_counters_at_their_maxima_are_refused() {
    // With accepted at most 2^32 − 1 these also break completed + cancelled ≤ accepted.
    let laid = Laid::out::<Settle>();
    let clause = Violation::Counters.clause();
    let base = Agent::experienced(1).state;
    let full = AgentState {
        accepted: u32::MAX,
        completed: u32::MAX,
        ..base
    };
    let statement = overflow(full, |next| AgentState {
        accepted: u32::MAX,
        completed: 0,
        cancelled: next.cancelled + 1,
        ..next
    });
    assert_violates(&laid, &statement, clause, &[Violation::Resolved.clause()]);
}

#[test]
fn a_job_that_was_never_accepted_is_refused() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let state = AgentState {
        accepted: 1,
        ..agent.state.clone()
    };
    let mut agent = Agent::with_note(agent.secret, agent.rho, state, agent.seen);
    agent.open = Agent::experienced(1).open;
    assert_violates(&laid, &silent(&agent), Violation::Resolved.clause(), &[]);
    let job = agent.open[0];
    let statement = agent.settle(job, cancelled(job, LATER), None);
    assert_violates(&laid, &statement, Violation::Resolved.clause(), &[]);
}

#[test]
fn a_new_client_counts_once() {
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let again = silent(&agent);
    assert_eq!(again.next_state().unwrap().clients, agent.state.clients);
    let engagement = Engagement {
        slot: Slot { word: 7, bit: 247 },
        ..completed(job, LATER)
    };
    let new = agent.settle(job, engagement, None);
    assert_eq!(new.next_state().unwrap().clients, agent.state.clients + 1);
    assert_true(&Laid::out::<Settle>(), &new);
}

#[test]
fn the_new_state_folds_this_outcome_and_changes_nothing_else() {
    let laid = Laid::out::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    for honest in [
        silent(&agent),
        private(&agent, review(job.job, 50)),
        open(&agent, 50),
        agent.settle(job, cancelled(job, LATER), None),
    ] {
        let next = honest.next_state().unwrap();
        for state in [
            agent.state.clone(),
            AgentState {
                accepted: next.accepted + 1,
                ..next.clone()
            },
            AgentState {
                completed: next.completed + 1,
                ..next.clone()
            },
            AgentState {
                cancelled: next.cancelled.wrapping_sub(1),
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
        ] {
            let mut statement = honest.clone();
            statement.public.commitment = statement.opening.next_commitment(&state);
            assert_violates(&laid, &statement, Violation::Commitment.clause(), &[]);
        }
    }
}

#[test]
fn a_cancelled_job_leaves_the_bitmap_alone() {
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let engagement = Engagement {
        slot: Slot { word: 1, bit: 1 },
        ..cancelled(job, LATER)
    };
    let statement = agent.settle(job, engagement, None);
    assert_eq!(statement.next_state().unwrap().seen, agent.state.seen);
    assert_eq!(statement.engagement.outcome, Outcome::Cancelled);
    assert_true(&Laid::out::<Settle>(), &statement);
}
