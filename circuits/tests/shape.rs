//! Pins the shape of every circuit: sizes, hash, public inputs and clauses.

use repute_circuits::release;
use repute_circuits::shape::Shape;
use repute_circuits::statement::{
    Accept, Completion, Refresh, Settle, Standing, Statement, Window,
};
use std::path::PathBuf;

/// Compares the shape of `S` with the committed one, or rewrites that when `REPUTE_UPDATE_SHAPES`
/// is set.
fn pinned<S: Statement>() -> Shape {
    let shape = Shape::of::<S>().expect("the circuit lays out");
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("shape")
        .join(format!("{}.txt", S::NAME));
    if std::env::var_os("REPUTE_UPDATE_SHAPES").is_some() {
        std::fs::write(&path, shape.render()).expect("the shape directory is writable");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        shape.render(),
        committed,
        "the circuit of {} is not the one in {}.\nIf the change is meant, run\n    \
         REPUTE_UPDATE_SHAPES=1 cargo test -p repute-circuits --test shape\nand commit the file; \
         every key for this statement must then be made anew.",
        S::NAME,
        path.display(),
    );
    assert_eq!(
        release::current(S::NAME),
        Some(shape.circuit_hash()),
        "circuits/shape/releases.txt does not have this circuit of {}: add a line under the next \
         version, and keep the old ones",
        S::NAME,
    );
    shape
}

/// The largest domain that proving a job's life may need.
const DOMAIN_LOG2: u32 = 14;

#[test]
fn accept() {
    assert!(pinned::<Accept>().domain_log2() <= DOMAIN_LOG2);
}

#[test]
fn settle() {
    assert!(pinned::<Settle>().domain_log2() <= DOMAIN_LOG2);
}

#[test]
fn refresh() {
    assert!(pinned::<Refresh>().domain_log2() <= DOMAIN_LOG2);
}

#[test]
fn standing() {
    assert!(pinned::<Standing>().domain_log2() <= DOMAIN_LOG2);
}

#[test]
fn completion() {
    pinned::<Completion>();
}

#[test]
fn window_16() {
    assert!(pinned::<Window<16>>().domain_log2() <= 14);
}

#[test]
fn window_128() {
    assert!(pinned::<Window<128>>().domain_log2() <= 16);
}

#[test]
fn window_512() {
    assert!(pinned::<Window<512>>().domain_log2() <= 18);
}

#[test]
fn a_record_of_a_window_costs_at_most_400_constraints() {
    let small = Shape::of::<Window<16>>()
        .expect("the circuit lays out")
        .constraints();
    let large = Shape::of::<Window<128>>()
        .expect("the circuit lays out")
        .constraints();
    assert_eq!((large - small) / 112, 400);
    assert_eq!((large - small) % 112, 0);
}
