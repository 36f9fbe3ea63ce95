//! refresh, clause by clause.

use crate::fixture::*;
use ark_ff::Field;
use repute_circuits::clients::SeenClients;
use repute_circuits::field::Fr;
use repute_circuits::state::AgentState;
use repute_circuits::statement::Refresh;
use repute_circuits::statement::refresh::Violation;

#[test]
fn an_honest_refresh_is_true() {
    let laid = Laid::out::<Refresh>();
    let statement = Agent::experienced(1).refresh();
    assert_true(&laid, &statement);
    assert_public_inputs_bind(&laid, &statement);
}

#[test]
fn a_state_without_history_is_refused() {
    let statement = Agent::new(1).refresh();
    assert_violates(
        &Laid::out::<Refresh>(),
        &statement,
        Violation::HasHistory.clause(),
        &[],
    );
}

#[test]
fn another_state_is_refused() {
    let laid = Laid::out::<Refresh>();
    let agent = Agent::experienced(1);
    let mut statement = agent.refresh();
    statement.public.commitment += Fr::ONE;
    assert_violates(&laid, &statement, Violation::Commitment.clause(), &[]);

    let better = AgentState {
        completed: agent.state.completed + 1,
        ..agent.state.clone()
    };
    let mut statement = agent.refresh();
    statement.public.commitment = statement.opening.next_commitment(&better);
    assert_violates(&laid, &statement, Violation::Commitment.clause(), &[]);
}

#[test]
fn the_new_note_is_the_old_nullifiers() {
    // Under any other rho the old note could be made again.
    let agent = Agent::experienced(1);
    let mut statement = agent.refresh();
    statement.public.commitment = statement.opening.commitment();
    assert_violates(
        &Laid::out::<Refresh>(),
        &statement,
        Violation::Commitment.clause(),
        &[],
    );
}

#[test]
fn a_refreshed_note_opens_again() {
    let mut agent = Agent::experienced(1);
    let commitment = agent.refresh().public.commitment;
    agent.follow(agent.state.clone(), SeenClients::default(), commitment);
    assert_true(&Laid::out::<Refresh>(), &agent.refresh());
}
