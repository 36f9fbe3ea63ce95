//! Verification of many proofs under one key, by a random linear combination of their equations.
//!
//! n proofs cost n + 2 Miller loops and one final exponentiation instead of 3n and n. Each
//! equation is raised to a power before they are multiplied, drawn from 2^128 different ones, so
//! that a batch with a false proof passes with a probability of at most 2^-128 (Bellare, Garay,
//! Rabin, *Fast batch verification for modular exponentiation and digital signatures*, small
//! exponents test): whatever the other powers are, at most one makes the product right. This holds
//! because every point of a [`Proof`] is in its group of prime order.
//!
//! What a Miller loop costs is less than usual (`miller`), and so are the powers (`coefficient`).

mod coefficient;
mod miller;

use crate::proof::Proof;
use crate::verify::{VerifyError, VerifyingKey};
use ark_bn254::{Bn254, Fr, G1Affine, G1Projective};
use ark_ec::CurveGroup;
use ark_ec::pairing::{MillerLoopOutput, Pairing, PairingOutput};
use ark_ff::AdditiveGroup;
use coefficient::Coefficient;
use rand::{CryptoRng, RngCore};
use rayon::prelude::*;

/// A proof and its public inputs.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The public inputs, in the statement's order.
    pub inputs: Vec<Fr>,
    /// The proof.
    pub proof: Proof,
}

/// The claims of a batch that do not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} of the batch's proofs do not hold, the first at position {}: {}", failures.len(), failures[0].0, failures[0].1)]
pub struct BatchError {
    /// Positions in the batch, ascending and at least one, each with what is wrong there.
    pub failures: Vec<(usize, VerifyError)>,
}

/// Whether every claim holds under `key`. The empty batch holds.
///
/// `rng` must be unpredictable to whoever made the proofs. When a batch fails, halving finds every
/// proof that is bad. Runs on the current rayon pool; 1,024 proofs take a sixth of the CPU time
/// of verifying them one by one, or less.
///
/// # Errors
/// [`BatchError`] with every claim that does not hold.
pub fn verify_batch(
    key: &VerifyingKey,
    claims: &[Claim],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), BatchError> {
    let mut failures = Vec::new();
    let mut well_formed = Vec::with_capacity(claims.len());
    for (position, claim) in claims.iter().enumerate() {
        match key.check_count(claim.inputs.len()) {
            Ok(()) => well_formed.push((position, claim)),
            Err(error) => failures.push((position, error)),
        }
    }
    find_rejected(key, &well_formed, rng, &mut failures);
    if failures.is_empty() {
        return Ok(());
    }
    failures.sort_unstable_by_key(|(position, _)| *position);
    Err(BatchError { failures })
}

/// Adds the rejected among `claims` to `failures`.
fn find_rejected(
    key: &VerifyingKey,
    claims: &[(usize, &Claim)],
    rng: &mut (impl RngCore + CryptoRng),
    failures: &mut Vec<(usize, VerifyError)>,
) {
    if let [(position, claim)] = claims {
        if let Err(error) = key.verify(&claim.inputs, &claim.proof) {
            failures.push((*position, error));
        }
        return;
    }
    if claims.is_empty() || combination_holds(key, claims, rng) {
        return;
    }
    let (left, right) = claims.split_at(claims.len() / 2);
    find_rejected(key, left, rng, failures);
    find_rejected(key, right, rng, failures);
}

/// Π e(ρ_i·A_i, B_i) · e(Σ ρ_i·L_i, −γ) · e(Σ ρ_i·C_i, −δ) = e(α, β)^Σρ_i, with L_i = IC_0 + Σ x_ij·IC_j.
fn combination_holds(
    key: &VerifyingKey,
    claims: &[(usize, &Claim)],
    rng: &mut (impl RngCore + CryptoRng),
) -> bool {
    let vk = key.ark();
    let coefficients: Vec<Coefficient> = claims.iter().map(|_| Coefficient::random(rng)).collect();

    let mut ic_scalars = vec![Fr::ZERO; vk.gamma_abc_g1.len()];
    for (coefficient, (_, claim)) in coefficients.iter().zip(claims) {
        let coefficient = coefficient.to_field();
        ic_scalars[0] += coefficient;
        for (scalar, input) in ic_scalars[1..].iter_mut().zip(&claim.inputs) {
            *scalar += coefficient * input;
        }
    }
    let inputs: G1Projective = vk
        .gamma_abc_g1
        .iter()
        .zip(&ic_scalars)
        .map(|(point, scalar)| *point * scalar)
        .sum();
    let c_points: Vec<G1Affine> = claims.iter().map(|(_, claim)| claim.proof.c()).collect();
    let c_sum = Coefficient::combine(&coefficients, &c_points);

    let mut g1: Vec<G1Projective> = coefficients
        .par_iter()
        .zip(claims)
        .map(|(coefficient, (_, claim))| coefficient.times(claim.proof.a()))
        .collect();
    g1.extend([inputs, c_sum]);
    let g2 = claims.iter().map(|(_, claim)| claim.proof.b());
    let g2 = g2.chain([-vk.gamma_g2, -vk.delta_g2]);
    let pairs: Vec<_> = G1Projective::normalize_batch(&g1)
        .into_iter()
        .zip(g2)
        .collect();

    let product = Bn254::final_exponentiation(MillerLoopOutput(miller::product(&pairs)));
    let alpha_beta = PairingOutput::<Bn254>(key.prepared().alpha_g1_beta_g2);
    product == Some(alpha_beta * ic_scalars[0])
}
