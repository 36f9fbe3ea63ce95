//! Windows: proofs that the jobs taken since a time, in one category or all, meet a policy now, and
//! their verification, offline and on chain.

use crate::{
    ask::Ask,
    chain::Chain,
    document::Document,
    keys::Keyring,
    log::Log,
    shown::{ShownError, Venue, check_ask, check_current, check_keys, check_policy, check_time},
};
use alloy::primitives::{Address, U256};
use repute_circuits::{
    field::to_word,
    policy::Policy,
    statement::Window,
    window::{Filter, Tail},
};
use repute_contracts::bindings::{AgentLedger, agent_ledger::IAgentLedger};
use repute_prover::{KeysError, MadeWith, Progress, Proof};
use serde::{Deserialize, Serialize};

/// The most records that a window statement walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// 16 records.
    Small,
    /// 128 records.
    Medium,
    /// 512 records.
    Large,
}

impl Size {
    /// All sizes, the smallest first.
    pub const ALL: [Self; 3] = [Self::Small, Self::Medium, Self::Large];

    /// The number of records.
    #[must_use]
    pub const fn slots(self) -> u16 {
        match self {
            Self::Small => 16,
            Self::Medium => 128,
            Self::Large => 512,
        }
    }

    /// The size with this number of records, if there is one.
    #[must_use]
    pub fn of_slots(slots: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.slots() == slots)
    }

    /// The smallest size that covers a tail of the record.
    ///
    /// # Errors
    /// [`TooManyRecords`] where none does.
    pub fn covering(tail: &Tail) -> Result<Self, TooManyRecords> {
        let needed = tail.records.len();
        Self::ALL
            .into_iter()
            .find(|size| usize::from(size.slots()) >= needed)
            .ok_or(TooManyRecords { needed })
    }

    /// [`Keyring::load`] for this size.
    ///
    /// # Errors
    /// [`KeysError`] where the keys cannot be made.
    pub fn load_keys(
        self,
        keyring: &Keyring,
        progress: &(impl Progress + Sync),
    ) -> Result<(), KeysError> {
        match self {
            Self::Small => keyring.load::<Window<16>>(progress),
            Self::Medium => keyring.load::<Window<128>>(progress),
            Self::Large => keyring.load::<Window<512>>(progress),
        }
    }

    fn made_with(self, keyring: &Keyring) -> MadeWith {
        match self {
            Self::Small => keyring.made_with::<Window<16>>(),
            Self::Medium => keyring.made_with::<Window<128>>(),
            Self::Large => keyring.made_with::<Window<512>>(),
        }
    }

    fn verifying(self, keyring: &Keyring) -> &repute_prover::VerifyingKey {
        match self {
            Self::Small => keyring.verifying::<Window<16>>(),
            Self::Medium => keyring.verifying::<Window<128>>(),
            Self::Large => keyring.verifying::<Window<512>>(),
        }
    }
}

/// More happened since the time asked for than any window walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the window takes {needed} records, and the largest walks {}; choose a later time", Size::Large.slots()
)]
pub struct TooManyRecords {
    /// Records that the window takes, the one before its time included.
    pub needed: usize,
}

/// A window proof as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WindowProof {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The ledger with the state.
    pub ledger: Address,
    /// What it answers.
    pub ask: Ask,
    /// Which statement is proven: [`Size::slots`].
    pub slots: u16,
    /// A root of the ledger.
    pub root: U256,
    /// The shown state's nullifier: unspent means current.
    pub nullifier: U256,
    /// The agent's name for this audience and label.
    pub pseudonym: U256,
    /// The packed filter that says which jobs count.
    pub filter: U256,
    /// The packed policy that they meet.
    pub policy: U256,
    /// When, unix seconds.
    pub at: u64,
    /// The keys that it was made with.
    pub made_with: MadeWith,
    /// The proof.
    pub proof: [U256; 8],
}

/// What a window proof that was accepted says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The agent's name for this audience and label.
    pub pseudonym: U256,
    /// Which of its jobs count.
    pub filter: Filter,
    /// What they meet.
    pub policy: Policy,
    /// When.
    pub at: u64,
}

impl Document for WindowProof {
    const KIND: &'static str = "a window proof";
    const FORMAT: u32 = 2;
    type Error = ShownError;

    fn check(&self) -> Result<(), ShownError> {
        self.size().map(drop)
    }
}

impl WindowProof {
    /// The statement's size.
    ///
    /// # Errors
    /// [`ShownError::NoSuchWindow`].
    pub fn size(&self) -> Result<Size, ShownError> {
        Size::of_slots(self.slots).ok_or(ShownError::NoSuchWindow(self.slots))
    }

