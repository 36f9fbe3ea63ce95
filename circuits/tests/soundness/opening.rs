//! The clauses of opening a state, in each statement that opens one.

use crate::fixture::*;
use ark_ff::Field;
use repute_circuits::clients::SeenClients;
use repute_circuits::field::Fr;
use repute_circuits::policy::Policy;
use repute_circuits::state::{AgentState, Secret, commitment, identity};
use repute_circuits::statement::accept::Offer;
use repute_circuits::statement::opening::Violation;
use repute_circuits::statement::{Accept, Refresh, Settle, Standing, Statement};

const LATER: u64 = START + 1_000;

fn accept(agent: &Agent) -> Accept {
    agent.accept(
        Fr::from(9),
        Offer {
            category: 3,
            at: LATER,
        },
        Policy::default(),
    )
}

fn settle(agent: &Agent) -> Settle {
    let job = OpenJob {
        job: Fr::from(2),
        category: 3,
        taken_at: START + 200,
    };
    agent.settle(job, completed(job, LATER), None)
}

fn standing(agent: &Agent) -> Standing {
    agent.standing(Policy::default(), LATER)
}

fn refresh(agent: &Agent) -> Refresh {
    agent.refresh()
}

/// Asserts that every statement that `agent` makes violates `violation`; `also` names, for each
/// statement, what else breaks by the same change.
fn every_statement_violates(agent: &Agent, violation: Violation, also: [&[&str]; 4]) {
    let clause = violation.clause();
    assert_violates(&Laid::out::<Accept>(), &accept(agent), clause, also[0]);
    assert_violates(&Laid::out::<Settle>(), &settle(agent), clause, also[1]);
    assert_violates(&Laid::out::<Standing>(), &standing(agent), clause, also[2]);
    assert_violates(&Laid::out::<Refresh>(), &refresh(agent), clause, also[3]);
}

#[test]
fn a_field_wider_than_its_width_is_refused() {
    let honest = Agent::experienced(1);
    let state = AgentState {
        first_at: 1 << 40,
        ..honest.state.clone()
    };
    let agent = Agent::with_note(honest.secret, honest.rho, state, honest.seen);
    // A first job after now also makes a negative age.
    let age = ["policy: minAgeDays"];
    every_statement_violates(&agent, Violation::Widths, [&age, &[], &age, &[]]);
}

#[test]
fn a_second_note_under_one_secret_is_refused() {
    // Registration can't see rho; a second identity of the same secret would be a second, empty
    // record to fall back on. Only the genesis rho opens a state without history.
    let secret = Secret::new(Fr::from(1));
    let rho = secret.view().genesis_rho() + Fr::ONE;
    let agent = Agent::with_note(secret, rho, AgentState::genesis(), SeenClients::default());
    every_statement_violates(
        &agent,
        Violation::Genesis,
        [&[], &["settle: resolved"], &[], &["refresh: history"]],
    );
}

#[test]
fn a_record_invented_at_registration_is_refused() {
    let secret = Secret::new(Fr::from(1));
    let rho = secret.view().genesis_rho();
    let state = AgentState {
        accepted: 10,
        completed: 9,
        ..AgentState::genesis()
    };
    let agent = Agent::with_note(secret, rho, state, SeenClients::default());
    every_statement_violates(
        &agent,
        Violation::Genesis,
        [&[], &[], &[], &["refresh: history"]],
    );
}

#[test]
fn a_root_that_does_not_hold_the_commitment_is_refused() {
    let agent = Agent::experienced(1);
    let clause = Violation::Membership.clause();

    let mut statement = accept(&agent);
    statement.public.root += Fr::ONE;
    assert_violates(&Laid::out::<Accept>(), &statement, clause, &[]);
    let mut statement = settle(&agent);
    statement.opening.path.siblings[1] += Fr::ONE;
    assert_violates(&Laid::out::<Settle>(), &statement, clause, &[]);
    let mut statement = standing(&agent);
    statement.opening.path.right ^= 1;
    assert_violates(&Laid::out::<Standing>(), &statement, clause, &[]);
    let mut statement = refresh(&agent);
    statement.opening.path.siblings.pop();
    assert_violates(&Laid::out::<Refresh>(), &statement, clause, &[]);
}

#[test]
fn a_path_longer_than_the_tree_can_be_is_refused() {
    let mut statement = refresh(&Agent::experienced(1));
    statement.opening.path.siblings.resize(27, Fr::ONE);
    statement.public.root = statement.opening.path.root(statement.opening.commitment());
    assert_violates(
        &Laid::out::<Refresh>(),
        &statement,
        Violation::Membership.clause(),
        &[],
    );
}

#[test]
fn another_nullifier_is_refused() {
    let agent = Agent::experienced(1);
    let clause = Violation::Nullifier.clause();
    let bad = agent.opening().nullifier() + Fr::ONE;
    // The new note is made under the nullifier that is published.
    let note = |state: &AgentState| commitment(identity(agent.secret.owner(), bad), state.digest());

    let mut statement = accept(&agent);
    statement.public.nullifier = bad;
    statement.public.commitment = note(&statement.next_state().unwrap());
    assert_violates(&Laid::out::<Accept>(), &statement, clause, &[]);
    let mut statement = settle(&agent);
    statement.public.nullifier = bad;
    statement.public.commitment = note(&statement.next_state().unwrap());
    assert_violates(&Laid::out::<Settle>(), &statement, clause, &[]);
    let mut statement = standing(&agent);
    statement.public.nullifier = bad;
    assert_violates(&Laid::out::<Standing>(), &statement, clause, &[]);
    let mut statement = refresh(&agent);
    statement.public.nullifier = bad;
    statement.public.commitment = note(&agent.state);
    assert_violates(&Laid::out::<Refresh>(), &statement, clause, &[]);
}

#[test]
fn every_clause_is_a_block_of_constraints() {
    fn names_match<S: Statement>(violations: Vec<&'static str>) {
        let expected = violations.into_iter().chain([CARRIED]).collect();
        assert_eq!(Laid::out::<S>().clauses(), expected);
    }
    use repute_circuits::statement::{
        CARRIED, Completion, accept, completion, refresh, settle, standing,
    };
    names_match::<Accept>(accept::Violation::clauses());
    names_match::<Settle>(settle::Violation::clauses());
    names_match::<Refresh>(refresh::Violation::clauses());
    names_match::<Standing>(standing::Violation::clauses());
    names_match::<Completion>(completion::Violation::clauses());
}
