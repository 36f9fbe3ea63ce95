//! Rank-1 rows as the checker reads them.

use ark_relations::gr1cs::{ConstraintSystem, Matrix, R1CS_PREDICATE_LABEL, SynthesisMode};
use repute_circuits::field::Fr;
use repute_circuits::gadget::System;
use repute_circuits::shape::Shape;
use repute_circuits::statement::{Clauses, Statement};

/// A linear combination: coefficients and wires, each wire once, sorted. Wire 0 is the constant one.
pub type Combination = Vec<(Fr, usize)>;

/// The wire that is always 1.
pub const ONE: usize = 0;

/// A constraint system's rows A·B = C.
pub struct Rows {
    /// The matrices A, B and C.
    pub sides: [Matrix<Fr>; 3],
    /// The constant one and the public inputs come first, the witness after them.
    pub instance: usize,
    /// All wires.
    pub wires: usize,
    clauses: Clauses,
}

impl Rows {
    /// The rows of a statement.
    pub fn of<S: Statement>() -> Self {
        let shape = Shape::of::<S>().expect("the circuit lays out");
        Self {
            sides: shape.matrices().clone(),
            instance: shape.instance_variables(),
            wires: shape.instance_variables() + shape.witness_variables(),
            clauses: shape.clauses().clone(),
        }
    }

    /// The rows that `lay_out` makes.
    pub fn lay_out(lay_out: impl FnOnce(&System) -> ark_relations::gr1cs::Result<()>) -> Self {
        let cs = ConstraintSystem::new_ref();
        cs.set_mode(SynthesisMode::Setup);
        lay_out(&cs).expect("the circuit lays out");
        cs.finalize();
        let mut sides: [Matrix<Fr>; 3] = cs
            .to_matrices()
            .expect("the system has matrices")
            .remove(R1CS_PREDICATE_LABEL)
            .expect("the constraints are rank-1")
            .try_into()
            .expect("an R1CS has three matrices");
        for row in sides.iter_mut().flatten() {
            *row = sorted(std::mem::take(row));
        }
        Self {
            sides,
            instance: cs.num_instance_variables(),
            wires: cs.num_instance_variables() + cs.num_witness_variables(),
            clauses: Clauses::default(),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.sides[0].len()
    }

    /// The sides A, B and C of a row.
    pub fn row(&self, row: usize) -> [&Combination; 3] {
        [0, 1, 2].map(|side| &self.sides[side][row])
    }

    /// The clause whose block holds a row.
    pub fn clause(&self, row: usize) -> &'static str {
        self.clauses.at(row).unwrap_or("no clause")
    }
}

/// Sorts a combination by wire and adds up the coefficients of each.
pub fn sorted(mut terms: Combination) -> Combination {
    use ark_ff::AdditiveGroup;
    terms.sort_unstable_by_key(|(_, wire)| *wire);
    terms.dedup_by(|next, kept| {
        let same = next.1 == kept.1;
        if same {
            kept.0 += next.0;
        }
        same
    });
    terms.retain(|(coefficient, _)| *coefficient != Fr::ZERO);
    terms
}

/// `a + scale·b`.
pub fn plus(a: &[(Fr, usize)], scale: Fr, b: &[(Fr, usize)]) -> Combination {
    let scaled = b.iter().map(|(c, wire)| (scale * c, *wire));
    sorted(a.iter().copied().chain(scaled).collect())
}

/// The value of a combination without wires.
pub fn constant(combination: &[(Fr, usize)]) -> Option<Fr> {
    use ark_ff::AdditiveGroup;
    match combination {
        [] => Some(Fr::ZERO),
        [(c, ONE)] => Some(*c),
        _ => None,
    }
}
