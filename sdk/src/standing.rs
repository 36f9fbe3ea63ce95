//! Standing: proofs that a record meets a policy now, and their verification, offline and on chain.

use crate::{
    ask::Ask,
    chain::Chain,
    document::Document,
    keys::Keyring,
    log::Log,
    shown::{ShownError, Venue, check_ask, check_current, check_keys, check_policy, check_time},
};
use alloy::primitives::{Address, U256};
use repute_circuits::{field::to_word, policy::Policy, statement::Standing};
use repute_contracts::bindings::{AgentLedger, agent_ledger::IAgentLedger};
use repute_prover::{MadeWith, Proof};
use serde::{Deserialize, Serialize};

/// A standing proof as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StandingProof {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The ledger with the state.
    pub ledger: Address,
    /// What it answers.
    pub ask: Ask,
    /// A root of the ledger.
    pub root: U256,
    /// The shown state's nullifier: unspent means current.
    pub nullifier: U256,
    /// The agent's name for this audience and label.
    pub pseudonym: U256,
    /// The packed policy that is met.
    pub policy: U256,
    /// When, unix seconds.
    pub at: u64,
    /// The keys that it was made with.
    pub made_with: MadeWith,
    /// The proof.
    pub proof: [U256; 8],
}

/// What a standing proof that was accepted says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The agent's name for this audience and label.
    pub pseudonym: U256,
    /// What its record meets.
    pub policy: Policy,
    /// When.
    pub at: u64,
}

impl Document for StandingProof {
    const KIND: &'static str = "a standing proof";
    const FORMAT: u32 = 2;
    type Error = ShownError;
}

impl StandingProof {
    /// Verifies everything but whether the state is current: the request, the policy, the time and
    /// the proof itself. No chain is asked.
    ///
    /// # Errors
    /// [`ShownError`] for the first thing that is wrong.
    pub fn verify_offline(
        &self,
        keyring: &Keyring,
        venue: Venue,
        made: &Ask,
        policy: &Policy,
        now: u64,
    ) -> Result<Shown, ShownError> {
        let shown = self.claim(venue, made, policy, now)?;
        check_time(self.at, now)?;
        let inputs = [
            self.root,
            self.nullifier,
            to_word(self.ask.context(self.chain_id, self.ledger)),
            self.pseudonym,
            to_word(self.ask.scope()),
            self.policy,
            U256::from(self.at),
        ];
        check_keys(&self.made_with, &keyring.made_with::<Standing>())?;
        let proof = Proof::from_words(self.proof)?;
        keyring
            .verifying::<Standing>()
            .verify_words(&inputs, &proof)?;
        Ok(shown)
    }

    /// [`StandingProof::verify_offline`], and whether the state is current, by the verifier's own log:
    /// no node learns whose standing is checked.
    ///
    /// # Errors
    /// [`ShownError`]; sync the log first, or a spent state looks current.
    pub fn verify_with_log(
        &self,
        keyring: &Keyring,
        log: &Log,
        made: &Ask,
        policy: &Policy,
        now: u64,
    ) -> Result<Shown, ShownError> {
        let shown = self.verify_offline(keyring, Venue::of_log(log), made, policy, now)?;
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
        policy: &Policy,
    ) -> Result<Shown, ShownError> {
        let shown = self.claim(Venue::of_chain(chain), made, policy, chain.now().await?)?;
        chain.call(self.ledger, &self.to_call()).await?;
        Ok(shown)
    }

    /// What it says, if that is what was asked for.
    fn claim(
        &self,
        venue: Venue,
        made: &Ask,
        policy: &Policy,
        now: u64,
    ) -> Result<Shown, ShownError> {
        venue.check(self.chain_id, self.ledger)?;
        check_ask(&self.ask, made, now)?;
        Ok(Shown {
            pseudonym: self.pseudonym,
            policy: check_policy(self.policy, policy)?,
            at: self.at,
        })
    }

    /// The call of the ledger's view that verifies it.
    #[must_use]
    pub fn to_call(&self) -> AgentLedger::verifyStandingCall {
        AgentLedger::verifyStandingCall {
            request: self.ask.to_abi(),
            standing: IAgentLedger::Standing {
                proof: self.proof,
                root: self.root,
                nullifier: self.nullifier,
                pseudonym: self.pseudonym,
                policy: self.policy,
                provenAt: U256::from(self.at),
            },
        }
    }
}
