//! standing, clause by clause; thresholds are in `policy`.

use crate::fixture::*;
use ark_ff::Field;
use repute_circuits::field::{Fr, power_of_two};
use repute_circuits::policy::Policy;
use repute_circuits::state::Secret;
use repute_circuits::statement::Standing;
use repute_circuits::statement::standing::Violation;

const LATER: u64 = START + 1_000;

#[test]
fn an_honest_standing_is_true() {
    let laid = Laid::out::<Standing>();
    let agent = Agent::experienced(1);
    let statement = agent.standing(
        Policy {
            min_completed: 1,
            ..Policy::default()
        },
        LATER,
    );
    assert_true(&laid, &statement);
    assert_public_inputs_bind(&laid, &statement);
    assert_true(&laid, &Agent::new(1).standing(Policy::default(), LATER));
}

#[test]
fn another_policy_word_is_refused() {
    let laid = Laid::out::<Standing>();
    for by in [Fr::ONE, power_of_two(248), power_of_two(232)] {
        let mut statement = Agent::experienced(1).standing(Policy::default(), LATER);
        statement.public.policy += by;
        assert_violates(&laid, &statement, Violation::PolicyWord.clause(), &[]);
    }
}

#[test]
fn another_time_is_refused() {
    let laid = Laid::out::<Standing>();
    let agent = Agent::experienced(1);
    // As a public input the time is used by itself; a time too wide also breaks the differences.
    let statement = agent.standing(Policy::default(), 1 << 41);
    let also = ["policy: minAgeDays", Violation::Time.clause()];
    assert_violates(&laid, &statement, Violation::TimeWord.clause(), &also);
}

#[test]
fn a_time_before_the_last_change_is_refused() {
    // Otherwise an agent could show a state as of a time at which it was not yet reached.
    let laid = Laid::out::<Standing>();
    let agent = Agent::experienced(1);
    assert_true(
        &laid,
        &agent.standing(Policy::default(), agent.state.last_at),
    );
    let statement = agent.standing(Policy::default(), agent.state.last_at - 1);
    assert_violates(&laid, &statement, Violation::Time.clause(), &[]);
}

#[test]
fn another_pseudonym_is_refused() {
    let laid = Laid::out::<Standing>();
    let mut statement = Agent::experienced(1).standing(Policy::default(), LATER);
    statement.public.pseudonym = Secret::new(Fr::from(5)).pseudonym(statement.public.scope);
    assert_violates(&laid, &statement, Violation::Pseudonym.clause(), &[]);
    let mut statement = Agent::experienced(1).standing(Policy::default(), LATER);
    statement.public.scope += Fr::ONE;
    assert_violates(&laid, &statement, Violation::Pseudonym.clause(), &[]);
}
