//! The steps of one proof, each on its own, for the prover and for benchmarks.

use super::backend::{Backend, Kernel};
use super::fft::CosetTransform;
use super::lanes::{Lanes, Words};
use super::msm;
use super::points::Group;
use super::prepared::PreparedKey;
use super::table::Table;
use ark_bn254::{Fq, Fr, G1Projective, G2Projective};
use ark_ec::AffineRepr;
use ark_ff::PrimeField;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// A key and an assignment of its length.
pub struct Layers<'a> {
    key: &'a PreparedKey,
    assignment: &'a [Fr],
    tasks: usize,
}

/// Field elements as integers.
pub struct Integers(Zeroizing<Vec<Words>>);

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

    /// The assignment, which three sums share.
    pub fn witness(&self) -> Integers {
        let integers = self.assignment.iter().map(|w| w.into_bigint().0).collect();
        Integers(Zeroizing::new(integers))
    }

    /// A·w and B·w, brought to the coset and multiplied.
    pub fn quotient(&self) -> Integers {
        Integers(self.key.quotient.values(self.assignment, self.tasks > 1))
    }

    /// Σ wⱼ·Aⱼ
    pub fn sum_a(&self, witness: &Integers) -> G1Projective {
        self.sum(&self.key.a, &[&witness.0])
    }

    /// Σ wⱼ·Bⱼ
    pub fn sum_b(&self, witness: &Integers) -> G2Projective {
        self.sum(&self.key.b, &[&witness.0])
    }

    /// Σ wⱼ·L'ⱼ + Σ dᵢ·Hᵢ
    pub fn sum_c(&self, witness: &Integers, quotient: &Integers) -> G1Projective {
        self.sum(&self.key.lh, &[&witness.0, &quotient.0])
    }

    fn sum<G: Group>(
        &self,
        table: &Table<G>,
        scalars: &[&[Words]],
    ) -> <G::Affine as AffineRepr>::Group {
        // The three sums run beside each other, which is enough for two tasks.
        let tasks = self.tasks.div_ceil(2);
        msm::sum(self.key.backend, table, scalars, self.key.windows, tasks)
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
