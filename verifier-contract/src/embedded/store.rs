//! Where the embedded chain is kept: one SQLite database, in memory or in a file.
//!
//! SQLite, because it is one file that is never half written: each block is one transaction, so that a
//! process killed at any moment leaves the last whole block. Rows of accounts and slots carry the
//! *version* at which they were written, a number that every change of the chain increases; the newest
//! row counts. Going back to a snapshot is thus deleting what is newer.

mod blocks;
mod state;

pub(super) use blocks::Tip;
pub(super) use state::Changes;

use super::{clock::Clock, error::RpcError};
use crate::database::{Fault, Mark};
use alloy::primitives::B256;
use rusqlite::{Connection, OptionalExtension, params};

/// Tells the file from others: "rpch".
pub(super) const MARK: Mark = Mark {
    application: 0x7270_6368,
    format: 1,
};

const SCHEMA: &str = "
CREATE TABLE chain (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    chain_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    exact INTEGER,
    ahead INTEGER NOT NULL,
    increased INTEGER NOT NULL
);
CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    header BLOB NOT NULL,
    transaction_hash BLOB UNIQUE,
    sender BLOB,
    envelope BLOB,
    receipt BLOB
);
CREATE TABLE accounts (
    address BLOB NOT NULL,
    version INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    balance BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    PRIMARY KEY (address, version)
) WITHOUT ROWID;
CREATE TABLE slots (
    address BLOB NOT NULL,
    slot BLOB NOT NULL,
    version INTEGER NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (address, slot, version)
) WITHOUT ROWID;
CREATE TABLE codes (hash BLOB PRIMARY KEY, code BLOB NOT NULL) WITHOUT ROWID;
";

impl revm::database_interface::DBErrorMarker for Fault {}

impl From<Fault> for RpcError {
    fn from(error: Fault) -> Self {
        let hint = match error {
            Fault::Sqlite(_) => "nothing changed; is the disk full?",
            Fault::Damaged(_) => "start a new chain with `repute chain reset`",
        };
        Self::internal(format!(
            "the embedded chain stopped, because {error}; {hint}"
        ))
    }
}

/// The chain's state and blocks.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    /// Of the next change.
    version: i64,
}

impl Store {
    /// A database that lives as long as this value.
    pub(super) fn in_memory() -> Result<Self, Fault> {
        Ok(Self::over(Connection::open_in_memory()?))
    }

    /// The database behind a connection.
    pub(super) const fn over(connection: Connection) -> Self {
        Self {
            connection,
            version: 0,
        }
    }

    /// Lays out the tables of a new chain and lets `fill` write the genesis, all or nothing.
    pub(super) fn create(
        &mut self,
        chain_id: u64,
        fill: impl FnOnce(&Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.version = 1;
        let transaction = self.connection.unchecked_transaction()?;
        self.connection.execute_batch(SCHEMA)?;
        let insert = "INSERT INTO chain VALUES (0, ?1, ?2, NULL, 0, 0)";
        self.connection
            .execute(insert, [chain_id.cast_signed(), self.version + 1])?;
        fill(self)?;
        MARK.set(&self.connection)?;
        transaction.commit()?;
        self.version += 1;
        Ok(())
    }

    /// Reads the chain's id and clock, from a database that [`Contents::Chain`] is in.
    pub(super) fn load(&mut self) -> Result<(u64, Clock), Fault> {
        let query = "SELECT chain_id, version, exact, ahead, increased FROM chain";
        let (chain_id, version, clock) = self
            .connection
            .query_row(query, (), |row| {
                let clock = Clock {
                    exact: row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned),
                    ahead: row.get::<_, i64>(3)?.cast_unsigned(),
                    increased: row.get::<_, i64>(4)?.cast_unsigned(),
                };
                Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?, clock))
            })
            .optional()?
            .ok_or(Fault::Damaged("it does not say which chain it is"))?;
        self.version = version;
        Ok((chain_id, clock))
    }

    /// Writes what the next block's time will be.
    pub(super) fn save_clock(&self, clock: &Clock) -> Result<(), Fault> {
        let update = "UPDATE chain SET exact = ?1, ahead = ?2, increased = ?3";
        self.connection.prepare_cached(update)?.execute(params![
            clock.exact.map(u64::cast_signed),
            clock.ahead.cast_signed(),
            clock.increased.cast_signed(),
        ])?;
        Ok(())
    }

    /// The version of what is written next: everything before it is older.
    pub(super) const fn version(&self) -> i64 {
        self.version
    }

    /// Runs `write` as one transaction, which either happens whole or not at all.
    fn atomically(&mut self, write: impl FnOnce(&Self) -> Result<(), Fault>) -> Result<(), Fault> {
        let transaction = self.connection.unchecked_transaction()?;
        write(self)?;
        let update = "UPDATE chain SET version = ?1";
        self.connection
            .prepare_cached(update)?
            .execute([self.version + 1])?;
        transaction.commit()?;
        self.version += 1;
        Ok(())
    }

    /// Removes everything written at `version` or later.
    pub(super) fn go_back(&mut self, version: i64, clock: &Clock) -> Result<(), Fault> {
        self.atomically(|store| {
            for table in ["blocks", "accounts", "slots"] {
                let delete = format!("DELETE FROM {table} WHERE version >= ?1");
                store.connection.execute(&delete, [version])?;
            }
            store.save_clock(clock)
        })
    }
}

/// Reads 32 bytes of a row.
fn word(row: &rusqlite::Row<'_>, index: usize) -> rusqlite::Result<B256> {
    Ok(B256::from(row.get::<_, [u8; 32]>(index)?))
}
