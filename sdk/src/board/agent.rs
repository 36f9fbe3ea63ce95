//! The agent: takes jobs, delivers, is paid, and shows its record.
//!
//! An agent never sends a transaction itself: each action gives a [`Request`] for a relayer. Before
//! each proof the statement is checked natively, so that a refusal names its clause at once.

use crate::{
    ask::Ask,
    chain::{Chain, ChainError},
    completion::CompletionProof,
    keys::{KeyMismatch, Keyring, ProvingError},
    log::{Job, Log, Stage},
    request::Request,
    review::{ReviewError, SignedReview},
    signing::{Messages, is_by, sign},
    standing::StandingProof,
    wallet::{Purpose, Step, Wallet, WalletError, grid::proof_times},
};
use alloy::primitives::{Address, B256, Bytes, U256};
use ark_ff::AdditiveGroup;
use rand::{CryptoRng, RngCore, rngs::OsRng};
use repute_circuits::{
    binding,
    field::{Fr, to_word},
    policy::{InvalidPolicy, Policy},
    state::Overflow,
    statement::{
        self, Accept, Completion, Refresh, Standing, Statement,
        accept::Offer,
        settle::{Mode, Outcome},
    },
};
use repute_contracts::bindings::{AgentLedger, JobBoard, job_board::IJobBoard};

/// How a job is to be taken.
#[derive(Clone, Debug, Default)]
pub struct Take {
    /// Who must send it; zero for anyone.
    pub relayer: Address,
    /// The client's approval of the worker key, for a selective job.
    pub approval: Option<Bytes>,
}

/// How a job is to be settled.
#[derive(Clone, Debug, Default)]
pub struct Settle {
    /// Who is paid; the job's own payout key if `None`.
    pub recipient: Option<Address>,
    /// The least the recipient must get, base units; if `None`, all that this board's fees leave.
    pub min_payout: Option<U256>,
    /// Who must send it; zero for anyone, then without fee.
    pub relayer: Address,
    /// What the relayer gets, base units.
    pub relayer_fee: u128,
    /// The client's signed release, where the periods have not passed.
    pub release: Option<Bytes>,
    /// A private rating; left out where the client rated in the open.
    pub review: Option<SignedReview>,
}

/// How a called-off job is to be folded into the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fold {
    /// Who must send it; zero for anyone.
    pub relayer: Address,
}

/// Why an agent's action is refused before anything leaves the machine.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The wallet cannot.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// The statement is false, with its clause, or proving failed.
    #[error(transparent)]
    Proving(#[from] ProvingError),
    /// Other keys than the deployment's.
    #[error(transparent)]
    Keys(#[from] KeyMismatch),
    /// The chain did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The private rating cannot be used.
    #[error(transparent)]
    Review(#[from] ReviewError),
    /// The policy asked for means nothing.
    #[error(transparent)]
    Policy(#[from] InvalidPolicy),
    /// The record is full.
    #[error(transparent)]
    Full(#[from] Overflow),
    /// There is no such job.
    #[error("there is no job {0} in the log; read the log again")]
    NoJob(u64),
    /// The job is at another stage.
    #[error("job {post_id} is {stage:?}; {verb} needs it to be {needed:?}")]
    Stage {
        /// The job.
        post_id: u64,
        /// Where it stands.
        stage: Stage,
        /// What was asked for.
        verb: &'static str,
        /// Where it would have to stand.
        needed: Stage,
    },
    /// Too late.
    #[error("the last second for this was {last}, now it is {now}")]
    TooLate {
        /// The last second.
        last: u64,
        /// Now.
        now: u64,
    },
    /// Too early.
    #[error("job {post_id} can be settled from {first} on, now it is {now}; wait")]
    TooEarly {
        /// The job.
        post_id: u64,
        /// The first second.
        first: u64,
        /// Now.
        now: u64,
    },
    /// The client chooses its agent.
    #[error("job {post_id} is selective: ask its client to approve the worker key {worker}")]
    NeedsApproval {
        /// The job.
        post_id: u64,
        /// The key to approve.
        worker: Address,
    },
    /// A client's signature is not the client's.
    #[error("the client's {what} is not signed by {client} for this; ask for it again")]
    NotByClient {
        /// Approval or release.
        what: &'static str,
        /// The client.
        client: Address,
    },
    /// Neither released nor past its periods.
    #[error(
        "job {post_id} is not released and its review and arbitration have not passed (until {until}); \
         ask the client for a release or wait"
    )]
    NotCleared {
        /// The job.
        post_id: u64,
        /// The last second of the periods.
        until: u64,
    },
    /// A fee needs a relayer.
    #[error("a relayer fee needs a named relayer, who alone may send the request")]
    FeeWithoutRelayer,
    /// Fees eat the budget.
    #[error("fees of {fees} base units leave nothing of what the job pays; lower the relayer fee")]
    FeesTooHigh {
        /// All fees together.
        fees: U256,
    },
    /// The escrow's fee is unknown.
    #[error("this escrow does not tell its fee: say what the recipient must get at least")]
    UnknownFee,
    /// The audience cannot use the proof.
    #[error("the request's deadline {deadline} is past, now it is {now}; ask for a new request")]
    DeadlinePassed {
        /// Until when it was good.
        deadline: u64,
        /// Now.
        now: u64,
    },
}

/// An agent: its wallet, a deployment, and the keys to prove with.
pub struct Agent {
    chain: Chain,
    keyring: Keyring,
    messages: Messages,
    wallet: Wallet,
    rng: Box<dyn Randomness>,
}

/// Cryptographic randomness that an agent owns.
trait Randomness: RngCore + CryptoRng + Send + Sync {}
impl<T: RngCore + CryptoRng + Send + Sync> Randomness for T {}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent")
            .field("wallet", &self.wallet)
            .finish_non_exhaustive()
    }
}

