//! The Lean incremental Merkle tree (Lean-IMT) of Semaphore v4 and zk-kit, over Poseidon.
//!
//! A node with two children is `P_2(left, right)`; a node with a left child only is that child. The
//! tree grows with its leaves: n leaves need ⌈log₂ n⌉ levels. See *LeanIMT: An optimized
//! Incremental Merkle Tree* (<https://zkkit.pse.dev/leanimt-paper.pdf>).

pub mod gadget;

use crate::{field::Fr, poseidon};

/// The most levels a tree has; a full tree of 2²⁶ leaves is followed by an empty one.
pub const MAX_DEPTH: usize = 26;

/// An append-only tree that keeps every node, so that any leaf's path is read off in O(depth).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeanImt {
    /// `levels[0]` are the leaves, the last level is the root alone; empty without leaves.
    levels: Vec<Vec<Fr>>,
}

/// The tree has 2²⁶ leaves and takes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree is full: it holds 2^26 leaves; insert into the next tree")]
pub struct TreeFull;

impl LeanImt {
    /// The empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of leaves.
    #[must_use]
    pub fn len(&self) -> usize {
        self.levels.first().map_or(0, Vec::len)
    }

    /// Whether the tree has no leaf.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The leaves in the order of their insertion.
    #[must_use]
    pub fn leaves(&self) -> &[Fr] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// The root, `None` for the empty tree.
    #[must_use]
    pub fn root(&self) -> Option<Fr> {
        self.levels.last().and_then(|level| level.first()).copied()
    }

    /// Appends a leaf and returns its index.
    ///
    /// # Errors
    /// [`TreeFull`] at 2²⁶ leaves; the tree is unchanged.
    pub fn insert(&mut self, leaf: Fr) -> Result<usize, TreeFull> {
        let index = self.len();
        if index >> MAX_DEPTH != 0 {
            return Err(TreeFull);
        }
        let (mut node, mut position, mut level) = (leaf, index, 0);
        loop {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let nodes = &mut self.levels[level];
            if position < nodes.len() {
                nodes[position] = node;
            } else {
                nodes.push(node);
            }
            if nodes.len() == 1 {
                return Ok(index);
            }
            if position % 2 == 1 {
                node = poseidon::hash([nodes[position - 1], node]);
            }
            position /= 2;
            level += 1;
        }
    }

    /// The path from a leaf to the root, `None` where there is no such leaf.
    #[must_use]
    pub fn path(&self, leaf: usize) -> Option<Path> {
        if leaf >= self.len() {
            return None;
        }
        let mut path = Path::default();
        let mut position = leaf;
        for nodes in &self.levels {
            if let Some(sibling) = nodes.get(position ^ 1) {
                path.right |= (position as u32 & 1) << path.siblings.len();
                path.siblings.push(*sibling);
            }
            position /= 2;
        }
        Some(path)
    }
}

/// The siblings between a leaf and a root, for those levels at which there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The siblings, from the leaf upwards; at most [`MAX_DEPTH`].
    pub siblings: Vec<Fr>,
    /// Bit i is 1 where the node stands to the right of `siblings[i]` (zk-kit's `index`).
    pub right: u32,
}

impl Path {
    /// The root that this path leads to from `leaf`.
    #[must_use]
    pub fn root(&self, leaf: Fr) -> Fr {
        self.siblings
            .iter()
            .enumerate()
            .fold(leaf, |node, (level, sibling)| {
                if self.is_right(level) {
                    poseidon::hash([*sibling, node])
                } else {
                    poseidon::hash([node, *sibling])
                }
            })
    }

    /// Whether the node at the `level`-th sibling is the right one of the two.
    #[must_use]
    pub fn is_right(&self, level: usize) -> bool {
        level < 32 && self.right >> level & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition, computed from scratch.
    fn naive_root(leaves: &[Fr]) -> Option<Fr> {
        let mut level = leaves.to_vec();
        while level.len() > 1 {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => poseidon::hash([*left, *right]),
                    rest => rest[0],
                })
                .collect();
        }
        level.first().copied()
    }

    #[test]
    fn every_size_has_the_defined_root_and_paths() {
        let mut tree = LeanImt::new();
        assert_eq!((tree.root(), tree.path(0)), (None, None));
        for n in 0..40u64 {
            assert_eq!(tree.insert(Fr::from(n + 1)), Ok(n as usize));
            let root = naive_root(tree.leaves());
            assert_eq!(tree.root(), root);
            for (i, leaf) in tree.leaves().iter().enumerate() {
                assert_eq!(tree.path(i).map(|path| path.root(*leaf)), root);
            }
            assert_eq!(tree.path(tree.len()), None);
        }
    }
}
