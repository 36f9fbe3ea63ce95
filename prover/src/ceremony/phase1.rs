//! Whether powers of tau are powers, in both groups, and their Lagrange forms the same points.

use super::CeremonyError;
use crate::iden3::ptau::{Ptau, Sequence};
use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine, G2Projective};
use ark_ec::pairing::Pairing;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_ff::{UniformRand, Zero};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand::rngs::OsRng;
use rand::{CryptoRng, RngCore};
use std::io::{Read, Seek};

/// e(a, b') = e(a', b), with none of the points at infinity.
pub(super) fn same_ratio(a: [G1Affine; 2], b: [G2Affine; 2]) -> bool {
    let infinite = a.iter().any(AffineRepr::is_zero) || b.iter().any(AffineRepr::is_zero);
    !infinite && Bn254::multi_pairing([a[0], -a[1]], [b[1], b[0]]).is_zero()
}

/// Random weights of 128 bits: a sum that hides a wrong point is found by chance once in 2^128.
pub(super) fn weights(count: usize) -> Vec<Fr> {
    (0..count).map(|_| weight(&mut OsRng)).collect()
}

fn weight(rng: &mut (impl RngCore + CryptoRng)) -> Fr {
    Fr::from(u128::rand(rng))
}

pub(super) fn sum_g1(points: &[G1Affine], weights: &[Fr]) -> G1Affine {
    G1Projective::msm_unchecked(points, weights).into_affine()
}

fn sum_g2(points: &[G2Affine], weights: &[Fr]) -> G2Affine {
    G2Projective::msm_unchecked(points, weights).into_affine()
}

/// Checks everything of a phase 1 file that a domain of 2^`log` rows takes. Who contributed is not
/// checked: `snarkjs powersoftau verify` does that, once for all circuits.
///
/// # Errors
/// [`CeremonyError::Phase1`], [`CeremonyError::Read`].
pub(super) fn check<R: Read + Seek>(powers: &mut Ptau<R>, log: u32) -> Result<(), CeremonyError> {
    let wrong = |what| Err(CeremonyError::Phase1(what));
    let (n, g1, g2) = (1 << log, G1Affine::generator(), G2Affine::generator());
    let tau: Vec<G1Affine> = powers.powers(Sequence::Tau, 0, 2 * n - 1)?;
    let tau_g2: Vec<G2Affine> = powers.powers(Sequence::TauG2, 0, n)?;
    if tau[0] != g1 || tau_g2[0] != g2 {
        return wrong("they do not start with the generators");
    }
    let random = weights(2 * n - 2);
    let [low, high] = [&tau[..2 * n - 2], &tau[1..]].map(|points| sum_g1(points, &random));
    if !same_ratio([low, high], [g2, tau_g2[1]]) {
        return wrong("those in G1 are no powers");
    }
    let random = weights(n);
    let (in_g1, in_g2) = (sum_g1(&tau[..n], &random), sum_g2(&tau_g2, &random));
    if !same_ratio([g1, in_g1], [g2, in_g2]) {
        return wrong("those in G2 are others than those in G1");
    }
    let alpha: Vec<G1Affine> = powers.powers(Sequence::Alpha, 0, n)?;
    let beta: Vec<G1Affine> = powers.powers(Sequence::Beta, 0, n)?;
    for points in [&alpha, &beta] {
        if !same_ratio([points[0], sum_g1(points, &random)], [g2, in_g2]) {
            return wrong("those with alpha or beta are no multiples of the others");
        }
    }
    if !same_ratio([g1, beta[0]], [g2, powers.beta_g2()?]) {
        return wrong("beta in G2 is another than in G1");
    }
    // Σ r_k·L_k(τ) = Σ c_j·τ^j, where the c_j are the coefficients of the polynomial with values r_k.
    let domain = Radix2EvaluationDomain::<Fr>::new(n)
        .ok_or(CeremonyError::Phase1("the domain is too large"))?;
    let coefficients = domain.ifft(&random);
    for (sequence, points) in [
        (Sequence::Tau, &tau[..n]),
        (Sequence::Alpha, &alpha),
        (Sequence::Beta, &beta),
    ] {
        let lagrange: Vec<G1Affine> = powers.lagrange(sequence, log)?;
        if sum_g1(&lagrange, &random) != sum_g1(points, &coefficients) {
            return wrong("their Lagrange form in G1 is another");
        }
    }
    let lagrange: Vec<G2Affine> = powers.lagrange(Sequence::TauG2, log)?;
    if sum_g2(&lagrange, &random) != sum_g2(&tau_g2, &coefficients) {
        return wrong("their Lagrange form in G2 is another");
    }
    Ok(())
}
