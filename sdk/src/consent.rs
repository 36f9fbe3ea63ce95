//! Consents: what client and worker sign for each other, as documents that travel between them.

use crate::{
    board::{Agent, AgentError, Client},
    chain::Chain,
    document::{Document, DocumentError},
    log::{Job, Log},
    signing::{Messages, is_by},
    utc::utc,
};
use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

/// What a consent is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum To {
    /// The client lets this worker take a selective job: `Approve(job, worker)`.
    Take {
        /// The worker key's address.
        worker: Address,
    },
    /// The client lets the budget be paid for this work before the periods pass:
    /// `Release(job, deliverable)`.
    Payment {
        /// The deliverable that was submitted.
        deliverable: B256,
    },
    /// The worker lets the client call the job off: `Cancel(job, deadline)`.
    CallingOff {
        /// Last second in which the client can use it, unix seconds.
        deadline: u64,
    },
}

impl To {
    fn name(self) -> &'static str {
        match self {
            Self::Take { .. } => "taking the job",
            Self::Payment { .. } => "payment",
            Self::CallingOff { .. } => "calling the job off",
        }
    }
}

/// A signed consent about one job. It holds no secret, but whoever has it can use it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Consent {
    /// Its [`Document::FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The board.
    pub board: Address,
    /// The job's number there.
    pub post_id: u64,
    /// To what.
    pub to: To,
    /// The board's EIP-712 message, signed: 65 bytes, or what an ERC-1271 client takes.
    pub signature: Bytes,
}

/// A consent that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum ConsentError {
    /// No consent at all.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// Of another board.
    #[error("the consent is about board {board} on chain {chain_id}, not about the one in use")]
    OtherBoard {
        /// Its chain.
        chain_id: u64,
        /// Its board.
        board: Address,
    },
    /// Of another job.
    #[error("the consent is about job {found}, not about job {asked}")]
    OtherJob {
        /// Its job.
        found: u64,
        /// The one at hand.
        asked: u64,
    },
    /// To something else.
    #[error("the consent is to {found}, not to {asked}; ask for the right one")]
    OtherKind {
        /// To what it is.
        found: &'static str,
        /// What was needed.
        asked: &'static str,
    },
    /// Of another worker.
    #[error("the client's approval is of the worker {found}, this agent's is {asked}; ask again")]
    OtherWorker {
        /// Its worker.
        found: Address,
        /// The agent's.
        asked: Address,
    },
    /// Of other work.
    #[error("the release is for the deliverable {found}, submitted was {asked}; ask again")]
    OtherWork {
        /// Its deliverable.
        found: B256,
        /// The submitted one.
        asked: B256,
    },
    /// The job was not taken.
    #[error("job {0} is not taken, so there is nobody to consent")]
    NotTaken(u64),
    /// Nothing was submitted.
    #[error("nothing was submitted for job {0} yet, so there is nothing to release payment for")]
    NothingSubmitted(u64),
    /// Its time passed.
    #[error("the consent was good until {}, now it is {}; ask for another", utc(*.deadline), utc(*.now))]
    Passed {
        /// Last second.
        deadline: u64,
        /// Now.
        now: u64,
    },
    /// Not signed by whom it concerns.
    #[error("the consent is not signed by {0} over these values; ask for it again")]
    Signature(Address),
}

impl Document for Consent {
    const KIND: &'static str = "a consent";
    const FORMAT: u32 = 1;
    type Error = ConsentError;
}

impl Consent {
    fn new(chain: &Chain, post_id: u64, to: To, signature: Bytes) -> Self {
        Self {
            format: Self::FORMAT,
            chain_id: chain.id(),
            board: chain.board(),
            post_id,
            to,
            signature,
        }
    }

    fn about(&self, chain: &Chain, job: &Job) -> Result<(), ConsentError> {
        if (self.chain_id, self.board) != (chain.id(), chain.board()) {
            return Err(ConsentError::OtherBoard {
                chain_id: self.chain_id,
                board: self.board,
            });
        }
        if self.post_id != job.post_id {
            return Err(ConsentError::OtherJob {
                found: self.post_id,
                asked: job.post_id,
            });
        }
        Ok(())
    }

