//! The agent's state, its note and its secret as constraints.

use super::{AgentState, Secret, TIME_BITS};
use crate::field::tag;
use crate::gadget::{Num, System, enforce_width, pack, witness};
use crate::poseidon::gadget::hash;
use ark_relations::gr1cs::Result;

/// An agent's state; every field is named as in [`AgentState`].
#[derive(Clone)]
#[allow(missing_docs, reason = "the fields are those of AgentState")]
pub struct StateVar {
    pub accepted: Num,
    pub completed: Num,
    pub cancelled: Num,
    pub rated: Num,
    pub clients: Num,
    pub rating_sum: Num,
    pub volume: Num,
    pub first_at: Num,
    pub last_at: Num,
    pub seen: Num,
    pub history: Num,
}

/// Width of the five job counters in bits.
pub const COUNTER_BITS: usize = 32;
/// Width of the volume in bits.
pub const VOLUME_BITS: usize = 128;

impl StateVar {
    /// Allocates a state; nothing holds its fields to their widths yet.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn witness(cs: &System, state: &AgentState) -> Result<Self> {
        Ok(Self {
            accepted: witness(cs, state.accepted.into())?,
            completed: witness(cs, state.completed.into())?,
            cancelled: witness(cs, state.cancelled.into())?,
            rated: witness(cs, state.rated.into())?,
            clients: witness(cs, state.clients.into())?,
            rating_sum: witness(cs, state.rating_sum.into())?,
            volume: witness(cs, state.volume.into())?,
            first_at: witness(cs, state.first_at.into())?,
            last_at: witness(cs, state.last_at.into())?,
            seen: witness(cs, state.seen)?,
            history: witness(cs, state.history)?,
        })
    }

    /// Enforces the width of every number: 408 constraints.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn enforce_widths(&self, cs: &System) -> Result<()> {
        for counter in [
            &self.accepted,
            &self.completed,
            &self.cancelled,
            &self.rated,
            &self.clients,
        ] {
            enforce_width(cs, counter, COUNTER_BITS)?;
        }
        enforce_width(cs, &self.rating_sum, TIME_BITS)?;
        enforce_width(cs, &self.volume, VOLUME_BITS)?;
        enforce_width(cs, &self.first_at, TIME_BITS)?;
        enforce_width(cs, &self.last_at, TIME_BITS)
    }

    /// Jobs neither paid nor called off, without constraints.
    #[must_use = "a linear combination constrains nothing by itself"]
    pub fn unresolved(&self) -> Num {
        &self.accepted - &self.completed - &self.cancelled
    }

    /// `P_4(counters, amounts, seen, history)`.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn digest(&self, cs: &System) -> Result<Num> {
        let counters = pack(
            cs,
            &[
                (&self.accepted, 0),
                (&self.completed, 32),
                (&self.cancelled, 64),
                (&self.rated, 96),
                (&self.clients, 128),
                (&self.rating_sum, 160),
            ],
        )?;
        let amounts = pack(
            cs,
            &[
                (&self.volume, 0),
                (&self.first_at, 128),
                (&self.last_at, 168),
            ],
        )?;
        hash(cs, [&counters, &amounts, &self.seen, &self.history])
    }
}

/// An agent's secret and the keys that follow from it.
pub struct SecretVar {
    sk: Num,
    view: Num,
    owner: Num,
}

impl SecretVar {
    /// Allocates the secret and derives the viewing key and the owner.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn witness(cs: &System, secret: &Secret) -> Result<Self> {
        let sk = witness(cs, secret.expose())?;
        let view = hash(cs, [&tagged("view"), &sk])?;
        let owner = hash(cs, [&tagged("owner"), &sk])?;
        Ok(Self { sk, view, owner })
    }

    /// The secret itself.
    pub fn sk(&self) -> &Num {
        &self.sk
    }

    /// `P_2(tag("genesis"), view)`.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn genesis_rho(&self, cs: &System) -> Result<Num> {
        hash(cs, [&tagged("genesis"), &self.view])
    }

    /// `P_3(tag("nullifier"), view, rho)`.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn nullifier(&self, cs: &System, rho: &Num) -> Result<Num> {
        hash(cs, [&tagged("nullifier"), &self.view, rho])
    }

    /// The commitment to `state_digest` under `rho`: `P_3(tag("note"), P_2(owner, rho), digest)`.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn commitment(&self, cs: &System, rho: &Num, state_digest: &Num) -> Result<Num> {
        let identity = hash(cs, [&self.owner, rho])?;
        hash(cs, [&tagged("note"), &identity, state_digest])
    }
}

/// `P_3(tag("ticket"), sk, job)`.
///
/// # Errors
/// As the constraint system's.
pub fn ticket(cs: &System, sk: &Num, job: &Num) -> Result<Num> {
    hash(cs, [&tagged("ticket"), sk, job])
}

/// `P_3(tag("scope"), sk, scope)`.
///
/// # Errors
/// As the constraint system's.
pub fn pseudonym(cs: &System, sk: &Num, scope: &Num) -> Result<Num> {
    hash(cs, [&tagged("scope"), sk, scope])
}

fn tagged(name: &str) -> Num {
    Num::Constant(tag(name))
}
