//! What a phase 1 file holds for a circuit.

use super::{CeremonyError, development};
use crate::iden3::ptau::{Ptau, Sequence};
use ark_bn254::{G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use rayon::prelude::*;
use std::io::{Read, Seek};

/// Points for the domain of a circuit, n rows.
pub(super) struct Basis {
    pub(super) alpha_g1: G1Affine,
    pub(super) beta_g1: G1Affine,
    pub(super) beta_g2: G2Affine,
    /// L_k(τ) for each row k, with L_k the domain's Lagrange polynomials.
    pub(super) tau: Vec<G1Affine>,
    /// L_k(τ) in G2.
    pub(super) tau_g2: Vec<G2Affine>,
    /// α·L_k(τ).
    pub(super) alpha: Vec<G1Affine>,
    /// β·L_k(τ).
    pub(super) beta: Vec<G1Affine>,
    /// Those polynomials of the double domain at τ that belong to the coset: the H query over δ = 1.
    pub(super) coset: Vec<G1Affine>,
    /// τ^(n+i) − τ^i as snarkjs hashes them: for all i < n − 1, and for i = n − 1 too where more than one of
    /// its chunks is needed.
    pub(super) differences: Vec<G1Affine>,
}

/// snarkjs hashes differences of powers by so many at a time.
const HASH_CHUNK: usize = 1 << 14;

/// The powers that a circuit takes. From 2^15 rows on, snarkjs reads one power more than it needs
/// when it hashes a circuit; a file of the circuit's own power does not have it.
fn needed_power(domain: usize) -> u32 {
    domain.ilog2() + u32::from(domain > HASH_CHUNK)
}

impl Basis {
    /// Reads what a domain of so many rows takes. Every point is on its curve and in its group; whether the
    /// points are powers is for [`phase1::check`](super::phase1::check) to say.
    ///
    /// # Errors
    /// [`CeremonyError::Power`], [`CeremonyError::NoPhase1`], [`CeremonyError::Phase1`] where α or β is zero,
    /// [`CeremonyError::Read`].
    pub(super) fn read<R: Read + Seek>(
        powers: &mut Ptau<R>,
        domain: usize,
    ) -> Result<Self, CeremonyError> {
        let needed = needed_power(domain);
        if powers.power() < needed {
            return Err(CeremonyError::Power {
                power: powers.power(),
                needed,
            });
        }
        let alpha_g1 = first(powers, Sequence::Alpha)?;
        let beta_g1 = first(powers, Sequence::Beta)?;
        if powers.contributions().is_empty() && !development::is_development(&alpha_g1) {
            return Err(CeremonyError::NoPhase1);
        }
        let log = domain.ilog2();
        // The coset's points are the odd ones of the double domain.
        let double: Vec<G1Affine> = powers.lagrange(Sequence::Tau, log + 1)?;
        Ok(Self {
            alpha_g1,
            beta_g1,
            beta_g2: powers.beta_g2()?,
            tau: powers.lagrange(Sequence::Tau, log)?,
            tau_g2: powers.lagrange(Sequence::TauG2, log)?,
            alpha: powers.lagrange(Sequence::Alpha, log)?,
            beta: powers.lagrange(Sequence::Beta, log)?,
            coset: double.into_iter().skip(1).step_by(2).collect(),
            differences: differences(powers, domain)?,
        })
    }

    /// The number of rows, n.
    pub(super) fn rows(&self) -> usize {
        self.tau.len()
    }
}

/// The sequence's first element, α or β.
fn first<R: Read + Seek>(
    powers: &mut Ptau<R>,
    sequence: Sequence,
) -> Result<G1Affine, CeremonyError> {
    let first: Vec<G1Affine> = powers.powers(sequence, 0, 1)?;
    match first[..] {
        [point] if !point.is_zero() => Ok(point),
        _ => Err(CeremonyError::Phase1("alpha or beta is zero")),
    }
}

fn differences<R: Read + Seek>(
    powers: &mut Ptau<R>,
    n: usize,
) -> Result<Vec<G1Affine>, CeremonyError> {
    let count = if n > HASH_CHUNK { n } else { n - 1 };
    let low: Vec<G1Affine> = powers.powers(Sequence::Tau, 0, count)?;
    let high: Vec<G1Affine> = powers.powers(Sequence::Tau, n, count)?;
    let chunks: Vec<Vec<G1Affine>> = low
        .par_chunks(1024)
        .zip(high.par_chunks(1024))
        .map(|(low, high)| {
            let differences: Vec<G1Projective> = high
                .iter()
                .zip(low)
                .map(|(high, low)| *high - low)
                .collect();
            G1Projective::normalize_batch(&differences)
        })
        .collect();
    Ok(chunks.concat())
}
