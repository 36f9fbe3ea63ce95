//! What an audit remembers of a deployment while it replays it: everything that a checkpoint keeps.

use super::{
    Fault, Finding, Place,
    money::{Flow, Money},
    series::Series,
};
use crate::log::Leaf;
use alloy::primitives::{Address, B256, Bytes, U256};
use repute_circuits::{
    field::{Fr, from_word, to_word},
    tree::{LeanImt, MAX_DEPTH},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// So many findings are kept in words; more are counted.
const FINDINGS: usize = 1_000;

/// The books of one deployment.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Books {
    /// The last block that was replayed, and its hash.
    pub(super) replayed: Option<(u64, B256)>,
    /// The last block that was looked at.
    pub(super) scanned: Option<u64>,
    pub(super) findings: Vec<Finding>,
    /// Findings beyond those kept.
    pub(super) more_findings: u64,
    /// The leaves of each tree.
    pub(super) leaves: Vec<Vec<U256>>,
    pub(super) roots: BTreeSet<U256>,
    pub(super) nullifiers: BTreeSet<U256>,
    pub(super) identities: BTreeSet<U256>,
    pub(super) jobs: BTreeMap<u64, JobBook>,
    pub(super) escrow_jobs: BTreeMap<u64, EscrowBook>,
    pub(super) credits: BTreeMap<Address, U256>,
    pub(super) money: Money,
    pub(super) counts: Counts,
    pub(super) series: Series,
    /// Signatures that only a contract can have given, and for whom.
    pub(super) contract_signatures: Vec<(Address, Place)>,
    /// What could not be checked, and how often.
    pub(super) unchecked: BTreeMap<String, u64>,
    /// The same of what an audit looks at anew each time it starts.
    #[serde(skip)]
    pub(super) unchecked_deployment: BTreeMap<String, u64>,
    /// The trees, rebuilt from the leaves.
    #[serde(skip)]
    pub(super) trees: Vec<LeanImt>,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Blocks with something of the deployment in them.
    pub blocks: u64,
    /// Transactions with something of the deployment in them.
    pub transactions: u64,
    /// Events of ledger, board, escrow and token.
    pub events: u64,
    /// Registrations.
    pub registrations: u64,
    /// Jobs taken.
    pub takes: u64,
    /// Jobs paid.
    pub settlements: u64,
    /// Of those, in batches.
    pub batched_settlements: u64,
    /// States refreshed.
    pub refreshes: u64,
    /// Cancelled jobs folded.
    pub folds: u64,
    /// Proofs verified again in batches.
    pub proofs_in_batches: u64,
    /// Proofs verified again one by one, after a batch did not hold.
    pub proofs_one_by_one: u64,
    /// Transfers of the token explained.
    pub transfers: u64,
    /// Gas that the transactions used.
    pub gas: u64,
}

/// Where a board job stands, as the audit follows it; numbered as `IJobBoard.Stage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Stage {
    Open = 1,
    Withdrawn = 2,
    Taken = 3,
    Submitted = 4,
    Completed = 5,
    Rejected = 6,
    Reclaimed = 7,
    Cancelled = 8,
    CancelFolded = 9,
}

/// A board job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct JobBook {
    /// The post, ABI-encoded as it was hashed.
    pub(super) post: Bytes,
    pub(super) stage: Stage,
    pub(super) ticket: U256,
    pub(super) worker: Address,
    pub(super) taker: Address,
    pub(super) taken_at: u64,
    pub(super) escrow_job: u64,
    pub(super) submitted_at: u64,
    pub(super) deliverable: B256,
    /// Rating + 1, 0 without.
    pub(super) open_rating: u8,
    pub(super) disputed: bool,
    pub(super) ruled_for: bool,
    pub(super) released: bool,
    pub(super) settlements: u32,
}

/// ERC-8183's states, numbered as `IAgenticCommerce.JobStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Status {
    Open = 0,
    Funded = 1,
    Submitted = 2,
    Completed = 3,
    Rejected = 4,
    Expired = 5,
}

/// An escrow job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EscrowBook {
    pub(super) client: Address,
    pub(super) provider: Address,
    pub(super) evaluator: Address,
    pub(super) expired_at: u64,
    pub(super) token: Address,
    pub(super) budget: U256,
    pub(super) status: Status,
    /// Whether the money of a final state moved: paid out or refunded.
    pub(super) moved: bool,
}

