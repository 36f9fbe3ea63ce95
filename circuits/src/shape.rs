//! The shape of a statement's circuit: its matrices, sizes and hash.
//!
//! The shape is fixed by the code alone, never by a witness. Keys belong to one shape, which they
//! name by its hash; `circuits/shape/*.txt` pins every shape, so that a change to a circuit is seen
//! in review.

use crate::field::{Fr, to_bytes};
use crate::statement::{Clauses, Statement};
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::{
    ConstraintSystem, Matrix, R1CS_PREDICATE_LABEL, Result, SynthesisError, SynthesisMode,
};
use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// A SHA-256 digest, written `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// A text that is no [`Digest`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no digest; write sha256: and 64 hexadecimal digits")]
pub struct NotADigest(String);

impl Digest {
    /// The 64 hexadecimal digits alone, for file names.
    #[must_use]
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> std::result::Result<Self, NotADigest> {
        let mut bytes = [0; 32];
        text.strip_prefix("sha256:")
            .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
            .map(|()| Self(bytes))
            .ok_or_else(|| NotADigest(text.to_owned()))
    }
}

/// A rank-1 constraint system A·w ∘ B·w = C·w with the names of what it constrains.
///
/// The assignment w is the constant one, the public inputs, then the witness. Rows hold their
/// entries sorted by variable, each variable once and none with coefficient 0.
#[derive(Clone, Debug)]
pub struct Shape {
    name: &'static str,
    inputs: &'static [&'static str],
    witness_variables: usize,
    matrices: [Matrix<Fr>; 3],
    matrices_hash: Digest,
    circuit_hash: Digest,
    clauses: Clauses,
}

/// A constraint that an assignment does not satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsatisfied {
    /// The constraint's row in the matrices.
    pub row: usize,
    /// The clause whose block the row belongs to; `None` for a row before the first clause.
    pub clause: Option<&'static str>,
}

impl Shape {
    /// Lays out the constraints of `S`.
    ///
    /// # Errors
    /// As the constraint system's; [`SynthesisError::ArityMismatch`] where the circuit has another
    /// number of public inputs than `S` names or constraints that are not rank-1.
    pub fn of<S: Statement>() -> Result<Self> {
        let cs = ConstraintSystem::new_ref();
        cs.set_mode(SynthesisMode::Setup);
        let mut clauses = Clauses::default();
        S::blank().constrain(&cs, &mut clauses)?;
        cs.finalize();
        let mut predicates = cs.to_matrices()?;
        let rank1 = predicates
            .remove(R1CS_PREDICATE_LABEL)
            .ok_or(SynthesisError::PredicateNotFound)?;
        let mut matrices: [Matrix<Fr>; 3] = rank1
            .try_into()
            .map_err(|_| SynthesisError::ArityMismatch)?;
        if cs.num_instance_variables() != S::INPUTS.len() + 1
            || cs.num_constraints() != matrices[0].len()
        {
            return Err(SynthesisError::ArityMismatch);
        }
        matrices.iter_mut().flatten().for_each(canonicalize);
        let (inputs, witness_variables) = (S::INPUTS, cs.num_witness_variables());
        let matrices_hash = hash_matrices(&matrices);
        Ok(Self {
            name: S::NAME,
            inputs,
            witness_variables,
            matrices_hash,
            circuit_hash: hash_circuit(S::NAME, inputs, witness_variables, matrices_hash),
            matrices,
            clauses,
        })
    }

    /// The statement's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The public inputs by name, in order.
    #[must_use]
    pub fn inputs(&self) -> &'static [&'static str] {
        self.inputs
    }

    /// The matrices A, B and C.
    #[must_use]
    pub fn matrices(&self) -> &[Matrix<Fr>; 3] {
        &self.matrices
    }

    /// The number of constraints.
    #[must_use]
    pub fn constraints(&self) -> usize {
        self.matrices[0].len()
    }

    /// The number of instance variables: the constant one and the public inputs.
    #[must_use]
    pub fn instance_variables(&self) -> usize {
        self.inputs.len() + 1
    }

    /// The number of witness variables.
    #[must_use]
    pub fn witness_variables(&self) -> usize {
        self.witness_variables
    }

    /// The base-2 logarithm of the evaluation domain, which has a row for each constraint and for
    /// each instance variable.
    #[must_use]
    pub fn domain_log2(&self) -> u32 {
        (self.constraints() + self.instance_variables())
            .next_power_of_two()
            .ilog2()
    }

    /// Where the clauses begin.
    #[must_use]
    pub fn clauses(&self) -> &Clauses {
        &self.clauses
    }

    /// SHA-256 of the three matrices: for each, the number of rows, and for each row the number of
    /// entries, then variable and coefficient of each. Counts and variables are 8 and 4 bytes,
    /// coefficients 32, all big-endian.
    #[must_use]
    pub fn matrices_hash(&self) -> Digest {
        self.matrices_hash
    }

    /// The circuit hash, by which keys name the circuit that they belong to: SHA-256 of the
    /// statement's name, its public inputs by name, the number of witness variables and
    /// [`Self::matrices_hash`]. Texts are preceded by their length; numbers are 8 bytes, big-endian.
    #[must_use]
    pub fn circuit_hash(&self) -> Digest {
        self.circuit_hash
    }

    /// The first constraint that `assignment` (the constant one, the public inputs, the witness)
    /// does not satisfy.
    ///
    /// # Panics
    /// If `assignment` is shorter than the number of variables.
    #[must_use]
    pub fn unsatisfied(&self, assignment: &[Fr]) -> Option<Unsatisfied> {
        let [a, b, c] = &self.matrices;
        let value = |row: &[(Fr, usize)]| -> Fr {
            row.iter()
                .map(|(coefficient, variable)| *coefficient * assignment[*variable])
                .sum()
        };
        let row = (0..self.constraints())
            .find(|&row| value(&a[row]) * value(&b[row]) != value(&c[row]))?;
        Some(Unsatisfied {
            row,
            clause: self.clauses.at(row),
        })
    }

    /// The shape as text, the content of `circuits/shape/<name>.txt`.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing into a String cannot fail.
        let mut line = |key: &str, value: &dyn fmt::Display| {
            let _ = writeln!(text, "{key}: {value}");
        };
        line("constraints", &self.constraints());
        line("domain", &format_args!("2^{}", self.domain_log2()));
        line("witness variables", &self.witness_variables);
        line("circuit", &self.circuit_hash());
        line("matrices", &self.matrices_hash());
        for (position, name) in self.inputs.iter().enumerate() {
            line(&format!("public input {position}"), name);
        }
        for (clause, size) in self.clauses.sizes(self.constraints()) {
            line(&format!("clause {clause}"), &size);
        }
        text
    }
}

