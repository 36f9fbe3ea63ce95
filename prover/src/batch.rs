//! Verification of many proofs under one key, by a random linear combination of their equations.
//!
//! n proofs cost n + 2 Miller loops and one final exponentiation instead of 3n and n. Each
//! equation is raised to a random 128-bit power before they are multiplied, so that a batch with a
//! false proof passes with probability 2^-128 (Bellare, Garay, Rabin, *Fast batch verification for
//! modular exponentiation and digital signatures*, small exponents test).

use crate::proof::Proof;
use crate::verify::{VerifyError, VerifyingKey};
use ark_bn254::{Bn254, Fr, G1Projective};
use ark_ec::pairing::{Pairing, PairingOutput};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, PrimeField};
use rand::{CryptoRng, Rng, RngCore};

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
/// proof that is bad.
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
    if claims.is_empty() || combination_holds(key, claims, rng) {
        return;
    }
    if let [(position, _)] = claims {
        failures.push((*position, VerifyError::Rejected));
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
    let prepared = key.prepared();
    let ic = &prepared.vk.gamma_abc_g1;
    let mut ic_scalars = vec![Fr::ZERO; ic.len()];
    let mut c_sum = G1Projective::ZERO;
    let mut a_points = Vec::with_capacity(claims.len() + 2);
    let mut b_points = Vec::with_capacity(claims.len() + 2);
    for (_, claim) in claims {
        let rho: u128 = rng.r#gen();
        let limbs = [rho as u64, (rho >> 64) as u64];
        a_points.push(claim.proof.a().mul_bigint(limbs));
        b_points.push(claim.proof.b().into());
        c_sum += claim.proof.c().mul_bigint(limbs);
        let rho = Fr::from(rho);
        ic_scalars[0] += rho;
        for (scalar, input) in ic_scalars[1..].iter_mut().zip(&claim.inputs) {
            *scalar += rho * input;
        }
    }
    let inputs_sum: G1Projective = ic
        .iter()
        .zip(&ic_scalars)
        .map(|(point, scalar)| point.mul_bigint(scalar.into_bigint()))
        .sum();
    a_points.extend([inputs_sum, c_sum]);
    b_points.extend([
        prepared.gamma_g2_neg_pc.clone(),
        prepared.delta_g2_neg_pc.clone(),
    ]);
    let a_points = G1Projective::normalize_batch(&a_points);
    let product = Bn254::final_exponentiation(Bn254::multi_miller_loop(a_points, b_points));
    let alpha_beta = PairingOutput::<Bn254>(prepared.alpha_g1_beta_g2);
    product == Some(alpha_beta * ic_scalars[0])
}
