//! The Groth16 prover over BN254 with fixed keys.
//!
//! Keys follow circom's reduction of R1CS to a quadratic arithmetic program
//! ([`qap`]), so one prover serves development keys and ceremony keys.

#![allow(
    clippy::needless_range_loop,
    reason = "kernels walk several arrays of limbs and lanes by one index, as their papers do"
)]

mod addition;
mod backend;
mod digits;
mod fft;
mod fold;
mod inverse;
mod lanes;
mod line;
mod matrices;
mod memory;
mod msm;
mod points;
mod prepared;
mod prove;
pub mod qap;
mod quotient;
mod scale;
pub mod synthetic;
mod table;

pub use backend::{BACKEND_VARIABLE, Backend};
pub use matrices::{MatricesError, R1cs};
pub use prepared::{
    PrepareError, PrepareOptions, PrepareProgress, PreparedKey, StoreError, TableMemory,
};
pub use prove::{BatchControl, ProveError, Prover, Randomness};
