//! Standing: proofs that a record meets a policy now, and their verification, offline and on chain.

use crate::{
    ask::Ask,
    chain::Chain,
    keys::Keyring,
    log::Log,
    shown::{ShownError, check_ask},
    wallet::grid::MAX_AGE,
};
use alloy::primitives::{Address, U256};
use repute_circuits::{
    field::{from_word, to_word},
    policy::Policy,
    statement::Standing,
};
use repute_contracts::bindings::{AgentLedger, agent_ledger::IAgentLedger};
use repute_prover::Proof;
use serde::{Deserialize, Serialize};

/// A standing proof as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StandingProof {
    /// [`StandingProof::FORMAT`].
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

impl StandingProof {
    /// The format that this version writes and reads.
    pub const FORMAT: u32 = 1;

    /// Reads the JSON text.
    ///
    /// # Errors
    /// [`ShownError::Malformed`], [`ShownError::Format`].
    pub fn from_json(text: &str) -> Result<Self, ShownError> {
        let proof: Self = serde_json::from_str(text)?;
        if proof.format != Self::FORMAT {
            return Err(ShownError::Format {
                found: proof.format,
                expected: Self::FORMAT,
            });
        }
        Ok(proof)
    }

    /// The JSON text.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers and words are JSON")
    }

    /// Verifies everything but whether the state is current: the request, the policy, the time and
    /// the proof itself. No chain is asked.
    ///
    /// # Errors
    /// [`ShownError`] for the first thing that is wrong.
    pub fn verify_offline(
        &self,
        keyring: &Keyring,
        (chain_id, ledger): (u64, Address),
        made: &Ask,
        policy: &Policy,
        now: u64,
    ) -> Result<Shown, ShownError> {
        if (self.chain_id, self.ledger) != (chain_id, ledger) {
            return Err(ShownError::OtherLedger {
                chain_id: self.chain_id,
                ledger: self.ledger,
            });
        }
        check_ask(&self.ask, made, now)?;
        let shown = Policy::unpack(self.policy)?;
        if shown != *policy {
            return Err(ShownError::OtherPolicy { shown: self.policy });
        }
        if self.at > now || self.at + MAX_AGE < now {
            return Err(ShownError::Stale { at: self.at, now });
        }
        let inputs = [
            self.root,
            self.nullifier,
            to_word(self.ask.context(self.chain_id, self.ledger)),
            self.pseudonym,
            to_word(self.ask.scope()),
            self.policy,
            U256::from(self.at),
        ];
        let proof = Proof::from_words(self.proof)?;
        keyring
            .verifying::<Standing>()
            .verify_words(&inputs, &proof)?;
        Ok(Shown {
            pseudonym: self.pseudonym,
            policy: shown,
            at: self.at,
        })
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
        let venue = (log.chain_id(), log.ledger());
        let shown = self.verify_offline(keyring, venue, made, policy, now)?;
        let element = |word| from_word(word).map_err(|_| ShownError::UnknownRoot);
        if !log.is_known_root(element(self.root)?) {
            return Err(ShownError::UnknownRoot);
        }
        if log.spend(element(self.nullifier)?).is_some() {
            return Err(ShownError::Spent);
        }
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
        if (self.chain_id, self.ledger) != (chain.id(), chain.ledger()) {
            return Err(ShownError::OtherLedger {
                chain_id: self.chain_id,
                ledger: self.ledger,
            });
        }
        check_ask(&self.ask, made, chain.now().await?)?;
        let shown = Policy::unpack(self.policy)?;
        if shown != *policy {
            return Err(ShownError::OtherPolicy { shown: self.policy });
        }
        chain.call(self.ledger, &self.to_call()).await?;
        Ok(Shown {
            pseudonym: self.pseudonym,
            policy: shown,
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
