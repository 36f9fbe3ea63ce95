//! INSECURE development powers of tau, for rehearsals and tests.
//!
//! Their secrets come from a published seed, so that they are made in seconds and by multiplying
//! generators instead of transforming points. Whoever runs the same lines knows them and can forge
//! proofs for every key that is made from them; [`is_development`] recognises such a key.

use super::{CeremonyError, Meter};
use crate::iden3::points::{FilePoint, section_of};
use crate::iden3::ptau::{self, MAX_POWER};
use crate::progress::{Event, Progress};
use ark_bn254::{Fr, G1Affine, G1Projective, G2Projective};
use ark_ec::scalar_mul::{BatchMulPreprocessing, ScalarMul};
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::{Field, UniformRand};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use std::io::Write;

/// What the secrets are made from.
const SEED: &str = "repute development powers of tau v1: INSECURE, anyone can forge proofs";

struct Secrets {
    tau: Fr,
    alpha: Fr,
    beta: Fr,
}

impl Secrets {
    fn published() -> Self {
        let mut rng = ChaCha20Rng::from_seed(Sha256::digest(SEED).into());
        let mut draw = || Fr::rand(&mut rng);
        let [tau, alpha, beta] = [draw(), draw(), draw()];
        Self { tau, alpha, beta }
    }
}

/// Whether a key with this α comes from the development powers of tau.
#[must_use]
pub fn is_development(alpha_g1: &G1Affine) -> bool {
    (G1Projective::generator() * Secrets::published().alpha).into_affine() == *alpha_g1
}

/// Writes the development powers of tau, prepared for circuits of up to 2^`power` rows. The file is
/// the same on every machine. It has some 700 · 2^power bytes, all of which are made in memory.
///
/// # Errors
/// [`CeremonyError::Power`] for a power of 0 or above 28, [`CeremonyError::Write`].
pub fn development_powers(
    power: u32,
    out: impl Write,
    progress: &(dyn Progress + Sync),
) -> Result<(), CeremonyError> {
    if !(1..MAX_POWER).contains(&power) {
        return Err(CeremonyError::Power {
            power: MAX_POWER - 1,
            needed: power,
        });
    }
    let Secrets { tau, alpha, beta } = Secrets::published();
    let n = 1usize << power;
    let powers: Vec<Fr> = std::iter::successors(Some(Fr::ONE), |last| Some(*last * tau))
        .take(2 * n)
        .collect();
    let mut lagrange = Vec::with_capacity(4 * n);
    for log in 0..=power {
        lagrange.extend(lagrange_at(log, tau)?);
    }
    let small = lagrange.len();
    // The last domain lacks τ^(2n − 1), as the file does.
    let double = domain(power + 1)?;
    let mut highest = lagrange_at(power + 1, tau)?;
    let top = powers[2 * n - 1] * double.size_inv;
    for (value, root) in highest.iter_mut().zip(double.elements()) {
        // ω^(−k(2n − 1)) = ω^k.
        *value -= top * root;
    }
    lagrange.append(&mut highest);

    let g1 = Generator::<G1Projective>::new(4 * n);
    let g2 = Generator::<G2Projective>::new(2 * n);
    let g1_points = (2 * n - 1) + 2 * n + (4 * n - 1) + 2 * small;
    let meter = Meter::new(
        progress,
        "making INSECURE development powers of tau",
        g1_points + 3 * (n + small),
    );
    let times = |scalars: &[Fr], factor: Fr| {
        let scaled: Vec<Fr> = scalars.iter().map(|scalar| *scalar * factor).collect();
        g1.multiples(&scaled, &|work| meter.add(work))
    };
    let in_g2 = |scalars: &[Fr]| g2.multiples(scalars, &|work| meter.add(3 * work));
    let sections = vec![
        (2, times(&powers[..2 * n - 1], Fr::ONE)),
        (3, in_g2(&powers[..n])),
        (4, times(&powers[..n], alpha)),
        (5, times(&powers[..n], beta)),
        (6, in_g2(&[beta])),
        (12, times(&lagrange, Fr::ONE)),
        (13, in_g2(&lagrange[..small])),
        (14, times(&lagrange[..small], alpha)),
        (15, times(&lagrange[..small], beta)),
    ];
    ptau::write(power, &sections, out)?;
    progress.on(Event::Finished);
    Ok(())
}

fn domain(log: u32) -> Result<Radix2EvaluationDomain<Fr>, CeremonyError> {
    Radix2EvaluationDomain::new(1 << log).ok_or(CeremonyError::Phase1("the domain is too large"))
}

fn lagrange_at(log: u32, tau: Fr) -> Result<Vec<Fr>, CeremonyError> {
    Ok(domain(log)?.evaluate_all_lagrange_coefficients(tau))
}

/// The multiples of a generator, by a table.
struct Generator<G: ScalarMul>(BatchMulPreprocessing<G>);

impl<G> Generator<G>
where
    G: ScalarMul<ScalarField = Fr> + PrimeGroup,
    G::MulBase: FilePoint,
{
    fn new(count: usize) -> Self {
        Self(BatchMulPreprocessing::new(G::generator(), count))
    }

    /// As a section of a file.
    fn multiples(&self, scalars: &[Fr], progress: &(dyn Fn(usize) + Sync)) -> Vec<u8> {
        let parts: Vec<Vec<u8>> = scalars
            .par_chunks(1 << 12)
            .map(|scalars| {
                let section = section_of(&self.0.batch_mul(scalars));
                progress(scalars.len());
                section
            })
            .collect();
        parts.concat()
    }
}
