//! Many proofs under one key.

use crate::common::{keys, secret};
use ark_ff::Field;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::field::Fr;
use repute_circuits::statement::{Completion, Statement};
use repute_prover::batch::{BatchError, Claim, verify_batch};
use repute_prover::engine::{self, BatchControl, Prover};
use repute_prover::{Proof, ProveError, VerifyError, prove, prove_batch};
use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_batch_holds_exactly_if_every_claim_does() {
    let keys = keys::<Completion>();
    let key = keys.verifying();
    let rng = &mut ChaCha20Rng::seed_from_u64(11);
    let claims: Vec<Claim> = (0..7u64)
        .map(|job| {
            let statement = Completion::new(secret(), Fr::from(job), Fr::from(8), Fr::from(9));
            Claim {
                inputs: statement.public_inputs(),
                proof: prove(&keys, &statement, rng).expect("it is true"),
            }
        })
        .collect();
    for n in 0..=claims.len() {
        assert_eq!(verify_batch(key, &claims[..n], rng), Ok(()));
    }

    // Bad claims are found wherever they are.
    let mut bad = claims.clone();
    bad[0].inputs[3] += Fr::ONE;
    bad[4].inputs.pop();
    let Claim { proof, .. } = bad[6];
    bad[6].proof = Proof::new(proof.a(), proof.b(), -proof.c()).expect("valid points");
    let count = VerifyError::InputCount {
        expected: 5,
        given: 4,
    };
    let failures = vec![
        (0, VerifyError::Rejected),
        (4, count),
        (6, VerifyError::Rejected),
    ];
    assert_eq!(verify_batch(key, &bad, rng), Err(BatchError { failures }));

    // Two proofs that are wrong by amounts that cancel in a plain sum.
    let mut bad = claims.clone();
    let (c1, c2) = (bad[1].proof.c(), bad[2].proof.c());
    let moved = |proof: Proof, c| Proof::new(proof.a(), proof.b(), c).expect("valid points");
    bad[1].proof = moved(bad[1].proof, c2);
    bad[2].proof = moved(bad[2].proof, c1);
    let failures = vec![(1, VerifyError::Rejected), (2, VerifyError::Rejected)];
    assert_eq!(verify_batch(key, &bad, rng), Err(BatchError { failures }));
}

#[test]
fn a_batch_of_proofs_keeps_its_order_and_its_failures_apart() {
    let keys = keys::<Completion>();
    let mut statements: Vec<_> = (0..5u64)
        .map(|job| Completion::new(secret(), Fr::from(job), Fr::from(8), Fr::from(9)))
        .collect();
    statements[2].public.ticket += Fr::ONE;
    let prove = |threads| {
        let prover = Prover::new(threads).expect("the machine gives threads");
        let rng = &mut ChaCha20Rng::seed_from_u64(12);
        let control = BatchControl::default();
        prove_batch(&keys, &statements, &prover, rng, control).expect("the keys prepare")
    };
    let proofs = prove(2);
    for (i, (statement, proof)) in statements.iter().zip(&proofs).enumerate() {
        match proof {
            Ok(proof) => {
                let inputs = statement.public_inputs();
                assert_eq!(keys.verifying().verify(&inputs, proof), Ok(()));
            }
            Err(error) => {
                assert_eq!(i, 2);
                assert!(matches!(error, ProveError::False(_)), "{error}");
            }
        }
    }
    let bytes = |proofs: Vec<Result<Proof, _>>| -> Vec<_> {
        proofs
            .into_iter()
            .map(|proof| proof.ok().map(|proof| proof.to_bytes()))
            .collect()
    };
    assert_eq!(
        bytes(prove(1)),
        bytes(proofs),
        "the number of threads changes nothing"
    );
}

#[test]
fn a_batch_keeps_to_its_threads_tells_how_far_it_is_and_stops_when_told() {
    let keys = keys::<Completion>();
    let statements: Vec<_> = (0..12u64)
        .map(|job| Completion::new(secret(), Fr::from(job), Fr::from(8), Fr::from(9)))
        .collect();
    let threads = Mutex::new(HashSet::new());
    let counts = Mutex::new(Vec::new());
    let cancel = AtomicBool::new(false);
    let progress = |done| {
        let thread = std::thread::current().id();
        threads.lock().expect("no panics").insert(thread);
        counts.lock().expect("no panics").push(done);
        if done >= 8 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let control = BatchControl {
        progress: Some(&progress),
        cancel: Some(&cancel),
    };
    let prover = Prover::new(2).expect("the machine gives threads");
    let rng = &mut ChaCha20Rng::seed_from_u64(13);
    let outcomes =
        prove_batch(&keys, &statements, &prover, rng, control).expect("the keys prepare");

    assert!(threads.into_inner().expect("no panics").len() <= 2);
    // Every proof is counted once, though two threads may report in either order.
    let mut counts = counts.into_inner().expect("no panics");
    counts.sort_unstable();
    assert_eq!(counts, (1..=counts.len()).collect::<Vec<_>>());
    // The other thread may have been within a proof when the batch was cancelled.
    assert!((8..=9).contains(&counts.len()), "{counts:?}");
    let proven = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(proven, counts.len());
    assert_eq!(outcomes.len(), statements.len());
    for (statement, outcome) in statements.iter().zip(&outcomes) {
        match outcome {
            Ok(proof) => {
                let inputs = statement.public_inputs();
                assert_eq!(keys.verifying().verify(&inputs, proof), Ok(()));
            }
            Err(ProveError::Engine(error)) => assert_eq!(*error, engine::ProveError::Cancelled),
            Err(error) => panic!("{error}"),
        }
    }
}
