//! Entries as rows.

use super::{Applied, SUM, Store, checksum, nodes};
use crate::{chain::Head, log::event::Record};
use alloy::primitives::{Address, B256, Bytes, Log as RawLog};
use repute_circuits::field::to_bytes;
use repute_contracts::database::Fault;
use rusqlite::{Row, params};

/// An entry's columns, in the order in which [`entry`] reads them.
pub(super) const COLUMNS: &str =
    "number, block, time, transaction_hash, contract, topics, data, root, checksum";

/// The parts of a row that its checksum covers.
struct Parts<'a> {
    number: i64,
    block: u64,
    time: Option<u64>,
    transaction: &'a [u8; 32],
    contract: &'a [u8; 20],
    topics: &'a [u8],
    data: &'a [u8],
    root: Option<&'a [u8; 32]>,
}

impl Parts<'_> {
    fn checksum(&self) -> [u8; SUM] {
        checksum(&[
            &self.number.to_be_bytes(),
            &self.block.to_be_bytes(),
            &self.time.unwrap_or(u64::MAX).to_be_bytes(),
            self.transaction,
            self.contract,
            self.topics,
            self.data,
            self.root.map_or(&[], |root| root.as_slice()),
        ])
    }
}

impl Store {
    /// Writes the entry with a number.
    pub(super) fn put_entry(&self, number: i64, entry: &Applied) -> Result<(), Fault> {
        let record = &entry.record;
        // Hashes of blocks are what a reorganisation is found by.
        if let Some(time) = record.time {
            self.put_block(&Head {
                number: record.block,
                hash: record.block_hash,
                time,
            })?;
        }
        let topics = record.log.topics().iter().flatten().copied();
        let topics: Vec<u8> = topics.collect();
        let root = entry.root.map(to_bytes);
        let parts = Parts {
            number,
            block: record.block,
            time: record.time,
            transaction: &record.transaction.0,
            contract: &record.log.address.0.0,
            topics: &topics,
            data: &record.log.data.data,
            root: root.as_ref(),
        };
        let insert = "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        self.0.prepare_cached(insert)?.execute(params![
            number,
            parts.block.cast_signed(),
            parts.time.map(u64::cast_signed),
            parts.transaction,
            parts.contract,
            parts.topics,
            parts.data,
            parts.root,
            parts.checksum(),
        ])?;
        Ok(())
    }
}

/// The entry of a row, but for its block's hash, which `blocks` has.
pub(super) fn entry(row: &Row<'_>) -> Result<Applied, Fault> {
    let damaged = || Fault::Damaged("an entry is altered");
    let transaction: [u8; 32] = row.get(3)?;
    let contract: [u8; 20] = row.get(4)?;
    let root: Option<[u8; 32]> = row.get(7)?;
    let parts = Parts {
        number: row.get(0)?,
        block: row.get::<_, i64>(1)?.cast_unsigned(),
        time: row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned),
        transaction: &transaction,
        contract: &contract,
        topics: row.get_ref(5)?.as_blob().map_err(|_| damaged())?,
        data: row.get_ref(6)?.as_blob().map_err(|_| damaged())?,
        root: root.as_ref(),
    };
    if parts.checksum() != row.get::<_, [u8; SUM]>(8)? {
        return Err(damaged());
    }
    let topics = parts.topics.chunks(32).map(B256::try_from);
    let topics: Vec<B256> = topics.collect::<Result<_, _>>().map_err(|_| damaged())?;
    let data = Bytes::copy_from_slice(parts.data);
    let log = RawLog::new(Address::from(contract), topics, data);
    Ok(Applied {
        record: Record {
            block: parts.block,
            block_hash: B256::ZERO,
            time: parts.time,
            transaction: transaction.into(),
            log: log.ok_or_else(damaged)?,
        },
        root: root.map(nodes::element).transpose()?,
    })
}
