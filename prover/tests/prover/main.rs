//! The prover as its callers see it.

mod batch;
mod common;
mod formats;
mod killed;
mod refusals;
mod snarkjs;
mod statements;
mod store;
