//! Both verifiers on 10,000 proofs of the completion statement, nearly all of them changed.

use crate::{
    chain::{call, provider},
    mutation::{Case, MUTATIONS, Material},
};
use alloy::{
    primitives::{Address, U256},
    providers::DynProvider,
    sol_types::SolCall,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use repute_circuits::{
    field::{Fr, reduce_word, to_word},
    state::Secret,
    statement::{Completion, Statement},
};
use repute_contracts::bindings::{Groth16Verifier, igroth16_verifier::IGroth16Verifier};
use repute_prover::{
    Keys, Proof, Store, TerminalProgress, VerifyingKey,
    batch::{Claim, verify_batch},
    solidity::verifying_key_bytes,
    verify::inputs_from_words,
};
use std::{fmt::Write, thread};

/// How many cases, in batches too.
const CASES: usize = 10_000;
/// Every so many cases also go through the batch verifiers, between two valid proofs.
const BATCH_EVERY: usize = 8;
const PROOFS: usize = 16;

/// Counts of one mutation: cases alone, cases in a batch, and how many of each were accepted.
#[derive(Clone, Copy, Default)]
struct Count {
    alone: usize,
    alone_accepted: usize,
    batches: usize,
    batches_accepted: usize,
}

fn element(rng: &mut ChaCha20Rng) -> Fr {
    reduce_word(U256::from_limbs(rng.r#gen()))
}

/// Real proofs of completions by random agents for random jobs.
fn proofs(keys: &Keys<Completion>) -> Vec<Case> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let one = |_| {
        let secret = Secret::new(element(&mut rng));
        let (job, context, scope) = (element(&mut rng), element(&mut rng), element(&mut rng));
        let statement = Completion::new(secret, job, context, scope);
        let proof = repute_prover::prove(keys, &statement, &mut rng).expect("it is true");
        Case {
            proof: proof.to_words(),
            inputs: statement.public_inputs().into_iter().map(to_word).collect(),
        }
    };
    (0..PROOFS).map(one).collect()
}

fn rust_accepts(key: &VerifyingKey, case: &Case) -> bool {
    Proof::from_words(case.proof).is_ok_and(|proof| key.verify_words(&case.inputs, &proof).is_ok())
}

fn rust_accepts_batch(key: &VerifyingKey, cases: &[&Case], rng: &mut ChaCha20Rng) -> bool {
    let claim = |case: &&Case| {
        let proof = Proof::from_words(case.proof).ok()?;
        let inputs = inputs_from_words(&case.inputs).ok()?;
        Some(Claim { inputs, proof })
    };
    let claims: Option<Vec<Claim>> = cases.iter().map(claim).collect();
    claims.is_some_and(|claims| verify_batch(key, &claims, rng).is_ok())
}

/// The verifier contract behind a provider of its chain.
struct OnChain {
    provider: DynProvider,
    verifier: Address,
}

impl OnChain {
    async fn deploy(key: &VerifyingKey) -> Self {
        let provider = provider();
        let deployed = Groth16Verifier::deploy(&provider, verifying_key_bytes(key).into()).await;
        let verifier = *deployed.expect("the key is good").address();
        Self { provider, verifier }
    }

    async fn accepts(&self, case: &Case) -> bool {
        let call = IGroth16Verifier::verifyCall {
            proof: case.proof,
            inputs: case.inputs.clone(),
        };
        self.says_yes(call.abi_encode()).await
    }

    async fn accepts_batch(&self, cases: &[&Case]) -> bool {
        let call = IGroth16Verifier::verifyBatchCall {
            proofs: cases.iter().map(|case| case.proof).collect(),
            inputs: cases.iter().flat_map(|case| case.inputs.clone()).collect(),
        };
        self.says_yes(call.abi_encode()).await
    }

    /// A verifier answers each call, also with malformed points, with one word that is 0 or 1.
    async fn says_yes(&self, data: Vec<u8>) -> bool {
        let answer = call(&self.provider, self.verifier, data).await;
        let word = U256::from_be_slice(&answer.expect("a verifier does not revert"));
        assert!(word <= U256::ONE, "a verifier says yes or no: {word}");
        word == U256::ONE
    }
}

/// The cases of one thread: numbers from `first` on, in steps of `step`.
fn compare(key: &VerifyingKey, valid: &[Case], first: usize, step: usize) -> Vec<Count> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime starts");
    runtime.block_on(async {
        let chain = OnChain::deploy(key).await;
        let mut counts = vec![Count::default(); MUTATIONS.len()];
        for number in (first..CASES).step_by(step) {
            let kind = number % MUTATIONS.len();
            let (mutation, count) = (&MUTATIONS[kind], &mut counts[kind]);
            let mut rng = ChaCha20Rng::seed_from_u64(number as u64);
            let from = rng.gen_range(0..valid.len());
            let other = &valid[(from + rng.gen_range(1..valid.len())) % valid.len()];
            let mut case = valid[from].clone();
            (mutation.apply)(&mut case, &Material { key, other }, &mut rng);

            let (rust, solidity) = (rust_accepts(key, &case), chain.accepts(&case).await);
            let name = mutation.name;
            assert_eq!(
                rust, solidity,
                "Rust and Solidity differ on {name}: {case:?}"
            );
            assert_eq!(rust, mutation.holds, "{name}: {case:?}");
            count.alone += 1;
            count.alone_accepted += usize::from(rust);

            if (number / MUTATIONS.len()).is_multiple_of(BATCH_EVERY) {
                let cases = [other, &case, &valid[from]];
                let rust = rust_accepts_batch(key, &cases, &mut rng);
                let solidity = chain.accepts_batch(&cases).await;
                assert_eq!(rust, solidity, "the batches differ on {name}: {case:?}");
                assert_eq!(rust, mutation.holds, "{name} in a batch: {case:?}");
                count.batches += 1;
                count.batches_accepted += usize::from(rust);
            }
        }
        counts
    })
}

fn table(counts: &[Count]) -> String {
    let mut text = format!(
        "{:36} {:>6} {:>9} {:>8} {:>9}\n",
        "", "cases", "accepted", "batches", "accepted"
    );
    let rows = MUTATIONS
        .iter()
        .map(|mutation| mutation.name)
        .zip(counts.iter().copied());
    let total = counts.iter().fold(Count::default(), |sum, count| Count {
        alone: sum.alone + count.alone,
        alone_accepted: sum.alone_accepted + count.alone_accepted,
        batches: sum.batches + count.batches,
        batches_accepted: sum.batches_accepted + count.batches_accepted,
    });
    for (name, count) in rows.chain([("total", total)]) {
        let Count {
            alone,
            alone_accepted,
            batches,
            batches_accepted,
        } = count;
        writeln!(
            text,
            "{name:36} {alone:>6} {alone_accepted:>9} {batches:>8} {batches_accepted:>9}"
        )
        .expect("a String takes everything");
    }
    text
}

#[test]
fn both_verifiers_accept_or_both_refuse() {
    let store = Store::of_user().expect("a cache directory");
    let keys = store
        .load_or_generate::<Completion>(&TerminalProgress::new())
        .expect("keys");
    let (key, valid) = (keys.verifying(), proofs(&keys));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let per_thread: Vec<Vec<Count>> = thread::scope(|scope| {
        let valid = &valid;
        let spawn = |first| scope.spawn(move || compare(key, valid, first, threads));
        let running: Vec<_> = (0..threads).map(spawn).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, _>| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().map(join).collect()
    });
    let mut counts = vec![Count::default(); MUTATIONS.len()];
    for part in per_thread {
        for (sum, count) in counts.iter_mut().zip(part) {
            sum.alone += count.alone;
            sum.alone_accepted += count.alone_accepted;
            sum.batches += count.batches;
            sum.batches_accepted += count.batches_accepted;
        }
    }
    println!("{}", table(&counts));
    assert_eq!(counts.iter().map(|count| count.alone).sum::<usize>(), CASES);
}
