//! The client: posts jobs, pays, and says how it went.

use crate::{
    chain::{Account, ChainError},
    log::Job,
    post::{InvalidPost, Terms, amount},
    signing::{Messages, sign},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::TransactionReceipt,
    sol_types::{SolCall, SolEvent},
};
use repute_contracts::bindings::JobBoard;

/// A client, acting from its account.
#[derive(Clone, Debug)]
pub struct Client {
    account: Account,
}

/// A post that was made.
#[derive(Clone, Debug)]
pub struct Posted {
    /// The job's number on the board.
    pub post_id: u64,
    /// The transaction.
    pub receipt: TransactionReceipt,
}

/// Why a client's action failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The terms are none that a board takes.
    #[error(transparent)]
    Post(#[from] InvalidPost),
    /// The budget is below the board's least.
    #[error("the budget is {given} base units; this board takes {least} or more")]
    Budget {
        /// What was offered.
        given: u128,
        /// The board's least.
        least: u128,
    },
    /// The review is shorter than the board's least.
    #[error("the review period is {given} seconds; this board needs {least} or more")]
    Review {
        /// What was offered.
        given: u64,
        /// The board's least.
        least: u64,
    },
    /// A contract refused, or the chain did not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The post was mined without the event that names it.
    #[error("transaction {0} was mined and posted nothing; the board is not what it should be")]
    NotPosted(B256),
}

impl Client {
    /// A client that acts from `account`.
    #[must_use]
    pub fn new(account: Account) -> Self {
        Self { account }
    }

    /// The client's account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    async fn send<C: SolCall>(&self, call: &C) -> Result<TransactionReceipt, ChainError> {
        self.account.send(self.account.chain().board(), call).await
    }

    /// Offers a job of `budget` base units, after letting the board take the deposit.
    ///
    /// # Errors
    /// [`ClientError`]; terms out of range are found before anything is sent.
    pub async fn post(&self, terms: &Terms, budget: u128) -> Result<Posted, ClientError> {
        let rules = self.account.chain().rules();
        if budget < rules.min_budget {
            return Err(ClientError::Budget {
                given: budget,
                least: rules.min_budget,
            });
        }
        if terms.review_period < rules.min_review {
            return Err(ClientError::Review {
                given: terms.review_period,
                least: rules.min_review,
            });
        }
        let call = JobBoard::postCall {
            terms: terms.to_abi()?,
            budget: amount("budget", budget)?,
        };
        // Three amounts below 2^96 fit 128 bits.
        let deposit = budget + terms.relay_fee + terms.arbiter_fee();
        self.account.allow(deposit).await?;
        let receipt = self.send(&call).await?;
        let board = self.account.chain().board();
        let post_id = receipt
            .logs()
            .iter()
            .filter(|log| log.address() == board)
            .find_map(|log| JobBoard::Posted::decode_log(&log.inner).ok())
            .and_then(|event| u64::try_from(event.postId).ok())
            .ok_or(ClientError::NotPosted(receipt.transaction_hash))?;
        Ok(Posted { post_id, receipt })
    }

    /// Signs that `worker` may take a selective job.
    #[must_use]
    pub fn approve(&self, job: &Job, worker: Address) -> Bytes {
        let hash = Messages::of(self.account.chain()).approve(job.key, worker);
        sign(self.account.signer(), hash)
    }

    /// Signs that the budget may be paid for this deliverable before the periods pass.
    #[must_use]
    pub fn sign_release(&self, job: &Job, deliverable: B256) -> Bytes {
        let hash = Messages::of(self.account.chain()).release(job.key, deliverable);
        sign(self.account.signer(), hash)
    }

    /// Takes back a post that nobody took; the deposit becomes a credit.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn withdraw(&self, job: &Job) -> Result<TransactionReceipt, ChainError> {
        let call = JobBoard::withdrawCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
        };
        self.send(&call).await
    }

    /// Releases the budget by a transaction, which ends the right to dispute.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn release(
        &self,
        job: &Job,
        deliverable: B256,
    ) -> Result<TransactionReceipt, ChainError> {
        let call = JobBoard::releaseCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
            deliverable,
            clientSignature: Bytes::new(),
        };
        self.send(&call).await
    }

    /// Rates the work in the open, 0 to 100; the agent cannot leave the rating out.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn rate(&self, job: &Job, rating: u8) -> Result<TransactionReceipt, ChainError> {
        let call = JobBoard::rateCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
            rating,
        };
        self.send(&call).await
    }

    /// Disputes the work before the job's arbiter.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn dispute(&self, job: &Job) -> Result<TransactionReceipt, ChainError> {
        let call = JobBoard::disputeCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
        };
        self.send(&call).await
    }

    /// Calls the job off before submission, with the worker key's signature over `deadline`.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn cancel(
        &self,
        job: &Job,
        deadline: u64,
        worker_signature: Bytes,
    ) -> Result<TransactionReceipt, ChainError> {
        let call = JobBoard::cancelCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
            deadline: U256::from(deadline),
            workerSignature: worker_signature,
        };
        self.send(&call).await
    }

    /// Gets the budget of an undelivered or expired job back, as a credit. Anyone may send it.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn reclaim(&self, job: &Job) -> Result<TransactionReceipt, ChainError> {
        let call = JobBoard::reclaimCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
        };
        self.send(&call).await
    }

    /// What the board owes this account, base units.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn credit(&self) -> Result<U256, ChainError> {
        let chain = self.account.chain();
        let call = JobBoard::creditsCall {
            owner: self.account.address(),
        };
        chain.call(chain.board(), &call).await
    }

    /// Sends the whole credit to `to`.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn withdraw_credit(&self, to: Address) -> Result<TransactionReceipt, ChainError> {
        self.send(&JobBoard::withdrawCreditCall { to }).await
    }
}
