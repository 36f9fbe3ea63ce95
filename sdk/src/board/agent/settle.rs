//! How a job ends for its agent: paid, or called off and folded.

use super::{Agent, AgentError, first_true, job_at};
use crate::{
    log::{Job, Log, Stage},
    request::Request,
    signing::sign,
    wallet::{Fold, Purpose, Settle, WalletError, grid::proof_times},
};
use alloy::primitives::{Address, B256, Bytes, U256};
use ark_ff::AdditiveGroup;
use repute_circuits::{
    binding,
    field::{Fr, to_word},
    state::Overflow,
    statement::{
        self,
        settle::{Mode, Outcome},
    },
};
use repute_contracts::bindings::{JobBoard, job_board::IJobBoard};

impl Agent {
    /// A request to put the client's signed release on the record, after which the client can
    /// dispute no more.
    ///
    /// # Errors
    /// [`AgentError`].
    pub async fn release(
        &self,
        log: &Log,
        post_id: u64,
        signature: Bytes,
    ) -> Result<Request, AgentError> {
        let job = job_at(log, post_id, "releasing", Stage::Submitted)?;
        let deliverable = job.submitted.map_or(B256::ZERO, |s| s.deliverable);
        let hash = self.messages.release(job.key, deliverable);
        self.by_client(job, "release", hash, &signature).await?;
        let call = JobBoard::releaseCall {
            postId: U256::from(post_id),
            posted: job.abi.clone(),
            deliverable,
            clientSignature: signature,
        };
        Ok(self.request(self.chain.board(), &call))
    }

    /// What a settlement leaves for its recipient on this board, base units.
    ///
    /// # Errors
    /// [`AgentError::UnknownFee`], [`AgentError::FeesTooHigh`].
    pub fn payout(&self, budget: u128, relayer_fee: u128) -> Result<U256, AgentError> {
        let bps = self.chain.escrow_fee_bps().ok_or(AgentError::UnknownFee)?;
        let budget = U256::from(budget);
        let platform = budget * U256::from(bps) / U256::from(10_000);
        let fees = platform + U256::from(self.chain.rules().record_fee) + U256::from(relayer_fee);
        budget
            .checked_sub(fees)
            .ok_or(AgentError::FeesTooHigh { fees })
    }

    /// A request to be paid for a delivered job and to fold it into the record.
    ///
    /// The rating is the client's where it rated in the open, else the private one given, else none.
    ///
    /// # Errors
    /// [`AgentError`].
    pub async fn settle(
        &mut self,
        log: &Log,
        post_id: u64,
        settle: Settle,
    ) -> Result<Request, AgentError> {
        let job = job_at(log, post_id, "settling", Stage::Submitted)?;
        let key = self.wallet.worker(job)?;
        let purpose = Purpose::Settle { post_id };
        self.wallet.may_use(purpose)?;
        let (Some(taken), Some(submitted)) = (&job.taken, job.submitted) else {
            return Err(AgentError::NoJob(post_id));
        };
        let now = self.chain.now().await?;
        let first = taken.at + self.chain.rules().min_hold;
        if now < first {
            return Err(AgentError::TooEarly {
                post_id,
                first,
                now,
            });
        }
        let release = self
            .release_for(job, submitted.deliverable, now, settle.release)
            .await?;
        if settle.relayer.is_zero() && settle.relayer_fee != 0 {
            return Err(AgentError::FeeWithoutRelayer);
        }
        let terms = binding::Settle {
            job: job.key,
            recipient: settle
                .recipient
                .unwrap_or_else(|| self.wallet.payout_key(job).address()),
            min_payout: match settle.min_payout {
                Some(least) => least,
                None => self.payout(job.post.budget, settle.relayer_fee)?,
            },
            relayer: settle.relayer,
            relayer_fee: U256::from(settle.relayer_fee),
        };
        let (mode, review) = match (job.open_rating, settle.review) {
            (Some(_), _) => (Mode::Open, None),
            (None, Some(review)) => (Mode::Private, Some(review.open(job)?)),
            (None, None) => (Mode::Silence, None),
        };
        let statement = self.end(
            log,
            job,
            now,
            (Outcome::Completed, mode),
            review,
            submitted.deliverable,
            terms.hash(),
        )?;
        let public = statement.public;
        let at = statement.engagement.at;
        let proof = self.prove(statement).await?;
        if let Some(review) = &review {
            self.wallet.keep_rating(post_id, review);
        }
        let call = JobBoard::settleCall {
            postId: U256::from(post_id),
            posted: job.abi.clone(),
            settlement: IJobBoard::Settlement {
                proof: proof.to_words(),
                root: to_word(public.root),
                nullifier: to_word(public.nullifier),
                commitment: to_word(public.commitment),
                provenAt: U256::from(at),
                mode: mode as u8,
                recipient: terms.recipient,
                minPayout: terms.min_payout,
                relayer: terms.relayer,
                relayerFee: terms.relayer_fee,
                workerSignature: sign(&key, self.messages.settle(&terms)),
                releaseSignature: release,
            },
        };
        let request = self.request(self.chain.board(), &call);
        self.wallet
            .prepare(purpose, public.commitment, now, &request)?;
        Ok(request)
    }

