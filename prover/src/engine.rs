//! The Groth16 prover over BN254 with fixed keys.
//!
//! Keys follow circom's reduction of R1CS to a quadratic arithmetic program
//! ([`qap`]), so one prover serves development keys and ceremony keys. Proofs are
//! ordinary Groth16 proofs under the ordinary verifying key.
//!
//! # One proof, step by step
//!
//! Once per key, [`PreparedKey::prepare`] folds the matrix C into the L query (`fold`)
//! and computes tables of the points' multiples (`table`). Then, for each assignment w:
//!
//! 1. `quotient`: A·w and B·w (`sparse`), each from the domain to the coset by two
//!    transforms (`fft`), multiplied pointwise to d.
//! 2. `msm`: three sums over the tables: A and L'‖H in G1, B in G2. Scalars are cut into
//!    signed digits (`digits`), each of which adds a point of the table to a bucket; in the
//!    end the buckets are added up by weight. Every addition is one of many that share an
//!    inversion (`addition`, `inverse`).
//! 3. `prove`: rerandomisation.
//!
//! Steps 1 and 2 are written once over vectors of field elements (`lanes`) and compiled
//! for each [`Backend`].

#![allow(
    clippy::needless_range_loop,
    reason = "kernels walk several arrays of limbs and lanes by one index, as their papers do"
)]

mod addition;
mod backend;
mod batch;
#[cfg(test)]
mod case;
pub(crate) mod columns;
mod digits;
mod fft;
mod fold;
mod inverse;
mod lanes;
pub mod layers;
mod line;
mod matrices;
mod memory;
pub(crate) mod msm;
mod points;
mod prepared;
mod prove;
pub mod qap;
mod quotient;
mod scale;
mod sparse;
pub mod synthetic;
mod table;

pub use backend::{BACKEND_VARIABLE, Backend};
pub use batch::BatchControl;
pub use matrices::{MatricesError, R1cs};
pub use prepared::{
    PrepareError, PrepareOptions, PrepareProgress, PreparedKey, StoreError, TableMemory,
};
pub(crate) use prepared::{partial_file, remove_partial_files};
pub use prove::{ProveError, Prover, Randomness};
