//! The chain's log: trees, roots, nullifiers and jobs, read whole and checked against the chain.
//!
//! Everything is derived from events, and no node is ever asked about a single leaf, nullifier or
//! job: such a question would tell the node which one is ours.
//!
//! A log is kept in a database ([`Log::open`]) or in memory alone ([`Log::new`]). It is read in
//! chunks of blocks, each of which is kept whole or not at all, so that a process that is killed goes
//! on where it was. Where the chain replaced blocks, the log goes back to the last block that both
//! share. At the newest block the log's root, tree size and number of posts must equal the chain's
//! own; where they do not, everything read since they last did is forgotten. docs/log.md has the
//! details, and how time and memory grow.

mod apply;
mod error;
mod event;
mod index;
#[cfg(test)]
pub(crate) mod invented;
mod job;
mod store;
mod sync;

pub use error::LogError;
pub use job::{Dispute, Job, Settled, Stage, Submitted, Taken};
pub use sync::{Progress, Synced};

use crate::chain::{Chain, Head};
use alloy::primitives::Address;
use index::Index;
use repute_circuits::{
    field::Fr,
    statement::{accept::Offer, settle::Engagement},
    tree::{LeanImt, Path as TreePath},
};
use repute_contracts::database::Fault;
use std::{fmt, path::Path, sync::Mutex};
use store::{Position, Store};

/// A leaf's place.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub struct Leaf {
    /// The tree's number, from 0.
    pub tree: u64,
    /// The leaf's index in it, from 0.
    pub index: u64,
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "leaf {} of tree {}", self.index, self.tree)
    }
}

/// Why a state was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only its nullifier changed.
    Refresh,
    /// A job was taken.
    Take {
        /// The job's number on the board.
        post_id: u64,
        /// What was recorded.
        offer: Offer,
    },
    /// A job's end was folded in.
    Settle {
        /// The job's number on the board.
        post_id: u64,
        /// What was recorded.
        engagement: Engagement,
    },
}

/// A spent state and the one that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// The new state's commitment.
    pub commitment: Fr,
    /// Where it was inserted.
    pub leaf: Leaf,
    /// Why.
    pub change: Change,
}

/// Which deployment's log it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Source {
    chain_id: u64,
    ledger: Address,
    board: Address,
    first_block: u64,
}

impl Source {
    fn of(chain: &Chain) -> Self {
        Self {
            chain_id: chain.id(),
            ledger: chain.ledger(),
            board: chain.board(),
            first_block: chain.manifest().block,
        }
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.chain_id.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.ledger.as_slice());
        bytes.extend_from_slice(self.board.as_slice());
        bytes.extend_from_slice(&self.first_block.to_be_bytes());
        bytes
    }
}

/// Everything that events tell about one deployment: kept in a database, and held in memory.
#[derive(Debug)]
pub struct Log {
    source: Source,
    index: Index,
    position: Position,
    // A connection is of one thread at a time; a log may be read by many.
    store: Mutex<Store>,
    rebuilt: Option<&'static str>,
}

impl Log {
    /// An empty log of the chain's deployment, kept in memory alone.
    #[must_use]
    pub fn new(chain: &Chain) -> Self {
        Self::in_memory(Source::of(chain))
    }

    fn in_memory(source: Source) -> Self {
        let store = Store::in_memory(&source)
            .expect("making tables in memory fails only where allocating does");
        Self {
            source,
            index: Index::new(source),
            position: Position::default(),
            store: Mutex::new(store),
            rebuilt: None,
        }
    }

    /// The log of the chain's deployment that is kept in the file `path`, as far as it was read
    /// before; made where there is none. Nothing is asked from the chain yet.
    ///
    /// A file that is damaged, of another version or of another deployment is thrown away, since all
    /// that it held can be read from the chain again; [`Log::rebuilt`] says so. Several processes may
    /// use one file.
    ///
    /// # Errors
    /// [`LogError::Foreign`] for a file that is no log, which is left alone;
    /// [`LogError::Database`] where it cannot be read or written.
    pub fn open(path: &Path, chain: &Chain) -> Result<Self, LogError> {
        Self::open_source(path, Source::of(chain))
    }

