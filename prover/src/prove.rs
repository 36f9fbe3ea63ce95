//! Proving: from a true statement to a proof that verifies, or an error that says why not.

use crate::engine::qap::CircomReduction;
use crate::keys::Keys;
use crate::proof::{Proof, ProofError};
use crate::verify::VerifyError;
use ark_bn254::{Bn254, Fr};
use ark_ff::UniformRand;
use ark_groth16::Groth16;
use ark_relations::gr1cs::{ConstraintSystem, SynthesisError, SynthesisMode};
use rand::{CryptoRng, RngCore};
use repute_circuits::statement::{Clauses, Statement};
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

/// Proves `statement`.
///
/// The statement is checked natively before any work is done, its witness is checked against the
/// circuit's matrices, and the proof is verified before it is returned, so that an error is all
/// that can come of a false statement, a broken circuit or damaged keys; the last two checks take
/// less than 2 % of the time. The proof is determined by keys, statement and what `rng` yields; it
/// hides the witness only if `rng` is unpredictable. The assignment is zeroized; copies that
/// ark-groth16 makes are freed but not zeroized.
///
/// # Errors
/// [`ProveError::False`] for a false statement; the others are bugs or damaged keys.
pub fn prove<S: Statement>(
    keys: &Keys<S>,
    statement: &S,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Proof, ProveError<S::Violation>> {
    statement.check().map_err(ProveError::False)?;
    let assignment = assign(statement)?;
    let shape = keys.shape();
    let expected = shape.instance_variables() + shape.witness_variables();
    if assignment.len() != expected {
        return Err(ProveError::Shape {
            expected,
            given: assignment.len(),
        });
    }
    if let Some(unsatisfied) = shape.unsatisfied(&assignment) {
        return Err(ProveError::Unsatisfied {
            clause: unsatisfied.clause.unwrap_or("before the first clause"),
            row: unsatisfied.row,
        });
    }
    let proof = groth16(keys, &assignment, rng)?;
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

/// The proof of a satisfying assignment, by the stock ark-groth16 prover.
fn groth16<S: Statement>(
    keys: &Keys<S>,
    assignment: &[Fr],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Proof, ProveError<S::Violation>> {
    let (r, s) = (Fr::rand(rng), Fr::rand(rng));
    let shape = keys.shape();
    let proof = Groth16::<Bn254, CircomReduction>::create_proof_with_reduction_and_matrices(
        keys.proving(),
        r,
        s,
        shape.matrices(),
        shape.instance_variables(),
        shape.constraints(),
        assignment,
    )?;
    Ok(Proof::new(proof.a, proof.b, proof.c)?)
}
