//! Opening a state: the part that every statement about a record begins with.

use crate::field::Fr;
use crate::gadget::{Bit, Num, System, enforce_equal, enforce_equal_if, is_zero, witness};
use crate::state::gadget::{SecretVar, StateVar};
use crate::state::{AgentState, Secret, commitment, identity};
use crate::statement::Clauses;
use crate::tree::{self, MAX_DEPTH, Path};
use crate::violation::violations;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// The witness for a state that is committed in the tree.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The agent's secret.
    pub secret: Secret,
    /// The note's rho: the genesis rho, or the nullifier of the note before.
    pub rho: Fr,
    /// The state that the note holds.
    pub state: AgentState,
    /// The path from the note's commitment to the root.
    pub path: Path,
}

violations! {
    /// What an opening gets wrong.
    pub enum Violation {
        /// Every field of the old state is within its width.
        Widths = "opening: widths" => "a field of the state is wider than the protocol allows",
        /// history = 0 ⇒ rho = rho0 and stateDigest = GENESIS.
        Genesis = "opening: genesis"
            => "a state without history must be the genesis state under the genesis rho",
        /// The commitment is in the tree of the root.
        Membership = "opening: membership"
            => "the state's commitment is not in the tree with this root; sync the log and retry",
        /// nullifier = P_3(tag("nullifier"), view, rho).
        Nullifier = "opening: nullifier" => "the nullifier is not that of the opened state",
    }
}

impl Opening {
    /// The nullifier of the opened note.
    #[must_use]
    pub fn nullifier(&self) -> Fr {
        self.secret.view().nullifier(self.rho)
    }

    /// The commitment of the opened note.
    #[must_use]
    pub fn commitment(&self) -> Fr {
        commitment(identity(self.secret.owner(), self.rho), self.state.digest())
    }

    /// The commitment of the note that follows with `next` in it; its rho is the old nullifier.
    #[must_use]
    pub fn next_commitment(&self, next: &AgentState) -> Fr {
        commitment(
            identity(self.secret.owner(), self.nullifier()),
            next.digest(),
        )
    }

    /// Whether the opening is right for `root` and `nullifier`.
    ///
    /// # Errors
    /// The first clause that it violates.
    pub fn check(&self, root: Fr, nullifier: Fr) -> std::result::Result<(), Violation> {
        if !self.state.widths_hold() {
            return Err(Violation::Widths);
        }
        if self.state.history == Fr::ZERO
            && (self.rho != self.secret.view().genesis_rho() || self.state != AgentState::genesis())
        {
            return Err(Violation::Genesis);
        }
        if self.path.siblings.len() > MAX_DEPTH || self.path.root(self.commitment()) != root {
            return Err(Violation::Membership);
        }
        if self.nullifier() != nullifier {
            return Err(Violation::Nullifier);
        }
        Ok(())
    }

    /// An opening of the genesis state, for laying out constraints.
    #[must_use]
    pub(crate) fn blank() -> Self {
        Self {
            secret: Secret::new(Fr::ZERO),
            rho: Fr::ZERO,
            state: AgentState::genesis(),
            path: Path::default(),
        }
    }
}

/// An opened state in the circuit.
pub struct OpeningVar {
    /// The secret and its keys.
    pub secret: SecretVar,
    /// The old state, its fields within their widths.
    pub state: StateVar,
    /// Whether the old state has no history.
    pub is_genesis: Bit,
}

impl OpeningVar {
    /// Opens the state against the public `root` and `nullifier`.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn open(
        cs: &System,
        clauses: &mut Clauses,
        opening: &Opening,
        root: &Num,
        nullifier: &Num,
    ) -> Result<Self> {
        // Every field of the old state is within its width.
        clauses.begin(cs, Violation::Widths.clause());
        let state = StateVar::witness(cs, &opening.state)?;
        state.enforce_widths(cs)?;

        // history = 0 ⇒ rho = rho0 and stateDigest = GENESIS.
        clauses.begin(cs, Violation::Genesis.clause());
        let secret = SecretVar::witness(cs, &opening.secret)?;
        let rho = witness(cs, opening.rho)?;
        let digest = state.digest(cs)?;
        let is_genesis = is_zero(cs, &state.history)?;
        enforce_equal_if(cs, &is_genesis, &rho, &secret.genesis_rho(cs)?)?;
        let genesis = Num::Constant(AgentState::genesis().digest());
        enforce_equal_if(cs, &is_genesis, &digest, &genesis)?;

        // commitment = P_3(tag("note"), P_2(owner, rho), stateDigest) leads to root.
        clauses.begin(cs, Violation::Membership.clause());
        let commitment = secret.commitment(cs, &rho, &digest)?;
        enforce_equal(
            cs,
            &tree::gadget::root(cs, &commitment, &opening.path)?,
            root,
        )?;

        // nullifier = P_3(tag("nullifier"), view, rho)
        clauses.begin(cs, Violation::Nullifier.clause());
        enforce_equal(cs, &secret.nullifier(cs, &rho)?, nullifier)?;

        Ok(Self {
            secret,
            state,
            is_genesis,
        })
    }

    /// Enforces that `commitment` is the note that follows: `next` under the old nullifier.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn enforce_next(
        &self,
        cs: &System,
        nullifier: &Num,
        next: &StateVar,
        commitment: &Num,
    ) -> Result<()> {
        let digest = next.digest(cs)?;
        enforce_equal(
            cs,
            &self.secret.commitment(cs, nullifier, &digest)?,
            commitment,
        )
    }
}
