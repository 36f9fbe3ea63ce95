//! What must not come of a false statement, a lying check or damaged keys: a proof.

use crate::common::{completion, keys};
use ark_ec::AffineRepr;
use ark_ff::Field;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::field::Fr;
use repute_circuits::gadget::{System, witness};
use repute_circuits::shape::Shape;
use repute_circuits::statement::{Clauses, Completion, Statement, completion::Violation};
use repute_prover::{Keys, ProofError, ProveError, Provenance, VerifyError, prove};
use std::convert::Infallible;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(7)
}

/// How a [`Bent`] statement departs from the honest one.
#[derive(Clone, Copy)]
enum Bend {
    /// Only its check lies.
    Nothing,
    /// It claims other public inputs than its circuit gets.
    Inputs,
    /// Its witness has one variable more.
    Variables,
}

/// A completion whose check always passes.
#[derive(Clone)]
struct Bent(Completion, Bend);

impl Statement for Bent {
    const NAME: &'static str = Completion::NAME;
    const INPUTS: &'static [&'static str] = Completion::INPUTS;
    type Violation = Infallible;

    fn public_inputs(&self) -> Vec<Fr> {
        let mut inputs = self.0.public_inputs();
        if let Bend::Inputs = self.1 {
            inputs[0] += Fr::ONE;
        }
        inputs
    }

    fn check(&self) -> Result<(), Infallible> {
        Ok(())
    }

    fn blank() -> Self {
        Self(Completion::blank(), Bend::Nothing)
    }

    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> ark_relations::gr1cs::Result<()> {
        if let Bend::Variables = self.1 {
            let _ = witness(cs, Fr::ONE)?;
        }
        self.0.constrain(cs, clauses)
    }
}

#[test]
fn a_false_statement_is_refused_by_its_clause_before_proving() {
    let mut statement = completion();
    statement.public.pseudonym += Fr::ONE;
    let refusal = prove(&keys(), &statement, &mut rng());
    assert!(matches!(
        refusal,
        Err(ProveError::False(Violation::Pseudonym))
    ));
}

#[test]
fn an_unsatisfied_witness_is_refused_by_its_clause() {
    let keys = keys::<Bent>();
    let proved = prove(&keys, &Bent(completion(), Bend::Nothing), &mut rng());
    assert!(proved.is_ok());
    for (change, expected) in [
        (
            |s: &mut Completion| s.public.ticket += Fr::ONE,
            Violation::Ticket,
        ),
        (
            |s: &mut Completion| s.public.pseudonym += Fr::ONE,
            Violation::Pseudonym,
        ),
        (
            |s: &mut Completion| s.public.scope += Fr::ONE,
            Violation::Pseudonym,
        ),
    ] as [(fn(&mut Completion), Violation); 3]
    {
        let mut statement = completion();
        change(&mut statement);
        match prove(&keys, &Bent(statement, Bend::Nothing), &mut rng()) {
            Err(ProveError::Unsatisfied { clause, .. }) => assert_eq!(clause, expected.clause()),
            other => panic!("expected an unsatisfied clause, got {other:?}"),
        }
    }
}

#[test]
fn a_witness_of_another_shape_is_refused() {
    let refusal = prove(&keys(), &Bent(completion(), Bend::Variables), &mut rng());
    assert!(matches!(refusal, Err(ProveError::Shape { expected, given }) if given == expected + 1));
}

#[test]
fn a_proof_of_other_inputs_than_claimed_is_refused() {
    let refusal = prove(&keys(), &Bent(completion(), Bend::Inputs), &mut rng());
    assert!(matches!(
        refusal,
        Err(ProveError::Rejected(VerifyError::Rejected))
    ));
}

#[test]
fn a_damaged_proving_key_gives_no_proof() {
    let mut proving = keys::<Completion>().proving().clone();
    proving.l_query.swap(0, 1);
    let shape = Shape::of::<Completion>().expect("the circuit lays out");
    let damaged = Keys::new(shape, proving, Provenance::Development).expect("the sizes fit");
    let refusal = prove(&damaged, &completion(), &mut rng());
    assert!(matches!(refusal, Err(ProveError::Rejected(_))));
}

#[test]
fn proofs_are_determined_by_the_random_number_generator() {
    let keys = keys();
    let prove = |seed| prove(&keys, &completion(), &mut ChaCha20Rng::seed_from_u64(seed));
    let (one, same, other) = (prove(1), prove(1), prove(2));
    let one = one.expect("it is true");
    assert_eq!(one, same.expect("it is true"));
    assert_ne!(one, other.expect("it is true"));
}

#[test]
fn a_tampered_proof_is_refused() {
    let keys = keys();
    let inputs = completion().public_inputs();
    let proof = prove(&keys, &completion(), &mut rng()).expect("it is true");
    let (a, b, c) = (proof.a(), proof.b(), proof.c());
    for (a, b, c) in [(-a, b, c), (a, -b, c), (a, b, -c), (c, b, a)] {
        let tampered = repute_prover::Proof::new(a, b, c).expect("the points are valid");
        assert_eq!(
            keys.verifying().verify(&inputs, &tampered),
            Err(VerifyError::Rejected)
        );
    }
    // The proof is malleable: this is why its bytes are no identifier.
    let negated = repute_prover::Proof::new(-a, -b, c).expect("the points are valid");
    assert_eq!(keys.verifying().verify(&inputs, &negated), Ok(()));
    // Any flipped bit of the bytes is refused when they are read, or by the equation.
    for position in 0..repute_prover::Proof::BYTES {
        let mut bytes = proof.to_bytes();
        bytes[position] ^= 1;
        match repute_prover::Proof::from_bytes(&bytes) {
            Err(ProofError::Point { .. }) => {}
            Ok(read) => assert!(keys.verifying().verify(&inputs, &read).is_err()),
            other => panic!("unexpected {other:?}"),
        }
    }
    assert!(!a.is_zero());
}
