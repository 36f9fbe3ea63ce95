//! The chain's log: trees, roots, nullifiers and jobs, read whole and checked against the chain.
//!
//! Everything is derived from events, and no node is ever asked about a single leaf, nullifier or
//! job: such a question would tell the node which one is ours.

mod error;
mod event;
#[cfg(test)]
pub(crate) mod invented;
mod job;

pub use error::LogError;
pub use job::{Dispute, Job, Settled, Stage, Submitted, Taken};

use crate::chain::{Chain, ChainError, Head};
use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::Filter,
};
use event::Entry;
use repute_circuits::{
    field::{Fr, to_word},
    statement::{accept::Offer, settle::Engagement},
    tree::{LeanImt, Path},
};
use repute_contracts::bindings::{AgentLedger, JobBoard};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
};

/// How many blocks one request asks for; common nodes allow 10,000.
const BLOCKS_PER_REQUEST: u64 = 10_000;
/// How often a read starts again because the chain moved on.
const ATTEMPTS: u32 = 5;

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

/// What a read changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synced {
    /// The block up to which the log is read now.
    pub head: Head,
    /// Whether the chain had replaced blocks that were read before; everything was read again.
    pub reorganised: bool,
}

/// Everything that events tell about one deployment, in memory.
#[derive(Clone, Debug)]
pub struct Log {
    chain_id: u64,
    ledger: Address,
    board: Address,
    first_block: u64,
    head: Option<Head>,
    trees: Vec<LeanImt>,
    roots: HashSet<Fr>,
    spends: HashMap<Fr, Spend>,
    identities: HashMap<Fr, Leaf>,
    jobs: BTreeMap<u64, Job>,
}

impl Log {
    /// An empty log of the chain's deployment.
    #[must_use]
    pub fn new(chain: &Chain) -> Self {
        Self {
            chain_id: chain.id(),
            ledger: chain.ledger(),
            board: chain.board(),
            first_block: chain.manifest().block,
            head: None,
            trees: Vec::new(),
            roots: HashSet::new(),
            spends: HashMap::new(),
            identities: HashMap::new(),
            jobs: BTreeMap::new(),
        }
    }

    /// Reads on to the newest block, and checks that the log leads to the chain's own root, tree
    /// size and number of posts. Where the chain replaced a block that was read, reads all again.
    ///
    /// # Errors
    /// [`LogError`]; the log is then as it was before.
    pub async fn sync(&mut self, chain: &Chain) -> Result<Synced, LogError> {
        if (self.chain_id, self.ledger, self.board) != (chain.id(), chain.ledger(), chain.board()) {
            return Err(LogError::OtherDeployment);
        }
        for _ in 0..ATTEMPTS {
            let head = chain.head().await?;
            let reorganised = self.is_replaced(chain, head).await?;
            if self.head == Some(head) && !reorganised {
                return Ok(Synced { head, reorganised });
            }
            let mut next = if reorganised {
                Self::new(chain)
            } else {
                self.clone()
            };
            let result = match next.read(chain, head).await {
                Ok(()) => next.compare(chain, head).await,
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => {
                    next.head = Some(head);
                    *self = next;
                    return Ok(Synced { head, reorganised });
                }
                // The answers may have been about different chains of blocks.
                Err(_) if chain.head().await? != head => {}
                Err(error) => return Err(error),
            }
        }
        Err(LogError::Restless(ATTEMPTS))
    }

    /// Whether the last block that was read is no longer on the chain that ends in `head`.
    async fn is_replaced(&self, chain: &Chain, head: Head) -> Result<bool, ChainError> {
        match self.head {
            None => Ok(false),
            Some(known) if known.number > head.number => Ok(true),
            Some(known) if known.number == head.number => Ok(known.hash != head.hash),
            Some(known) => {
                let now = chain.block(BlockNumberOrTag::Number(known.number)).await?;
                Ok(now.hash != known.hash)
            }
        }
    }

