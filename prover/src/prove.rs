//! Proving: from a true statement to a proof that verifies, or an error that says why not.

use crate::engine::{self, BatchControl, PrepareError, Prover, Randomness};
use crate::keys::Keys;
use crate::proof::{Proof, ProofError};
use crate::verify::VerifyError;
use ark_bn254::{Bn254, Fr};
use ark_relations::gr1cs::{ConstraintSystem, SynthesisError, SynthesisMode};
use rand::{CryptoRng, RngCore};
use rayon::ThreadPoolBuildError;
use repute_circuits::shape::Shape;
use repute_circuits::statement::{Clauses, Statement};
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use zeroize::{Zeroize, Zeroizing};

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError<V: std::error::Error> {
    /// The statement is false; the violation names the clause.
    #[error("the statement is false and has no proof: {0}")]
    False(#[source] V),
    /// The statement's check passes but its witness does not satisfy the circuit.
    #[error(
        "the witness does not satisfy clause {clause:?} (constraint {row}) although the statement \
         checks: this is a bug of the statement, no proof was made"
    )]
    Unsatisfied {
        /// The clause whose constraints fail.
        clause: &'static str,
        /// The first constraint that fails.
        row: usize,
    },
    /// The circuit assigned another number of variables than the keys' circuit has.
    #[error(
        "the circuit assigned {given} variables and the keys' circuit has {expected}: the witness \
         changed the circuit's shape, which is a bug of the statement"
    )]
    Shape {
        /// Of the keys' circuit.
        expected: usize,
        /// Of this witness.
        given: usize,
    },
    /// The circuit could not compute its witness; only a bug in a circuit leads here.
    #[error("the circuit does not synthesise: {0}")]
    Synthesis(#[from] SynthesisError),
    /// The keys could not be prepared for proving.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The machine gave no threads to prove on.
    #[error("no threads to prove on: {0}; check the limits on this process")]
    Threads(#[from] ThreadPoolBuildError),
    /// The engine made no proof.
    #[error(transparent)]
    Engine(#[from] engine::ProveError),
    /// The prover made points that are no proof.
    #[error("the prover failed: {0}; check the machine's memory and the keys, and try again")]
    Malformed(#[from] ProofError),
    /// The proof that was made does not verify.
    #[error(
        "the proof that was made does not verify ({0}): the proving key is not the one of its \
         verifying key; delete the keys and get them again"
    )]
    Rejected(#[source] VerifyError),
}

/// Proves `statement` on all of the machine's threads.
///
/// The statement is checked natively before any work is done, its witness is checked against the
/// circuit's matrices, and the proof is verified before it is returned, so that an error is all
/// that can come of a false statement, a broken circuit or damaged keys. The proof is determined by
/// keys, statement and what `rng` yields; it hides the witness only if `rng` is unpredictable. The
/// assignment is zeroized.
///
/// # Errors
/// [`ProveError::False`] for a false statement; the others are bugs or damaged keys.
pub fn prove<S: Statement>(
    keys: &Keys<S>,
    statement: &S,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Proof, ProveError<S::Violation>> {
    let assignment = assignment(keys, statement)?;
    let proof = all_threads()?.prove(keys.prepared()?, &assignment, Randomness::new(rng))?;
    verified(keys, statement, proof)
}

/// A proof, or why there is none.
pub type Outcome<S> = Result<Proof, ProveError<<S as Statement>::Violation>>;

/// Proves many statements of one kind, in their order, each on one of `prover`'s threads.
///
/// As [`prove`], item by item: one that fails does not take the others down.
///
/// # Errors
/// [`PrepareError`] where the keys cannot be prepared; each item has its own [`ProveError`].
pub fn prove_batch<S: Statement>(
    keys: &Keys<S>,
    statements: &[S],
    prover: &Prover,
    rng: &mut (impl RngCore + CryptoRng),
    control: BatchControl<'_>,
) -> Result<Vec<Outcome<S>>, PrepareError> {
    let assign = |statement: &S| assignment(keys, statement);
    let proofs = prover.prove_batch(keys.prepared()?, statements, assign, rng, control);
    let items = statements.iter().zip(proofs);
    Ok(items
        .map(|(statement, proof)| verified(keys, statement, proof?))
        .collect())
}

/// The prover that single proofs share, with a thread for each that the machine runs at once.
fn all_threads<V: std::error::Error>() -> Result<&'static Prover, ProveError<V>> {
    static PROVER: OnceLock<Prover> = OnceLock::new();
    if let Some(prover) = PROVER.get() {
        return Ok(prover);
    }
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let prover = Prover::new(threads)?;
    Ok(PROVER.get_or_init(|| prover))
}

/// The full assignment of a true statement, checked against the circuit: the constant one, the
/// public inputs, the witness. It holds the statement's secrets.
///
/// # Errors
/// As [`prove`], before the proof.
pub fn assignment<S: Statement>(
    keys: &Keys<S>,
    statement: &S,
) -> Result<Zeroizing<Vec<Fr>>, ProveError<S::Violation>> {
    assignment_to(keys.shape(), statement)
}

/// As [`assignment`], for a statement without keys; lays out its circuit first.
///
/// # Errors
/// As [`assignment`].
pub fn witness<S: Statement>(
    statement: &S,
) -> Result<Zeroizing<Vec<Fr>>, ProveError<S::Violation>> {
    assignment_to(&Shape::of::<S>()?, statement)
}

fn assignment_to<S: Statement>(
    shape: &Shape,
    statement: &S,
) -> Result<Zeroizing<Vec<Fr>>, ProveError<S::Violation>> {
    statement.check().map_err(ProveError::False)?;
    let assignment = assign(statement)?;
    let expected = shape.instance_variables() + shape.witness_variables();
    if assignment.len() != expected {
        return Err(ProveError::Shape {
            expected,
            given: assignment.len(),
        });
    }
    match shape.unsatisfied(&assignment) {
        None => Ok(assignment),
        Some(unsatisfied) => Err(ProveError::Unsatisfied {
            clause: unsatisfied.clause.unwrap_or("before the first clause"),
            row: unsatisfied.row,
        }),
    }
}

/// The proof, if it verifies.
fn verified<S: Statement>(
    keys: &Keys<S>,
    statement: &S,
    proof: ark_groth16::Proof<Bn254>,
) -> Result<Proof, ProveError<S::Violation>> {
    let proof = Proof::new(proof.a, proof.b, proof.c)?;
    keys.verifying()
        .verify(&statement.public_inputs(), &proof)
        .map_err(ProveError::Rejected)?;
    Ok(proof)
}

/// The full assignment: the constant one, the public inputs, the witness.
fn assign<S: Statement>(statement: &S) -> Result<Zeroizing<Vec<Fr>>, SynthesisError> {
    let cs = ConstraintSystem::new_ref();
    cs.set_mode(SynthesisMode::Prove {
        construct_matrices: false,
        generate_lc_assignments: false,
    });
    statement.constrain(&cs, &mut Clauses::default())?;
    let mut system = cs.into_inner().ok_or(SynthesisError::MissingCS)?;
    let values = &mut system.assignments;
    let mut assignment =
        Vec::with_capacity(values.instance_assignment.len() + values.witness_assignment.len());
    assignment.extend_from_slice(&values.instance_assignment);
    assignment.extend_from_slice(&values.witness_assignment);
    values.witness_assignment.zeroize();
    values.lc_assignment.zeroize();
    Ok(Zeroizing::new(assignment))
}
