//! The queue: an agent's work, done one state after the other.
//!
//! An agent with many jobs says what it wants, in any order; [`Agent::deliver`] does what can be done
//! now and tells when it is worth calling again. Two rules need no thought of the caller:
//!
//! - *one spend at a time*: each change is in the log before the next is prepared from it;
//! - *nothing is linked*: where a state was shown to somebody else, it is refreshed before it is used,
//!   once its random delay is over.
//!
//! The queue is part of the wallet's notes. Killed at any moment, an agent goes on where it was: what
//! is on its way is sent again as it is, what the log shows is checked off, what a reorganisation
//! undid is done again.

mod delivery;
mod standing;

pub use delivery::{Delivery, DeliveryError, Failed, Refused, Waiting};

use super::{Agent, AgentError};
use crate::{
    courier::{Carried, Courier},
    log::{Dispute, Log},
    relay::RelayError,
    request::Request,
    wallet::{Intent, Purpose, Queued, RecordError, WalletError},
};
use alloy::primitives::{B256, keccak256};
use standing::Standing;
use std::collections::HashSet;

/// How often a request for one intent is refused by the chain before the intent is given up: once
/// for one that was prepared earlier and may have grown too old, and once for a new one.
const REFUSALS: usize = 2;

/// What can be done for an intent now.
enum Step {
    Send(Request),
    Wait(Option<u64>),
    GiveUp(AgentError),
}

impl Agent {
    /// What is to be done, first things first, with what was done lately.
    #[must_use]
    pub fn queue(&self) -> &[Queued] {
        &self.wallet.notes().queue
    }

    /// Adds to what is to be done, at the end; takes the place of an intent for the same act that is not
    /// done yet. A refresh is of the state that is current now, so it goes to the front.
    ///
    /// # Errors
    /// [`WalletError::Directory`] where the queue cannot be kept.
    pub fn enqueue(&mut self, intent: Intent) -> Result<(), WalletError> {
        let nullifier = match intent {
            Intent::Refresh => Some(self.wallet.nullifier()?),
            _ => None,
        };
        self.wallet.change_notes(|notes| {
            let open =
                |queued: &&mut Queued| queued.done.is_none() && queued.intent.is_same_act(&intent);
            match notes.queue.iter_mut().find(open) {
                Some(queued) => (queued.intent, queued.nullifier) = (intent, nullifier),
                None => {
                    let place = match intent {
                        Intent::Refresh => 0,
                        _ => notes.queue.len(),
                    };
                    let queued = Queued {
                        intent,
                        done: None,
                        nullifier,
                    };
                    notes.queue.insert(place, queued);
                }
            }
        })
    }

    /// Takes back an act that is not done: whether there was one. What is on its way for it stays so.
    ///
    /// # Errors
    /// As [`Agent::enqueue`].
    pub fn dequeue(&mut self, act: &Intent) -> Result<bool, WalletError> {
        self.wallet.change_notes(|notes| {
            let before = notes.queue.len();
            notes
                .queue
                .retain(|queued| queued.done.is_some() || !queued.intent.is_same_act(act));
            notes.queue.len() < before
        })
    }

