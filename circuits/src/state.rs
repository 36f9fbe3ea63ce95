//! An agent's private state, the note that holds it on chain, and the secret that owns it.

pub mod gadget;

use crate::clients::SeenClients;
use crate::field::{Fr, pack, tag};
use crate::history::{self, Kind, Record};
use crate::poseidon;
use ark_ff::AdditiveGroup;
use std::sync::LazyLock;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Times, and the sum of ratings, are below 2^40.
pub const TIME_BITS: usize = 40;
/// A budget is below 2^96.
pub const BUDGET_BITS: usize = 96;
/// The highest rating.
pub const MAX_RATING: u8 = 100;

/// Everything an agent's record counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentState {
    /// Jobs taken, counted when they are funded.
    pub accepted: u32,
    /// Jobs paid.
    pub completed: u32,
    /// Jobs called off by client and worker together.
    pub cancelled: u32,
    /// Completed jobs that carry a rating.
    pub rated: u32,
    /// Distinct clients among completed jobs; may undercount, never overcounts.
    pub clients: u32,
    /// Sum of ratings, below 2^40.
    pub rating_sum: u64,
    /// Sum of the budgets of completed jobs, in base units of the board's token.
    pub volume: u128,
    /// Unix seconds of the first acceptance, below 2^40; 0 before it.
    pub first_at: u64,
    /// Unix seconds of the last change, below 2^40.
    pub last_at: u64,
    /// Digest of the seen-clients bitmap.
    pub seen: Fr,
    /// Head of the record chain; 0 before the first record.
    pub history: Fr,
}

static GENESIS: LazyLock<AgentState> = LazyLock::new(|| AgentState {
    accepted: 0,
    completed: 0,
    cancelled: 0,
    rated: 0,
    clients: 0,
    rating_sum: 0,
    volume: 0,
    first_at: 0,
    last_at: 0,
    seen: SeenClients::default().digest(),
    history: Fr::ZERO,
});

/// A counter, the sum of ratings or the volume would leave its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a counter of the record is at its maximum; this record can grow no further")]
pub struct Overflow;

impl AgentState {
    /// The state of an agent that has just registered.
    #[must_use]
    pub fn genesis() -> Self {
        GENESIS.clone()
    }

    /// `accepted | completed<<32 | cancelled<<64 | rated<<96 | clients<<128 | ratingSum<<160`.
    #[must_use]
    pub fn counters(&self) -> Fr {
        pack(&[
            (self.accepted.into(), 0),
            (self.completed.into(), 32),
            (self.cancelled.into(), 64),
            (self.rated.into(), 96),
            (self.clients.into(), 128),
            (self.rating_sum.into(), 160),
        ])
    }

    /// `volume | firstAt<<128 | lastAt<<168`.
    #[must_use]
    pub fn amounts(&self) -> Fr {
        pack(&[
            (self.volume, 0),
            (self.first_at.into(), 128),
            (self.last_at.into(), 168),
        ])
    }

    /// `P_4(counters, amounts, seen, history)`.
    #[must_use]
    pub fn digest(&self) -> Fr {
        poseidon::hash([self.counters(), self.amounts(), self.seen, self.history])
    }

    /// Whether every field is within its width; for the fields whose type is wider.
    #[must_use]
    pub fn widths_hold(&self) -> bool {
        [self.rating_sum, self.first_at, self.last_at]
            .iter()
            .all(|x| x >> TIME_BITS == 0)
    }

    /// Jobs that have neither been paid nor called off; negative only in a state that no honest
    /// change leads to.
    #[must_use]
    pub fn unresolved(&self) -> i64 {
        i64::from(self.accepted) - i64::from(self.completed) - i64::from(self.cancelled)
    }

    /// The state after taking a job of `category` at `at`.
    ///
    /// # Errors
    /// [`Overflow`] when `accepted` is at its maximum.
    pub fn accept(&self, category: u32, at: u64) -> Result<Self, Overflow> {
        let record = Record {
            kind: Kind::Accepted,
            rating: None,
            category,
            at,
            budget: 0,
            taken_at: 0,
        };
        Ok(Self {
            accepted: self.accepted.checked_add(1).ok_or(Overflow)?,
            first_at: if self.first_at == 0 {
                at
            } else {
                self.first_at
            },
            last_at: at,
            history: history::extend(self.history, &record),
            ..self.clone()
        })
    }

    /// The state after a job ends as `record` (of kind completed or cancelled) says. `new_client`
    /// and `seen` are what the job's client does to the bitmap; a cancelled job does nothing to it.
    ///
    /// # Errors
    /// [`Overflow`] when a counter, the sum of ratings or the volume would leave its width.
    pub fn settle(&self, record: &Record, new_client: bool, seen: Fr) -> Result<Self, Overflow> {
        let mut next = self.clone();
        let grow = |counter: &mut u32, by: bool| {
            *counter = counter.checked_add(by.into()).ok_or(Overflow)?;
            Ok(())
        };
        let completed = record.kind == Kind::Completed;
        grow(&mut next.completed, completed)?;
        grow(&mut next.cancelled, !completed)?;
        if completed {
            grow(&mut next.rated, record.rating.is_some())?;
            grow(&mut next.clients, new_client)?;
            next.rating_sum += u64::from(record.rating.unwrap_or(0));
            if next.rating_sum >> TIME_BITS != 0 {
                return Err(Overflow);
            }
            next.volume = next.volume.checked_add(record.budget).ok_or(Overflow)?;
            next.seen = seen;
        }
        next.last_at = record.at;
        next.history = history::extend(self.history, record);
        Ok(next)
    }
}

