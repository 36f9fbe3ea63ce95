//! What each log entry changes.

use super::{
    Change, Dispute, Job, Leaf, LogError, Settled, Stage, Submitted, Taken,
    event::{Entry, Event},
    index::Index,
};
use crate::post::{Post, post_hash};
use alloy::primitives::{B256, U256};
use repute_circuits::{
    binding,
    field::{self, Fr, to_word},
    state::{AgentState, commitment},
    statement::{
        accept::Offer,
        settle::{Mode, Outcome},
    },
};
use repute_contracts::bindings::{
    AgentLedger::AgentLedgerEvents as LedgerEvent, JobBoard, JobBoard::JobBoardEvents as BoardEvent,
};

/// Where `at` starts in an offer and in an engagement, and how wide it is.
const AT_OFFSET: usize = 32;
const AT_BITS: usize = 40;

/// One entry's transaction, for errors.
#[derive(Clone, Copy)]
pub(super) struct At(B256);

impl At {
    pub(super) fn contradiction(self, what: &'static str) -> LogError {
        LogError::Contradiction {
            transaction: self.0,
            what,
        }
    }

    pub(super) fn require(self, holds: bool, what: &'static str) -> Result<(), LogError> {
        if holds {
            Ok(())
        } else {
            Err(self.contradiction(what))
        }
    }

    pub(super) fn element(self, word: U256) -> Result<Fr, LogError> {
        field::from_word(word)
            .map_err(|_| self.contradiction("a value is not below the field order"))
    }

    pub(super) fn id(self, word: U256) -> Result<u64, LogError> {
        u64::try_from(word).map_err(|_| self.contradiction("a number is out of range"))
    }
}

impl Index {
    /// Adds what an entry tells. After an error the index may hold a part of it.
    ///
    /// # Errors
    /// [`LogError`] where the entry contradicts those before it.
    pub(super) fn apply(&mut self, entry: &Entry) -> Result<(), LogError> {
        let at = At(entry.transaction);
        match &entry.event {
            Event::Ledger(event) => self.apply_ledger(at, event),
            Event::Board(event) => self.apply_board(at, entry.time, event),
        }
    }

    fn apply_ledger(&mut self, at: At, event: &LedgerEvent) -> Result<(), LogError> {
        match event {
            LedgerEvent::Registered(e) => {
                let identity = at.element(e.identity)?;
                let leaf = Leaf {
                    tree: at.id(e.tree)?,
                    index: at.id(e.index)?,
                };
                let first = commitment(identity, AgentState::genesis().digest());
                at.require(
                    to_word(first) == e.commitment,
                    "a registered state is not empty",
                )?;
                self.insert(leaf, first)?;
                let before = self.identities.insert(identity, leaf);
                at.require(before.is_none(), "an identity was registered before")
            }
            LedgerEvent::Refreshed(e) => {
                let binding = to_word(binding::refresh(self.source.chain_id, self.source.ledger));
                at.require(e.inputs[3] == binding, "a refresh has another binding")?;
                self.spend_state(at, &e.inputs, e.tree, e.index, Change::Refresh)
            }
        }
    }

    /// The job, which must be at one of `stages`.
    fn job_at(&mut self, at: At, post_id: U256, stages: &[Stage]) -> Result<&mut Job, LogError> {
        let post_id = at.id(post_id)?;
        let job = self.jobs.get_mut(&post_id);
        let job = job.ok_or_else(|| at.contradiction("a job was never posted"))?;
        at.require(stages.contains(&job.stage), "a job changes out of order")?;
        Ok(job)
    }

    fn apply_board(
        &mut self,
        at: At,
        time: Option<u64>,
        event: &BoardEvent,
    ) -> Result<(), LogError> {
        match event {
            BoardEvent::Posted(e) => self.apply_posted(at, e),
            BoardEvent::Taken(e) => self.apply_taken(at, e),
            BoardEvent::Settled(e) => self.apply_settled(at, e),
            BoardEvent::CancelFolded(e) => self.apply_folded(at, e),
            BoardEvent::Withdrawn(e) => {
                self.job_at(at, e.postId, &[Stage::Open])?.stage = Stage::Withdrawn;
                Ok(())
            }
            BoardEvent::Submitted(e) => {
                let time = time.ok_or_else(|| at.contradiction("a block has no time"))?;
                let job = self.job_at(at, e.postId, &[Stage::Taken])?;
                job.stage = Stage::Submitted;
                job.submitted = Some(Submitted {
                    deliverable: e.deliverable,
                    at: time,
                });
                Ok(())
            }
            BoardEvent::Rated(e) => {
                let job = self.job_at(at, e.postId, &[Stage::Submitted])?;
                job.open_rating = Some(e.rating);
                Ok(())
            }
            BoardEvent::Disputed(e) => {
                let job = self.job_at(at, e.postId, &[Stage::Submitted])?;
                job.dispute = Some(Dispute::Raised);
                Ok(())
            }
            BoardEvent::Ruled(e) => {
                let job = self.job_at(at, e.postId, &[Stage::Submitted])?;
                if e.forProvider {
                    job.dispute = Some(Dispute::RuledFor);
                } else {
                    job.dispute = Some(Dispute::RuledAgainst);
                    job.stage = Stage::Rejected;
                }
                Ok(())
            }
            BoardEvent::Released(e) => {
                self.job_at(at, e.postId, &[Stage::Submitted])?.released = true;
                Ok(())
            }
            BoardEvent::Cancelled(e) => {
                self.job_at(at, e.postId, &[Stage::Taken])?.stage = Stage::Cancelled;
                Ok(())
            }
            BoardEvent::Reclaimed(e) => {
                let job = self.job_at(at, e.postId, &[Stage::Taken, Stage::Submitted])?;
                job.stage = Stage::Reclaimed;
                Ok(())
            }
            // Credits are asked from the chain by their owner.
            BoardEvent::Credited(_) | BoardEvent::CreditWithdrawn(_) => Ok(()),
        }
    }

