//! Small circuits with their keys and witnesses, for the engine's own tests.

use super::backend::Backend;
use super::matrices::R1cs;
use super::prepared::{PrepareOptions, PreparedKey, TableMemory};
use super::prove::Randomness;
use super::qap::CircomReduction;
use super::synthetic::Synthetic;
use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, PreparedVerifyingKey, Proof, ProvingKey, prepare_verifying_key};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

type Stock = Groth16<Bn254, CircomReduction>;

pub(super) struct Case {
    pub(super) key: ProvingKey<Bn254>,
    pub(super) verifying: PreparedVerifyingKey<Bn254>,
    pub(super) r1cs: R1cs,
    pub(super) assignment: Vec<Fr>,
    pub(super) inputs: Vec<Fr>,
}

pub(super) fn case(constraints: usize, inputs: usize) -> Case {
    let rng = &mut ChaCha20Rng::seed_from_u64(constraints as u64);
    let circuit = Synthetic::new(constraints, inputs, 3);
    let (r1cs, assignment) = circuit.r1cs_and_assignment().expect("synthesises");
    let key = Stock::generate_random_parameters_with_reduction(circuit.clone(), rng)
        .expect("synthesises");
    Case {
        verifying: prepare_verifying_key(&key.vk),
        key,
        r1cs,
        assignment,
        inputs: circuit.public_inputs(),
    }
}

pub(super) fn randomness(seed: u64) -> Randomness {
    Randomness::new(&mut ChaCha20Rng::seed_from_u64(seed))
}

pub(super) fn verifies(case: &Case, proof: &Proof<Bn254>) -> bool {
    Stock::verify_proof(&case.verifying, proof, &case.inputs).expect("well formed")
}

pub(super) fn prepare(case: &Case, backend: Backend, memory: TableMemory) -> PreparedKey {
    let options = PrepareOptions {
        memory,
        backend,
        ..PrepareOptions::default()
    };
    PreparedKey::prepare(&case.key, &case.r1cs, &options).expect("fits")
}
