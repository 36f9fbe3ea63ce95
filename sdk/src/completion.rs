//! Completion: proofs that an agent took a job, and their verification, offline and on chain.

use crate::{
    ask::Ask,
    chain::Chain,
    document::Document,
    keys::Keyring,
    log::{Log, Stage},
    shown::{ShownError, Venue, check_ask, check_keys},
};
use alloy::primitives::{Address, U256};
use repute_circuits::{field::to_word, statement::Completion};
use repute_contracts::bindings::AgentLedger;
use repute_prover::{MadeWith, Proof};
use serde::{Deserialize, Serialize};

/// A completion proof as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CompletionProof {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The ledger.
    pub ledger: Address,
    /// The board with the job.
    pub board: Address,
    /// What it answers.
    pub ask: Ask,
    /// The job's number on the board.
    pub post_id: u64,
    /// The agent's name for this audience and label.
    pub pseudonym: U256,
    /// The keys that it was made with.
    pub made_with: MadeWith,
    /// The proof.
    pub proof: [U256; 8],
}

impl Document for CompletionProof {
    const KIND: &'static str = "a completion proof";
    const FORMAT: u32 = 2;
    type Error = ShownError;
}

impl CompletionProof {
    /// Verifies it with the verifier's own log, and returns how the job ended so far.
    ///
    /// # Errors
    /// [`ShownError`] for the first thing that is wrong.
    pub fn verify_with_log(
        &self,
        keyring: &Keyring,
        log: &Log,
        made: &Ask,
        now: u64,
    ) -> Result<Stage, ShownError> {
        self.is_about(Venue::of_log(log), log.board())?;
        check_ask(&self.ask, made, now)?;
        let job = log.job(self.post_id);
        let (job, taken) = job
            .and_then(|job| Some((job, job.taken.as_ref()?)))
            .ok_or(ShownError::NotTaken(self.post_id))?;
        let inputs = [
            to_word(taken.ticket),
            to_word(job.key),
            to_word(self.ask.context(self.chain_id, self.ledger)),
            self.pseudonym,
            to_word(self.ask.scope()),
        ];
        check_keys(&self.made_with, &keyring.made_with::<Completion>())?;
        let proof = Proof::from_words(self.proof)?;
        keyring
            .verifying::<Completion>()
            .verify_words(&inputs, &proof)?;
        Ok(job.stage)
    }

    /// Lets the ledger verify it, now, and returns how the job ended so far.
    ///
    /// # Errors
    /// [`ShownError::Chain`] with the ledger's reason.
    pub async fn verify_on_chain(&self, chain: &Chain, made: &Ask) -> Result<Stage, ShownError> {
        self.is_about(Venue::of_chain(chain), chain.board())?;
        check_ask(&self.ask, made, chain.now().await?)?;
        let stage = chain.call(self.ledger, &self.to_call()).await?;
        Stage::from_number(stage).ok_or(ShownError::NotTaken(self.post_id))
    }

    /// Refuses a proof about another ledger or board.
    fn is_about(&self, venue: Venue, board: Address) -> Result<(), ShownError> {
        venue.check(self.chain_id, self.ledger)?;
        match self.board == board {
            true => Ok(()),
            false => Err(ShownError::OtherBoard(self.board)),
        }
    }

    /// The call of the ledger's view that verifies it.
    #[must_use]
    pub fn to_call(&self) -> AgentLedger::verifyCompletionCall {
        AgentLedger::verifyCompletionCall {
            request: self.ask.to_abi(),
            postId: U256::from(self.post_id),
            pseudonym: self.pseudonym,
            proof: self.proof,
        }
    }
}
