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
pub(super) mod tests;
