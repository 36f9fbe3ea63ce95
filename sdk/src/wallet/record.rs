//! An agent's record, rebuilt from the chain: each published nullifier leads to the next state.
//!
//! The wallet follows its own spends this way, a recovery starts at the first of them, and an
//! auditor with the viewing key and `owner` does the same.

use crate::log::{Change, Leaf, Log, Spend};
use repute_circuits::{
    clients::SeenClients,
    field::Fr,
    history::{Kind, Record},
    state::{AgentState, MAX_RATING, Overflow, Secret, ViewingKey, commitment, identity},
    statement::settle::{Engagement, Mode, Outcome},
};
use std::collections::BTreeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What reads an agent's record: it can neither spend nor show it.
#[derive(Clone, Debug)]
pub struct Reader {
    view: ViewingKey,
    owner: Owner,
}

/// `P_2(tag("owner"), sk)`, wiped when dropped and kept out of debug output.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Owner(Fr);

impl std::fmt::Debug for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Owner(…)")
    }
}

/// One change of the record and where it was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// What changed.
    pub change: Change,
    /// The rating that a settlement folded in, also where only the agent knows it.
    pub rating: Option<u8>,
    /// The nullifier that it published.
    pub nullifier: Fr,
    /// Where the state after it is.
    pub leaf: Leaf,
}

impl Step {
    /// What the change added to the record chain; `None` for a refresh.
    #[must_use]
    pub fn record(&self) -> Option<Record> {
        match self.change {
            Change::Take { offer, .. } => Some(Record {
                kind: Kind::Accepted,
                rating: None,
                category: offer.category,
                at: offer.at,
                budget: 0,
                taken_at: 0,
            }),
            Change::Settle { engagement, .. } => Some(ended(&engagement, self.rating)),
            Change::Refresh => None,
        }
    }
}

/// An agent's current state, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// The current state.
    pub state: AgentState,
    /// The bitmap behind its `seen`.
    pub seen: SeenClients,
    /// The current note's rho.
    pub rho: Fr,
    /// Where the current note is.
    pub leaf: Leaf,
    /// The changes since registration, oldest first.
    pub steps: Vec<Step>,
}

/// Why a record cannot be rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The identity is not in the log.
    #[error("this agent is not registered on this ledger; register it first")]
    NotRegistered,
    /// A spend leads to no state that this version knows.
    #[error(
        "{0} was inserted by this agent and holds no state that follows from its record; the node \
         may be lying, or another version made it"
    )]
    Unexplained(Leaf),
}

impl Book {
    /// The whole record chain, oldest first.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        self.steps.iter().filter_map(Step::record).collect()
    }
}

impl Reader {
    /// The reader of an agent's own record.
    #[must_use]
    pub fn of(secret: &Secret) -> Self {
        Self {
            view: secret.view(),
            owner: Owner(secret.owner()),
        }
    }

    /// A reader from what an agent gave to its auditor.
    #[must_use]
    pub fn new(view: ViewingKey, owner: Fr) -> Self {
        Self {
            view,
            owner: Owner(owner),
        }
    }

    /// The viewing key.
    #[must_use]
    pub fn view(&self) -> &ViewingKey {
        &self.view
    }

    /// The identity that was registered.
    #[must_use]
    pub fn identity(&self) -> Fr {
        identity(self.owner.0, self.view.genesis_rho())
    }

    fn commitment(&self, rho: Fr, state: &AgentState) -> Fr {
        commitment(identity(self.owner.0, rho), state.digest())
    }

