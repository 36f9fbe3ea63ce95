//! What an agent shows of the jobs it took since a time.

use super::{Agent, AgentError, first_true};
use crate::{
    ask::Ask,
    document::Document,
    keys::Provable,
    log::Log,
    shortfall::Shortfall,
    wallet::{Purpose, grid::proof_times},
    window::{Size, WindowProof},
};
use repute_circuits::{
    field::to_word,
    policy::Policy,
    statement::Window,
    window::{Filter, Tail, count},
};

impl Agent {
    /// Whether the jobs that `filter` admits meet `policy` now, before any proof, and the smallest
    /// window that shows it.
    ///
    /// # Errors
    /// [`AgentError::Short`] with the clause that they miss; [`AgentError::NotInWindows`] for a policy
    /// that no window can show; [`AgentError::TooManyRecords`].
    pub async fn can_show_window(
        &self,
        log: &Log,
        filter: &Filter,
        policy: &Policy,
    ) -> Result<Size, AgentError> {
        policy.validate()?;
        for (name, threshold) in [
            ("minClients", policy.min_clients),
            ("minAgeDays", policy.min_age_days.into()),
        ] {
            if threshold > 0 {
                return Err(AgentError::NotInWindows(name));
            }
        }
        // Refuses where the log and the wallet do not agree.
        self.wallet.opening(log)?;
        let tail = Tail::since(&self.wallet.book()?.records(), filter.since);
        let now = self.chain.now().await?;
        Shortfall::check(policy, &count(&tail.records, filter), now)?;
        Ok(Size::covering(&tail)?)
    }

    /// Proves to whoever asks that the jobs that `filter` admits meet `policy` now, with the smallest
    /// window that covers them. Context and scope are computed here from the party that the agent
    /// talks to.
    ///
    /// The keys of the window may have to be made first; [`Size::load_keys`] tells of its progress.
    ///
    /// # Errors
    /// As [`Agent::can_show_window`], and [`AgentError`].
    pub async fn prove_window(
        &mut self,
        log: &Log,
        ask: &Ask,
        filter: &Filter,
        policy: &Policy,
    ) -> Result<WindowProof, AgentError> {
        self.wallet.may_use(Purpose::Show {
            audience: ask.audience,
        })?;
        let size = self.can_show_window(log, filter, policy).await?;
        let claim = (size, filter, policy);
        match size {
            Size::Small => self.prove_window_of::<16>(log, ask, claim).await,
            Size::Medium => self.prove_window_of::<128>(log, ask, claim).await,
            Size::Large => self.prove_window_of::<512>(log, ask, claim).await,
        }
    }

    async fn prove_window_of<const N: usize>(
        &mut self,
        log: &Log,
        ask: &Ask,
        (size, filter, policy): (Size, &Filter, &Policy),
    ) -> Result<WindowProof, AgentError>
    where
        Window<N>: Provable,
    {
        let now = self.in_time(ask).await?;
        let opening = self.wallet.opening(log)?;
        let records = self.wallet.book()?.records();
        let (context, scope) = (
            ask.context(self.chain.id(), self.chain.ledger()),
            ask.scope(),
        );
        let statement: Window<N> = first_true(proof_times(now, opening.state.last_at), |at| {
            let opening = opening.clone();
            let window = Window::new(opening, &records, *filter, *policy, at, context, scope);
            Ok(window.expect("the size was chosen for these records"))
        })?;
        let (public, at) = (statement.public, statement.at);
        let proof = self.prove(statement).await?;
        let purpose = Purpose::Show {
            audience: ask.audience,
        };
        self.wallet.mark_shown(purpose, now)?;
        Ok(WindowProof {
            format: WindowProof::FORMAT,
            chain_id: self.chain.id(),
            ledger: self.chain.ledger(),
            ask: *ask,
            slots: size.slots(),
            root: to_word(public.root),
            nullifier: to_word(public.nullifier),
            pseudonym: to_word(public.pseudonym),
            filter: to_word(public.filter),
            policy: to_word(public.policy),
            at,
            made_with: self.keyring.made_with::<Window<N>>(),
            proof: proof.to_words(),
        })
    }
}