impl Books {
    /// Rebuilds what a checkpoint leaves out.
    pub(super) fn rebuild(&mut self) {
        self.trees = self
            .leaves
            .iter()
            .map(|leaves| {
                let mut tree = LeanImt::new();
                for leaf in leaves {
                    // Only field elements were kept, and no more than fit.
                    let leaf = from_word(*leaf).unwrap_or_default();
                    let _ = tree.insert(leaf);
                }
                tree
            })
            .collect();
    }

    /// Drops what an audit finds anew each time it starts: what is about the deployment and not about
    /// a block.
    pub(super) fn forget_the_deployment(&mut self) {
        self.findings
            .retain(|finding| finding.place.block.is_some());
    }

    pub(super) fn find(&mut self, fault: Fault, place: Place, words: impl Into<String>) {
        if self.findings.len() >= FINDINGS {
            self.more_findings += 1;
            return;
        }
        self.findings.push(Finding {
            fault,
            place,
            words: words.into(),
        });
    }

    /// Finds a fault unless something holds; returns whether it does.
    pub(super) fn require(
        &mut self,
        holds: bool,
        fault: Fault,
        place: Place,
        words: impl FnOnce() -> String,
    ) -> bool {
        if !holds {
            self.find(fault, place, words());
        }
        holds
    }

    /// Counts something that could not be checked.
    pub(super) fn leave_out(&mut self, why: impl Into<String>) {
        *self.unchecked.entry(why.into()).or_default() += 1;
    }

    /// Counts something about the deployment that could not be checked.
    pub(super) fn leave_out_of_deployment(&mut self, why: impl Into<String>) {
        *self.unchecked_deployment.entry(why.into()).or_default() += 1;
    }

    /// The newest root.
    pub(super) fn root(&self) -> Option<Fr> {
        self.trees.last().and_then(LeanImt::root)
    }

    /// The newest root becomes known.
    pub(super) fn keep_root(&mut self) {
        if let Some(root) = self.root() {
            self.roots.insert(to_word(root));
        }
    }

    /// Inserts a leaf where an event says it is.
    pub(super) fn insert(&mut self, place: Place, (tree, index): (U256, U256), leaf: U256) {
        let full = |tree: &LeanImt| tree.len() >> MAX_DEPTH != 0;
        let expected = match self.trees.last() {
            Some(last) if !full(last) => Leaf {
                tree: self.trees.len() as u64 - 1,
                index: last.len() as u64,
            },
            _ => Leaf {
                tree: self.trees.len() as u64,
                index: 0,
            },
        };
        self.require(
            (tree, index) == (U256::from(expected.tree), U256::from(expected.index)),
            Fault::WrongLeaf,
            place,
            || format!("the event inserts leaf {index} of tree {tree} where {expected} comes next"),
        );
        let Ok(element) = from_word(leaf) else {
            self.find(
                Fault::WrongLeaf,
                place,
                format!("the leaf {leaf:#x} is not below r"),
            );
            return;
        };
        if expected.index == 0 {
            self.trees.push(LeanImt::new());
            self.leaves.push(Vec::new());
        }
        if let (Some(tree), Some(leaves)) = (self.trees.last_mut(), self.leaves.last_mut())
            && tree.insert(element).is_ok()
        {
            leaves.push(leaf);
        }
    }

    /// Notes a spend whose inputs begin with root, nullifier and commitment.
    pub(super) fn spend(&mut self, place: Place, inputs: &[U256], leaf: (U256, U256)) {
        let &[root, nullifier, commitment, ..] = inputs else {
            return;
        };
        self.require(
            self.roots.contains(&root),
            Fault::UnknownRoot,
            place,
            || format!("no tree had the root {root:#x}"),
        );
        let is_new = self.nullifiers.insert(nullifier);
        self.require(is_new, Fault::SpentTwice, place, || {
            format!("the nullifier {nullifier:#x} was published before")
        });
        self.insert(place, leaf, commitment);
    }

    /// All leaves.
    pub(super) fn leaf_count(&self) -> u64 {
        self.leaves.iter().map(|tree| tree.len() as u64).sum()
    }

    /// Notes a transfer that was explained.
    pub(super) fn explain(&mut self, flow: &Flow) {
        self.counts.transfers += 1;
        self.money.add(flow);
    }
}