    /// Rebuilds the record from its registration on. `ratings` are private ratings known already,
    /// by job; others are found by trying all 101.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn read(&self, log: &Log, ratings: &BTreeMap<u64, u8>) -> Result<Book, RecordError> {
        let leaf = log
            .registration(self.identity())
            .ok_or(RecordError::NotRegistered)?;
        let mut book = Book {
            state: AgentState::genesis(),
            seen: SeenClients::default(),
            rho: self.view.genesis_rho(),
            leaf,
            steps: Vec::new(),
        };
        self.follow(&mut book, log, ratings)?;
        Ok(book)
    }

    /// Whether the log has the book's current note where the book says.
    #[must_use]
    pub fn agrees(&self, book: &Book, log: &Log) -> bool {
        log.commitment(book.leaf) == Some(self.commitment(book.rho, &book.state))
    }

    /// Follows the spends since the book's current state.
    ///
    /// # Errors
    /// [`RecordError::Unexplained`]; the book then ends before that spend.
    pub fn follow(
        &self,
        book: &mut Book,
        log: &Log,
        ratings: &BTreeMap<u64, u8>,
    ) -> Result<(), RecordError> {
        loop {
            let nullifier = self.view.nullifier(book.rho);
            let Some(spend) = log.spend(nullifier) else {
                return Ok(());
            };
            let (state, seen, rating) = self
                .explain(book, nullifier, spend, ratings)
                .ok_or(RecordError::Unexplained(spend.leaf))?;
            book.state = state;
            book.seen = seen;
            book.rho = nullifier;
            book.leaf = spend.leaf;
            book.steps.push(Step {
                change: spend.change,
                rating,
                nullifier,
                leaf: spend.leaf,
            });
        }
    }

    /// The state that a spend led to: the one whose commitment was inserted.
    fn explain(
        &self,
        book: &Book,
        nullifier: Fr,
        spend: &Spend,
        ratings: &BTreeMap<u64, u8>,
    ) -> Option<(AgentState, SeenClients, Option<u8>)> {
        let is_it = |state: &AgentState| self.commitment(nullifier, state) == spend.commitment;
        match spend.change {
            Change::Refresh => {
                is_it(&book.state).then(|| (book.state.clone(), book.seen.clone(), None))
            }
            Change::Take { offer, .. } => {
                let state = book.state.accept(offer.category, offer.at).ok()?;
                is_it(&state).then(|| (state, book.seen.clone(), None))
            }
            Change::Settle {
                post_id,
                engagement,
            } => {
                let known = ratings.get(&post_id).copied();
                candidates(&engagement, known)
                    .into_iter()
                    .find_map(|rating| {
                        let (state, seen) = settle(book, &engagement, rating).ok()?;
                        is_it(&state).then_some((state, seen, rating))
                    })
            }
        }
    }
}

/// The ratings that a settlement may have folded in, the most likely first.
fn candidates(engagement: &Engagement, known: Option<u8>) -> Vec<Option<u8>> {
    match engagement.mode {
        Mode::Silence => vec![None],
        Mode::Open => vec![engagement.open_rating.checked_sub(1)],
        Mode::Private => known.into_iter().chain(0..=MAX_RATING).map(Some).collect(),
    }
}

/// The book's state and bitmap after a job ended.
fn settle(
    book: &Book,
    engagement: &Engagement,
    rating: Option<u8>,
) -> Result<(AgentState, SeenClients), Overflow> {
    let completed = engagement.outcome == Outcome::Completed;
    let mut seen = book.seen.clone();
    let is_new = completed && seen.insert(engagement.slot);
    let record = ended(engagement, rating);
    let state = book.state.settle(&record, is_new, seen.digest())?;
    Ok((state, seen))
}