    fn apply_posted(&mut self, at: At, e: &JobBoard::Posted) -> Result<(), LogError> {
        let post_id = at.id(e.postId)?;
        at.require(post_id == self.jobs.len() as u64 + 1, "posts are missing")?;
        let post = Post::from_abi(&e.post).map_err(|reason| LogError::Post {
            post_id: e.postId,
            reason,
        })?;
        let job = Job {
            post_id,
            key: binding::job(self.source.chain_id, self.source.board, post_id),
            post,
            post_hash: post_hash(&e.post),
            abi: e.post.clone(),
            stage: Stage::Open,
            taken: None,
            submitted: None,
            open_rating: None,
            dispute: None,
            released: false,
            settled: None,
        };
        self.jobs.insert(post_id, job);
        Ok(())
    }

    fn apply_taken(&mut self, at: At, e: &JobBoard::Taken) -> Result<(), LogError> {
        let [_, _, _, ticket, key, offer, policy, _] = e.inputs;
        let ticket = at.element(ticket)?;
        let escrow_job = at.id(e.escrowJob)?;
        let job = self.job_at(at, e.postId, &[Stage::Open])?;
        let post_id = job.post_id;
        let known = Offer {
            category: job.post.terms.category,
            at: time_of(offer),
        };
        at.require(
            to_word(job.key) == key
                && to_word(known.pack()) == offer
                && to_word(job.post.terms.policy.pack()) == policy,
            "an acceptance is not of its post",
        )?;
        job.stage = Stage::Taken;
        job.taken = Some(Taken {
            worker: e.worker,
            sender: e.sender,
            escrow_job,
            ticket,
            at: known.at,
        });
        let change = Change::Take {
            post_id,
            offer: known,
        };
        self.spend_state(at, &e.inputs, e.tree, e.index, change)
    }

    fn apply_settled(&mut self, at: At, e: &JobBoard::Settled) -> Result<(), LogError> {
        let mode = match e.mode {
            0 => Mode::Silence,
            1 => Mode::Private,
            2 => Mode::Open,
            _ => return Err(at.contradiction("a settlement has an unknown mode")),
        };
        let job = self.job_at(at, e.postId, &[Stage::Submitted])?;
        job.stage = Stage::Completed;
        job.settled = Some(Settled {
            recipient: e.recipient,
            paid: e.paid,
            mode,
        });
        let delivered = job.submitted.map(|submitted| submitted.deliverable);
        let change = end_of(at, job, &e.inputs, Outcome::Completed, mode, delivered)?;
        self.spend_state(at, &e.inputs, e.tree, e.index, change)
    }

    fn apply_folded(&mut self, at: At, e: &JobBoard::CancelFolded) -> Result<(), LogError> {
        let job = self.job_at(at, e.postId, &[Stage::Cancelled])?;
        job.stage = Stage::CancelFolded;
        let nothing = Some(B256::ZERO);
        let change = end_of(
            at,
            job,
            &e.inputs,
            Outcome::Cancelled,
            Mode::Silence,
            nothing,
        )?;
        self.spend_state(at, &e.inputs, e.tree, e.index, change)
    }
}

/// The change that a settle proof stands for, whose inputs must be those of the job.
fn end_of(
    at: At,
    job: &Job,
    inputs: &[U256; 8],
    outcome: Outcome,
    mode: Mode,
    delivered: Option<B256>,
) -> Result<Change, LogError> {
    let [_, _, _, ticket, word, reviewer, deliverable, _] = *inputs;
    let engagement = job
        .engagement(time_of(word), outcome, mode)
        .ok_or_else(|| at.contradiction("a job that nobody took is settled"))?;
    at.require(
        to_word(engagement.pack()) == word
            && job.taken.as_ref().map(|taken| to_word(taken.ticket)) == Some(ticket)
            && job.post.terms.reviewer.map_or(U256::ZERO, to_word) == reviewer
            && delivered.map(|d| to_word(binding::deliverable(d))) == Some(deliverable),
        "a settlement is not of its job",
    )?;
    Ok(Change::Settle {
        post_id: job.post_id,
        engagement,
    })
}

