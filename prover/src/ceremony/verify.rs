//! Whether a key is what a circuit, powers of tau and the contributions make of it.

use super::basis::Basis;
use super::hash::{accumulated, challenge};
use super::new::{Matrices, circuit_hash};
use super::phase1::{self, same_ratio, weights};
use super::random::Stream;
use super::{CeremonyError, Meter, development};
use crate::engine::R1cs;
use crate::engine::msm::{g1_sum, g2_sum};
use crate::iden3::ptau::Ptau;
use crate::iden3::zkey::{Contribution, Transcript, Zkey, coefficients};
use crate::progress::{Event, Progress};
use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field};
use ark_groth16::ProvingKey;
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use ark_relations::gr1cs::Matrix;
use rayon::prelude::*;
use std::io::{Read, Seek};

/// What is wrong with the outcome of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The circuit has another size.
    #[error("it is for a circuit of another size")]
    Size,
    /// The circuit's matrices are others.
    #[error("its matrices A and B are not the circuit's")]
    Matrices,
    /// Another circuit, or other powers of tau.
    #[error("it was started from another circuit or from other powers of tau")]
    Circuit,
    /// A part that no contribution changes differs.
    #[error("its {0} is not what the circuit and the powers of tau give")]
    Fixed(&'static str),
    /// Nobody contributed.
    #[error("nobody contributed to it, so that anyone can forge proofs")]
    NoContribution,
    /// A contribution is wrong.
    #[error("contribution {number}: {reason}")]
    Contribution {
        /// Its number, from 1.
        number: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something follows a beacon.
    #[error("contribution {0} follows a beacon")]
    AfterBeacon(usize),
    /// The key's δ is not that of the last contribution.
    #[error("its delta is not the one of the last contribution")]
    Delta,
    /// A query does not fit δ.
    #[error("its {0} query does not fit delta")]
    Query(&'static str),
}

/// A key that was checked in full.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The key.
    pub(crate) key: ProvingKey<Bn254>,
    /// What was done to it.
    pub(crate) transcript: Transcript,
    /// Whether the powers of tau are the development powers, whose secret everybody knows.
    pub(crate) development: bool,
    /// Who contributed to the powers of tau, as they said.
    pub(crate) phase1: Vec<Option<String>>,
}

impl Verified {
    /// The contributions, and the circuit's hash in the ceremony.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Who contributed to the powers of tau, as the file says. Their contributions are for `snarkjs
    /// powersoftau verify` to check.
    #[must_use]
    pub fn phase1(&self) -> &[Option<String>] {
        &self.phase1
    }

    /// Whether everybody knows the secret of phase 1, so that the keys are INSECURE whatever was
    /// contributed: the secret δ alone forges no proof, but τ does.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        self.development
    }
}

/// Checks the outcome of a ceremony against the circuit and the phase 1 file, trusting neither the
/// coordinator nor the contributors: that the powers are powers, that the first key follows from
/// them and the circuit, and that every contribution changed δ by a factor that its maker knew and
/// nothing else.
///
/// # Errors
/// [`CeremonyError::Invalid`] with the reason, [`CeremonyError::Phase1`] for bad powers, and as
/// [`new_zkey`](super::new_zkey).
pub fn verify<R: Read + Seek>(
    zkey: &Zkey,
    r1cs: &R1cs,
    powers: &mut Ptau<R>,
    progress: &(dyn Progress + Sync),
) -> Result<Verified, CeremonyError> {
    let sizes = [
        zkey.variables(),
        zkey.public_inputs() + 1,
        zkey.domain_size(),
    ];
    if sizes
        != [
            r1cs.variables(),
            r1cs.instance_variables(),
            r1cs.domain_size(),
        ]
    {
        return Err(Invalid::Size.into());
    }
    if zkey.section(4) != coefficients(r1cs)? {
        return Err(Invalid::Matrices.into());
    }
    check_contributions(zkey.transcript(), progress)?;
    let basis = Basis::read(powers, r1cs.domain_size())?;
    let matrices = Matrices::of(r1cs);
    let products = matrices.ic_and_l_products();
    // The other steps together take about as long.
    let (meter, step) = (
        Meter::new(progress, "checking the key", 2 * products + 4),
        products / 4 + 1,
    );
    phase1::check(powers, &basis)?;
    meter.add(step);
    let key = zkey.key()?;
    check_queries(&key, &matrices, &basis)?;
    meter.add(step);
    let (ic, l) = matrices.ic_and_l(&basis, &|work| meter.add(work));
    if key.vk.gamma_abc_g1 != ic {
        return Err(Invalid::Fixed("IC").into());
    }
    if circuit_hash(&key, &l, &basis) != zkey.transcript().circuit {
        return Err(Invalid::Circuit.into());
    }
    meter.add(step);
    check_delta(&key, zkey.transcript())?;
    check_query("L", &l, &key.l_query, &key)?;
    check_query("H", &basis.coset, &key.h_query, &key)?;
    check_quotient(&key, &basis)?;
    meter.add(step);
    progress.on(Event::Finished);
    Ok(Verified {
        development: development::is_development(&key.vk.alpha_g1),
        key,
        transcript: zkey.transcript().clone(),
        phase1: powers.contributions().to_vec(),
    })
}

