//! **refresh**: the agent replaces its note by one with the same state, which cuts the link that a
//! shown nullifier leaves. (Protocol, "Statements", refresh.)

use super::opening::{self, Opening, OpeningVar};
use super::{CARRIED, Clauses, Statement, pin};
use crate::field::Fr;
use crate::gadget::{Num, System, enforce_equal, input};
use crate::violation::violations;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// The public inputs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    /// A root of the tree.
    pub root: Fr,
    /// The old note's nullifier.
    pub nullifier: Fr,
    /// The new note's commitment.
    pub commitment: Fr,
    /// `K(abi.encode(REFRESH, chainId, ledger))`.
    pub binding: Fr,
}

/// A refresh: claims and witness.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// What is claimed.
    pub public: Public,
    /// The state that is refreshed.
    pub opening: Opening,
}

violations! {
    /// What a refresh gets wrong.
    pub enum Violation {
        /// history ≠ 0: a genesis note has one rho only, and nothing to hide.
        HasHistory = "refresh: history" => "a state without history cannot be refreshed",
        /// The new note holds the same state.
        Commitment = "refresh: commitment" => "the commitment is not that of the same state",
    }
    nested {
        /// The opening is wrong.
        Opening(opening::Violation),
    }
}

impl Refresh {
    /// The true statement for `opening`.
    #[must_use]
    pub fn new(opening: Opening, binding: Fr) -> Self {
        let public = Public {
            root: opening.path.root(opening.commitment()),
            nullifier: opening.nullifier(),
            commitment: opening.next_commitment(&opening.state),
            binding,
        };
        Self { public, opening }
    }
}

impl Statement for Refresh {
    const NAME: &'static str = "refresh";
    const INPUTS: &'static [&'static str] = &["root", "nullifier", "commitment", "binding"];
    type Violation = Violation;

    fn public_inputs(&self) -> Vec<Fr> {
        let Public {
            root,
            nullifier,
            commitment,
            binding,
        } = self.public;
        vec![root, nullifier, commitment, binding]
    }

    fn check(&self) -> std::result::Result<(), Violation> {
        let Public {
            root,
            nullifier,
            commitment,
            ..
        } = self.public;
        self.opening.check(root, nullifier)?;
        if self.opening.state.history == Fr::ZERO {
            return Err(Violation::HasHistory);
        }
        if self.opening.next_commitment(&self.opening.state) != commitment {
            return Err(Violation::Commitment);
        }
        Ok(())
    }

    fn blank() -> Self {
        Self::new(Opening::blank(), Fr::ZERO)
    }

    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> Result<()> {
        // Public inputs, in order.
        let root = input(cs, self.public.root)?;
        let nullifier = input(cs, self.public.nullifier)?;
        let commitment = input(cs, self.public.commitment)?;
        let binding = input(cs, self.public.binding)?;

        let opened = OpeningVar::open(cs, clauses, &self.opening, &root, &nullifier)?;

        // history ≠ 0
        clauses.begin(cs, Violation::HasHistory.clause());
        enforce_equal(cs, opened.is_genesis.num(), &Num::Constant(Fr::ZERO))?;

        // The new note: the same state under the old nullifier.
        clauses.begin(cs, Violation::Commitment.clause());
        opened.enforce_next(cs, &nullifier, &opened.state, &commitment)?;

        // The binding fixes what else the transaction carries; the circuit only carries it.
        clauses.begin(cs, CARRIED);
        pin(cs, &binding)
    }
}
