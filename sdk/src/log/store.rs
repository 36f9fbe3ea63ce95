//! The log's database: entries as they were written, the trees' nodes, and the blocks read so far.
//!
//! Everything can be derived from the entries. The nodes and the root after each leaf are kept with
//! them so that a log of a million leaves opens without hashing again. Each row carries a checksum,
//! since SQLite has none of its own: an altered or missing row means that the file is read anew from
//! the chain. The checksums are against accidents, not against somebody who can write the file.

mod entries;
mod nodes;

use super::{Head, LogError, Source, event::Record, index::Index};
use alloy::primitives::B256;
use repute_circuits::field::Fr;
use repute_contracts::database::{self, Contents, Fault, Mark};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use std::{fs, io, path::Path};

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

/// A database file, opened.
pub(super) enum Opened {
    /// With what it holds.
    Kept(Store),
    /// Anew, and why.
    Rebuilt(Store, &'static str),
}

/// Opens a log's file, or makes it. A log's file that can't be gone on with is made anew.
pub(super) fn open(path: &Path, source: &Source) -> Result<Opened, LogError> {
    if !path.exists() {
        return Ok(Opened::Kept(rebuild(path, source)?));
    }
    let connection = database::open(path)?;
    let reason = match MARK.find(&connection) {
        Ok(Contents::Ours) => {
            let store = Store(connection);
            match store.is_of(source) {
                Ok(true) => {
                    database::write_ahead(&store.0)?;
                    return Ok(Opened::Kept(store));
                }
                Ok(false) => "it is of another deployment",
                Err(Fault::Damaged(reason)) => reason,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Contents::OtherFormat(_)) => "it is of another version",
        Ok(Contents::Foreign) | Err(Fault::Damaged(_)) => match MARK.is_on(path) {
            Ok(true) => "it is cut off or overwritten",
            Ok(false) => return Err(LogError::Foreign(path.to_owned())),
            Err(error) => return Err(unusable(path, &error)),
        },
        Err(error) => return Err(error.into()),
    };
    Ok(Opened::Rebuilt(rebuild(path, source)?, reason))
}

fn unusable(path: &Path, error: &io::Error) -> LogError {
    LogError::Database(format!("{}: {error}", path.display()))
}

/// Makes a log's file anew.
pub(super) fn rebuild(path: &Path, source: &Source) -> Result<Store, LogError> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| unusable(directory, &error))?;
    }
    database::remove(path).map_err(|error| unusable(path, &error))?;
    let store = Store(database::open(path)?);
    store.create(source)?;
    database::write_ahead(&store.0)?;
    Ok(store)
}

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
mod tests {
    use super::*;
    use crate::log::{
        Leaf, Log,
        invented::{BOARD, CHAIN, LEDGER},
    };
    use repute_circuits::field::to_word;

    const SOURCE: Source = Source {
        chain_id: CHAIN,
        ledger: LEDGER,
        board: BOARD,
        first_block: 0,
    };

    fn block(number: u64) -> Head {
        Head {
            number,
            hash: B256::with_last_byte(number as u8),
            time: number,
        }
    }

    /// Registers agents up to `leaves`, in block `number`.
    fn grow(log: &mut Log, number: u64, leaves: u64) {
        let scratch = Log::invented();
        let records = (log.leaf_count()..leaves).map(|index| {
            let mut event = scratch.registered(Fr::from(index + 1));
            event.index = alloy::primitives::U256::from(index);
            let mut record = Log::record(LEDGER, &event);
            record.block = number;
            record.block_hash = block(number).hash;
            record.time = Some(block(number).time);
            record
        });
        let records = records.collect();
        assert!(log.keep(records, block(number)).expect("it fits"));
    }

    fn same(left: &Index, right: &Index) {
        assert_eq!(left.trees.len(), right.trees.len());
        for (left, right) in left.trees.iter().zip(&right.trees) {
            assert_eq!((&left.nodes, left.filled), (&right.nodes, right.filled));
        }
        assert_eq!(left.roots, right.roots);
        assert_eq!(left.identities, right.identities);
    }

    /// Sizes around those of pages and their parents.
    const SIZES: [u64; 12] = [1, 2, 3, 127, 128, 129, 255, 256, 257, 300, 511, 640];

    #[test]
    fn what_is_kept_is_what_was_read() {
        let mut log = Log::invented();
        for (number, leaves) in (1..).zip(SIZES) {
            grow(&mut log, number, leaves);
            let store = log.store.get_mut().expect("no panics");
            same(&store.load(&SOURCE).expect("whole"), &log.index);
            assert_eq!(store.position().expect("whole").head, Some(block(number)));
        }
    }

    #[test]
    fn going_back_leaves_what_was_there() {
        for (back, kept) in (1..).zip(SIZES) {
            let mut log = Log::invented();
            let mut then = Log::invented();
            for (number, leaves) in (1..).zip(SIZES) {
                grow(&mut log, number, leaves);
                if number <= back {
                    grow(&mut then, number, leaves);
                }
            }
            let store = log.store.get_mut().expect("no panics");
            let index = store.go_back(&SOURCE, Some(block(back))).expect("whole");
            same(&index, &then.index);
            same(&store.load(&SOURCE).expect("whole"), &then.index);
            log.index = index;
            log.position = log
                .store
                .get_mut()
                .expect("no panics")
                .position()
                .expect("whole");
            assert_eq!(log.leaf_count(), kept);
            // And on from there, another way.
            grow(&mut log, back + 1, kept + 200);
            grow(&mut then, back + 1, kept + 200);
            let store = log.store.get_mut().expect("no panics");
            same(&store.load(&SOURCE).expect("whole"), &then.index);
            let leaf = Leaf {
                tree: 0,
                index: kept + 199,
            };
            let commitment = log.commitment(leaf).expect("there");
            let root = log.path(leaf).expect("there").root(commitment);
            assert_eq!(log.root().map(to_word), Some(to_word(root)));
        }
        let mut log = Log::invented();
        grow(&mut log, 1, 300);
        let store = log.store.get_mut().expect("no panics");
        let index = store.go_back(&SOURCE, None).expect("whole");
        same(&index, &Index::new(SOURCE));
        assert_eq!(store.position().expect("whole"), Position::default());
    }
}
