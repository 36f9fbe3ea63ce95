//! The matrices of a rank-1 constraint system, as the engine takes them.

use ark_bn254::Fr;
use ark_relations::gr1cs::{ConstraintSystemRef, Matrix, R1CS_PREDICATE_LABEL, SynthesisError};
use thiserror::Error;

/// Matrices that the engine cannot use.
#[derive(Debug, Error)]
pub enum MatricesError {
    /// The constraint system failed to synthesise.
    #[error("the circuit did not synthesise: {0}")]
    Synthesis(#[from] SynthesisError),
    /// A constraint of another kind than A·w ∘ B·w = C·w.
    #[error(
        "the circuit has {other} constraints that are not rank-1: express them as products of \
         linear combinations"
    )]
    NotRank1 {
        /// How many constraints are of another kind.
        other: usize,
    },
    /// The three matrices have different numbers of rows.
    #[error("the matrices have {a}, {b} and {c} rows: export them again from one circuit")]
    RowCounts {
        /// Rows of A.
        a: usize,
        /// Rows of B.
        b: usize,
        /// Rows of C.
        c: usize,
    },
    /// An entry names a variable that does not exist.
    #[error(
        "row {row} names variable {variable} of {variables}: export the matrices again from the \
         circuit that made the key"
    )]
    Column {
        /// The row.
        row: usize,
        /// The variable's index in the full assignment.
        variable: usize,
        /// How many variables there are.
        variables: usize,
    },
}

/// A rank-1 constraint system A·w ∘ B·w = C·w over BN254's scalar field.
///
/// The full assignment w is the constant one, the public inputs, then the
/// witness, as arkworks orders it.
#[derive(Clone, Debug)]
pub struct R1cs {
    a: Matrix<Fr>,
    b: Matrix<Fr>,
    c: Matrix<Fr>,
    instance_variables: usize,
    witness_variables: usize,
}

impl R1cs {
    /// Checks and keeps the matrices; `instance_variables` counts the constant
    /// one.
    pub fn new(
        a: Matrix<Fr>,
        b: Matrix<Fr>,
        c: Matrix<Fr>,
        instance_variables: usize,
        witness_variables: usize,
    ) -> Result<Self, MatricesError> {
        if a.len() != b.len() || a.len() != c.len() {
            return Err(MatricesError::RowCounts {
                a: a.len(),
                b: b.len(),
                c: c.len(),
            });
        }
        let variables = instance_variables + witness_variables;
        for matrix in [&a, &b, &c] {
            for (row, entries) in matrix.iter().enumerate() {
                if let Some(&(_, variable)) = entries.iter().find(|entry| entry.1 >= variables) {
                    return Err(MatricesError::Column {
                        row,
                        variable,
                        variables,
                    });
                }
            }
        }
        Ok(Self {
            a,
            b,
            c,
            instance_variables,
            witness_variables,
        })
    }

    /// Takes the matrices of a finalized constraint system.
    pub fn from_constraint_system(cs: &ConstraintSystemRef<Fr>) -> Result<Self, MatricesError> {
        let mut predicates = cs.to_matrices()?;
        let rank1 = predicates
            .remove(R1CS_PREDICATE_LABEL)
            .ok_or(SynthesisError::PredicateNotFound)?;
        let other = cs
            .num_constraints()
            .abs_diff(rank1.first().map_or(0, Vec::len));
        if other != 0 {
            return Err(MatricesError::NotRank1 { other });
        }
        let [a, b, c]: [Matrix<Fr>; 3] = rank1
            .try_into()
            .map_err(|_| SynthesisError::ArityMismatch)?;
        Self::new(
            a,
            b,
            c,
            cs.num_instance_variables(),
            cs.num_witness_variables(),
        )
    }

    /// The rows of A.
    pub fn a(&self) -> &Matrix<Fr> {
        &self.a
    }

    /// The rows of B.
    pub fn b(&self) -> &Matrix<Fr> {
        &self.b
    }

    /// The rows of C.
    pub fn c(&self) -> &Matrix<Fr> {
        &self.c
    }

    /// The number of constraints.
    pub fn constraints(&self) -> usize {
        self.a.len()
    }

    /// The number of instance variables, the constant one included.
    pub fn instance_variables(&self) -> usize {
        self.instance_variables
    }

    /// The length of the full assignment.
    pub fn variables(&self) -> usize {
        self.instance_variables + self.witness_variables
    }

    /// The evaluation domain's size: the smallest power of two that holds the
    /// constraints and one row per instance variable.
    pub fn domain_size(&self) -> usize {
        (self.constraints() + self.instance_variables).next_power_of_two()
    }
}
