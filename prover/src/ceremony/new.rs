//! A circuit's first key, which nobody contributed to yet and with which anybody forges.

use super::hash::Hasher;
use super::{CeremonyError, Meter, development};
use crate::engine::{R1cs, columns};
use crate::iden3::ptau::{Ptau, Sequence};
use crate::iden3::zkey::{Hash512, Transcript, Zkey};
use crate::progress::Progress;
use ark_bn254::{Bn254, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::One;
use ark_groth16::{ProvingKey, VerifyingKey};
use ark_relations::gr1cs::Matrix;
use rayon::prelude::*;
use std::io::{Read, Seek};

/// A task's name.
const TASK: &str = "making the first key from the powers of tau";

/// Makes the key of a circuit from powers of tau. The file is what `snarkjs groth16 setup` writes.
///
/// Runs on the current rayon pool; the powers' points are checked as they are read.
///
/// # Errors
/// [`CeremonyError::Power`], [`CeremonyError::NoPhase1`], [`CeremonyError::Read`].
pub fn new_zkey<R: Read + Seek>(
    r1cs: &R1cs,
    powers: &mut Ptau<R>,
    progress: &(dyn Progress + Sync),
) -> Result<Zkey, CeremonyError> {
    let (key, circuit) = initial(r1cs, powers, progress)?;
    let transcript = Transcript {
        circuit,
        contributions: Vec::new(),
    };
    Ok(Zkey::new(&key, r1cs, transcript)?)
}

/// snarkjs hashes differences of powers by so many at a time.
const HASH_CHUNK: usize = 1 << 14;

/// The powers that a circuit takes. From 2^15 rows on, snarkjs reads one power more than it needs
/// when it hashes a circuit; a file of the circuit's own power does not have it.
fn needed_power(domain: usize) -> u32 {
    domain.ilog2() + u32::from(domain > HASH_CHUNK)
}

/// The key and the ceremony's hash of the circuit.
pub(super) fn initial<R: Read + Seek>(
    r1cs: &R1cs,
    powers: &mut Ptau<R>,
    progress: &(dyn Progress + Sync),
) -> Result<(ProvingKey<Bn254>, Hash512), CeremonyError> {
    let domain = r1cs.domain_size();
    let log = domain.ilog2();
    let needed = needed_power(domain);
    if powers.power() < needed {
        return Err(CeremonyError::Power {
            power: powers.power(),
            needed,
        });
    }
    let alpha_g1: G1Affine = first(powers, Sequence::Alpha)?;
    let beta_g1: G1Affine = first(powers, Sequence::Beta)?;
    let beta_g2 = powers.beta_g2()?;
    if powers.contributions().is_empty() && !development::is_development(&alpha_g1) {
        return Err(CeremonyError::NoPhase1);
    }

    let (variables, instance) = (r1cs.variables(), r1cs.instance_variables());
    let a_matrix = with_instance_rows(r1cs);
    let (a, b, c) = (
        columns::products(&a_matrix),
        columns::products(r1cs.b()),
        columns::products(r1cs.c()),
    );
    // Twice A and B in G1, B in G2, which costs three times as much, and C.
    let meter = Meter::new(progress, TASK, 2 * a + 5 * b + c + 1);
    let tau: Vec<G1Affine> = powers.lagrange(Sequence::Tau, log)?;
    let a_query = columns::g1_sums(&[(&tau, &a_matrix)], variables, &|work| meter.add(work));
    let b_g1_query = columns::g1_sums(&[(&tau, r1cs.b())], variables, &|work| meter.add(work));
    let tau_g2: Vec<G2Affine> = powers.lagrange(Sequence::TauG2, log)?;
    let b_g2_query = columns::g2_sums(&[(&tau_g2, r1cs.b())], variables, &|work| {
        meter.add(3 * work);
    });
    let alpha: Vec<G1Affine> = powers.lagrange(Sequence::Alpha, log)?;
    let beta: Vec<G1Affine> = powers.lagrange(Sequence::Beta, log)?;
    let mut ic = columns::g1_sums(
        &[(&beta, &a_matrix), (&alpha, r1cs.b()), (&tau, r1cs.c())],
        variables,
        &|work| meter.add(work),
    );
    let l_query = ic.split_off(instance);
    // The coset's points are the odd ones of the double domain.
    let double: Vec<G1Affine> = powers.lagrange(Sequence::Tau, log + 1)?;
    let h_query: Vec<G1Affine> = double.into_iter().skip(1).step_by(2).collect();

    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let mut hasher = Hasher::new();
    hasher.g1(&alpha_g1).g1(&beta_g1).g2(&beta_g2);
    hasher.g2(&g2).g1(&g1).g2(&g2);
    hasher.all_g1(&ic);
    hasher.count(domain - 1);
    for difference in differences(powers, domain)? {
        hasher.g1(&difference);
    }
    hasher.all_g1(&l_query);
    hasher.all_g1(&a_query);
    hasher.all_g1(&b_g1_query);
    hasher.all_g2(&b_g2_query);
    meter.add(1);
    let key = ProvingKey {
        vk: VerifyingKey {
            alpha_g1,
            beta_g2,
            gamma_g2: g2,
            delta_g2: g2,
            gamma_abc_g1: ic,
        },
        beta_g1,
        delta_g1: g1,
        a_query,
        b_g1_query,
        b_g2_query,
        h_query,
        l_query,
    };
    Ok((key, hasher.finish()))
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

/// A with one row `wire · 0 = 0` for each wire of the instance.
fn with_instance_rows(r1cs: &R1cs) -> Matrix<Fr> {
    let mut a = r1cs.a().clone();
    a.extend((0..r1cs.instance_variables()).map(|wire| vec![(Fr::one(), wire)]));
    a
}

/// τ^(n+i) − τ^i as snarkjs hashes them: for all i < n − 1, and for i = n − 1 too where more than
/// one of its chunks is needed.
pub(super) fn differences<R: Read + Seek>(
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