    /// Verifies everything but whether the state is current: the request, filter and policy, the time
    /// and the proof itself. No chain is asked.
    ///
    /// # Errors
    /// [`ShownError`] for the first thing that is wrong.
    pub fn verify_offline(
        &self,
        keyring: &Keyring,
        venue: Venue,
        made: &Ask,
        (filter, policy): (&Filter, &Policy),
        now: u64,
    ) -> Result<Shown, ShownError> {
        let size = self.size()?;
        let shown = self.claim(venue, made, (filter, policy), now)?;
        check_time(self.at, now)?;
        let inputs = [
            self.root,
            self.nullifier,
            to_word(self.ask.context(self.chain_id, self.ledger)),
            self.pseudonym,
            to_word(self.ask.scope()),
            self.filter,
            self.policy,
            U256::from(self.at),
        ];
        check_keys(&self.made_with, &size.made_with(keyring))?;
        let proof = Proof::from_words(self.proof)?;
        size.verifying(keyring).verify_words(&inputs, &proof)?;
        Ok(shown)
    }

    /// [`WindowProof::verify_offline`], and whether the state is current, by the verifier's own log: no
    /// node learns whose window is checked.
    ///
    /// # Errors
    /// [`ShownError`]; sync the log first, or a spent state looks current.
    pub fn verify_with_log(
        &self,
        keyring: &Keyring,
        log: &Log,
        made: &Ask,
        claim: (&Filter, &Policy),
        now: u64,
    ) -> Result<Shown, ShownError> {
        let shown = self.verify_offline(keyring, Venue::of_log(log), made, claim, now)?;
        check_current(log, self.root, self.nullifier)?;
        Ok(shown)
    }

    /// Lets the ledger verify all of it, now.
    ///
    /// # Errors
    /// [`ShownError::Chain`] with the ledger's reason.
    pub async fn verify_on_chain(
        &self,
        chain: &Chain,
        made: &Ask,
        claim: (&Filter, &Policy),
    ) -> Result<Shown, ShownError> {
        let shown = self.claim(Venue::of_chain(chain), made, claim, chain.now().await?)?;
        chain.call(self.ledger, &self.to_call()).await?;
        Ok(shown)
    }

    /// What it says, if that is what was asked for.
    fn claim(
        &self,
        venue: Venue,
        made: &Ask,
        (filter, policy): (&Filter, &Policy),
        now: u64,
    ) -> Result<Shown, ShownError> {
        venue.check(self.chain_id, self.ledger)?;
        check_ask(&self.ask, made, now)?;
        if self.filter != to_word(filter.pack()) {
            return Err(ShownError::OtherFilter { shown: self.filter });
        }
        Ok(Shown {
            pseudonym: self.pseudonym,
            filter: *filter,
            policy: check_policy(self.policy, policy)?,
            at: self.at,
        })
    }

    /// The call of the ledger's view that verifies it.
    #[must_use]
    pub fn to_call(&self) -> AgentLedger::verifyWindowCall {
        AgentLedger::verifyWindowCall {
            request: self.ask.to_abi(),
            window: IAgentLedger::Window {
                proof: self.proof,
                root: self.root,
                nullifier: self.nullifier,
                pseudonym: self.pseudonym,
                filter: self.filter,
                policy: self.policy,
                provenAt: U256::from(self.at),
                slots: U256::from(self.slots),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ff::AdditiveGroup;
    use repute_circuits::{
        field::Fr,
        history::{Kind, Record},
    };

    #[test]
    fn the_smallest_size_that_covers_the_tail_is_chosen() {
        let record = Record {
            kind: Kind::Accepted,
            rating: None,
            category: 1,
            at: 5,
            budget: 0,
            taken_at: 0,
        };
        for (needed, expected) in [
            (0, Ok(Size::Small)),
            (16, Ok(Size::Small)),
            (17, Ok(Size::Medium)),
            (128, Ok(Size::Medium)),
            (129, Ok(Size::Large)),
            (512, Ok(Size::Large)),
            (513, Err(TooManyRecords { needed: 513 })),
        ] {
            let tail = Tail {
                start: Fr::ZERO,
                records: vec![record; needed],
            };
            assert_eq!(Size::covering(&tail), expected, "{needed}");
        }
        for size in Size::ALL {
            assert_eq!(Size::of_slots(size.slots()), Some(size));
        }
        assert_eq!(Size::of_slots(64), None);
    }
}
