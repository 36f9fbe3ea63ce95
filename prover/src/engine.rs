//! The Groth16 prover over BN254 with fixed keys.
//!
//! Keys follow circom's reduction of R1CS to a quadratic arithmetic program
//! ([`qap`]), so one prover serves development keys and ceremony keys.

mod addition;
mod backend;
mod digits;
mod fft;
mod inverse;
mod lanes;
mod line;
pub mod matrices;
mod memory;
mod msm;
mod points;
pub mod qap;
pub mod synthetic;
mod table;

pub use backend::{BACKEND_VARIABLE, Backend};
