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

/// The nodes given do not make a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the nodes are not those of a tree: a level has another number of nodes than it must")]
pub struct NotATree;

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

    /// All nodes, from the leaves up to the root alone; no levels without leaves.
    #[must_use]
    pub fn levels(&self) -> &[Vec<Fr>] {
        &self.levels
    }

    /// The tree with these nodes, as [`levels`](Self::levels) gives them. Only the number of nodes is
    /// checked: that each is the hash of its children is for the caller to know.
    ///
    /// # Errors
    /// [`NotATree`], where a level has not half as many nodes as the one below, rounded up.
    pub fn from_levels(levels: Vec<Vec<Fr>>) -> Result<Self, NotATree> {
        let halves = levels
            .windows(2)
            .all(|pair| pair[0].len() > 1 && pair[1].len() == pair[0].len().div_ceil(2));
        let top = levels.last().is_none_or(|level| level.len() == 1);
        match halves && top && levels.len() <= MAX_DEPTH + 1 {
            true => Ok(Self { levels }),
            false => Err(NotATree),
        }
    }

    /// Keeps the first `len` leaves alone, as if no others had been inserted.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len() {
            return;
        }
        let mut width = len;
        let mut kept = 0;
        while kept < self.levels.len() && width > 0 {
            self.levels[kept].truncate(width);
            if let Some(below) = kept.checked_sub(1) {
                // The last node may have had another right child.
                let below = &self.levels[below];
                let last = match below.chunks(2).next_back() {
                    Some([left, right]) => poseidon::hash([*left, *right]),
                    Some([left]) => *left,
                    _ => break,
                };
                self.levels[kept][width - 1] = last;
            }
            kept += 1;
            if width == 1 {
                break;
            }
            width = width.div_ceil(2);
        }
        self.levels.truncate(kept);
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

    fn tree(leaves: u64) -> LeanImt {
        let mut tree = LeanImt::new();
        for leaf in 0..leaves {
            tree.insert(Fr::from(leaf + 1)).expect("there is room");
        }
        tree
    }

    #[test]
    fn truncating_undoes_insertions() {
        for after in 0..34 {
            for before in 0..=after {
                let mut cut = tree(after);
                cut.truncate(before as usize);
                assert_eq!(cut, tree(before), "{after} to {before}");
            }
        }
        let mut whole = tree(5);
        whole.truncate(6);
        assert_eq!(whole, tree(5));
    }

    #[test]
    fn trees_are_made_of_as_many_nodes_as_they_have() {
        for leaves in 0..20 {
            let tree = tree(leaves);
            let levels = tree.levels().to_vec();
            assert_eq!(LeanImt::from_levels(levels.clone()), Ok(tree));
            for level in 0..levels.len() {
                let mut short = levels.clone();
                short[level].truncate(levels[level].len() / 2);
                assert_eq!(LeanImt::from_levels(short), Err(NotATree));
                let mut long = levels.clone();
                long[level].extend_from_slice(&levels[level]);
                assert_eq!(LeanImt::from_levels(long), Err(NotATree));
            }
            let mut open = levels;
            if open.pop().is_some() && !open.is_empty() {
                assert_eq!(LeanImt::from_levels(open), Err(NotATree));
            }
        }
        let unending = vec![vec![Fr::from(1)]; 2];
        assert_eq!(LeanImt::from_levels(unending), Err(NotATree));
    }
}
