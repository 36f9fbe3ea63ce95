//! INSECURE development keys.
//!
//! A Groth16 set-up by one party, whose secrets come from a published seed: the keys are the same on
//! every machine at any number of threads, and anyone who runs the same lines can forge proofs for
//! them. They exist so that programs and tests run without a ceremony, and for nothing else.

use super::{Keys, KeysError, Provenance, shape_of, synthesis};
use crate::engine::qap::CircomReduction;
use ark_bn254::Bn254;
use ark_groth16::Groth16;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::shape::{Digest, Shape};
use repute_circuits::statement::{Circuit, Statement};
use sha2::{Digest as _, Sha256};

/// The published part of the seed. Whoever changes it, or what is made of it, also raises
/// [`super::store::VERSION`], so that no cache hands out the keys of before.
pub const SEED: &str = "repute development keys v1: INSECURE, anyone can forge proofs";

/// Makes the development keys of `S`. Takes seconds at a domain of 2^14; most callers want
/// [`super::store::Store::load_or_generate`].
///
/// # Errors
/// [`KeysError::Synthesis`] where the circuit does not lay out.
pub fn generate<S: Statement>() -> Result<Keys<S>, KeysError> {
    generate_for(shape_of::<S>()?)
}

/// As [`generate`], with the shape of `S` at hand.
pub(super) fn generate_for<S: Statement>(shape: Shape) -> Result<Keys<S>, KeysError> {
    let mut rng = ChaCha20Rng::from_seed(seed(shape.circuit_hash()));
    let key = Groth16::<Bn254, CircomReduction>::generate_random_parameters_with_reduction(
        Circuit(&S::blank()),
        &mut rng,
    )
    .map_err(synthesis::<S>)?;
    Keys::new(shape, key, Provenance::Development)
}

/// `SHA-256(SEED ‖ circuit hash)`.
fn seed(circuit: Digest) -> [u8; 32] {
    Sha256::new()
        .chain_update(SEED)
        .chain_update(circuit.0)
        .finalize()
        .into()
}
