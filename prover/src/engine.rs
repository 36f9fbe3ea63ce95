//! The Groth16 prover over BN254 with fixed keys.
//!
//! Keys follow circom's reduction of R1CS to a quadratic arithmetic program
//! ([`qap`]), so one prover serves development keys and ceremony keys.

pub mod matrices;
pub mod qap;
pub mod synthetic;
