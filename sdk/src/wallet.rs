//! An agent's wallet: its secrets, its current state, and what it showed to whom.
//!
//! The state itself is never stored: it follows from the secrets and the chain, by the same code
//! that recovers a lost wallet. What the chain cannot give back, [`Notes`], is small: which states
//! left this machine, what is on its way, what is still to be done, and private ratings (a recovery
//! finds those by trying). A wallet of a [`WalletDir`] keeps its notes there by itself.
//!
//! A change has two steps. *Prepared*: the proof is made, the state is marked as shown, and the
//! change is noted with its request ([`journal`]). *Done*: the log has the spend, and the wallet
//! follows it, whichever of several prepared changes it was.

pub mod directory;
mod disk;
pub mod encrypted;
pub mod grid;
pub mod intent;
pub mod journal;
pub mod notes;
pub mod record;
pub mod recover;
mod sealed;
pub mod secrets;
pub mod viewing;

pub use directory::{DirectoryError, WalletDir, WalletHeader};
pub use encrypted::{EncryptedWords, Passphrase, UnlockError, WorkFactor};
pub use intent::{Fold, Intent, Queued, Settle, Take};
pub use journal::{FINALITY, REFRESH_DELAY};
pub use notes::{Notes, Prepared, Purpose, Shown};
pub use record::{Book, Reader, RecordError, Step};
pub use secrets::{AgentSecrets, Seed, Words};
pub use viewing::{ViewingError, ViewingKey};

use crate::{
    log::{Change, Job, Leaf, Log},
    utc::utc,
};
use alloy::{primitives::Address, signers::local::PrivateKeySigner};
use repute_circuits::{field::Fr, state::AgentState, statement::opening::Opening};
use std::collections::BTreeMap;

/// Why a wallet cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The log is of another deployment.
    #[error(
        "this wallet is for ledger {ledger} on chain {chain_id}; use that deployment's log, or derive \
         another wallet from the words"
    )]
    OtherLedger {
        /// The wallet's chain.
        chain_id: u64,
        /// The wallet's ledger.
        ledger: Address,
    },
    /// The record cannot be rebuilt.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The current state is not in the log.
    #[error("{0}, the agent's current state, is not in the log; read the log again")]
    Behind(Leaf),
    /// The state was shown to somebody else.
    #[error(
        "the current state left the machine {shown}: using it now would link the two; refresh it first, \
         best after {}", utc(*.refresh_after)
    )]
    Shown {
        /// For what it was shown.
        shown: Purpose,
        /// When a refresh tells least.
        refresh_after: u64,
    },
    /// Nothing to refresh.
    #[error("the record is empty: its one state cannot be refreshed and has nothing to hide")]
    NothingToRefresh,
    /// The job is another agent's.
    #[error("job {0} was not taken by this agent")]
    NotOurs(u64),
    /// The notes cannot be kept, so nothing leaves the machine.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// No derived key fits.
    #[error(
        "none of this agent's keys is the worker of job {0}; it was taken with a key from elsewhere"
    )]
    UnknownWorker(u64),
}

/// An agent's wallet on one ledger.
#[derive(Debug)]
pub struct Wallet {
    secrets: AgentSecrets,
    reader: Reader,
    chain_id: u64,
    ledger: Address,
    book: Option<Book>,
    notes: Notes,
    /// Where the notes are kept; `None` for a wallet in memory.
    home: Option<WalletDir>,
    /// Whether there may have been other notes, which are lost: whatever state the next sync finds may
    /// have left a machine.
    forgetful: bool,
}

impl Wallet {
    /// The wallet of agent number `index` of `seed` on a ledger, empty until it is synced.
    #[must_use]
    pub fn new(seed: &Seed, chain_id: u64, ledger: Address, index: u64) -> Self {
        let secrets = seed.agent(chain_id, ledger, index);
        Self {
            reader: Reader::of(secrets.secret()),
            secrets,
            chain_id,
            ledger,
            book: None,
            notes: Notes::default(),
            home: None,
            forgetful: false,
        }
    }

    /// The wallet's directory, where it has one.
    #[must_use]
    pub fn directory(&self) -> Option<&WalletDir> {
        self.home.as_ref()
    }

    /// The agent's secrets.
    #[must_use]
    pub fn secrets(&self) -> &AgentSecrets {
        &self.secrets
    }

