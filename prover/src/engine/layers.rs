//! The steps of one proof, each on its own, for the prover and for benchmarks.

use super::backend::{Backend, Kernel};
use super::digits::Buckets;
use super::fft::CosetTransform;
use super::lanes::{Lanes, Words};
use super::msm::{self, Terms};
use super::points::{G1, G2};
use super::prepared::PreparedKey;
use ark_bn254::{Fq, Fr, G1Projective, G2Projective};
use ark_ff::PrimeField;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// A key and an assignment of its length.
pub struct Layers<'a> {
    key: &'a PreparedKey,
    assignment: &'a [Fr],
    tasks: usize,
}

/// Scalars as signed digits, sorted for the key's tables.
pub struct Digits(Buckets);

/// Values of a·b on the coset, as integers.
pub struct Quotient(Zeroizing<Vec<Words>>);

impl<'a> Layers<'a> {
    /// Steps that split into at most `tasks` parallel tasks; `None` if the assignment's
    /// length is not the key's.
    pub fn new(key: &'a PreparedKey, assignment: &'a [Fr], tasks: usize) -> Option<Self> {
        (assignment.len() == key.shape.variables).then_some(Self {
            key,
            assignment,
            tasks,
        })
    }

    /// The digits of the assignment, which three sums share.
    pub fn witness_digits(&self) -> Digits {
        let integers: Vec<Words> = self.assignment.iter().map(|w| w.into_bigint().0).collect();
        Digits(Buckets::sort(
            &Zeroizing::new(integers),
            self.key.windows,
            0,
        ))
    }

    /// A·w and B·w, brought to the coset and multiplied.
    pub fn quotient(&self) -> Quotient {
        Quotient(self.key.quotient.values(self.assignment, self.tasks > 1))
    }

    /// The digits of the quotient's values, for the H query behind the L query.
    pub fn quotient_digits(&self, quotient: &Quotient) -> Digits {
        let first = self.key.shape.variables * self.key.windows.rows();
        Digits(Buckets::sort(&quotient.0, self.key.windows, first))
    }

    /// Σ wⱼ·Aⱼ
    pub fn sum_a(&self, witness: &Digits) -> G1Projective {
        let table = &self.key.a;
        let terms = Terms {
            buckets: &witness.0,
            present: table.present(),
        };
        msm::sum::<G1>(
            self.key.backend,
            table.lines(),
            &[terms],
            self.key.windows,
            self.tasks,
        )
    }

    /// Σ wⱼ·Bⱼ
    pub fn sum_b(&self, witness: &Digits) -> G2Projective {
        let table = &self.key.b;
        let terms = Terms {
            buckets: &witness.0,
            present: table.present(),
        };
        msm::sum::<G2>(
            self.key.backend,
            table.lines(),
            &[terms],
            self.key.windows,
            self.tasks,
        )
    }

    /// Σ wⱼ·L'ⱼ + Σ dᵢ·Hᵢ
    pub fn sum_c(&self, witness: &Digits, quotient: &Digits) -> G1Projective {
        let table = &self.key.lh;
        let terms = [&witness.0, &quotient.0].map(|buckets| Terms {
            buckets,
            present: table.present(),
        });
        msm::sum::<G1>(
            self.key.backend,
            table.lines(),
            &terms,
            self.key.windows,
            self.tasks,
        )
    }
}

/// The time that so many transforms of 2^`log_size` values from the domain to its coset take, two
/// Fourier transforms each; `None` for a size that the back end has no transform for.
pub fn transforms(backend: Backend, log_size: u32, times: u64) -> Option<Duration> {
    backend.execute(Transforms { log_size, times })
}

struct Transforms {
    log_size: u32,
    times: u64,
}

impl Kernel for Transforms {
    type Output = Option<Duration>;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Option<Duration> {
        let size = 1usize.checked_shl(self.log_size)?;
        let transform = CosetTransform::<R>::new(size)?;
        let values: Vec<R> = vec![R::splat(Fr::from(3u64)); size / R::WIDTH];
        let mut time = Duration::ZERO;
        for _ in 0..self.times {
            // What comes out has larger bounds than what goes in.
            let mut values = values.clone();
            let start = Instant::now();
            transform.run(&mut values);
            time += start.elapsed();
            std::hint::black_box(values);
        }
        Some(time)
    }
}

/// Multiplies in four independent chains, `steps` times each, on one vector of the back
/// end per chain; returns how many field multiplications that is.
pub fn multiply(backend: Backend, steps: usize) -> usize {
    backend.execute(Multiply { steps })
}

struct Multiply {
    steps: usize,
}

impl Kernel for Multiply {
    type Output = usize;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> usize {
        let mut x = [3u64, 5, 7, 11].map(Fq::from).map(Q::splat);
        let factor = Q::splat(Fq::from(13u64));
        for _ in 0..self.steps {
            let [a, b] = Q::mul_each(&[x[0], x[1]], &[factor; 2]);
            let [c, d] = Q::mul_each(&[x[2], x[3]], &[factor; 2]);
            x = [a, b, c, d];
        }
        std::hint::black_box(x);
        4 * self.steps * Q::WIDTH
    }
}
