//! Many proofs, side by side.

use super::prepared::PreparedKey;
use super::prove::{ProveError, Prover, Randomness, prove};
use ark_bn254::{Bn254, Fr};
use ark_groth16::Proof;
use rand::{CryptoRng, RngCore};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use zeroize::Zeroizing;

/// What a batch tells its caller, and hears from it.
#[derive(Clone, Copy, Default)]
pub struct BatchControl<'a> {
    /// Called after each proof, from several threads, with the number done so far.
    pub progress: Option<&'a (dyn Fn(usize) + Sync)>,
    /// Set to true to begin no further proof.
    pub cancel: Option<&'a AtomicBool>,
}

impl Prover {
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

#[cfg(test)]
mod tests {
    use super::{BatchControl, ProveError, Prover};
    use crate::engine::backend::Backend;
    use crate::engine::case::{case, prepare, verifies};
    use crate::engine::prepared::TableMemory;
    use ark_bn254::Fr;
    use ark_ff::One;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use zeroize::Zeroizing;

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
}