    /// Does what can be done now, and reads the log as it goes.
    ///
    /// # Errors
    /// [`DeliveryError`]; call it again.
    pub async fn deliver(
        &mut self,
        courier: &impl Courier,
        log: &mut Log,
    ) -> Result<Delivery, DeliveryError> {
        let mut delivery = Delivery::default();
        let mut handed = HashSet::new();
        let mut refused: Vec<Intent> = Vec::new();
        loop {
            log.sync(&self.chain).await?;
            self.wallet.sync(log)?;
            self.check_off(log, &mut delivery)?;
            let Some((intent, request)) = self.next(log, &handed, &mut delivery).await? else {
                return Ok(delivery);
            };
            match courier.carry(&request).await {
                Ok(Carried::Mined) => {}
                Ok(Carried::Handed) => {
                    handed.insert(id(&request));
                }
                Err(RelayError::Chain(error)) if error.refusal().is_some() => {
                    // It may have been mined by somebody else, or come too late.
                    log.sync(&self.chain).await?;
                    self.wallet.sync(log)?;
                    if self.is_fulfilled(log, &intent, &request) {
                        continue;
                    }
                    if intent.purpose().is_some() {
                        self.wallet.give_up_pending()?;
                    }
                    refused.push(intent.clone());
                    let times = refused.iter().filter(|other| **other == intent).count();
                    if times >= REFUSALS {
                        self.dequeue(&intent)?;
                        let reason = RelayError::from(error).into();
                        delivery.failed.push(Failed { intent, reason });
                    }
                }
                // Another courier may bring it.
                Err(RelayError::NotNamed { .. }) => {
                    handed.insert(id(&request));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The next request to send, and for what; the waiting ones are told where there is none.
    async fn next(
        &mut self,
        log: &Log,
        handed: &HashSet<B256>,
        delivery: &mut Delivery,
    ) -> Result<Option<(Intent, Request)>, DeliveryError> {
        delivery.waiting.clear();
        let pending = self
            .wallet
            .pending()
            .map(|pending| (pending.purpose, pending.request.clone()));
        if let Some((purpose, request)) = &pending
            && !handed.contains(&id(request))
            && let Some(intent) = self.wanted(*purpose)
        {
            return Ok(Some((intent, request.clone())));
        }
        let open = self.queue().iter().filter(|queued| queued.done.is_none());
        let open: Vec<Queued> = open.cloned().collect();
        for Queued {
            intent, nullifier, ..
        } in open
        {
            let until = match self.standing(log, &intent, nullifier) {
                Standing::Open if pending.is_some() && intent.purpose().is_some() => None,
                Standing::Open => match self.step(log, &intent).await? {
                    Step::Send(request) if handed.contains(&id(&request)) => None,
                    Step::Send(request) => return Ok(Some((intent, request))),
                    Step::Wait(until) => until,
                    Step::GiveUp(reason) => {
                        self.dequeue(&intent)?;
                        let reason = reason.into();
                        delivery.failed.push(Failed { intent, reason });
                        continue;
                    }
                },
                _ => None,
            };
            delivery.waiting.push(Waiting { intent, until });
        }
        Ok(None)
    }

    /// For which intent a pending change is; one like it where it was not queued.
    fn wanted(&self, purpose: Purpose) -> Option<Intent> {
        let mut queue = self.queue().iter().map(|queued| &queued.intent);
        let queued = queue.find(|intent| intent.purpose() == Some(purpose));
        queued.cloned().or_else(|| Intent::like(purpose))
    }

    /// Prepares an intent, or a refresh that it needs.
    async fn step(&mut self, log: &Log, intent: &Intent) -> Result<Step, DeliveryError> {
        let request = match intent.clone() {
            Intent::Register { gate_data } => Ok(self.register(gate_data)),
            Intent::Take { post_id, take } => self.take(log, post_id, take).await,
            Intent::Submit {
                post_id,
                deliverable,
            } => self.submit(log, post_id, deliverable).await,
            Intent::Settle { post_id, settle } => self.settle(log, post_id, settle).await,
            Intent::Fold { post_id, fold } => self.fold(log, post_id, fold).await,
            Intent::Refresh => self.refresh(log).await,
        };
        let error = match request {
            Ok(request) => return Ok(Step::Send(request)),
            Err(error) => error,
        };
        Ok(match error {
            AgentError::TooEarly { first, .. } => {
                Step::Wait(Some(first.max(cleared_from(log, intent))))
            }
            AgentError::NotCleared { until, .. } => Step::Wait(Some(until + 1)),
            AgentError::Wallet(WalletError::Record(RecordError::NotRegistered)) => Step::Wait(None),
            AgentError::Wallet(WalletError::Shown { refresh_after, .. }) => {
                if self.chain.now().await.map_err(AgentError::from)? < refresh_after {
                    Step::Wait(Some(refresh_after))
                } else {
                    Step::Send(self.refresh(log).await?)
                }
            }
            error if error.is_of_the_machine() => return Err(error.into()),
            error => Step::GiveUp(error),
        })
    }
}

impl AgentError {
    /// Whether the machine, its chain or its keys failed, rather than what was asked for.
    fn is_of_the_machine(&self) -> bool {
        use crate::keys::ProvingError;
        matches!(
            self,
            Self::Chain(_)
                | Self::Keys(_)
                | Self::Proving(ProvingError::Failed { .. } | ProvingError::Keys(_))
                | Self::Wallet(
                    WalletError::Directory(_)
                        | WalletError::Behind(_)
                        | WalletError::OtherLedger { .. }
                )
        )
    }
}

/// When the periods end that an intent waits for besides the holding time; 0 where for none.
fn cleared_from(log: &Log, intent: &Intent) -> u64 {
    let Intent::Settle { post_id, settle } = intent else {
        return 0;
    };
    let job = log
        .job(*post_id)
        .filter(|job| !job.released && settle.release.is_none());
    let end = job.and_then(|job| match job.dispute {
        Some(Dispute::Raised) => job.arbitration_end(),
        _ => job.review_end(),
    });
    end.map_or(0, |end| end + 1)
}

/// A request by its contents.
fn id(request: &Request) -> B256 {
    keccak256(&request.calldata)
}
