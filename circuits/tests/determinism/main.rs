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
use repute_circuits::statement::{Statement, Window};
use secrets::Choices;
use std::collections::{BTreeMap, BTreeSet};
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
    assert_eq!(choices.choices.len(), number_of_choices, "choices");
    given::<S>(&Declared::by(choices), expected);
}

fn given<S: Statement>(declared: &Declared, expected: &[(&'static str, Obligation, usize)]) {
    let rows = Rows::of::<S>();
    let analysis = Analysis::new(&rows);
    let outcome = determine(&analysis, declared, None);
    // The first few say enough.
    let undetermined = outcome.undetermined.iter().take(5).map(|wire| {
        let clauses = analysis.uses[*wire].iter().map(|row| rows.clause(*row));
        (*wire, clauses.collect::<BTreeSet<_>>())
    });
    assert_eq!(
        undetermined.collect::<Vec<_>>(),
        [],
        "{} undetermined wires",
        outcome.undetermined.len()
    );
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

/// Of each slot the distance to the category and the rating; the start; and the policy's.
fn of_window(slots: usize) -> [(&'static str, Obligation, usize); 5] {
    [
        GENESIS,
        ("window: records", Obligation::FreeInverse, 2 * slots),
        ("window: start", Obligation::FreeInverse, 1),
        MIN_RATING,
        MIN_AGE,
    ]
}

#[test]
fn window_16() {
    let choices = OPENING + 1 + secrets::SLOT * 16;
    holds(&secrets::window::<16>(0..16), choices, &of_window(16));
}

/// In a larger window the choices of the first two slots and the last one are found; those of the
/// others lie between them at equal distances, since all slots are laid out alike.
fn larger_window<const N: usize>() {
    let choices = secrets::window::<N>([0, 1, N - 1]);
    let mut declared = Declared::by(&choices);
    let wires = choices.wires();
    let slots: Vec<_> = wires[OPENING + 1..].chunks(secrets::SLOT).collect();
    let [first, second, last] = slots[..] else {
        panic!("choices of three slots were asked for")
    };
    for choice in 0..secrets::SLOT {
        let distance = second[choice] - first[choice];
        assert_eq!(last[choice], first[choice] + (N - 1) * distance);
        let all = (0..N).map(|slot| first[choice] + slot * distance);
        match declared.numbers.get(&first[choice]).copied() {
            Some(bits) => declared.numbers.extend(all.map(|wire| (wire, bits))),
            None => declared.values.extend(all),
        }
    }
    let total = declared.values.len() + declared.numbers.len();
    assert_eq!(total, OPENING + 1 + secrets::SLOT * N);
    given::<Window<N>>(&declared, &of_window(N));
}

#[test]
fn window_128() {
    larger_window::<128>();
}

#[test]
fn window_512() {
    larger_window::<512>();
}