fn hash_matrices(matrices: &[Matrix<Fr>; 3]) -> Digest {
    let mut hash = Sha256::new_with_prefix("repute/matrices/v1");
    for matrix in matrices {
        hash.update((matrix.len() as u64).to_be_bytes());
        for row in matrix {
            hash.update((row.len() as u64).to_be_bytes());
            for (coefficient, variable) in row {
                hash.update((*variable as u32).to_be_bytes());
                hash.update(to_bytes(*coefficient));
            }
        }
    }
    Digest(hash.finalize().into())
}

fn hash_circuit(name: &str, inputs: &[&str], witness_variables: usize, matrices: Digest) -> Digest {
    let mut hash = Sha256::new_with_prefix("repute/circuit/v1");
    for number in [inputs.len(), witness_variables] {
        hash.update((number as u64).to_be_bytes());
    }
    for text in std::iter::once(&name).chain(inputs) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.update(matrices.0);
    Digest(hash.finalize().into())
}

/// Sorts a row by variable, adds up the coefficients of each variable and drops zeros.
fn canonicalize(row: &mut Vec<(Fr, usize)>) {
    row.sort_unstable_by_key(|(_, variable)| *variable);
    row.dedup_by(|next, kept| {
        let same = next.1 == kept.1;
        if same {
            kept.0 += next.0;
        }
        same
    });
    row.retain(|(coefficient, _)| *coefficient != Fr::ZERO);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statement::Completion;
    use ark_ff::Field;

    #[test]
    fn a_digest_reads_what_it_writes() {
        let digest = Digest(std::array::from_fn(|i| i as u8));
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for text in ["", "sha256:", "sha256:00", &digest.hex()] {
            assert_eq!(text.parse::<Digest>(), Err(NotADigest(text.to_owned())));
        }
    }

    #[test]
    fn rows_are_canonical() {
        let one = Fr::ONE;
        let mut row = vec![(one, 3), (one, 1), (one, 3), (one, 2), (-one, 2)];
        canonicalize(&mut row);
        assert_eq!(row, [(one, 1), (one + one, 3)]);
    }

    #[test]
    fn the_matrices_hash_depends_on_every_coefficient_and_place() {
        let shape = Shape::of::<Completion>().expect("the circuit lays out");
        assert_eq!(hash_matrices(shape.matrices()), shape.matrices_hash());
        let changed = |change: fn(&mut [Matrix<Fr>; 3])| {
            let mut matrices = shape.matrices().clone();
            change(&mut matrices);
            hash_matrices(&matrices)
        };
        for other in [
            changed(|m| m[2][7][0].0 += Fr::ONE),
            changed(|m| m[0][7][0].1 += 1),
            changed(|m| m.swap(0, 2)),
            changed(|m| m[1].swap(0, 1)),
            changed(|m| m[1].push(Vec::new())),
        ] {
            assert_ne!(other, shape.matrices_hash());
        }
    }

    #[test]
    fn the_circuit_hash_depends_on_every_part() {
        let [one, other] = [1, 2].map(|byte| Digest([byte; 32]));
        let hash = hash_circuit("name", &["a", "b"], 3, one);
        for changed in [
            hash_circuit("names", &["a", "b"], 3, one),
            hash_circuit("name", &["b", "a"], 3, one),
            hash_circuit("name", &["ab", ""], 3, one),
            hash_circuit("name", &["a", "b", "c"], 3, one),
            hash_circuit("name", &["a", "b"], 4, one),
            hash_circuit("name", &["a", "b"], 3, other),
        ] {
            assert_ne!(changed, hash);
        }
    }
}