/// An agent's secret `sk`, a field element; zeroized when dropped and never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(Fr);

impl Secret {
    /// Wraps a secret that was derived from the agent's seed.
    #[must_use]
    pub fn new(sk: Fr) -> Self {
        Self(sk)
    }

    /// The field element itself, for circuits and key derivation.
    #[must_use]
    pub fn expose(&self) -> Fr {
        self.0
    }

    /// The viewing key, `P_2(tag("view"), sk)`.
    #[must_use]
    pub fn view(&self) -> ViewingKey {
        ViewingKey(poseidon::hash([tag("view"), self.0]))
    }

    /// `P_2(tag("owner"), sk)`: never published; with the viewing key it rebuilds every state.
    #[must_use]
    pub fn owner(&self) -> Fr {
        poseidon::hash([tag("owner"), self.0])
    }

    /// `P_3(tag("ticket"), sk, job)`, which ties a job to the hidden agent that took it.
    #[must_use]
    pub fn ticket(&self, job: Fr) -> Fr {
        poseidon::hash([tag("ticket"), self.0, job])
    }

    /// `P_3(tag("scope"), sk, scope)`, the agent's one name within a scope.
    #[must_use]
    pub fn pseudonym(&self, scope: Fr) -> Fr {
        poseidon::hash([tag("scope"), self.0, scope])
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The key that reads a record but can neither spend nor show it; zeroized when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ViewingKey(Fr);

impl ViewingKey {
    /// Wraps a viewing key that was read from a file.
    #[must_use]
    pub fn new(view: Fr) -> Self {
        Self(view)
    }

    /// The field element itself.
    #[must_use]
    pub fn expose(&self) -> Fr {
        self.0
    }

    /// `rho0 = P_2(tag("genesis"), view)`: fixed, so that one secret has one note.
    #[must_use]
    pub fn genesis_rho(&self) -> Fr {
        poseidon::hash([tag("genesis"), self.0])
    }

    /// `P_3(tag("nullifier"), view, rho)`, published when the note of `rho` is spent; it is the
    /// next note's rho.
    #[must_use]
    pub fn nullifier(&self, rho: Fr) -> Fr {
        poseidon::hash([tag("nullifier"), self.0, rho])
    }
}

impl std::fmt::Debug for ViewingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ViewingKey(…)")
    }
}

/// `P_2(owner, rho)`.
#[must_use]
pub fn identity(owner: Fr, rho: Fr) -> Fr {
    poseidon::hash([owner, rho])
}

/// `P_3(tag("note"), identity, stateDigest)`, the leaf that stands for a state.
#[must_use]
pub fn commitment(identity: Fr, state_digest: Fr) -> Fr {
    poseidon::hash([tag("note"), identity, state_digest])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::to_word;
    use alloy_primitives::U256;

    #[test]
    fn packing_keeps_every_field_at_its_maximum() {
        let state = AgentState {
            accepted: u32::MAX,
            completed: u32::MAX,
            cancelled: u32::MAX,
            rated: u32::MAX,
            clients: u32::MAX,
            rating_sum: (1 << 40) - 1,
            volume: u128::MAX,
            first_at: (1 << 40) - 1,
            last_at: (1 << 40) - 1,
            ..AgentState::genesis()
        };
        assert_eq!(
            to_word(state.counters()),
            (U256::from(1) << 200) - U256::from(1)
        );
        assert_eq!(
            to_word(state.amounts()),
            (U256::from(1) << 208) - U256::from(1)
        );
        assert!(state.widths_hold());
        assert!(
            !AgentState {
                last_at: 1 << 40,
                ..state
            }
            .widths_hold()
        );
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let secret = Secret::new(Fr::from(123_456_789));
        let text = format!("{secret:?} {:?}", secret.view());
        assert_eq!(text, "Secret(…) ViewingKey(…)");
    }

    #[test]
    fn counters_at_their_maximum_refuse_to_grow() {
        let full = AgentState {
            accepted: u32::MAX,
            ..AgentState::genesis()
        };
        assert_eq!(full.accept(1, 1), Err(Overflow));
        let record = Record {
            kind: Kind::Completed,
            rating: Some(100),
            category: 1,
            at: 5,
            budget: 10,
            taken_at: 1,
        };
        for full in [
            AgentState {
                completed: u32::MAX,
                ..AgentState::genesis()
            },
            AgentState {
                rated: u32::MAX,
                ..AgentState::genesis()
            },
            AgentState {
                clients: u32::MAX,
                ..AgentState::genesis()
            },
            AgentState {
                rating_sum: (1 << 40) - 1,
                ..AgentState::genesis()
            },
            AgentState {
                volume: u128::MAX,
                ..AgentState::genesis()
            },
        ] {
            assert_eq!(full.settle(&record, true, full.seen), Err(Overflow));
        }
    }
}