/// The `at` in an offer or engagement word.
fn time_of(word: U256) -> u64 {
    let mask = (U256::from(1) << AT_BITS) - U256::from(1);
    ((word >> AT_OFFSET) & mask).to()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        log::{
            Log,
            invented::{Author, BOARD, LEDGER},
        },
        post::tests::post,
    };
    use alloy::primitives::Address;
    use repute_circuits::state::Secret;

    /// A log with one agent and one post, the agent, and its acceptance of the post.
    fn taken() -> (Log, Author, JobBoard::Taken) {
        let mut log = Log::invented();
        let mut author = Author::new(Secret::new(Fr::from(7)));
        let registered = log.registered(author.identity());
        log.write(LEDGER, &registered).expect("it registers");
        let posted = log.posted(&post());
        log.write(BOARD, &posted).expect("it posts");
        let next = AgentState::genesis().accept(7, 50).expect("room");
        let spend = author.spend(&log, &next);
        let ticket = author.secret.ticket(log.job(1).expect("posted").key);
        let taken = log.taken(1, spend, (ticket, Address::repeat_byte(3), 50));
        (log, author, taken)
    }

    #[test]
    fn an_acceptance_moves_job_and_state() {
        let (mut log, author, taken) = taken();
        log.write(BOARD, &taken).expect("it takes");
        let spend = log.spend(author.rho).expect("spent");
        assert_eq!(log.commitment(spend.leaf), Some(spend.commitment));
        assert_eq!(log.job(1).expect("posted").stage, Stage::Taken);
        assert_eq!(log.leaf_count(), 2);
        let path = log.path(spend.leaf).map(|path| path.root(spend.commitment));
        assert_eq!(path, log.root());
        assert!(log.is_known_root(log.root().expect("two leaves")));
    }

    #[test]
    fn acceptances_that_contradict_the_log_are_refused() {
        type Change = fn(&mut JobBoard::Taken);
        let changes: [(&str, Change); 9] = [
            ("an unknown root", |e| e.inputs[0] += U256::from(1)),
            ("an input of r or more", |e| e.inputs[1] = field::ORDER),
            ("another job", |e| e.inputs[4] += U256::from(1)),
            ("another category", |e| e.inputs[5] += U256::from(1)),
            ("another policy", |e| e.inputs[6] += U256::from(1)),
            ("a gap in the tree", |e| e.index += U256::from(1)),
            ("another tree", |e| e.tree += U256::from(1)),
            ("a post that does not exist", |e| e.postId += U256::from(1)),
            ("a number out of range", |e| e.escrowJob = U256::MAX),
        ];
        for (what, change) in changes {
            let (mut log, _, mut taken) = taken();
            change(&mut taken);
            assert!(log.write(BOARD, &taken).is_err(), "{what}");
        }
    }

    #[test]
    fn nothing_happens_twice_or_out_of_order() {
        let (mut log, author, taken) = taken();
        let early = log.submitted(1);
        assert!(log.write(BOARD, &early).is_err(), "submitted before taken");
        log.write(BOARD, &taken).expect("it takes");
        assert!(log.write(BOARD, &taken).is_err(), "taken twice");
        let again = log.registered(author.identity());
        assert!(log.write(LEDGER, &again).is_err(), "registered twice");
        let twice = log.refreshed([taken.inputs[0], taken.inputs[1], taken.inputs[2]]);
        assert!(log.write(LEDGER, &twice).is_err(), "spent twice");
        let mut posted = log.posted(&post());
        posted.postId += U256::from(1);
        assert!(log.write(BOARD, &posted).is_err(), "a post is missing");
    }

    #[test]
    fn what_the_contracts_never_write_is_refused() {
        let (mut log, _, _) = taken();
        let mut refreshed = log.refreshed([U256::from(1); 3]);
        refreshed.inputs[0] = to_word(log.root().expect("one leaf"));
        refreshed.inputs[3] += U256::from(1);
        assert!(log.write(LEDGER, &refreshed).is_err(), "another binding");
        let stranger = Address::repeat_byte(9);
        assert!(log.write(stranger, &refreshed).is_err(), "not asked for");
        let mut registered = log.registered(Fr::from(9));
        registered.commitment += U256::from(1);
        assert!(
            log.write(LEDGER, &registered).is_err(),
            "not an empty state"
        );
    }
}
