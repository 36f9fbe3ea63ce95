//! From keys to a verified proof, for every statement.

use crate::common::keys;
use alloy_primitives::U256;
use ark_ff::Field;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::example::Example;
use repute_circuits::field::{Fr, ORDER, to_word};
use repute_circuits::statement::{
    Accept, Completion, Refresh, Settle, Standing, Statement, Window,
};
use repute_prover::{ProofFile, VerifyError, prove};

/// Proves a statement, verifies the proof, and sees each public input bound by it.
fn round_trip<S: Statement>(statement: &S) {
    assert_eq!(statement.check().map_err(|error| error.to_string()), Ok(()));
    let keys = keys::<S>();
    let proof = prove(&keys, statement, &mut ChaCha20Rng::seed_from_u64(1)).expect("it is true");
    let inputs = statement.public_inputs();
    let key = keys.verifying();
    assert_eq!(key.inputs(), S::INPUTS.len());
    assert_eq!(key.verify(&inputs, &proof), Ok(()));
    let words: Vec<U256> = inputs.iter().copied().map(to_word).collect();
    assert_eq!(key.verify_words(&words, &proof), Ok(()));

    for position in 0..inputs.len() {
        let mut wrong = inputs.clone();
        wrong[position] += Fr::ONE;
        assert_eq!(
            key.verify(&wrong, &proof),
            Err(VerifyError::Rejected),
            "{} is not bound",
            S::INPUTS[position]
        );
        let mut wrong = words.clone();
        wrong[position] += ORDER;
        assert!(
            matches!(key.verify_words(&wrong, &proof),
                Err(VerifyError::Input { position: p, .. }) if p == position),
            "{} + r passes",
            S::INPUTS[position]
        );
    }
    let (expected, given) = (inputs.len(), inputs.len() - 1);
    assert_eq!(
        key.verify(&inputs[1..], &proof),
        Err(VerifyError::InputCount { expected, given })
    );

    let file = ProofFile::new(&keys, &inputs, proof);
    let read = ProofFile::from_json(&file.to_json()).expect("a written file can be read");
    assert_eq!(read, file);
    assert_eq!(read.verify::<S>(key).expect("the proof holds"), inputs);
}

#[test]
fn accept() {
    round_trip(&Accept::example());
}

#[test]
fn settle() {
    round_trip(&Settle::example());
}

#[test]
fn refresh() {
    round_trip(&Refresh::example());
}

#[test]
fn standing() {
    round_trip(&Standing::example());
}

#[test]
fn window() {
    round_trip(&Window::<16>::example());
}

#[test]
fn completion() {
    round_trip(&Completion::example());
}
