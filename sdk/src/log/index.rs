//! What the log leads to, in memory: trees, roots, nullifiers, identities and jobs.

use super::{Change, Job, Leaf, LogError, Source, Spend, apply::At};
use alloy::primitives::U256;
use repute_circuits::{
    field::Fr,
    tree::{LeanImt, MAX_DEPTH},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Everything that entries tell, so far as they are applied.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) source: Source,
    pub(super) trees: Vec<Tree>,
    pub(super) roots: HashSet<Fr>,
    pub(super) spends: HashMap<Fr, Spend>,
    pub(super) identities: HashMap<Fr, Leaf>,
    pub(super) jobs: BTreeMap<u64, Job>,
    /// The root after the next leaf, where its nodes are known already.
    pub(super) known_root: Option<Fr>,
}

/// A tree, whose nodes may be known before the entries that fill it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    pub(super) nodes: LeanImt,
    /// How many leaves entries have told of.
    pub(super) filled: usize,
}

impl Tree {
    /// A tree that is filled again.
    pub(super) fn known(nodes: LeanImt) -> Self {
        Self { nodes, filled: 0 }
    }
}

impl Index {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            trees: Vec::new(),
            roots: HashSet::new(),
            spends: HashMap::new(),
            identities: HashMap::new(),
            jobs: BTreeMap::new(),
            known_root: None,
        }
    }

    /// How many leaves there are in all trees.
    pub(super) fn leaf_count(&self) -> u64 {
        self.trees.iter().map(|tree| tree.filled as u64).sum()
    }

    /// The tree that takes leaves, or took the last one: its number and the tree.
    fn current(&self) -> Option<(usize, &Tree)> {
        self.trees
            .iter()
            .enumerate()
            .rfind(|(_, tree)| tree.filled > 0)
    }

    /// The root of the current tree.
    pub(super) fn root(&self) -> Option<Fr> {
        self.current()?.1.nodes.root()
    }

    /// The leaf that comes next. A full tree is followed by an empty one.
    fn next(&self) -> Leaf {
        match self.current() {
            Some((number, tree)) if tree.filled >> MAX_DEPTH == 0 => Leaf {
                tree: number as u64,
                index: tree.filled as u64,
            },
            Some((number, _)) => Leaf {
                tree: number as u64 + 1,
                index: 0,
            },
            None => Leaf { tree: 0, index: 0 },
        }
    }

    /// Inserts the leaf that comes next. Where a root is known for it, so are its nodes, and
    /// nothing is hashed.
    pub(super) fn insert(&mut self, leaf: Leaf, value: Fr) -> Result<(), LogError> {
        let expected = self.next();
        let gap = LogError::Gap {
            expected,
            found: leaf,
        };
        let (Ok(number), Ok(index)) = (usize::try_from(leaf.tree), usize::try_from(leaf.index))
        else {
            return Err(gap);
        };
        if leaf != expected {
            return Err(gap);
        }
        if number == self.trees.len() {
            self.trees.push(Tree::default());
        }
        let Some(tree) = self.trees.get_mut(number) else {
            return Err(gap);
        };
        let root = match self.known_root.take() {
            Some(root) if tree.nodes.leaves().get(index) == Some(&value) => Some(root),
            Some(_) => return Err(LogError::Damaged("a leaf is not among the tree's nodes")),
            None => {
                tree.nodes.insert(value).map_err(|_| gap)?;
                tree.nodes.root()
            }
        };
        tree.filled += 1;
        self.roots.extend(root);
        Ok(())
    }

    /// Follows a spend, whose inputs begin with root, nullifier and commitment.
    pub(super) fn spend_state(
        &mut self,
        at: At,
        inputs: &[U256],
        tree: U256,
        index: U256,
        change: Change,
    ) -> Result<(), LogError> {
        let &[root, nullifier, commitment, ..] = inputs else {
            return Err(at.contradiction("a spend has too few inputs"));
        };
        at.require(
            self.roots.contains(&at.element(root)?),
            "a spend names an unknown root",
        )?;
        let commitment = at.element(commitment)?;
        let leaf = Leaf {
            tree: at.id(tree)?,
            index: at.id(index)?,
        };
        self.insert(leaf, commitment)?;
        let spend = Spend {
            commitment,
            leaf,
            change,
        };
        let before = self.spends.insert(at.element(nullifier)?, spend);
        at.require(before.is_none(), "a state is spent twice")
    }
}
