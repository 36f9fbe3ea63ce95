//! Many proofs of one statement, for verifying them.

use crate::subject::Subject;
use anyhow::Result;
use ark_bn254::Bn254;
use ark_groth16::Groth16;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_prover::batch::Claim;
use repute_prover::engine::qap::CircomReduction;
use repute_prover::engine::{PrepareOptions, PreparedKey, Prover, Randomness, TableMemory};
use repute_prover::{Proof, VerifyingKey};

/// One proof and rerandomised copies of it, `count` in all, no two alike, with their key.
pub fn claims(subject: &Subject, count: usize) -> Result<(VerifyingKey, Vec<Claim>)> {
    let rng = &mut ChaCha20Rng::seed_from_u64(5);
    let options = PrepareOptions {
        memory: TableMemory::Minimal,
        ..PrepareOptions::default()
    };
    let key = PreparedKey::prepare(&subject.key, &subject.r1cs, &options)?;
    let mut proof = Prover::new(1)?.prove(&key, &subject.assignment, Randomness::new(rng))?;
    let vk = &subject.key.vk;
    let mut claims = Vec::with_capacity(count);
    for _ in 0..count {
        claims.push(Claim {
            inputs: subject.inputs.clone(),
            proof: Proof::new(proof.a, proof.b, proof.c)?,
        });
        proof = Groth16::<Bn254, CircomReduction>::rerandomize_proof(vk, &proof, rng);
    }
    Ok((VerifyingKey::new(vk.clone())?, claims))
}
