//! The trees' nodes, in pages.

use super::{SUM, Store, checksum};
use crate::log::index::Tree;
use alloy::primitives::U256;
use repute_circuits::{
    field::{Fr, from_word, to_bytes},
    tree::LeanImt,
};
use repute_contracts::database::Fault;
use rusqlite::params;

/// Nodes of one page: 4 KiB, as SQLite's own pages.
const PAGE: usize = 128;

impl Store {
    /// Writes the nodes that changed since the tree had `before` leaves.
    pub(super) fn put_nodes(
        &self,
        tree: usize,
        nodes: &LeanImt,
        before: usize,
    ) -> Result<(), Fault> {
        for (level, nodes) in nodes.levels().iter().enumerate() {
            // The last node may have got another child.
            let first = (before.saturating_sub(1) >> level) / PAGE;
            for (page, nodes) in nodes.chunks(PAGE).enumerate().skip(first) {
                let data: Vec<u8> = nodes.iter().copied().flat_map(to_bytes).collect();
                let sum = node_sum(tree, level, page, &data);
                let insert = "INSERT OR REPLACE INTO nodes VALUES (?1, ?2, ?3, ?4, ?5)";
                self.0
                    .prepare_cached(insert)?
                    .execute(params![tree, level, page, data, sum])?;
            }
        }
        Ok(())
    }

    /// Removes the nodes that trees have no more, and writes those that changed when they were cut.
    pub(super) fn cut_nodes(&self, trees: &[Tree]) -> Result<(), Fault> {
        self.0
            .execute("DELETE FROM nodes WHERE tree >= ?1", [trees.len()])?;
        for (tree, Tree { nodes, .. }) in trees.iter().enumerate() {
            let levels = nodes.levels();
            self.0.execute(
                "DELETE FROM nodes WHERE tree = ?1 AND level >= ?2",
                [tree, levels.len()],
            )?;
            for (level, nodes) in levels.iter().enumerate() {
                self.0.execute(
                    "DELETE FROM nodes WHERE tree = ?1 AND level = ?2 AND page >= ?3",
                    [tree, level, nodes.len().div_ceil(PAGE)],
                )?;
            }
            self.put_nodes(tree, nodes, nodes.len())?;
        }
        Ok(())
    }

    /// All trees, not filled yet.
    pub(super) fn trees(&self) -> Result<Vec<Tree>, Fault> {
        let mut trees: Vec<Vec<Vec<Fr>>> = Vec::new();
        let mut statement = self.0.prepare(
            "SELECT tree, level, page, data, checksum FROM nodes ORDER BY tree, level, page",
        )?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (tree, level, page): (usize, usize, usize) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let data = row.get_ref(3)?.as_blob();
            let data = data.map_err(|_| Fault::Damaged("a row has another shape"))?;
            if node_sum(tree, level, page, data) != row.get::<_, [u8; SUM]>(4)? {
                return Err(Fault::Damaged("nodes are altered"));
            }
            if tree == trees.len() {
                trees.push(Vec::new());
            }
            let levels = trees.get_mut(tree);
            let levels = levels.ok_or(Fault::Damaged("nodes are missing"))?;
            if level == levels.len() {
                levels.push(Vec::new());
            }
            let nodes = levels.get_mut(level);
            let nodes = nodes
                .filter(|nodes| nodes.len() == page * PAGE)
                .ok_or(Fault::Damaged("nodes are missing"))?;
            for node in data.chunks(32) {
                let word = node.try_into();
                let word = word.map_err(|_| Fault::Damaged("a row has another shape"))?;
                nodes.push(element(word)?);
            }
        }
        let trees = trees.into_iter().map(|levels| {
            let nodes = LeanImt::from_levels(levels);
            nodes
                .map(Tree::known)
                .map_err(|_| Fault::Damaged("nodes are missing"))
        });
        trees.collect()
    }
}

fn node_sum(tree: usize, level: usize, page: usize, data: &[u8]) -> [u8; SUM] {
    let place = [tree, level, page].map(|number| (number as u64).to_be_bytes());
    checksum(&[place.as_flattened(), data])
}

/// A field element from its big-endian bytes.
pub(super) fn element(bytes: [u8; 32]) -> Result<Fr, Fault> {
    from_word(U256::from_be_bytes(bytes)).map_err(|_| Fault::Damaged("a value is out of range"))
}
