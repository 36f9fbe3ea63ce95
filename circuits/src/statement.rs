//! Statements: what an agent proves, one module each.
//!
//! A statement is a value that holds the public inputs claimed and the witness for them. `check`
//! tells natively, and cheaply, which clause a false statement violates; `constrain` lays out the
//! same clauses as constraints, block by block under the same names.

pub mod accept;
pub mod completion;
pub mod opening;
pub mod refresh;
pub mod settle;
pub mod standing;
pub mod window;

pub use accept::Accept;
pub use completion::Completion;
pub use refresh::Refresh;

pub use settle::Settle;
pub use standing::Standing;
pub use window::Window;

use crate::field::Fr;
use crate::gadget::{Num, System, product};
use ark_relations::gr1cs::{ConstraintSynthesizer, Result};

/// What every statement has.
pub trait Statement: Clone + Send + Sync {
    /// The name by which keys, files and tools know the statement.
    const NAME: &'static str;
    /// The public inputs by name, in the order of the protocol and of the contracts.
    const INPUTS: &'static [&'static str];
    /// What is wrong with a false statement, one variant for each clause.
    type Violation: std::error::Error + Send + Sync + 'static;

    /// The public inputs that the statement claims, in the order of [`Self::INPUTS`].
    fn public_inputs(&self) -> Vec<Fr>;

    /// Whether the statement is true.
    ///
    /// # Errors
    /// The first clause that it violates.
    fn check(&self) -> std::result::Result<(), Self::Violation>;

    /// A statement of the right shape, true or not, from which the constraints can be laid out.
    fn blank() -> Self;

    /// Lays out the constraints; a false statement gives an unsatisfied system.
    ///
    /// # Errors
    /// As the constraint system's.
    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> Result<()>;
}

/// Where the block of constraints of each clause begins.
#[derive(Clone, Debug, Default)]
pub struct Clauses {
    starts: Vec<(&'static str, usize)>,
}

impl Clauses {
    /// Ends the last clause's block and begins that of `clause`.
    pub fn begin(&mut self, cs: &System, clause: &'static str) {
        self.starts.push((clause, cs.num_constraints()));
    }

    /// The clause whose block holds the constraint at `row`.
    #[must_use]
    pub fn at(&self, row: usize) -> Option<&'static str> {
        self.starts
            .iter()
            .rev()
            .find(|(_, start)| *start <= row)
            .map(|(clause, _)| *clause)
    }

    /// The clauses in order, each with the number of constraints of its block; `total` is the
    /// number of all constraints.
    #[must_use]
    pub fn sizes(&self, total: usize) -> Vec<(&'static str, usize)> {
        let ends = self
            .starts
            .iter()
            .skip(1)
            .map(|(_, start)| *start)
            .chain([total]);
        self.starts
            .iter()
            .zip(ends)
            .map(|((clause, start), end)| (*clause, end - start))
            .collect()
    }
}

/// A statement as ark-relations' synthesizer.
pub struct Circuit<'a, S>(pub &'a S);

impl<S: Statement> ConstraintSynthesizer<Fr> for Circuit<'_, S> {
    fn generate_constraints(self, cs: System) -> Result<()> {
        self.0.constrain(&cs, &mut Clauses::default())
    }
}

/// The block of constraints that holds the public inputs which a circuit only carries.
pub const CARRIED: &str = "carried inputs";

/// Gives a public input that no clause uses a constraint of its own, `x·x = y`, so that it stands
/// in the matrices by itself and not only through the rows that set-up adds for public inputs.
fn pin(cs: &System, x: &Num) -> Result<()> {
    product(cs, x, x).map(drop)
}