    fn other_kind(&self, asked: &'static str) -> ConsentError {
        ConsentError::OtherKind {
            found: self.to.name(),
            asked,
        }
    }

    /// The client's approval of `worker` for a selective job. Whether the client signed it, only
    /// [`Agent::take`] can tell, as the client may be a contract.
    ///
    /// # Errors
    /// [`ConsentError`] where it is something else.
    pub fn approval(
        &self,
        chain: &Chain,
        job: &Job,
        worker: Address,
    ) -> Result<Bytes, ConsentError> {
        self.about(chain, job)?;
        match self.to {
            To::Take { worker: found } if found == worker => Ok(self.signature.clone()),
            To::Take { worker: found } => Err(ConsentError::OtherWorker {
                found,
                asked: worker,
            }),
            _ => Err(self.other_kind("taking the job")),
        }
    }

    /// The client's release of the payment for what was submitted. Whether the client signed it, only
    /// [`Agent::settle`] can tell, as the client may be a contract.
    ///
    /// # Errors
    /// [`ConsentError`] where it is something else.
    pub fn release(&self, chain: &Chain, job: &Job) -> Result<Bytes, ConsentError> {
        self.about(chain, job)?;
        let To::Payment { deliverable: found } = self.to else {
            return Err(self.other_kind("payment"));
        };
        let submitted = job
            .submitted
            .ok_or(ConsentError::NothingSubmitted(job.post_id))?;
        match found == submitted.deliverable {
            true => Ok(self.signature.clone()),
            false => Err(ConsentError::OtherWork {
                found,
                asked: submitted.deliverable,
            }),
        }
    }

    /// The worker's consent to calling the job off at `now`, with its deadline.
    ///
    /// # Errors
    /// [`ConsentError`] where it is something else, or not the worker's.
    pub fn calling_off(
        &self,
        chain: &Chain,
        job: &Job,
        now: u64,
    ) -> Result<(u64, Bytes), ConsentError> {
        self.about(chain, job)?;
        let To::CallingOff { deadline } = self.to else {
            return Err(self.other_kind("calling the job off"));
        };
        let taken = job
            .taken
            .as_ref()
            .ok_or(ConsentError::NotTaken(job.post_id))?;
        if now > deadline {
            return Err(ConsentError::Passed { deadline, now });
        }
        let hash = Messages::of(chain).cancel(job.key, deadline);
        match is_by(taken.worker, hash, &self.signature) {
            true => Ok((deadline, self.signature.clone())),
            false => Err(ConsentError::Signature(taken.worker)),
        }
    }
}

impl Client {
    /// [`Client::approve`] as a document for the agent.
    #[must_use]
    pub fn consent_to_take(&self, job: &Job, worker: Address) -> Consent {
        let signature = self.approve(job, worker);
        Consent::new(
            self.account().chain(),
            job.post_id,
            To::Take { worker },
            signature,
        )
    }

    /// [`Client::sign_release`] of what was submitted, as a document for the agent.
    ///
    /// # Errors
    /// [`ConsentError::NothingSubmitted`].
    pub fn consent_to_payment(&self, job: &Job) -> Result<Consent, ConsentError> {
        let submitted = job
            .submitted
            .ok_or(ConsentError::NothingSubmitted(job.post_id))?;
        let deliverable = submitted.deliverable;
        Ok(Consent::new(
            self.account().chain(),
            job.post_id,
            To::Payment { deliverable },
            self.sign_release(job, deliverable),
        ))
    }
}

impl Agent {
    /// [`Agent::sign_cancel`] as a document for the client.
    ///
    /// # Errors
    /// As [`Agent::sign_cancel`].
    pub fn consent_to_calling_off(
        &self,
        log: &Log,
        post_id: u64,
        deadline: u64,
    ) -> Result<Consent, AgentError> {
        let signature = self.sign_cancel(log, post_id, deadline)?;
        Ok(Consent::new(
            self.chain(),
            post_id,
            To::CallingOff { deadline },
            signature,
        ))
    }
}
