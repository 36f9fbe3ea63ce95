//! The agent: takes jobs, delivers, is paid, and shows its record.
//!
//! An agent never sends a transaction itself: each action gives a [`Request`] for a relayer. Before
//! each proof the statement is checked natively, so that a refusal names its clause at once.

mod error;
mod queue;
mod settle;
mod show;
mod window;

pub use error::AgentError;
pub use queue::{Delivery, DeliveryError, Failed, Refused, Waiting};

use crate::{
    chain::Chain,
    keys::{KeyMismatch, Keyring, Provable, ProvingError},
    log::{Job, Log, Stage},
    request::Request,
    shortfall::Shortfall,
    signing::{Messages, is_by, sign},
    wallet::{Purpose, Step, Take, Wallet, WalletError, grid::proof_times},
};
use alloy::primitives::{Address, B256, Bytes, U256};
use ark_ff::AdditiveGroup;
use rand::{CryptoRng, RngCore, rngs::OsRng};
use repute_circuits::{
    binding,
    field::{Fr, to_word},
    state::Overflow,
    statement::{Accept, Statement, accept::Offer},
};
use repute_contracts::bindings::{AgentLedger, JobBoard, job_board::IJobBoard};
use repute_prover::Proof;

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
            rng: Box::new(rng),
            ..Self::deferred(chain, keyring, wallet)
        })
    }

    /// [`Agent::new`] for a program that proves one thing and ends: each statement's key is compared with
    /// the deployment's before the statement is proven, instead of all at once, which takes
    /// seconds.
    #[must_use]
    pub fn deferred(chain: Chain, keyring: Keyring, wallet: Wallet) -> Self {
        Self {
            messages: Messages::of(&chain),
            chain,
            keyring,
            wallet,
            rng: Box::new(OsRng),
        }
    }

    /// The agent's wallet.
    #[must_use]
    pub fn wallet(&self) -> &Wallet {
        &self.wallet
    }

    /// The keys it proves with.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The deployment on which it works.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Follows the log, and returns what changed in the record.
    ///
    /// # Errors
    /// As [`Wallet::sync`].
    pub fn sync(&mut self, log: &Log) -> Result<Vec<Step>, WalletError> {
        self.wallet.sync(log)
    }

    /// Proves a statement that the deployment verifies with the same key.
    async fn prove<S: Provable>(&mut self, statement: S) -> Result<Proof, AgentError> {
        self.keyring.check_one::<S>(self.chain.manifest())?;
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        Ok(self.keyring.prove(statement, seed).await?)
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
    /// [`AgentError::Short`] with the clause that the record misses.
    pub async fn can_take(&self, log: &Log, post_id: u64) -> Result<(), AgentError> {
        let job = job(log, post_id)?;
        let now = self.chain.now().await?;
        self.accept(log, job, now, Fr::ZERO).map(drop)
    }

    /// The acceptance of a job at the best time at which it is true.
    fn accept(&self, log: &Log, job: &Job, now: u64, binding: Fr) -> Result<Accept, AgentError> {
        let opening = self.wallet.opening(log)?;
        Shortfall::check(&job.post.terms.policy, &opening.state, now)?;
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
    /// [`AgentError`]; [`AgentError::Short`] where the record does not meet the policy.
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
        let proof = self.prove(statement).await?;
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
        let request = self.request(self.chain.board(), &call);
        self.wallet
            .prepare(purpose, public.commitment, now, &request)?;
        Ok(request)
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

    /// The worker key's signature with which the client can call the job off until `deadline`.
    ///
    /// # Errors
    /// [`AgentError`].
    pub fn sign_cancel(&self, log: &Log, post_id: u64, deadline: u64) -> Result<Bytes, AgentError> {
        let job = job_at(log, post_id, "calling it off", Stage::Taken)?;
        let key = self.wallet.worker(job)?;
        Ok(sign(&key, self.messages.cancel(job.key, deadline)))
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
