//! What is proven in a comparison: a circuit with its key and a witness.

use anyhow::{Context, Result};
use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, ProvingKey};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_prover::engine::R1cs;
use repute_prover::engine::qap::CircomReduction;
use repute_prover::engine::synthetic::Synthetic;

/// A circuit, a satisfying assignment and a development key.
pub struct Subject {
    /// What the report calls it.
    pub name: String,
    /// The matrices.
    pub r1cs: R1cs,
    /// The full assignment.
    pub assignment: Vec<Fr>,
    /// The public inputs, without the constant one.
    pub inputs: Vec<Fr>,
    /// A key of circom's kind, whose secrets were known to the process that made it.
    pub key: ProvingKey<Bn254>,
}

/// A synthetic circuit that fills a domain of 2^`log_size` rows, with one public input.
pub fn synthetic(log_size: u32) -> Result<Subject> {
    // Two rows are taken by the constant and the input; a few are left free.
    let circuit = Synthetic::new((1 << log_size) - 8, 1, 1);
    let (r1cs, assignment) = circuit.r1cs_and_assignment()?;
    let rng = &mut ChaCha20Rng::seed_from_u64(2);
    let inputs = circuit.public_inputs();
    let key =
        Groth16::<Bn254, CircomReduction>::generate_random_parameters_with_reduction(circuit, rng)
            .context("making a development key")?;
    Ok(Subject {
        name: format!("synthetic 2^{log_size}"),
        r1cs,
        assignment,
        inputs,
        key,
    })
}
