//! How intents stand in the log.

use super::{Delivery, Failed};
use crate::{
    board::{Agent, AgentError},
    log::{Log, Stage},
    request::Request,
    wallet::{FINALITY, Intent, WalletError},
};
use repute_circuits::field::Fr;

/// What the log says of an intent.
pub(super) enum Standing {
    Done,
    /// It can be prepared, as far as the log tells.
    Open,
    /// Something else comes first.
    Later,
    Never(AgentError),
}

impl Agent {
    /// Whether the log has what a request asks for.
    pub(super) fn is_fulfilled(&self, log: &Log, intent: &Intent, request: &Request) -> bool {
        let journal = &self.wallet.notes().journal;
        let prepared = journal.iter().find(|prepared| prepared.request == *request);
        match prepared {
            Some(prepared) => prepared.done.is_some(),
            // A change that is no longer in the journal was overtaken by another.
            None if intent.purpose().is_some() => true,
            None => matches!(self.standing(log, intent, None), Standing::Done),
        }
    }

    /// Marks what the log shows done, and drops what is final or cannot be.
    pub(super) fn check_off(
        &mut self,
        log: &Log,
        delivery: &mut Delivery,
    ) -> Result<(), WalletError> {
        let head = log.head().map_or(0, |head| head.number);
        let mut queue = self.wallet.notes().queue.clone();
        queue.retain_mut(|queued| {
            match (
                self.standing(log, &queued.intent, queued.nullifier),
                queued.done,
            ) {
                (Standing::Done, None) => {
                    queued.done = Some(head);
                    delivery.done.push(queued.intent.clone());
                    true
                }
                (Standing::Done, Some(block)) => block + FINALITY > head,
                (Standing::Open | Standing::Later, _) => {
                    queued.done = None;
                    true
                }
                (Standing::Never(reason), _) => {
                    let intent = queued.intent.clone();
                    let reason = reason.into();
                    delivery.failed.push(Failed { intent, reason });
                    false
                }
            }
        });
        if queue != self.wallet.notes().queue {
            self.wallet.change_notes(|notes| notes.queue = queue)?;
        }
        Ok(())
    }

    pub(super) fn standing(&self, log: &Log, intent: &Intent, nullifier: Option<Fr>) -> Standing {
        match *intent {
            Intent::Register { .. } if self.wallet.is_registered() => Standing::Done,
            Intent::Register { .. } => Standing::Open,
            Intent::Refresh => match nullifier.and_then(|nullifier| log.spend(nullifier)) {
                Some(_) => Standing::Done,
                None => Standing::Open,
            },
            Intent::Take { post_id, .. } => {
                self.standing_of(log, post_id, "taking it", Stage::Open)
            }
            Intent::Submit { post_id, .. } => {
                self.standing_of(log, post_id, "submitting", Stage::Taken)
            }
            Intent::Settle { post_id, .. } => {
                self.standing_of(log, post_id, "settling", Stage::Submitted)
            }
            Intent::Fold { post_id, .. } => {
                self.standing_of(log, post_id, "folding", Stage::Cancelled)
            }
        }
    }

    /// How an act stands that a job must be at `needed` for.
    fn standing_of(&self, log: &Log, post_id: u64, verb: &'static str, needed: Stage) -> Standing {
        // A reorganisation may bring it back.
        let Some(job) = log.job(post_id) else {
            return Standing::Later;
        };
        if job.taken.is_some()
            && let Err(error) = self.wallet.owns(job)
        {
            return Standing::Never(error.into());
        }
        if job.stage == needed {
            return Standing::Open;
        }
        let done = match needed {
            Stage::Open => job.taken.is_some(),
            Stage::Taken => job.submitted.is_some(),
            Stage::Submitted => job.stage == Stage::Completed,
            _ => job.stage == Stage::CancelFolded,
        };
        match (done, job.stage) {
            (true, _) => Standing::Done,
            (false, Stage::Open | Stage::Taken) => Standing::Later,
            (false, stage) => Standing::Never(AgentError::Stage {
                post_id,
                stage,
                verb,
                needed,
            }),
        }
    }
}
