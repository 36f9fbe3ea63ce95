//! What an agent shows, and how it cuts the link that showing leaves.

use super::{Agent, AgentError, first_true, job};
use crate::{
    ask::Ask,
    completion::CompletionProof,
    document::Document,
    log::Log,
    request::Request,
    shortfall::Shortfall,
    standing::StandingProof,
    wallet::{Purpose, grid::proof_times},
};
use repute_circuits::{
    binding,
    field::to_word,
    policy::Policy,
    statement::{Completion, Refresh, Standing},
};
use repute_contracts::bindings::AgentLedger;

impl Agent {
    /// A request to refresh the current state, which cuts the link that showing it left. It tells
    /// least when it is sent after [`Shown::refresh_after`](crate::wallet::Shown::refresh_after).
    ///
    /// # Errors
    /// [`WalletError::NothingToRefresh`](crate::wallet::WalletError) for an empty record.
    pub async fn refresh(&mut self, log: &Log) -> Result<Request, AgentError> {
        self.wallet.may_use(Purpose::Refresh)?;
        let now = self.chain.now().await?;
        let binding = binding::refresh(self.chain.id(), self.chain.ledger());
        let statement = Refresh::new(self.wallet.opening(log)?, binding);
        let public = statement.public;
        let proof = self.prove(statement).await?;
        let call = AgentLedger::refreshCall {
            proof: proof.to_words(),
            oldRoot: to_word(public.root),
            nullifier: to_word(public.nullifier),
            commitment: to_word(public.commitment),
        };
        let request = self.request(self.chain.ledger(), &call);
        self.wallet
            .prepare(Purpose::Refresh, public.commitment, now, &request)?;
        Ok(request)
    }

    /// Whether the record meets `policy` now, before any proof.
    ///
    /// # Errors
    /// [`AgentError::Short`] with the clause that the record misses.
    pub async fn can_show_standing(&self, policy: &Policy) -> Result<(), AgentError> {
        policy.validate()?;
        let now = self.chain.now().await?;
        Ok(Shortfall::check(policy, &self.wallet.book()?.state, now)?)
    }

    /// Proves to whoever asks that the record meets `policy` now. Context and scope are computed here
    /// from the party that the agent talks to.
    ///
    /// # Errors
    /// As [`Agent::can_show_standing`], and [`AgentError`].
    pub async fn prove_standing(
        &mut self,
        log: &Log,
        ask: &Ask,
        policy: Policy,
    ) -> Result<StandingProof, AgentError> {
        let purpose = Purpose::Show {
            audience: ask.audience,
        };
        self.wallet.may_use(purpose)?;
        self.can_show_standing(&policy).await?;
        let now = self.in_time(ask).await?;
        let opening = self.wallet.opening(log)?;
        let (context, scope) = (
            ask.context(self.chain.id(), self.chain.ledger()),
            ask.scope(),
        );
        let statement: Standing = first_true(proof_times(now, opening.state.last_at), |at| {
            Ok(Standing::new(opening.clone(), policy, at, context, scope))
        })?;
        let (public, at) = (statement.public, statement.at);
        let proof = self.prove(statement).await?;
        self.wallet.mark_shown(purpose, now)?;
        Ok(StandingProof {
            format: StandingProof::FORMAT,
            chain_id: self.chain.id(),
            ledger: self.chain.ledger(),
            ask: *ask,
            root: to_word(public.root),
            nullifier: to_word(public.nullifier),
            pseudonym: to_word(public.pseudonym),
            policy: to_word(public.policy),
            at,
            made_with: self.keyring.made_with::<Standing>(),
            proof: proof.to_words(),
        })
    }

    /// Proves to whoever asks that this agent took a job. The state is not touched.
    ///
    /// # Errors
    /// [`AgentError`].
    pub async fn prove_completion(
        &mut self,
        log: &Log,
        ask: &Ask,
        post_id: u64,
    ) -> Result<CompletionProof, AgentError> {
        let job = job(log, post_id)?;
        self.wallet.owns(job)?;
        self.in_time(ask).await?;
        let context = ask.context(self.chain.id(), self.chain.ledger());
        let secret = self.wallet.secrets().secret().clone();
        let statement = Completion::new(secret, job.key, context, ask.scope());
        let public = statement.public;
        let proof = self.prove(statement).await?;
        Ok(CompletionProof {
            format: CompletionProof::FORMAT,
            chain_id: self.chain.id(),
            ledger: self.chain.ledger(),
            board: self.chain.board(),
            ask: *ask,
            post_id,
            pseudonym: to_word(public.pseudonym),
            made_with: self.keyring.made_with::<Completion>(),
            proof: proof.to_words(),
        })
    }

    pub(super) async fn in_time(&self, ask: &Ask) -> Result<u64, AgentError> {
        let now = self.chain.now().await?;
        if ask.deadline < now {
            return Err(AgentError::DeadlinePassed {
                deadline: ask.deadline,
                now,
            });
        }
        Ok(now)
    }
}
