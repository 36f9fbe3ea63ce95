//! The log's database: entries as they were written, the trees' nodes, and the blocks read so far.
//!
//! Everything can be derived from the entries. The nodes and the root after each leaf are kept with
//! them so that a log of a million leaves opens without hashing again. Each row carries a checksum,
//! since SQLite has none of its own: an altered or missing row means that the file is read anew from
//! the chain. The checksums are against accidents, not against somebody who can write the file.

mod entries;
mod file;
mod nodes;

pub(super) use file::{Opened, open, rebuild};

use super::{Head, LogError, Source, event::Record, index::Index};
use alloy::primitives::B256;
use repute_circuits::field::Fr;
use repute_contracts::database::{Fault, Mark};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

/// Tells the file from others: "rplg".
pub(super) const MARK: Mark = Mark {
    application: 0x7270_6c67,
    format: 1,
};

const SCHEMA: &str = "
CREATE TABLE log (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    source BLOB NOT NULL,
    head INTEGER,
    verified INTEGER,
    entries INTEGER NOT NULL
);
CREATE TABLE blocks (number INTEGER PRIMARY KEY, hash BLOB NOT NULL, time INTEGER NOT NULL);
CREATE TABLE entries (
    number INTEGER PRIMARY KEY,
    block INTEGER NOT NULL,
    time INTEGER,
    transaction_hash BLOB NOT NULL,
    contract BLOB NOT NULL,
    topics BLOB NOT NULL,
    data BLOB NOT NULL,
    root BLOB,
    checksum BLOB NOT NULL
);
CREATE INDEX entries_by_block ON entries (block);
CREATE TABLE nodes (
    tree INTEGER NOT NULL,
    level INTEGER NOT NULL,
    page INTEGER NOT NULL,
    data BLOB NOT NULL,
    checksum BLOB NOT NULL,
    PRIMARY KEY (tree, level, page)
) WITHOUT ROWID;
";

/// An entry with the root after it, where it inserted a leaf.
pub(super) struct Applied {
    pub(super) record: Record,
    pub(super) root: Option<Fr>,
}

/// What was read between two blocks.
pub(super) struct Chunk<'a> {
    /// The block up to which everything was read before.
    pub(super) before: Option<Head>,
    /// The block up to which everything is read now.
    pub(super) head: Head,
    pub(super) entries: &'a [Applied],
    /// What all entries lead to.
    pub(super) index: &'a Index,
    /// How many leaves the trees had before.
    pub(super) filled: &'a [usize],
}

/// Where reading stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// The block up to which everything is read.
    pub(super) head: Option<Head>,
    /// The last block at which the log was found equal to the chain's own state.
    pub(super) verified: Option<Head>,
}

#[derive(Debug)]
pub(super) struct Store(Connection);

impl Store {
    /// An empty database that lives as long as this value.
    pub(super) fn in_memory(source: &Source) -> Result<Self, Fault> {
        let store = Self(Connection::open_in_memory()?);
        store.create(source)?;
        Ok(store)
    }

    /// Lays out the tables.
    pub(super) fn create(&self, source: &Source) -> Result<(), Fault> {
        let transaction = self.0.unchecked_transaction()?;
        self.0.execute_batch(SCHEMA)?;
        let insert = "INSERT INTO log VALUES (0, ?1, NULL, NULL, 0)";
        self.0.execute(insert, [source.encode()])?;
        MARK.set(&self.0)?;
        Ok(transaction.commit()?)
    }

    /// Whether the database is of this deployment.
    pub(super) fn is_of(&self, source: &Source) -> Result<bool, Fault> {
        let stored: Option<Vec<u8>> = self
            .0
            .query_row("SELECT source FROM log", (), |row| row.get(0))
            .optional()?;
        Ok(stored.is_some_and(|stored| stored == source.encode()))
    }

