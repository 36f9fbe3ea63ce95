//! Blocks in the database, with their transactions and receipts.

use super::{Changes, Store, word};
use crate::database::Fault;
use crate::embedded::{
    block::{Encoded, EncodedTransaction, MinedBlock},
    clock::Clock,
};
use alloy::primitives::{Address, B256};
use rusqlite::{OptionalExtension, Row, params};

/// The columns from which a block is put together again.
const COLUMNS: &str = "hash, header, sender, envelope, receipt";

/// What follows from a block that is appended.
pub(in crate::embedded) struct Tip<'a> {
    pub(in crate::embedded) block: &'a MinedBlock,
    /// What its transaction changed.
    pub(in crate::embedded) changes: &'a Changes,
    /// The clock after it.
    pub(in crate::embedded) clock: &'a Clock,
}

impl Store {
    /// Appends a block with what it changed.
    pub(in crate::embedded) fn append(&mut self, tip: &Tip<'_>) -> Result<(), Fault> {
        self.atomically(|store| store.put(tip))
    }

    /// Appends a block as part of what is being written.
    pub(in crate::embedded) fn put(&self, tip: &Tip<'_>) -> Result<(), Fault> {
        self.put_changes(tip.changes)?;
        let block = tip.block;
        let Encoded {
            header,
            transaction,
        } = block.encode();
        let insert = "INSERT INTO blocks VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.connection.prepare_cached(insert)?.execute(params![
            block.header().number.cast_signed(),
            self.version,
            block.hash().as_slice(),
            header,
            block
                .transaction()
                .map(|mined| mined.receipt.transaction_hash.0),
            transaction.as_ref().map(|t| t.sender.0.0),
            transaction.as_ref().map(|t| &t.envelope),
            transaction.as_ref().map(|t| &t.receipt),
        ])?;
        self.save_clock(tip.clock)
    }

    /// The block at a number.
    pub(in crate::embedded) fn block(&self, number: u64) -> Result<Option<MinedBlock>, Fault> {
        let query = format!("SELECT {COLUMNS} FROM blocks WHERE number = ?1");
        let mut statement = self.connection.prepare_cached(&query)?;
        let row = statement.query_row([number.cast_signed()], |row| Ok(decode(row)));
        row.optional()?.transpose()
    }

    /// The newest block.
    pub(in crate::embedded) fn newest_block(&self) -> Result<Option<MinedBlock>, Fault> {
        let query = "SELECT max(number) FROM blocks";
        let number: Option<i64> = self.connection.query_row(query, (), |row| row.get(0))?;
        match number {
            Some(number) => self.block(number.cast_unsigned()),
            None => Ok(None),
        }
    }

    /// Calls `see` with each block of a range that has a transaction, oldest first.
    pub(in crate::embedded) fn each_with_transaction(
        &self,
        from: u64,
        to: u64,
        mut see: impl FnMut(&MinedBlock),
    ) -> Result<(), Fault> {
        let query = format!(
            "SELECT {COLUMNS} FROM blocks
             WHERE number BETWEEN ?1 AND ?2 AND receipt IS NOT NULL ORDER BY number"
        );
        let mut statement = self.connection.prepare_cached(&query)?;
        let mut rows = statement.query([from.cast_signed(), to.cast_signed()])?;
        while let Some(row) = rows.next()? {
            see(&decode(row)?);
        }
        Ok(())
    }

    /// The hash of the block at a number.
    pub(super) fn hash_of(&self, number: u64) -> Result<Option<B256>, Fault> {
        let query = "SELECT hash FROM blocks WHERE number = ?1";
        let mut statement = self.connection.prepare_cached(query)?;
        let hash = statement.query_row([number.cast_signed()], |row| word(row, 0));
        Ok(hash.optional()?)
    }

    /// The number of the block with a hash.
    pub(in crate::embedded) fn number_of(&self, hash: B256) -> Result<Option<u64>, Fault> {
        self.number_by("SELECT number FROM blocks WHERE hash = ?1", hash)
    }

    /// The number of the block with a transaction.
    pub(in crate::embedded) fn number_of_transaction(
        &self,
        hash: B256,
    ) -> Result<Option<u64>, Fault> {
        self.number_by(
            "SELECT number FROM blocks WHERE transaction_hash = ?1",
            hash,
        )
    }

    fn number_by(&self, query: &str, hash: B256) -> Result<Option<u64>, Fault> {
        let mut statement = self.connection.prepare_cached(query)?;
        let number = statement.query_row([hash.as_slice()], |row| row.get::<_, i64>(0));
        Ok(number.optional()?.map(i64::cast_unsigned))
    }
}

fn decode(row: &Row<'_>) -> Result<MinedBlock, Fault> {
    let transaction = match (row.get(2)?, row.get(3)?, row.get(4)?) {
        (Some(sender), Some(envelope), Some(receipt)) => Some(EncodedTransaction {
            sender: Address::from(sender),
            envelope,
            receipt,
        }),
        (None::<[u8; 20]>, None::<Vec<u8>>, None::<Vec<u8>>) => None,
        _ => return Err(Fault::Damaged("a block lacks a part")),
    };
    let encoded = Encoded {
        header: row.get(1)?,
        transaction,
    };
    let block =
        MinedBlock::decode(&encoded).ok_or(Fault::Damaged("a block contradicts its header"))?;
    match block.hash() == word(row, 0)? {
        true => Ok(block),
        false => Err(Fault::Damaged("a block has another hash")),
    }
}
