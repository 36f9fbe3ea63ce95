//! Determinism: in every statement's constraint system each wire has one value only, given the public
//! inputs and what the prover is free to choose.

#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be laid out fails its test"
)]

mod analysis;
mod checker;
#[path = "../soundness/fixture.rs"]
#[allow(dead_code, reason = "the fixture serves the soundness tests too")]
mod fixture;
mod obligation;
mod planted;
mod range;
mod ranges;
mod removal;
mod secrets;
mod system;

use analysis::Analysis;
use checker::{Declared, determine};
use obligation::Obligation;
use repute_circuits::statement::Statement;
use secrets::Choices;
use std::collections::BTreeMap;
use system::Rows;

/// How many obligations of each kind a clause has.
type Obligations = BTreeMap<(&'static str, Obligation), usize>;

fn by_clause(rows: &Rows, obligations: &[(usize, Obligation)]) -> Obligations {
    let mut counts = BTreeMap::new();
    for (row, obligation) in obligations {
        *counts.entry((rows.clause(*row), *obligation)).or_default() += 1;
    }
    counts
}

/// Asserts that every wire is determined, given this many choices, and that exactly these obligations
/// remain; prints them.
fn holds<S: Statement>(
    choices: &Choices<S>,
    number_of_choices: usize,
    expected: &[(&'static str, Obligation, usize)],
) {
    let rows = Rows::of::<S>();
    let analysis = Analysis::new(&rows);
    assert_eq!(choices.choices.len(), number_of_choices, "declared secrets");
    let outcome = determine(&analysis, &Declared::by(choices), None);
    let undetermined = outcome.undetermined.iter().map(|wire| {
        let clauses = analysis.uses[*wire].iter().map(|row| rows.clause(*row));
        (*wire, clauses.collect::<Vec<_>>())
    });
    assert_eq!(undetermined.collect::<Vec<_>>(), [], "undetermined wires");
    println!("{}: {} wires by {:?}", S::NAME, rows.wires, outcome.rules);
    let obligations = by_clause(&rows, &outcome.obligations);
    for ((clause, obligation), count) in &obligations {
        println!("  {clause}: {obligation}, {count} times");
    }
    let expected: Obligations = expected
        .iter()
        .map(|(clause, obligation, count)| ((*clause, *obligation), *count))
        .collect();
    assert_eq!(obligations, expected);
}

/// sk, rho, the state's fields, and active, right and sibling of each level.
const OPENING: usize = 2 + 11 + 3 * 26;

const GENESIS: (&str, Obligation, usize) = ("opening: genesis", Obligation::FreeInverse, 1);
const MIN_RATING: (&str, Obligation, usize) = ("policy: minRating", Obligation::FreeInverse, 2);
const MIN_AGE: (&str, Obligation, usize) = ("policy: minAgeDays", Obligation::FreeInverse, 2);

#[test]
fn completion() {
    holds(&secrets::completion(), 1, &[]);
}

#[test]
fn refresh() {
    holds(&secrets::refresh(), OPENING, &[GENESIS]);
}

#[test]
fn accept() {
    let first_at = ("accept: commitment", Obligation::FreeInverse, 1);
    let obligations = [GENESIS, MIN_RATING, MIN_AGE, first_at];
    holds(&secrets::accept(), OPENING, &obligations);
}

#[test]
fn standing() {
    holds(
        &secrets::standing(),
        OPENING,
        &[GENESIS, MIN_RATING, MIN_AGE],
    );
}

#[test]
fn settle() {
    // The job, the rating, the coordinates of A and R8, the digits of S and the bitmap's words.
    let choices = OPENING + 2 + 4 + 251 + 8;
    let key = "settle: key order";
    let signature = "settle: signature";
    let obligations = [
        GENESIS,
        (key, Obligation::EdwardsHeight, 1),
        (key, Obligation::Tangent, 3),
        ("settle: challenge", Obligation::Magnitude, 1),
        (signature, Obligation::TableChord, 82),
        (signature, Obligation::Tangent, 1),
        (signature, Obligation::Chord, 254),
        (signature, Obligation::SecondChord, 253),
        (signature, Obligation::MontgomeryHeight, 2),
        (signature, Obligation::MontgomeryPole, 2),
        (signature, Obligation::Addition, 2),
    ];
    holds(&secrets::settle(), choices, &obligations);
}

fn window<const N: usize>() {
    // The start, and of each slot: active, two bits of the kind, and five numbers.
    let choices = OPENING + 1 + 8 * N;
    let obligations = [
        GENESIS,
        // The distance to the category, and the rating.
        ("window: records", Obligation::FreeInverse, 2 * N),
        ("window: start", Obligation::FreeInverse, 1),
        MIN_RATING,
        MIN_AGE,
    ];
    holds(&secrets::window::<N>(), choices, &obligations);
}

#[test]
fn window_16() {
    window::<16>();
}

#[test]
fn window_128() {
    window::<128>();
}