    /// The release to send along: none where the job is released or cleared anyway.
    async fn release_for(
        &self,
        job: &Job,
        deliverable: B256,
        now: u64,
        release: Option<Bytes>,
    ) -> Result<Bytes, AgentError> {
        if job.released || job.is_cleared(now) {
            return Ok(Bytes::new());
        }
        let signature = release.ok_or(AgentError::NotCleared {
            post_id: job.post_id,
            until: match job.dispute {
                Some(_) => job.arbitration_end(),
                None => job.review_end(),
            }
            .unwrap_or(now),
        })?;
        let hash = self.messages.release(job.key, deliverable);
        self.by_client(job, "release", hash, &signature).await?;
        Ok(signature)
    }

    /// The settle statement of a job's end at the best time at which it is true.
    #[allow(
        clippy::too_many_arguments,
        reason = "each is one part of the statement, by type"
    )]
    fn end(
        &self,
        log: &Log,
        job: &Job,
        now: u64,
        (outcome, mode): (Outcome, Mode),
        review: Option<statement::settle::Review>,
        deliverable: B256,
        binding: Fr,
    ) -> Result<statement::Settle, AgentError> {
        let opening = self.wallet.opening(log)?;
        let seen = self.wallet.book()?.seen.clone();
        let not_ours = WalletError::NotOurs(job.post_id);
        if job.taken.is_none() {
            return Err(not_ours.into());
        }
        first_true(proof_times(now, opening.state.last_at), |at| {
            let engagement = job.engagement(at, outcome, mode).ok_or(Overflow)?;
            statement::Settle::new(
                opening.clone(),
                seen.clone(),
                job.key,
                engagement,
                review,
                job.post.terms.reviewer.unwrap_or(Fr::ZERO),
                binding::deliverable(deliverable),
                binding,
            )
        })
    }

    /// A request to count a called-off job in the record.
    ///
    /// # Errors
    /// [`AgentError`].
    pub async fn fold(
        &mut self,
        log: &Log,
        post_id: u64,
        fold: Fold,
    ) -> Result<Request, AgentError> {
        let job = job_at(log, post_id, "folding", Stage::Cancelled)?;
        self.wallet.owns(job)?;
        let purpose = Purpose::Settle { post_id };
        self.wallet.may_use(purpose)?;
        let now = self.chain.now().await?;
        let binding = binding::Settle {
            job: job.key,
            recipient: Address::ZERO,
            min_payout: U256::ZERO,
            relayer: fold.relayer,
            relayer_fee: U256::ZERO,
        };
        let end = (Outcome::Cancelled, Mode::Silence);
        let statement = self.end(log, job, now, end, None, B256::ZERO, binding.hash())?;
        let public = statement.public;
        let at = statement.engagement.at;
        let proof = self.prove(statement).await?;
        let call = JobBoard::foldCancelledCall {
            postId: U256::from(post_id),
            posted: job.abi.clone(),
            fold: IJobBoard::Fold {
                proof: proof.to_words(),
                root: to_word(public.root),
                nullifier: to_word(public.nullifier),
                commitment: to_word(public.commitment),
                provenAt: U256::from(at),
                relayer: fold.relayer,
            },
        };
        let request = self.request(self.chain.board(), &call);
        self.wallet
            .prepare(purpose, public.commitment, now, &request)?;
        Ok(request)
    }
}