impl Agent {
    /// An agent with its wallet for this chain's ledger.
    ///
    /// # Errors
    /// [`KeyMismatch`] where the deployment verifies with other keys.
    pub fn new(chain: Chain, keyring: Keyring, wallet: Wallet) -> Result<Self, KeyMismatch> {
        Self::with_randomness(chain, keyring, wallet, OsRng)
    }

    /// [`Agent::new`] with other randomness for proofs, which must be unpredictable to everybody else
    /// outside tests.
    ///
    /// # Errors
    /// As [`Agent::new`].
    pub fn with_randomness(
        chain: Chain,
        keyring: Keyring,
        wallet: Wallet,
        rng: impl RngCore + CryptoRng + Send + Sync + 'static,
    ) -> Result<Self, KeyMismatch> {
        keyring.check(chain.manifest())?;
        Ok(Self {
            messages: Messages::of(&chain),
            chain,
            keyring,
            wallet,
            rng: Box::new(rng),
        })
    }

    /// The agent's wallet.
    #[must_use]
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    /// Follows the log, and returns what changed in the record.
    ///
    /// # Errors
    /// As [`Wallet::sync`].
    pub fn sync(&mut self, log: &Log) -> Result<Vec<Step>, WalletError> {
        self.wallet.sync(log)
    }

    fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        seed
    }

    fn request<C: alloy::sol_types::SolCall>(&self, to: Address, call: &C) -> Request {
        Request::new(self.chain.id(), to, call)
    }

    /// A request to register the agent, with the gate's arguments; sending it twice does no harm.
    #[must_use]
    pub fn register(&self, gate_data: Bytes) -> Request {
        let call = AgentLedger::registerCall {
            identity: to_word(self.wallet.secrets().identity()),
            gateData: gate_data,
        };
        self.request(self.chain.ledger(), &call)
    }

    /// Whether the record meets a job's policy now, before any proof.
    ///
    /// # Errors
    /// [`AgentError::Proving`] with the clause that the record misses.
    pub async fn can_take(&self, log: &Log, post_id: u64) -> Result<(), AgentError> {
        let job = job(log, post_id)?;
        let now = self.chain.now().await?;
        self.accept(log, job, now, Fr::ZERO).map(drop)
    }

    /// The acceptance of a job at the best time at which it is true.
    fn accept(&self, log: &Log, job: &Job, now: u64, binding: Fr) -> Result<Accept, AgentError> {
        let opening = self.wallet.opening(log)?;
        first_true(proof_times(now, opening.state.last_at), |at| {
            let offer = Offer {
                category: job.post.terms.category,
                at,
            };
            Accept::new(
                opening.clone(),
                job.key,
                offer,
                job.post.terms.policy,
                binding,
            )
        })
    }

    /// The address that would be a job's worker: what a client of a selective job approves.
    ///
    /// # Errors
    /// [`AgentError::NoJob`].
    pub fn worker(&self, log: &Log, post_id: u64) -> Result<Address, AgentError> {
        Ok(self.wallet.next_worker(job(log, post_id)?).address())
    }

    /// A request to take a job.
    ///
    /// # Errors
    /// [`AgentError`]; with the clause where the record does not meet the policy.
    pub async fn take(
        &mut self,
        log: &Log,
        post_id: u64,
        take: Take,
    ) -> Result<Request, AgentError> {
        let job = job_at(log, post_id, "taking it", Stage::Open)?;
        let terms = &job.post.terms;
        let purpose = Purpose::Take { post_id };
        self.wallet.may_use(purpose)?;
        let now = self.chain.now().await?;
        if now > terms.take_by {
            return Err(AgentError::TooLate {
                last: terms.take_by,
                now,
            });
        }
        let key = self.wallet.next_worker(job);
        let worker = key.address();
        let binding = binding::Accept {
            job: job.key,
            post_hash: job.post_hash,
            worker,
            relayer: take.relayer,
        };
        // The record is checked before the client is bothered for an approval.
        let statement = self.accept(log, job, now, binding.hash())?;
        let approval = match (terms.selective, take.approval) {
            (false, _) => Bytes::new(),
            (true, None) => return Err(AgentError::NeedsApproval { post_id, worker }),
            (true, Some(signature)) => {
                let hash = self.messages.approve(job.key, worker);
                self.by_client(job, "approval", hash, &signature).await?;
                signature
            }
        };
        let public = statement.public;
        let at = statement.offer.at;
        let seed = self.seed();
        let proof = self.keyring.prove(statement, seed).await?;
        self.wallet.mark_pending(purpose, public.commitment, now)?;
        let call = JobBoard::takeCall {
            postId: U256::from(post_id),
            posted: job.abi.clone(),
            acceptance: IJobBoard::Acceptance {
                proof: proof.to_words(),
                root: to_word(public.root),
                nullifier: to_word(public.nullifier),
                commitment: to_word(public.commitment),
                ticket: to_word(public.ticket),
                provenAt: U256::from(at),
                worker,
                relayer: take.relayer,
            },
            workerSignature: sign(&key, self.messages.take(job.key, public.ticket)),
            clientSignature: approval,
        };
        Ok(self.request(self.chain.board(), &call))
    }

    /// A request to hand in work. The deliverable should be a salted hash: it is public.
    ///
    /// # Errors
    /// [`AgentError`].
    pub async fn submit(
        &self,
        log: &Log,
        post_id: u64,
        deliverable: B256,
    ) -> Result<Request, AgentError> {
        let job = job_at(log, post_id, "submitting", Stage::Taken)?;
        let key = self.wallet.worker(job)?;
        let now = self.chain.now().await?;
        if now > job.post.terms.submit_by {
            return Err(AgentError::TooLate {
                last: job.post.terms.submit_by,
                now,
            });
        }
        let call = JobBoard::submitCall {
            postId: U256::from(post_id),
            posted: job.abi.clone(),
            deliverable,
            workerSignature: sign(&key, self.messages.submit(job.key, deliverable)),
        };
        Ok(self.request(self.chain.board(), &call))
    }

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
        let seed = self.seed();
        let proof = self.keyring.prove(statement, seed).await?;
        if let Some(review) = &review {
            self.wallet.keep_rating(post_id, review);
        }
        self.wallet.mark_pending(purpose, public.commitment, now)?;
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
        Ok(self.request(self.chain.board(), &call))
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

    /// Refuses a signature that is not the client's. Where the client is a contract, only the contract
    /// can judge (ERC-1271), which the relayer's simulation asks it to.
    async fn by_client(
        &self,
        job: &Job,
        what: &'static str,
        hash: B256,
        signature: &[u8],
    ) -> Result<(), AgentError> {
        let client = job.post.client;
        if is_by(client, hash, signature) || self.chain.is_contract(client).await? {
            return Ok(());
        }
        Err(AgentError::NotByClient { what, client })
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

    /// The worker key's signature with which the client can call the job off until `deadline`.
    ///
    /// # Errors
    /// [`AgentError`].
    pub fn sign_cancel(&self, log: &Log, post_id: u64, deadline: u64) -> Result<Bytes, AgentError> {
        let job = job_at(log, post_id, "calling it off", Stage::Taken)?;
        let key = self.wallet.worker(job)?;
        Ok(sign(&key, self.messages.cancel(job.key, deadline)))
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
        let seed = self.seed();
        let proof = self.keyring.prove(statement, seed).await?;
        self.wallet.mark_pending(purpose, public.commitment, now)?;
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
        Ok(self.request(self.chain.board(), &call))
    }

    /// A request to refresh the current state, which cuts the link that showing it left. It tells
    /// least when it is sent after [`Shown::refresh_after`](crate::wallet::Shown::refresh_after).
    ///
    /// # Errors
    /// [`WalletError::NothingToRefresh`] for an empty record.
    pub async fn refresh(&mut self, log: &Log) -> Result<Request, AgentError> {
        self.wallet.may_use(Purpose::Refresh)?;
        let now = self.chain.now().await?;
        let binding = binding::refresh(self.chain.id(), self.chain.ledger());
        let statement = Refresh::new(self.wallet.opening(log)?, binding);
        let public = statement.public;
        let seed = self.seed();
        let proof = self.keyring.prove(statement, seed).await?;
        self.wallet
            .mark_pending(Purpose::Refresh, public.commitment, now)?;
        let call = AgentLedger::refreshCall {
            proof: proof.to_words(),
            oldRoot: to_word(public.root),
            nullifier: to_word(public.nullifier),
            commitment: to_word(public.commitment),
        };
        Ok(self.request(self.chain.ledger(), &call))
    }

    /// Proves to whoever asks that the record meets `policy` now. Context and scope are computed here
    /// from the party that the agent talks to.
    ///
    /// # Errors
    /// [`AgentError`]; with the clause where the record does not meet the policy.
    pub async fn prove_standing(
        &mut self,
        log: &Log,
        ask: &Ask,
        policy: Policy,
    ) -> Result<StandingProof, AgentError> {
        policy.validate()?;
        let purpose = Purpose::Show {
            audience: ask.audience,
        };
        self.wallet.may_use(purpose)?;
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
        let seed = self.seed();
        let proof = self.keyring.prove(statement, seed).await?;
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
        let seed = self.seed();
        let proof = self.keyring.prove(statement, seed).await?;
        Ok(CompletionProof {
            format: CompletionProof::FORMAT,
            chain_id: self.chain.id(),
            ledger: self.chain.ledger(),
            board: self.chain.board(),
            ask: *ask,
            post_id,
            pseudonym: to_word(public.pseudonym),
            proof: proof.to_words(),
        })
    }

    async fn in_time(&self, ask: &Ask) -> Result<u64, AgentError> {
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

fn job(log: &Log, post_id: u64) -> Result<&Job, AgentError> {
    log.job(post_id).ok_or(AgentError::NoJob(post_id))
}

fn job_at<'a>(
    log: &'a Log,
    post_id: u64,
    verb: &'static str,
    needed: Stage,
) -> Result<&'a Job, AgentError> {
    let job = job(log, post_id)?;
    if job.stage == needed {
        return Ok(job);
    }
    Err(AgentError::Stage {
        post_id,
        stage: job.stage,
        verb,
        needed,
    })
}

/// The statement at the first of `times` at which it is true; else the refusal at the last of them,
/// which is the one that most leniently fails.
fn first_true<S: Statement>(
    times: Vec<u64>,
    make: impl Fn(u64) -> Result<S, Overflow>,
) -> Result<S, AgentError> {
    let mut refusal = None;
    for at in times {
        let statement = make(at)?;
        match statement.check() {
            Ok(()) => return Ok(statement),
            Err(violation) => refusal = Some(violation.to_string()),
        }
    }
    // There is always at least the present to try.
    Err(ProvingError::False(refusal.unwrap_or_default()).into())
}