    /// What reads the agent's record, for an auditor of the agent's choice.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// What the chain cannot give back.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// Whether the agent is registered, as far as the log was followed.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.book.is_some()
    }

    /// The record: current state and how it came about.
    ///
    /// # Errors
    /// [`RecordError::NotRegistered`].
    pub fn book(&self) -> Result<&Book, WalletError> {
        Ok(self.book.as_ref().ok_or(RecordError::NotRegistered)?)
    }

    /// The current state; the empty one before registration.
    #[must_use]
    pub fn state(&self) -> AgentState {
        self.book
            .as_ref()
            .map_or_else(AgentState::genesis, |book| book.state.clone())
    }

    /// The nullifier that the current state will publish when it is spent.
    ///
    /// # Errors
    /// [`RecordError::NotRegistered`].
    pub fn nullifier(&self) -> Result<Fr, WalletError> {
        Ok(self.reader.view().nullifier(self.book()?.rho))
    }

    /// Follows the log, and returns the changes of the record since the last call. Where the log
    /// lost a state that was followed before, the record is read again from the start.
    ///
    /// # Errors
    /// [`WalletError::OtherLedger`], [`RecordError::Unexplained`].
    pub fn sync(&mut self, log: &Log) -> Result<Vec<Step>, WalletError> {
        if (log.chain_id(), log.ledger()) != (self.chain_id, self.ledger) {
            return Err(WalletError::OtherLedger {
                chain_id: self.chain_id,
                ledger: self.ledger,
            });
        }
        let ratings = self.notes.ratings();
        let known = match &mut self.book {
            Some(book) if self.reader.agrees(book, log) => {
                let known = book.steps.len();
                self.reader.follow(book, log, &ratings)?;
                known
            }
            _ => {
                self.book = match self.reader.read(log, &ratings) {
                    Ok(book) => Some(book),
                    Err(RecordError::NotRegistered) => None,
                    Err(error) => return Err(error.into()),
                };
                0
            }
        };
        let steps = self
            .book
            .as_ref()
            .map_or_else(Vec::new, |book| book.steps[known..].to_vec());
        self.follow_notes(log, &steps)?;
        Ok(steps)
    }

    /// Whether the current state may be used for `purpose` without linking it to an earlier use.
    ///
    /// # Errors
    /// [`WalletError::Shown`] where it must be refreshed first.
    pub fn may_use(&self, purpose: Purpose) -> Result<(), WalletError> {
        let book = self.book()?;
        if purpose == Purpose::Refresh {
            // An empty record has one note only, which hides nothing.
            return if book.steps.is_empty() {
                Err(WalletError::NothingToRefresh)
            } else {
                Ok(())
            };
        }
        match self.shown()? {
            Some(shown) if !book.steps.is_empty() && !shown.purpose.is_same_party(purpose) => {
                Err(WalletError::Shown {
                    shown: shown.purpose,
                    refresh_after: shown.refresh_after,
                })
            }
            _ => Ok(()),
        }
    }

    /// For what the current state left this machine, if it did.
    ///
    /// # Errors
    /// [`RecordError::NotRegistered`].
    pub fn shown(&self) -> Result<Option<Shown>, WalletError> {
        let nullifier = self.nullifier()?;
        Ok(self
            .notes
            .shown
            .iter()
            .rev()
            .find(|shown| shown.nullifier == nullifier)
            .copied())
    }

    /// The current state with its place in the tree, for proving.
    ///
    /// # Errors
    /// [`WalletError::Behind`] where the log is not the one that was followed.
    pub fn opening(&self, log: &Log) -> Result<Opening, WalletError> {
        let book = self.book()?;
        if !self.reader.agrees(book, log) {
            return Err(WalletError::Behind(book.leaf));
        }
        let path = log.path(book.leaf).ok_or(WalletError::Behind(book.leaf))?;
        Ok(Opening {
            secret: self.secrets.secret().clone(),
            rho: book.rho,
            state: book.state.clone(),
            path,
        })
    }

    /// The agent's jobs that are taken and not yet in the record as ended, by number.
    pub fn open_jobs(&self) -> impl Iterator<Item = u64> {
        let mut open: BTreeMap<u64, ()> = BTreeMap::new();
        for step in self.book.iter().flat_map(|book| &book.steps) {
            match step.change {
                Change::Take { post_id, .. } => {
                    open.insert(post_id, ());
                }
                Change::Settle { post_id, .. } => {
                    open.remove(&post_id);
                }
                Change::Refresh => {}
            }
        }
        open.into_keys()
    }

    /// Whether this agent took the job, by its ticket.
    ///
    /// # Errors
    /// [`WalletError::NotOurs`].
    pub fn owns(&self, job: &Job) -> Result<(), WalletError> {
        match &job.taken {
            Some(taken) if taken.ticket == self.secrets.secret().ticket(job.key) => Ok(()),
            _ => Err(WalletError::NotOurs(job.post_id)),
        }
    }

    /// The worker key with which the job would be taken now.
    #[must_use]
    pub fn next_worker(&self, job: &Job) -> PrivateKeySigner {
        self.secrets
            .worker(job.key, self.worker_in_use(job.post_id))
    }

    fn worker_in_use(&self, post_id: u64) -> u64 {
        self.notes.workers.get(&post_id).copied().unwrap_or(0)
    }
}
