//! Whether powers of tau are powers, in both groups, and their Lagrange forms the same points.

use super::CeremonyError;
use super::basis::Basis;
use crate::engine::msm::{g1_sum, g2_sum};
use crate::iden3::ptau::{Ptau, Sequence};
use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::pairing::Pairing;
use ark_ff::Zero;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::io::{Read, Seek};

/// e(a, b') = e(a', b), with none of the points at infinity.
pub(super) fn same_ratio(a: [G1Affine; 2], b: [G2Affine; 2]) -> bool {
    let infinite = a.iter().any(AffineRepr::is_zero) || b.iter().any(AffineRepr::is_zero);
    !infinite && Bn254::multi_pairing([a[0], -a[1]], [b[1], b[0]]).is_zero()
}

/// Random weights of 128 bits, for sums that are compared instead of all their points: a sum hides a
/// wrong point with a probability of at most 2^-128. This is the small exponents test of Bellare, Garay
/// and Rabin, "Fast Batch Verification for Modular Exponentiation and Digital Signatures" (EUROCRYPT 1998),
/// and holds for points of a group of prime order, which is why every point is looked at when it is read.
/// Nobody can know the weights when the points are made: they are drawn for one run and never leave it.
pub(super) fn weights(count: usize) -> Vec<Fr> {
    let mut rng = ChaCha20Rng::from_entropy();
    let mut weight = || u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64());
    (0..count).map(|_| Fr::from(weight())).collect()
}

/// Checks everything of a phase 1 file that a domain takes. Who contributed is not checked: `snarkjs
/// powersoftau verify` does that, once for all circuits.
///
/// # Errors
/// [`CeremonyError::Phase1`], [`CeremonyError::Read`].
pub(super) fn check<R: Read + Seek>(
    powers: &mut Ptau<R>,
    basis: &Basis,
) -> Result<(), CeremonyError> {
    let wrong = |what| Err(CeremonyError::Phase1(what));
    let (n, g1, g2) = (basis.rows(), G1Affine::generator(), G2Affine::generator());
    let tau: Vec<G1Affine> = powers.powers(Sequence::Tau, 0, 2 * n - 1)?;
    let tau_g2: Vec<G2Affine> = powers.powers(Sequence::TauG2, 0, n)?;
    if tau[0] != g1 || tau_g2[0] != g2 {
        return wrong("they do not start with the generators");
    }
    let random = weights(2 * n - 2);
    let [low, high] = [&tau[..2 * n - 2], &tau[1..]].map(|points| g1_sum(points, &random));
    if !same_ratio([low, high], [g2, tau_g2[1]]) {
        return wrong("those in G1 are no powers");
    }
    let random = weights(n);
    let (in_g1, in_g2) = (g1_sum(&tau[..n], &random), g2_sum(&tau_g2, &random));
    if !same_ratio([g1, in_g1], [g2, in_g2]) {
        return wrong("those in G2 are others than those in G1");
    }
    let alpha: Vec<G1Affine> = powers.powers(Sequence::Alpha, 0, n)?;
    let beta: Vec<G1Affine> = powers.powers(Sequence::Beta, 0, n)?;
    for points in [&alpha, &beta] {
        if !same_ratio([points[0], g1_sum(points, &random)], [g2, in_g2]) {
            return wrong("those with alpha or beta are no multiples of the others");
        }
    }
    if !same_ratio([g1, basis.beta_g1], [g2, basis.beta_g2]) {
        return wrong("beta in G2 is another than in G1");
    }
    // Σ r_k·L_k(τ) = Σ c_j·τ^j, where the c_j are the coefficients of the polynomial with values r_k.
    let domain = Radix2EvaluationDomain::<Fr>::new(n)
        .ok_or(CeremonyError::Phase1("the domain is too large"))?;
    let coefficients = domain.ifft(&random);
    for (lagrange, points) in [
        (&basis.tau, &tau[..n]),
        (&basis.alpha, &alpha),
        (&basis.beta, &beta),
    ] {
        if g1_sum(lagrange, &random) != g1_sum(points, &coefficients) {
            return wrong("their Lagrange form in G1 is another");
        }
    }
    if g2_sum(&basis.tau_g2, &random) != g2_sum(&tau_g2, &coefficients) {
        return wrong("their Lagrange form in G2 is another");
    }
    Ok(())
}
