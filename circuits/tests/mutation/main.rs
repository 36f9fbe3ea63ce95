//! Mutation: satisfying assignments of every statement with one wire changed, or two, or one choice of
//! the prover with all that follows from it. Whatever still satisfies the rows is explained here.

#![allow(
    clippy::unwrap_used,
    reason = "a fixture that cannot be laid out fails its test"
)]

#[path = "../determinism/analysis.rs"]
#[allow(dead_code, reason = "the determinism tests use the rest")]
mod analysis;
mod choices;
#[path = "../soundness/fixture.rs"]
#[allow(dead_code, reason = "the soundness tests use the rest")]
mod fixture;
mod forgeries;
#[path = "../determinism/secrets.rs"]
#[allow(dead_code, reason = "the determinism tests use the rest")]
mod secrets;
mod statements;
#[path = "../determinism/system.rs"]
#[allow(dead_code, reason = "the determinism tests use the rest")]
mod system;
mod wires;
