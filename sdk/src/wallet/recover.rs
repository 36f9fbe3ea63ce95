//! Recovery: the whole wallet from words and chain alone.
//!
//! The state comes back by following the published nullifiers ([`super::record`]), and private ratings
//! with it; what is left is to find which derived key was a job's worker, and which was paid. So a
//! recovery is the first sync of an empty wallet. What it cannot know is what left the lost machine
//! and never came to the chain, so the state that it finds counts as shown: it is refreshed before it is
//! used.

use super::{Seed, Wallet, WalletError};
use crate::log::{Change, Job, Log};
use alloy::{primitives::Address, signers::local::PrivateKeySigner};
use repute_circuits::field::Fr;

/// How many keys of one job are tried.
const KEYS_PER_JOB: u64 = 64;

/// A key to which a job was paid.
#[derive(Clone, Debug)]
pub struct Payout {
    /// The job's number on the board.
    pub post_id: u64,
    /// Who was paid.
    pub recipient: Address,
    /// The recipient's key, where the wallet derives it.
    pub key: Option<PrivateKeySigner>,
}

impl Wallet {
    /// The wallet of agent number `index`, rebuilt from the words' seed and the log alone.
    ///
    /// # Errors
    /// As [`Wallet::sync`].
    pub fn recover(seed: &Seed, log: &Log, index: u64) -> Result<Self, WalletError> {
        let mut wallet = Self::new(seed, log.chain_id(), log.ledger(), index);
        wallet.forgetful = true;
        wallet.sync(log)?;
        Ok(wallet)
    }

    /// The worker key of a job that this agent took.
    ///
    /// # Errors
    /// [`WalletError::NotOurs`], [`WalletError::UnknownWorker`].
    pub fn worker(&self, job: &Job) -> Result<PrivateKeySigner, WalletError> {
        let counter = self.worker_counter(job)?;
        Ok(self.secrets.worker(job.key, counter))
    }

    pub(super) fn worker_counter(&self, job: &Job) -> Result<u64, WalletError> {
        self.owns(job)?;
        let worker = job.taken.as_ref().map(|taken| taken.worker);
        (0..KEYS_PER_JOB)
            .find(|counter| Some(self.secrets.worker(job.key, *counter).address()) == worker)
            .ok_or(WalletError::UnknownWorker(job.post_id))
    }

    /// The key that is paid for a job unless another recipient is named.
    #[must_use]
    pub fn payout_key(&self, job: &Job) -> PrivateKeySigner {
        self.secrets.payout(job.key, 0)
    }

    /// Everyone who was paid for this agent's jobs, with the keys that the wallet derives.
    #[must_use]
    pub fn payouts(&self, log: &Log) -> Vec<Payout> {
        let steps = self.book.iter().flat_map(|book| &book.steps);
        steps
            .filter_map(|step| match step.change {
                Change::Settle { post_id, .. } => log.job(post_id),
                _ => None,
            })
            .filter_map(|job| {
                let recipient = job.settled?.recipient;
                Some(Payout {
                    post_id: job.post_id,
                    recipient,
                    key: self.payout_key_of(job.key, recipient),
                })
            })
            .collect()
    }

    fn payout_key_of(&self, job: Fr, recipient: Address) -> Option<PrivateKeySigner> {
        (0..KEYS_PER_JOB)
            .map(|counter| self.secrets.payout(job, counter))
            .find(|key| key.address() == recipient)
    }
}
