//! One proof.
//!
//! With A = α + Σ wⱼ·Aⱼ, B = β + Σ wⱼ·Bⱼ and C = Σ wⱼ·L'ⱼ + Σ dᵢ·Hᵢ, where L' is the
//! [folded](super::fold) L query and d the [product](super::quotient) on the coset,
//! (A, B, C) is Groth16's proof for r = s = 0. It is never given out: a proof of that
//! kind is a function of the witness. Rerandomised (Bowe, Gabizon et al., eprint
//! 2020/811, theorem 3) it is distributed as an ordinary proof, and B is not needed in G1.

use super::layers::Layers;
use super::prepared::PreparedKey;
use ark_bn254::{Bn254, Fr, G1Projective, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::{Field, One, UniformRand, Zero};
use ark_groth16::Proof;
use rand::{CryptoRng, RngCore};
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use thiserror::Error;
use zeroize::Zeroize;

/// Why there is no proof.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProveError {
    /// The assignment is not one of this circuit.
    #[error(
        "the assignment has {found} values where the key needs {expected}: make the witness with \
         the circuit the key is for"
    )]
    Length {
        /// Values the key needs.
        expected: usize,
        /// Values given.
        found: usize,
    },
    /// The assignment's first value is the constant one.
    #[error("the assignment does not start with the constant one")]
    NoConstant,
    /// The caller cancelled before this proof was begun.
    #[error("cancelled before this proof was begun")]
    Cancelled,
    /// A defect in the prover or in the caller's witness function.
    #[error("this proof panicked: {0}; please report it")]
    Panicked(String),
}

/// The randomness of one proof: two nonzero scalars, wiped after use.
///
/// Reusing it for two witnesses lets anyone relate the proofs.
pub struct Randomness {
    r1: Fr,
    r2: Fr,
}

impl Randomness {
    /// Draws fresh randomness.
    pub fn new(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut nonzero = || {
            loop {
                let scalar = Fr::rand(rng);
                if !scalar.is_zero() {
                    return scalar;
                }
            }
        };
        Self {
            r1: nonzero(),
            r2: nonzero(),
        }
    }
}

impl Drop for Randomness {
    fn drop(&mut self) {
        self.r1.zeroize();
        self.r2.zeroize();
    }
}

/// Makes proofs on a fixed number of threads.
pub struct Prover {
    threads: usize,
    /// None for one thread: all work then happens on the caller's.
    pub(super) pool: Option<ThreadPool>,
}

impl Prover {
    /// A prover that uses at most `threads` threads; 0 counts as 1.
    pub fn new(threads: usize) -> Result<Self, ThreadPoolBuildError> {
        let threads = threads.max(1);
        let pool = (threads > 1)
            .then(|| ThreadPoolBuilder::new().num_threads(threads).build())
            .transpose()?;
        Ok(Self { threads, pool })
    }

    /// One proof, on all threads. The assignment is the constant one, the public inputs,
    /// then the witness.
    ///
    /// A witness that does not satisfy the circuit gives a proof that does not verify: check
    /// the statement first, or verify the proof. The bytes depend on the inputs and the
    /// randomness alone.
    pub fn prove(
        &self,
        key: &PreparedKey,
        assignment: &[Fr],
        randomness: Randomness,
    ) -> Result<Proof<Bn254>, ProveError> {
        match &self.pool {
            Some(pool) => pool.install(|| prove(key, assignment, randomness, self.threads)),
            None => prove(key, assignment, randomness, 1),
        }
    }
}

/// Runs both, in parallel if there is more than one task.
fn both<A: Send, B: Send>(
    tasks: usize,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    if tasks > 1 {
        rayon::join(a, b)
    } else {
        (a(), b())
    }
}

pub(super) fn prove(
    key: &PreparedKey,
    assignment: &[Fr],
    randomness: Randomness,
    tasks: usize,
) -> Result<Proof<Bn254>, ProveError> {
    let layers = Layers::new(key, assignment, tasks).ok_or(ProveError::Length {
        expected: key.variables(),
        found: assignment.len(),
    })?;
    if !assignment[0].is_one() {
        return Err(ProveError::NoConstant);
    }

    let w = layers.witness();
    let d = layers.quotient();
    let (b, (c, a)) = both(
        tasks,
        || layers.sum_b(&w),
        || both(tasks, || layers.sum_c(&w, &d), || layers.sum_a(&w)),
    );
    let vk = &key.verifying_key;
    Ok(rerandomize(
        key,
        a + vk.alpha_g1,
        b + vk.beta_g2,
        c,
        &randomness,
    ))
}

/// (A/r1, r1·B + r1·r2·δ, C + r2·A)
fn rerandomize(
    key: &PreparedKey,
    a: G1Projective,
    b: G2Projective,
    c: G1Projective,
    randomness: &Randomness,
) -> Proof<Bn254> {
    let Randomness { r1, r2 } = randomness;
    let inverse = r1.inverse().expect("r1 is drawn to be nonzero");
    Proof {
        a: (a * inverse).into_affine(),
        b: ((b + key.verifying_key.delta_g2 * r2) * r1).into_affine(),
        c: (c + a * r2).into_affine(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ProveError, Prover};
    use crate::engine::backend::Backend;
    use crate::engine::case::{case, prepare, randomness, verifies};
    use crate::engine::prepared::TableMemory;
    use ark_bn254::Fr;
    use ark_ff::One;

    #[test]
    fn proofs_verify_with_ark_and_equal_on_every_back_end_table_and_thread_count() {
        for (constraints, inputs) in [(1, 1), (11, 3), (60, 3), (61, 3), (200, 9), (1_000, 2)] {
            let case = case(constraints, inputs);
            let mut proofs = Vec::new();
            for backend in Backend::available() {
                for memory in [
                    TableMemory::Minimal,
                    TableMemory::Standard,
                    TableMemory::AtMost(300_000),
                ] {
                    let key = prepare(&case, backend, memory);
                    for threads in [1, 3] {
                        let prover = Prover::new(threads).expect("threads");
                        let proof = prover
                            .prove(&key, &case.assignment, randomness(5))
                            .expect("fits");
                        assert!(
                            verifies(&case, &proof),
                            "{constraints} {backend:?} {memory:?}"
                        );
                        proofs.push(proof);
                    }
                }
            }
            assert!(proofs.windows(2).all(|two| two[0] == two[1]));
            let key = prepare(&case, Backend::detect(), TableMemory::Standard);
            let prover = Prover::new(1).expect("threads");
            let other = prover
                .prove(&key, &case.assignment, randomness(6))
                .expect("fits");
            assert!(other != proofs[0] && verifies(&case, &other));
        }
    }

    #[test]
    fn wrong_witnesses_do_not_verify_and_malformed_ones_are_refused() {
        let case = case(50, 2);
        let key = prepare(&case, Backend::detect(), TableMemory::Standard);
        let prover = Prover::new(2).expect("threads");
        let mut wrong = case.assignment.clone();
        let last = wrong.last_mut().expect("not empty");
        *last += Fr::one();
        let proof = prover
            .prove(&key, &wrong, randomness(1))
            .expect("well formed");
        assert!(!verifies(&case, &proof));
        let short = &case.assignment[1..];
        assert_eq!(
            prover.prove(&key, short, randomness(1)),
            Err(ProveError::Length {
                expected: case.assignment.len(),
                found: short.len()
            })
        );
        wrong[0] = Fr::from(2u64);
        assert_eq!(
            prover.prove(&key, &wrong, randomness(1)),
            Err(ProveError::NoConstant)
        );
    }
}