/// The record of a job that ended.
fn ended(engagement: &Engagement, rating: Option<u8>) -> Record {
    Record {
        kind: match engagement.outcome {
            Outcome::Completed => Kind::Completed,
            Outcome::Cancelled => Kind::Cancelled,
        },
        rating,
        category: engagement.category,
        at: engagement.at,
        budget: engagement.budget,
        taken_at: engagement.taken_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        log::{
            Job,
            invented::{Author, BOARD, LEDGER, TIME},
        },
        post::{Post, tests::post},
        wallet::{Seed, Wallet, Words},
    };
    use alloy::primitives::Address;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;
    use repute_circuits::{
        eddsa::Unverified,
        statement::{self, opening::Opening, settle::Review},
        tree::Path,
    };
    use repute_contracts::bindings::JobBoard;

    /// An agent that works at random, and what it knows of itself.
    struct Life {
        log: Log,
        author: Author,
        seed: Seed,
        book: Book,
        ratings: BTreeMap<u64, u8>,
        rng: ChaCha20Rng,
    }

    impl Life {
        fn new(number: u8) -> Self {
            let mut rng = ChaCha20Rng::from_seed([number; 32]);
            let seed = Words::generate(&mut rng).seed();
            let mut log = Log::invented();
            let agent = seed.agent(log.chain_id(), log.ledger(), 0);
            let author = Author::new(agent.secret().clone());
            // Another agent comes first, so that leaves and numbers differ.
            for identity in [Fr::from(3), author.identity()] {
                let event = log.registered(identity);
                log.write(LEDGER, &event).expect("it registers");
            }
            let book = Reader::of(&author.secret)
                .read(&log, &BTreeMap::new())
                .expect("registered");
            Self {
                log,
                author,
                seed,
                book,
                ratings: BTreeMap::new(),
                rng,
            }
        }

        fn refresh(&mut self) {
            let spend = self.author.spend(&self.log, &self.book.state);
            let event = self.log.refreshed(spend);
            self.log.write(LEDGER, &event).expect("it refreshes");
        }

        fn take(&mut self) {
            let client = Address::repeat_byte(self.rng.gen_range(1..6));
            let offered = Post { client, ..post() };
            let event = self.log.posted(&offered);
            self.log.write(BOARD, &event).expect("it posts");
            let post_id = self.log.jobs().count() as u64;
            let job = self.log.job(post_id).expect("posted").clone();
            self.book.state = self.book.state.accept(7, TIME).expect("room");
            let spend = self.author.spend(&self.log, &self.book.state);
            let worker = self.secrets().worker(job.key, self.rng.gen_range(0..3));
            let ticket = self.author.secret.ticket(job.key);
            let event = self
                .log
                .taken(post_id, spend, (ticket, worker.address(), TIME));
            self.log.write(BOARD, &event).expect("it takes");
        }

        fn secrets(&self) -> crate::wallet::AgentSecrets {
            self.seed.agent(self.log.chain_id(), self.log.ledger(), 0)
        }

        /// Ends the oldest open job, in one of the ways in which it can end.
        fn end(&mut self) {
            let open = self
                .log
                .jobs()
                .find(|job| job.stage == crate::log::Stage::Taken);
            let Some(job) = open.cloned() else { return };
            match self.rng.gen_range(0..4) {
                0 => self.end_as(&job, Outcome::Cancelled, Mode::Silence, None),
                1 => self.end_as(&job, Outcome::Completed, Mode::Silence, None),
                2 => {
                    let rating = self.rng.gen_range(0..=100);
                    self.ratings.insert(job.post_id, rating);
                    self.end_as(&job, Outcome::Completed, Mode::Private, Some(rating));
                }
                _ => {
                    let rating = self.rng.gen_range(0..=100);
                    self.end_as(&job, Outcome::Completed, Mode::Open, Some(rating));
                }
            }
        }

        fn end_as(&mut self, job: &Job, outcome: Outcome, mode: Mode, rating: Option<u8>) {
            let id = alloy::primitives::U256::from(job.post_id);
            if outcome == Outcome::Cancelled {
                let event = JobBoard::Cancelled { postId: id };
                self.log.write(BOARD, &event).expect("it cancels");
            } else {
                let event = self.log.submitted(job.post_id);
                self.log.write(BOARD, &event).expect("it submits");
            }
            if let (Mode::Open, Some(rating)) = (mode, rating) {
                let event = JobBoard::Rated { postId: id, rating };
                self.log.write(BOARD, &event).expect("it rates");
            }
            let job = self.log.job(job.post_id).expect("posted").clone();
            let engagement = job.engagement(TIME, outcome, mode).expect("taken");
            // What the circuit makes of it, not what this module does.
            let review = rating
                .filter(|_| mode == Mode::Private)
                .map(|rating| Review {
                    rating,
                    signature: Unverified::dummy(),
                });
            let opening = Opening {
                secret: self.author.secret.clone(),
                rho: self.author.rho,
                state: self.book.state.clone(),
                path: Path::default(),
            };
            let seen = self.book.seen.clone();
            let (zero, one) = (Fr::from(0), Fr::from(1));
            let statement =
                statement::Settle::new(opening, seen, job.key, engagement, review, zero, zero, one)
                    .expect("room");
            self.book.state = statement.next_state().expect("room");
            self.book.seen = statement.next_seen();
            let spend = self.author.spend(&self.log, &self.book.state);
            let recipient = self.secrets().payout(job.key, 0).address();
            let written = if outcome == Outcome::Cancelled {
                let event = self.log.folded(job.post_id, spend, &engagement);
                self.log.write(BOARD, &event)
            } else {
                let event = self.log.settled(job.post_id, spend, &engagement, recipient);
                self.log.write(BOARD, &event)
            };
            written.expect("it settles");
        }
    }

    #[test]
    fn any_life_is_rebuilt_from_words_and_chain_alone() {
        for number in 0..4 {
            let mut life = Life::new(number);
            for _ in 0..40 {
                match life.rng.gen_range(0..5) {
                    0 if life.book.state.accepted > 0 => life.refresh(),
                    1 | 2 => life.take(),
                    _ => life.end(),
                }
            }
            let wallet = Wallet::recover(&life.seed, &life.log, 0).expect("it recovers");
            let book = wallet.book().expect("registered");
            assert_eq!(
                (&book.state, &book.seen),
                (&life.book.state, &life.book.seen)
            );
            assert_eq!(book.rho, life.author.rho);
            assert_eq!(wallet.notes().ratings, life.ratings);
            assert!(book.state.completed > 0 && !life.ratings.is_empty());
            let payouts = wallet.payouts(&life.log);
            assert_eq!(payouts.len() as u32, book.state.completed);
            assert!(payouts.iter().all(|payout| payout.key.is_some()));
            for job in life.log.jobs() {
                let taken = job.taken.as_ref().expect("all are taken");
                let worker = wallet.worker(job).expect("derived");
                assert_eq!(worker.address(), taken.worker);
            }
            let opening = wallet.opening(&life.log).expect("in the log");
            assert_eq!(
                Some(opening.path.root(opening.commitment())),
                life.log.root()
            );
        }
    }

    #[test]
    fn a_spend_that_follows_from_nothing_is_named() {
        let mut life = Life::new(9);
        life.take();
        let spend = life.author.spend(&life.log, &AgentState::genesis());
        let event = life.log.refreshed(spend);
        life.log.write(LEDGER, &event).expect("the log cannot tell");
        let refused = Wallet::recover(&life.seed, &life.log, 0).map(drop);
        let leaf = Leaf { tree: 0, index: 3 };
        assert!(matches!(
            refused,
            Err(crate::wallet::WalletError::Record(RecordError::Unexplained(found))) if found == leaf
        ));
    }

    #[test]
    fn a_viewing_key_reads_the_record_and_an_unregistered_agent_has_none() {
        let mut life = Life::new(5);
        life.take();
        let secret = &life.author.secret;
        let auditor = Reader::new(secret.view(), secret.owner());
        let book = auditor.read(&life.log, &BTreeMap::new()).expect("readable");
        assert_eq!(book.state, life.book.state);
        let stranger = Wallet::recover(&life.seed, &life.log, 1).expect("nothing to recover");
        assert!(!stranger.is_registered());
        assert_eq!(
            Reader::of(stranger.secrets().secret()).read(&life.log, &BTreeMap::new()),
            Err(RecordError::NotRegistered)
        );
    }
}
