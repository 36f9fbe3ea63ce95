//! Records of random lives, rebuilt from invented logs.

use super::*;
use crate::{
    log::{
        Job,
        invented::{Author, BOARD, LEDGER, TIME},
    },
    post::{Post, tests::post},
    wallet::{Purpose, Seed, Wallet, Words},
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
use std::collections::BTreeSet;

/// An agent that works at random, and what it knows of itself.
pub(in crate::wallet) struct Life {
    pub(in crate::wallet) log: Log,
    author: Author,
    pub(in crate::wallet) words: Words,
    pub(in crate::wallet) seed: Seed,
    book: Book,
    pub(in crate::wallet) ratings: BTreeMap<u64, u8>,
    rng: ChaCha20Rng,
}

impl Life {
    /// A life of `steps` random changes.
    pub(in crate::wallet) fn lived(number: u8, steps: u32) -> Self {
        let mut life = Self::new(number);
        for _ in 0..steps {
            match life.rng.gen_range(0..5) {
                0 if life.book.state.accepted > 0 => life.refresh(),
                1 | 2 => life.take(),
                _ => life.end(),
            }
        }
        life
    }

    fn new(number: u8) -> Self {
        let mut rng = ChaCha20Rng::from_seed([number; 32]);
        let words = Words::generate(&mut rng);
        let seed = words.seed();
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
            words,
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
        let mut life = Life::lived(number, 40);
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
        for payout in payouts {
            let key = payout.key.expect("derived");
            assert_eq!(key.address(), payout.recipient);
            // One that was paid elsewhere has no key here.
            let job = life.log.invented_job(payout.post_id);
            job.settled.as_mut().expect("paid").recipient = Address::repeat_byte(9);
        }
        let elsewhere = wallet.payouts(&life.log);
        assert!(elsewhere.iter().all(|payout| payout.key.is_none()));
        let mut keys = BTreeSet::new();
        for job in life.log.jobs() {
            let taken = job.taken.as_ref().expect("all are taken");
            let worker = wallet.worker(job).expect("derived");
            assert_eq!(worker.address(), taken.worker);
            for key in [worker, wallet.payout_key(job)] {
                assert!(keys.insert(key.address()), "each job has its own keys");
            }
        }
        // Nobody knows what the lost machine showed.
        let shown = wallet
            .shown()
            .expect("registered")
            .expect("it counts as shown");
        assert_eq!(shown.purpose, Purpose::Forgotten);
        assert!(wallet.may_use(Purpose::Take { post_id: 1 }).is_err());
        wallet.may_use(Purpose::Refresh).expect("that is allowed");
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
    let job = life.log.job(1).expect("posted");
    assert!(matches!(
        stranger.worker(job),
        Err(crate::wallet::WalletError::NotOurs(1))
    ));
    assert_eq!(
        Reader::of(stranger.secrets().secret()).read(&life.log, &BTreeMap::new()),
        Err(RecordError::NotRegistered)
    );
}