    pub(super) fn position(&self) -> Result<Position, Fault> {
        let (head, verified) = self
            .0
            .query_row("SELECT head, verified FROM log", (), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let block = |number: Option<i64>| match number {
            None => Ok(None),
            Some(number) => match self.block(number.cast_unsigned())? {
                Some(block) => Ok(Some(block)),
                None => Err(Fault::Damaged("a block that was read is missing")),
            },
        };
        Ok(Position {
            head: block(head)?,
            verified: block(verified)?,
        })
    }

    /// A block of which something was read.
    fn block(&self, number: u64) -> Result<Option<Head>, Fault> {
        let query = "SELECT number, hash, time FROM blocks WHERE number = ?1";
        let mut statement = self.0.prepare_cached(query)?;
        Ok(statement
            .query_row([number.cast_signed()], head)
            .optional()?)
    }

    /// The `skip`-th newest block, at or below a height, of which something was read.
    pub(super) fn block_below(&self, height: u64, skip: u64) -> Result<Option<Head>, Fault> {
        let query = "SELECT number, hash, time FROM blocks WHERE number <= ?1
                     ORDER BY number DESC LIMIT 1 OFFSET ?2";
        let mut statement = self.0.prepare_cached(query)?;
        Ok(statement
            .query_row([height.cast_signed(), skip.cast_signed()], head)
            .optional()?)
    }

    /// Writes a chunk, all or nothing; `false` where another process has written meanwhile.
    pub(super) fn append(&self, chunk: &Chunk<'_>) -> Result<bool, Fault> {
        let transaction = self.begin()?;
        if self.position()?.head != chunk.before {
            return Ok(false);
        }
        let mut number: i64 = self
            .0
            .query_row("SELECT entries FROM log", (), |row| row.get(0))?;
        for entry in chunk.entries {
            self.put_entry(number, entry)?;
            number += 1;
        }
        self.put_block(&chunk.head)?;
        for (tree, nodes) in chunk.index.trees.iter().enumerate() {
            let before = chunk.filled.get(tree).copied().unwrap_or(0);
            if before < nodes.filled {
                self.put_nodes(tree, &nodes.nodes, before)?;
            }
        }
        let update = "UPDATE log SET head = ?1, entries = ?2";
        self.0
            .prepare_cached(update)?
            .execute([chunk.head.number.cast_signed(), number])?;
        transaction.commit()?;
        Ok(true)
    }

    /// Notes that the log was found equal to the chain's own state at its head.
    pub(super) fn verify(&self) -> Result<(), Fault> {
        self.0.execute("UPDATE log SET verified = head", ())?;
        Ok(())
    }

    /// Forgets everything after a block, or everything.
    pub(super) fn go_back(&self, source: &Source, to: Option<Head>) -> Result<Index, Fault> {
        let transaction = self.begin()?;
        let number = to.map_or(-1, |head| head.number.cast_signed());
        self.0
            .execute("DELETE FROM entries WHERE block > ?1", [number])?;
        self.0
            .execute("DELETE FROM blocks WHERE number > ?1", [number])?;
        let update = "UPDATE log SET head = ?1,
            verified = CASE WHEN verified > ?2 THEN ?1 ELSE verified END,
            entries = (SELECT count(*) FROM entries)";
        let head = to.map(|head| head.number.cast_signed());
        self.0.execute(update, params![head, number])?;
        let index = self.replay(source, true)?;
        self.cut_nodes(&index.trees)?;
        transaction.commit()?;
        Ok(index)
    }

    /// Reads what is kept.
    pub(super) fn load(&self, source: &Source) -> Result<Index, Fault> {
        self.replay(source, false)
    }

    /// Applies all entries without hashing. Where the trees have more nodes than entries tell of, they
    /// are cut, if that is allowed.
    fn replay(&self, source: &Source, cut: bool) -> Result<Index, Fault> {
        let mut index = Index::new(*source);
        index.trees = self.trees()?;
        let mut expected: i64 = 0;
        let query = format!("SELECT {} FROM entries ORDER BY number", entries::COLUMNS);
        let mut statement = self.0.prepare(&query)?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            if row.get::<_, i64>(0)? != expected {
                return Err(Fault::Damaged("an entry is missing"));
            }
            expected += 1;
            let Applied { record, root } = entries::entry(row)?;
            index.known_root = root;
            record
                .decode(source)
                .and_then(|entry| index.apply(&entry))
                .map_err(|_| Fault::Damaged("its entries contradict each other"))?;
        }
        let entries: i64 = self
            .0
            .query_row("SELECT entries FROM log", (), |row| row.get(0))?;
        if entries != expected {
            return Err(Fault::Damaged("an entry is missing"));
        }
        for tree in &mut index.trees {
            match tree.filled == tree.nodes.len() {
                true => {}
                false if cut => tree.nodes.truncate(tree.filled),
                false => {
                    return Err(Fault::Damaged(
                        "it has nodes of leaves that no entry tells of",
                    ));
                }
            }
        }
        index.trees.retain(|tree| tree.filled > 0);
        Ok(index)
    }

    fn begin(&self) -> Result<rusqlite::Transaction<'_>, Fault> {
        let mode = rusqlite::TransactionBehavior::Immediate;
        Ok(rusqlite::Transaction::new_unchecked(&self.0, mode)?)
    }

    fn put_block(&self, block: &Head) -> Result<(), Fault> {
        let insert = "INSERT OR REPLACE INTO blocks VALUES (?1, ?2, ?3)";
        self.0.prepare_cached(insert)?.execute(params![
            block.number.cast_signed(),
            block.hash.as_slice(),
            block.time.cast_signed(),
        ])?;
        Ok(())
    }
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        hash: B256::from(row.get::<_, [u8; 32]>(1)?),
        time: row.get::<_, i64>(2)?.cast_unsigned(),
    })
}

/// Bytes of a checksum: half of SHA-256.
const SUM: usize = 16;

fn checksum(parts: &[&[u8]]) -> [u8; SUM] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut sum = [0; SUM];
    sum.copy_from_slice(&hash.finalize()[..SUM]);
    sum
}

impl From<Fault> for LogError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Damaged(reason) => Self::Damaged(reason),
            Fault::Sqlite(error) => Self::Database(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
