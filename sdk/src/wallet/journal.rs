//! The journal: what leaves the machine is noted before it leaves.
//!
//! A process may be killed between any two instructions. What it leaves behind is one of these:
//!
//! - *nothing noted*: nothing left the machine, and the change is prepared again;
//! - *noted, with its request*: whether the request was sent or not, and mined or not, sending the
//!   same bytes again does no harm: they insert one commitment for one nullifier, once;
//! - *in the log*: the spend is there with this very commitment, and the change is done.
//!
//! Done changes stay for [`FINALITY`] blocks, since a reorganisation may bring them back: they are
//! then sent again as they were. Two different requests may be noted for one state (the first grew
//! too old, say): the log has at most one of them, whichever it is, and the other is dropped.

use super::{Notes, Prepared, Purpose, Shown, Step, Wallet, WalletError};
use crate::{
    log::{Change, Log},
    request::Request,
};
use repute_circuits::{
    field::Fr,
    statement::settle::{Engagement, Mode, Review},
};

/// The longest time, in seconds, that a wallet suggests to wait before a shown state is refreshed:
/// a refresh right after a show would tell who refreshed.
pub const REFRESH_DELAY: u64 = 3_600;

/// After how many blocks what the log shows is taken to stay: the finality of the slowest chains in
/// use, several times Ethereum's two epochs of 32 slots.
pub const FINALITY: u64 = 256;

impl Wallet {
    /// The change of the current state that is on its way: to be sent again, as it is, until the log
    /// has it.
    #[must_use]
    pub fn pending(&self) -> Option<&Prepared> {
        let nullifier = self.nullifier().ok()?;
        let mut journal = self.notes.journal.iter().rev();
        journal.find(|prepared| prepared.nullifier == nullifier)
    }

    /// Notes that the current state's nullifier leaves the machine at `now`.
    pub(crate) fn mark_shown(&mut self, purpose: Purpose, now: u64) -> Result<(), WalletError> {
        self.note_shown(purpose, now)?;
        self.keep()
    }

    fn note_shown(&mut self, purpose: Purpose, now: u64) -> Result<(), WalletError> {
        let nullifier = self.nullifier()?;
        if self.shown()?.is_none() {
            self.notes.shown.push(Shown {
                nullifier,
                purpose,
                refresh_after: now + self.secrets.delay(nullifier, REFRESH_DELAY),
                worker: match purpose {
                    Purpose::Take { post_id } => self.worker_in_use(post_id),
                    _ => 0,
                },
                spent: None,
            });
        }
        Ok(())
    }

    /// Notes a prepared change of the current state with its request, which may leave the machine when
    /// this returns.
    pub(crate) fn prepare(
        &mut self,
        purpose: Purpose,
        commitment: Fr,
        now: u64,
        request: &Request,
    ) -> Result<(), WalletError> {
        self.note_shown(purpose, now)?;
        self.notes.journal.push(Prepared {
            nullifier: self.nullifier()?,
            commitment,
            purpose,
            request: request.clone(),
            prepared_at: now,
            done: None,
        });
        self.keep()
    }

    /// Forgets the pending change, whose request the chain refuses for good. Its state stays shown.
    pub(crate) fn give_up_pending(&mut self) -> Result<(), WalletError> {
        let Some(pending) = self.pending().map(|pending| pending.commitment) else {
            return Ok(());
        };
        let nullifier = self.nullifier()?;
        self.notes
            .journal
            .retain(|prepared| (prepared.nullifier, prepared.commitment) != (nullifier, pending));
        self.keep()
    }

    /// Keeps a private rating, so that it need not be tried; on the disk with the change it is in.
    pub(crate) fn keep_rating(&mut self, post_id: u64, review: &Review) {
        self.notes.ratings.insert(post_id, review.rating);
    }

    /// Changes the notes, and puts them on the disk.
    pub(crate) fn change_notes<T>(
        &mut self,
        change: impl FnOnce(&mut Notes) -> T,
    ) -> Result<T, WalletError> {
        let answer = change(&mut self.notes);
        self.keep()?;
        Ok(answer)
    }

    /// Puts the notes on the disk, where the wallet has a directory.
    pub(super) fn keep(&self) -> Result<(), WalletError> {
        match &self.home {
            Some(home) => Ok(home.write_notes(&self.secrets, &self.notes)?),
            None => Ok(()),
        }
    }

    /// Brings the notes up to date with a log that the record follows, of which `steps` are new.
    pub(super) fn follow_notes(&mut self, log: &Log, steps: &[Step]) -> Result<(), WalletError> {
        let before = self.notes.clone();
        for index in 0..self.notes.shown.len() {
            self.give_up_worker(self.notes.shown[index]);
        }
        self.learn(log, steps);
        self.distrust(log)?;
        let head = log.head().map_or(0, |head| head.number);
        let is_final = |block: Option<u64>| block.is_some_and(|block| block + FINALITY <= head);
        for shown in &mut self.notes.shown {
            let spent = log.spend(shown.nullifier).is_some();
            shown.spent = spent.then(|| shown.spent.unwrap_or(head));
        }
        self.notes.shown.retain(|shown| !is_final(shown.spent));
        self.notes.journal.retain_mut(|prepared| {
            let spend = log.spend(prepared.nullifier);
            let ours = spend.is_none_or(|spend| spend.commitment == prepared.commitment);
            prepared.done = spend.map(|_| prepared.done.unwrap_or(head));
            ours && !is_final(prepared.done)
        });
        if self.notes == before {
            return Ok(());
        }
        self.keep()
    }

    /// Where notes are lost, takes the current state for shown: it may be.
    fn distrust(&mut self, log: &Log) -> Result<(), WalletError> {
        let forgetful = std::mem::take(&mut self.forgetful);
        let has_changed = self
            .book
            .as_ref()
            .is_some_and(|book| !book.steps.is_empty());
        // The one state of an empty record hides nothing.
        if !(forgetful && has_changed) {
            return Ok(());
        }
        let now = log.head().map_or(0, |head| head.time);
        self.note_shown(Purpose::Forgotten, now)
    }

    /// Notes what the chain tells and a lost wallet knew: private ratings, and worker keys that were
    /// not a job's first.
    fn learn(&mut self, log: &Log, steps: &[Step]) {
        for step in steps {
            match (step.change, step.rating) {
                (
                    Change::Settle {
                        post_id,
                        engagement:
                            Engagement {
                                mode: Mode::Private,
                                ..
                            },
                    },
                    Some(rating),
                ) => {
                    self.notes.ratings.insert(post_id, rating);
                }
                (Change::Take { post_id, .. }, _) => {
                    let counter = log.job(post_id).map(|job| self.worker_counter(job));
                    if let Some(Ok(counter)) = counter
                        && counter > 0
                    {
                        self.notes.workers.insert(post_id, counter);
                    }
                }
                _ => {}
            }
        }
    }

    /// Where a state that was shown for a take was refreshed instead, the job is taken with another
    /// worker key from now on: the one shown would link the two.
    fn give_up_worker(&mut self, shown: Shown) {
        let Purpose::Take { post_id } = shown.purpose else {
            return;
        };
        let is_refresh =
            |step: &Step| step.nullifier == shown.nullifier && step.change == Change::Refresh;
        if self
            .book
            .iter()
            .flat_map(|book| &book.steps)
            .any(is_refresh)
        {
            let counter = self.notes.workers.entry(post_id).or_insert(0);
            *counter = (*counter).max(shown.worker + 1);
        }
    }
}

#[cfg(test)]
mod tests;
