//! The prover as its callers see it.

mod batch;
mod ceremony;
mod common;
mod damage;
mod formats;
mod killed;
mod points;
mod refusals;
mod snarkjs;
mod statements;
mod store;
