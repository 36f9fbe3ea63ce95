//! completion, clause by clause.

use crate::fixture::*;
use ark_ff::Field;
use repute_circuits::field::Fr;
use repute_circuits::state::Secret;
use repute_circuits::statement::Completion;
use repute_circuits::statement::completion::Violation;

fn honest() -> Completion {
    Completion::new(
        Secret::new(Fr::from(1)),
        Fr::from(2),
        Fr::from(3),
        Fr::from(4),
    )
}

#[test]
fn an_honest_completion_is_true() {
    let laid = Laid::out::<Completion>();
    assert_true(&laid, &honest());
    assert_public_inputs_bind(&laid, &honest());
}

#[test]
fn another_agents_ticket_is_refused() {
    let laid = Laid::out::<Completion>();
    let mut statement = honest();
    statement.public.ticket = Secret::new(Fr::from(5)).ticket(statement.public.job);
    assert_violates(&laid, &statement, Violation::Ticket.clause(), &[]);
    let mut statement = honest();
    statement.public.job += Fr::ONE;
    assert_violates(&laid, &statement, Violation::Ticket.clause(), &[]);
}

#[test]
fn another_agents_pseudonym_is_refused() {
    let laid = Laid::out::<Completion>();
    let mut statement = honest();
    statement.public.pseudonym = Secret::new(Fr::from(5)).pseudonym(statement.public.scope);
    assert_violates(&laid, &statement, Violation::Pseudonym.clause(), &[]);
    let mut statement = honest();
    statement.public.scope += Fr::ONE;
    assert_violates(&laid, &statement, Violation::Pseudonym.clause(), &[]);
}