    /// [`Log::open`] of the file that a data directory has for the chain's deployment,
    /// `log/CHAIN-LEDGER.sqlite`.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn open_in(data_dir: &Path, chain: &Chain) -> Result<Self, LogError> {
        let name = format!("{}-{:x}.sqlite", chain.id(), chain.ledger());
        Self::open(&data_dir.join("log").join(name), chain)
    }

    fn open_source(path: &Path, source: Source) -> Result<Self, LogError> {
        let (store, rebuilt) = match store::open(path, &source)? {
            store::Opened::Kept(store) => (store, None),
            store::Opened::Rebuilt(store, reason) => (store, Some(reason)),
        };
        let (store, position, index, rebuilt) = match (store.position(), store.load(&source)) {
            (Ok(position), Ok(index)) => (store, position, index, rebuilt),
            (Err(Fault::Damaged(reason)), _) | (_, Err(Fault::Damaged(reason))) => {
                drop(store);
                let store = store::rebuild(path, &source)?;
                let index = Index::new(source);
                (store, Position::default(), index, Some(reason))
            }
            (Err(error), _) | (_, Err(error)) => return Err(error.into()),
        };
        Ok(Self {
            source,
            index,
            position,
            store: Mutex::new(store),
            rebuilt,
        })
    }

    /// Why the file that was opened had to be thrown away, if it had to; the log then starts empty.
    #[must_use]
    pub fn rebuilt(&self) -> Option<&'static str> {
        self.rebuilt
    }

    /// EIP-155 chain id.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.source.chain_id
    }

    /// The ledger whose log this is.
    #[must_use]
    pub fn ledger(&self) -> Address {
        self.source.ledger
    }

    /// The board whose log this is.
    #[must_use]
    pub fn board(&self) -> Address {
        self.source.board
    }

    /// The block up to which the log is read.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.position.head
    }

    /// The root of the current tree; `None` before the first registration.
    #[must_use]
    pub fn root(&self) -> Option<Fr> {
        self.index.root()
    }

    /// Whether some tree had this root.
    #[must_use]
    pub fn is_known_root(&self, root: Fr) -> bool {
        self.index.roots.contains(&root)
    }

    /// The path from a leaf to the newest root of its tree.
    #[must_use]
    pub fn path(&self, leaf: Leaf) -> Option<TreePath> {
        self.tree(leaf)?.path(usize::try_from(leaf.index).ok()?)
    }

    /// The commitment at a leaf.
    #[must_use]
    pub fn commitment(&self, leaf: Leaf) -> Option<Fr> {
        let index = usize::try_from(leaf.index).ok()?;
        self.tree(leaf)?.leaves().get(index).copied()
    }

    fn tree(&self, leaf: Leaf) -> Option<&LeanImt> {
        let tree = self.index.trees.get(usize::try_from(leaf.tree).ok()?)?;
        Some(&tree.nodes)
    }

    /// How many states were ever inserted.
    #[must_use]
    pub fn leaf_count(&self) -> u64 {
        self.index.leaf_count()
    }

    /// The spend that published a nullifier.
    #[must_use]
    pub fn spend(&self, nullifier: Fr) -> Option<&Spend> {
        self.index.spends.get(&nullifier)
    }

    /// Where an identity's first state was inserted.
    #[must_use]
    pub fn registration(&self, identity: Fr) -> Option<Leaf> {
        self.index.identities.get(&identity).copied()
    }

    /// How many agents registered.
    #[must_use]
    pub fn registration_count(&self) -> usize {
        self.index.identities.len()
    }

    /// A job by its number.
    #[must_use]
    pub fn job(&self, post_id: u64) -> Option<&Job> {
        self.index.jobs.get(&post_id)
    }

    /// All jobs by number.
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.index.jobs.values()
    }
}