    async fn read(&mut self, chain: &Chain, head: Head) -> Result<(), LogError> {
        let mut from = self.head.map_or(self.first_block, |known| known.number + 1);
        while from <= head.number {
            let to = head.number.min(from + BLOCKS_PER_REQUEST - 1);
            let filter = Filter::new()
                .address(vec![self.ledger, self.board])
                .from_block(from)
                .to_block(to);
            let logs = chain
                .provider()
                .get_logs(&filter)
                .await
                .map_err(ChainError::from)?;
            for log in &logs {
                let entry = Entry::decode(log, self.ledger, self.board)?;
                let Some(mut entry) = entry else { continue };
                if entry.needs_time() && entry.time.is_none() {
                    entry.time = Some(
                        chain
                            .block(BlockNumberOrTag::Number(entry.block))
                            .await?
                            .time,
                    );
                }
                self.apply(&entry)?;
            }
            from = to + 1;
        }
        Ok(())
    }

    /// Compares what the log leads to with what the chain says at `head`.
    async fn compare(&self, chain: &Chain, head: Head) -> Result<(), LogError> {
        let (ledger, block) = (self.ledger, head.number);
        let root = self.root().map_or(U256::ZERO, to_word);
        let number = U256::from(self.trees.len().saturating_sub(1));
        let size = U256::from(self.trees.last().map_or(0, LeanImt::len));
        let posts = U256::from(self.jobs.len());
        let pairs = [
            (
                "number of posts",
                posts,
                chain
                    .call_at(block, self.board, &JobBoard::postCountCall {})
                    .await?,
            ),
            (
                "tree number",
                number,
                chain
                    .call_at(block, ledger, &AgentLedger::treeNumberCall {})
                    .await?,
            ),
            (
                "tree size",
                size,
                chain
                    .call_at(block, ledger, &AgentLedger::treeSizeCall {})
                    .await?,
            ),
            (
                "root",
                root,
                chain
                    .call_at(block, ledger, &AgentLedger::rootCall {})
                    .await?,
            ),
        ];
        for (what, log, chain) in pairs {
            if log != chain {
                return Err(LogError::Mismatch {
                    block,
                    what,
                    log,
                    chain,
                });
            }
        }
        Ok(())
    }

    /// EIP-155 chain id.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// The ledger whose log this is.
    #[must_use]
    pub fn ledger(&self) -> Address {
        self.ledger
    }

    /// The board whose log this is.
    #[must_use]
    pub fn board(&self) -> Address {
        self.board
    }

    /// The block up to which the log is read.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// The root of the current tree; `None` before the first registration.
    #[must_use]
    pub fn root(&self) -> Option<Fr> {
        self.trees.last().and_then(LeanImt::root)
    }

    /// Whether some tree had this root.
    #[must_use]
    pub fn is_known_root(&self, root: Fr) -> bool {
        self.roots.contains(&root)
    }

    /// The path from a leaf to the newest root of its tree.
    #[must_use]
    pub fn path(&self, leaf: Leaf) -> Option<Path> {
        self.tree(leaf)?.path(usize::try_from(leaf.index).ok()?)
    }

    /// The commitment at a leaf.
    #[must_use]
    pub fn commitment(&self, leaf: Leaf) -> Option<Fr> {
        let index = usize::try_from(leaf.index).ok()?;
        self.tree(leaf)?.leaves().get(index).copied()
    }

    fn tree(&self, leaf: Leaf) -> Option<&LeanImt> {
        self.trees.get(usize::try_from(leaf.tree).ok()?)
    }

    /// How many states were ever inserted.
    #[must_use]
    pub fn leaf_count(&self) -> u64 {
        self.trees.iter().map(|tree| tree.len() as u64).sum()
    }

    /// The spend that published a nullifier.
    #[must_use]
    pub fn spend(&self, nullifier: Fr) -> Option<&Spend> {
        self.spends.get(&nullifier)
    }

    /// Where an identity's first state was inserted.
    #[must_use]
    pub fn registration(&self, identity: Fr) -> Option<Leaf> {
        self.identities.get(&identity).copied()
    }

    /// How many agents registered.
    #[must_use]
    pub fn registration_count(&self) -> usize {
        self.identities.len()
    }

    /// A job by its number.
    #[must_use]
    pub fn job(&self, post_id: u64) -> Option<&Job> {
        self.jobs.get(&post_id)
    }

    /// All jobs by number.
    pub fn jobs(&self) -> impl DoubleEndedIterator<Item = &Job> {
        self.jobs.values()
    }
}