/// Each contribution's proof of knowledge, and δ from one to the next.
fn check_contributions(
    transcript: &Transcript,
    progress: &(dyn Progress + Sync),
) -> Result<(), Invalid> {
    let contributions = &transcript.contributions;
    if contributions.is_empty() {
        return Err(Invalid::NoContribution);
    }
    let mut delta = G1Affine::generator();
    for (index, contribution) in contributions.iter().enumerate() {
        let number = index + 1;
        let wrong = |reason| Invalid::Contribution { number, reason };
        if index > 0 && contributions[index - 1].beacon.is_some() {
            return Err(Invalid::AfterBeacon(number));
        }
        let Contribution {
            delta_after,
            s,
            sx,
            spx,
            challenge: claimed,
            ..
        } = contribution;
        if challenge(accumulated(transcript, index), s, sx) != *claimed {
            return Err(wrong("it does not follow the ones before it"));
        }
        let sp = Stream::of_hash(claimed).g2();
        if !same_ratio([*s, *sx], [sp, *spx]) {
            return Err(wrong("its maker did not know its secret"));
        }
        if !same_ratio([delta, *delta_after], [sp, *spx]) {
            return Err(wrong("delta changed by something else than its secret"));
        }
        if let Some(beacon) = &contribution.beacon {
            let mut stream = Stream::of_beacon(beacon, |done, total| {
                progress.on(Event::Step {
                    task: "hashing the beacon",
                    done: (done >> 10) as usize,
                    total: (total >> 10) as usize,
                });
            });
            let secret = stream.scalar();
            let expected = stream.g1();
            if (*s, *sx) != (expected, (expected * secret).into_affine()) {
                return Err(wrong("it is not what its beacon gives"));
            }
        }
        delta = *delta_after;
    }
    Ok(())
}

/// What contributions leave as it is, but for IC. The queries A and B are compared by sums with random
/// weights ρ: that of A is Σ_j ρ_j·A_j = Σ_k (Σ_j ρ_j·M[k][j])·L_k(τ) if all A_j are those of matrix M, and else
/// with a probability of at most 2^-128. It takes a sum of n points instead of a product for each entry.
fn check_queries(
    key: &ProvingKey<Bn254>,
    matrices: &Matrices<'_>,
    basis: &Basis,
) -> Result<(), Invalid> {
    let random = weights(key.a_query.len());
    let rows = |matrix: &Matrix<Fr>| -> Vec<Fr> {
        let row =
            |row: &Vec<(Fr, usize)>| row.iter().map(|(value, wire)| *value * random[*wire]).sum();
        matrix.par_iter().map(row).collect()
    };
    let (a, b) = (rows(&matrices.a), rows(matrices.b));
    let in_g1 = |query: &[G1Affine], rows: &[Fr]| {
        g1_sum(query, &random) == g1_sum(&basis.tau[..rows.len()], rows)
    };
    let vk = &key.vk;
    for (same, what) in [
        (vk.alpha_g1 == basis.alpha_g1, "alpha"),
        (key.beta_g1 == basis.beta_g1, "beta in G1"),
        (vk.beta_g2 == basis.beta_g2, "beta in G2"),
        (vk.gamma_g2 == G2Affine::generator(), "gamma"),
        (in_g1(&key.a_query, &a), "A query"),
        (in_g1(&key.b_g1_query, &b), "B query in G1"),
        (
            g2_sum(&key.b_g2_query, &random) == g2_sum(&basis.tau_g2[..b.len()], &b),
            "B query in G2",
        ),
    ] {
        if !same {
            return Err(Invalid::Fixed(what));
        }
    }
    Ok(())
}

fn check_delta(key: &ProvingKey<Bn254>, transcript: &Transcript) -> Result<(), Invalid> {
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let last = transcript.contributions.last().map(|last| last.delta_after);
    if last != Some(key.delta_g1) || !same_ratio([g1, key.delta_g1], [g2, key.vk.delta_g2]) {
        return Err(Invalid::Delta);
    }
    Ok(())
}

/// Every point of a query is the first key's over δ.
fn check_query(
    name: &'static str,
    first: &[G1Affine],
    now: &[G1Affine],
    key: &ProvingKey<Bn254>,
) -> Result<(), Invalid> {
    let random = weights(first.len());
    let sums = [g1_sum(now, &random), g1_sum(first, &random)];
    // Nothing to compare: no wire of the witness occurs anywhere.
    let nothing = sums.iter().all(AffineRepr::is_zero);
    if nothing || same_ratio(sums, [G2Affine::generator(), key.vk.delta_g2]) {
        Ok(())
    } else {
        Err(Invalid::Query(name))
    }
}

/// The H query gives (τ^n − 1)·τ^i/δ for random combinations of i < n − 1: the values of
/// (X^n − 1)·X^i on the coset are −2·(g·ω^k)^i.
fn check_quotient(key: &ProvingKey<Bn254>, basis: &Basis) -> Result<(), CeremonyError> {
    let n = key.h_query.len();
    let too_large = CeremonyError::Phase1("the domain is too large");
    let (Some(domain), Some(double)) = (
        Radix2EvaluationDomain::<Fr>::new(n),
        Radix2EvaluationDomain::<Fr>::new(2 * n),
    ) else {
        return Err(too_large);
    };
    let random = weights(n - 1);
    let expected = g1_sum(&basis.differences[..n - 1], &random);
    let (shift, mut factor) = (double.group_gen, -Fr::ONE.double());
    let mut values: Vec<Fr> = Vec::with_capacity(n);
    for weight in random {
        values.push(weight * factor);
        factor *= shift;
    }
    domain.fft_in_place(&mut values);
    let given = g1_sum(&key.h_query, &values);
    if same_ratio([given, expected], [G2Affine::generator(), key.vk.delta_g2]) {
        Ok(())
    } else {
        Err(Invalid::Query("H").into())
    }
}
