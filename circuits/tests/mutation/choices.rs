//! One choice of the prover changed, with everything that follows from it computed anew.

use crate::fixture::*;
use crate::secrets::{self, Choices};
use repute_circuits::shape::Shape;
use repute_circuits::statement::settle::Mode;
use repute_circuits::statement::{Settle, Statement};

/// The choices that can be changed with no row noticing.
fn free<S: Statement>(choices: &Choices<S>) -> Vec<&str> {
    let shape = Shape::of::<S>().expect("the circuit lays out");
    let base = assignment(&choices.base);
    assert_eq!(shape.unsatisfied(&base), None);
    let free = choices.choices.iter().filter(|choice| {
        let changed = assignment(&choice.changed);
        shape.unsatisfied(&changed).is_none()
    });
    free.map(|choice| choice.name.as_str()).collect()
}

#[test]
fn no_choice_of_a_true_statement_has_an_alternative() {
    let none: [&str; 0] = [];
    assert_eq!(free(&secrets::completion()), none);
    assert_eq!(free(&secrets::accept()), none);
    assert_eq!(free(&secrets::settle()), none);
    assert_eq!(free(&secrets::refresh()), none);
    assert_eq!(free(&secrets::standing()), none);
    assert_eq!(free(&secrets::window::<16>(0..16)), none);
}

/// Without a private rating the signature is not compared with anything: R8 and S are free.
#[test]
fn a_signature_that_nobody_asks_for_is_free() {
    let mut choices = secrets::settle();
    for statement in choices
        .choices
        .iter_mut()
        .map(|choice| &mut choice.changed)
        .chain([&mut choices.base])
    {
        statement.engagement.mode = Mode::Silence;
        statement.public.engagement = statement.engagement.pack();
    }
    let next = choices.base.next_state().expect("the counters have room");
    let commitment = choices.base.opening.next_commitment(&next);
    choices.base.public.commitment = commitment;
    for choice in &mut choices.choices {
        choice.changed.public.commitment = commitment;
    }
    // In silence the rating is none of the prover's choices.
    let free = free::<Settle>(&choices);
    let unexpected = free
        .iter()
        .filter(|name| !name.starts_with("S: ") && !["R8x", "R8y", "rating + 1"].contains(*name));
    assert_eq!(unexpected.collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(free.len(), 1 + 2 + 251);
}
