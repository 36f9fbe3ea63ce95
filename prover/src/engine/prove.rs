//! One proof, or many.
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
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

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

/// What a batch tells its caller, and hears from it.
#[derive(Clone, Copy, Default)]
pub struct BatchControl<'a> {
    /// Called after each proof, from several threads, with the number done so far.
    pub progress: Option<&'a (dyn Fn(usize) + Sync)>,
    /// Set to true to begin no further proof.
    pub cancel: Option<&'a AtomicBool>,
}

/// Makes proofs on a fixed number of threads.
pub struct Prover {
    threads: usize,
    /// None for one thread: all work then happens on the caller's.
    pool: Option<ThreadPool>,
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

    /// A proof for each item, in their order; each runs on one thread.
    ///
    /// `assignment` makes an item's full assignment, on the thread that proves it. An item
    /// that fails, panics or comes after a cancellation has its own error, and the others
    /// their proofs. Randomness is drawn from `rng` in the order of the items.
    pub fn prove_batch<T: Sync, E: From<ProveError> + Send>(
        &self,
        key: &PreparedKey,
        items: &[T],
        assignment: impl Fn(&T) -> Result<Zeroizing<Vec<Fr>>, E> + Sync,
        rng: &mut (impl RngCore + CryptoRng),
        control: BatchControl<'_>,
    ) -> Vec<Result<Proof<Bn254>, E>> {
        let randomness: Vec<Randomness> = items.iter().map(|_| Randomness::new(rng)).collect();
        let done = AtomicUsize::new(0);
        let one = |item: &T, randomness: Randomness| {
            if control
                .cancel
                .is_some_and(|cancel| cancel.load(Ordering::Relaxed))
            {
                return Err(ProveError::Cancelled.into());
            }
            let result = catch_unwind(AssertUnwindSafe(|| {
                Ok(prove(key, &assignment(item)?, randomness, 1)?)
            }))
            .unwrap_or_else(|panic| Err(ProveError::Panicked(message(&*panic)).into()));
            if let Some(progress) = control.progress {
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            }
            result
        };
        let Some(pool) = &self.pool else {
            return items
                .iter()
                .zip(randomness)
                .map(|(item, r)| one(item, r))
                .collect();
        };
        pool.install(|| {
            items
                .par_iter()
                .zip(randomness)
                .with_max_len(1)
                .map(|(item, randomness)| one(item, randomness))
                .collect()
        })
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
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

fn prove(
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
    use super::{BatchControl, ProveError, Prover, Randomness};
    use crate::engine::backend::Backend;
    use crate::engine::matrices::R1cs;
    use crate::engine::prepared::{PrepareOptions, PreparedKey, StoreError, TableMemory};
    use crate::engine::qap::CircomReduction;
    use crate::engine::synthetic::Synthetic;
    use ark_bn254::{Bn254, Fr};
    use ark_ff::One;
    use ark_groth16::{Groth16, PreparedVerifyingKey, Proof, ProvingKey, prepare_verifying_key};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use zeroize::Zeroizing;

    type Stock = Groth16<Bn254, CircomReduction>;

    struct Case {
        key: ProvingKey<Bn254>,
        verifying: PreparedVerifyingKey<Bn254>,
        r1cs: R1cs,
        assignment: Vec<Fr>,
        inputs: Vec<Fr>,
    }

    fn case(constraints: usize, inputs: usize) -> Case {
        let rng = &mut ChaCha20Rng::seed_from_u64(constraints as u64);
        let circuit = Synthetic::new(constraints, inputs, 3);
        let (r1cs, assignment) = circuit.r1cs_and_assignment().expect("synthesises");
        let key = Stock::generate_random_parameters_with_reduction(circuit.clone(), rng)
            .expect("synthesises");
        Case {
            verifying: prepare_verifying_key(&key.vk),
            key,
            r1cs,
            assignment,
            inputs: circuit.public_inputs(),
        }
    }

    fn randomness(seed: u64) -> Randomness {
        Randomness::new(&mut ChaCha20Rng::seed_from_u64(seed))
    }

    fn verifies(case: &Case, proof: &Proof<Bn254>) -> bool {
        Stock::verify_proof(&case.verifying, proof, &case.inputs).expect("well formed")
    }

    fn prepare(case: &Case, backend: Backend, memory: TableMemory) -> PreparedKey {
        let options = PrepareOptions {
            memory,
            backend,
            ..PrepareOptions::default()
        };
        PreparedKey::prepare(&case.key, &case.r1cs, &options).expect("fits")
    }

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

    #[test]
    fn batches_keep_order_and_survive_failing_items() {
        let case = case(40, 2);
        let key = prepare(&case, Backend::detect(), TableMemory::Standard);
        let items: Vec<usize> = (0..9).collect();
        let assignment = |&item: &usize| match item {
            2 => Err(ProveError::NoConstant),
            4 => panic!("no witness for item {item}"),
            5 => Ok(Zeroizing::new(vec![Fr::one()])),
            _ => Ok(Zeroizing::new(case.assignment.clone())),
        };
        let mut outcomes = Vec::new();
        for threads in [1, 3] {
            let prover = Prover::new(threads).expect("threads");
            let done = AtomicUsize::new(0);
            let progress = |count: usize| {
                done.fetch_max(count, Ordering::Relaxed);
            };
            let control = BatchControl {
                progress: Some(&progress),
                cancel: None,
            };
            let rng = &mut ChaCha20Rng::seed_from_u64(8);
            let results = prover.prove_batch(&key, &items, assignment, rng, control);
            assert_eq!(done.into_inner(), items.len());
            for (item, result) in results.iter().enumerate() {
                match (item, result) {
                    (2, Err(ProveError::NoConstant)) | (5, Err(ProveError::Length { .. })) => {}
                    (4, Err(ProveError::Panicked(text))) => assert!(text.contains("item 4")),
                    (_, Ok(proof)) => assert!(verifies(&case, proof)),
                    (_, Err(error)) => panic!("item {item}: {error}"),
                }
            }
            outcomes.push(results);
        }
        assert_eq!(outcomes[0], outcomes[1]);
    }

    #[test]
    fn a_cancelled_batch_begins_no_further_proof() {
        let case = case(40, 2);
        let key = prepare(&case, Backend::detect(), TableMemory::Standard);
        let cancel = AtomicBool::new(false);
        let progress = |count: usize| {
            if count == 2 {
                cancel.store(true, Ordering::Relaxed);
            }
        };
        let control = BatchControl {
            progress: Some(&progress),
            cancel: Some(&cancel),
        };
        let results: Vec<Result<_, ProveError>> = Prover::new(1).expect("threads").prove_batch(
            &key,
            &[(); 5],
            |()| Ok(Zeroizing::new(case.assignment.clone())),
            &mut ChaCha20Rng::seed_from_u64(8),
            control,
        );
        let proofs: Vec<bool> = results.iter().map(Result::is_ok).collect();
        assert_eq!(proofs, [true, true, false, false, false]);
    }

    #[test]
    fn stored_keys_load_on_every_back_end_and_damage_is_noticed() {
        let case = case(100, 2);
        let directory = tempfile::tempdir().expect("temporary directory");
        let path = directory.path().join("keys/prepared");
        let prover = Prover::new(1).expect("threads");
        let identity = [7; 32];
        for from in Backend::available() {
            let key = prepare(&case, from, TableMemory::Standard);
            let proof = prover
                .prove(&key, &case.assignment, randomness(2))
                .expect("fits");
            key.store(&path, &identity).expect("stores");
            for to in Backend::available() {
                let loaded = PreparedKey::load(&path, &identity, to).expect("loads");
                assert_eq!(loaded.verifying_key(), &case.key.vk);
                let again = prover
                    .prove(&loaded, &case.assignment, randomness(2))
                    .expect("fits");
                assert_eq!(again, proof, "{from:?} to {to:?}");
            }
        }
        let load = || PreparedKey::load(&path, &identity, Backend::detect()).err();
        let other = PreparedKey::load(&path, &[8; 32], Backend::detect()).err();
        assert!(matches!(other, Some(StoreError::OtherKey { .. })));
        let bytes = std::fs::read(&path).expect("readable");
        for at in [
            0,
            8,
            50,
            60,
            90,
            110,
            2_000,
            bytes.len() / 2,
            bytes.len() - 1,
        ] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, damaged).expect("writable");
            assert!(load().is_some(), "byte {at}");
        }
        for length in [0, 50, 104, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).expect("writable");
            assert!(load().is_some(), "{length} bytes");
        }
        std::fs::write(&path, &bytes).expect("writable");
        assert!(load().is_none());
        // Nothing but the key is left behind.
        assert_eq!(
            std::fs::read_dir(path.parent().expect("in a directory"))
                .expect("listable")
                .count(),
            1
        );
    }
}
