//! Log entries: as nodes give and databases keep them, and decoded.

use super::{LogError, Source};
use alloy::{
    primitives::{B256, Log as RawLog},
    rpc::types,
    sol_types::SolEventInterface,
};
use repute_contracts::bindings::{
    AgentLedger::AgentLedgerEvents as LedgerEvent, JobBoard::JobBoardEvents as BoardEvent,
};

/// A log entry of ledger or board as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) block: u64,
    pub(super) block_hash: B256,
    /// The block's time, where the node gives it with the log.
    pub(super) time: Option<u64>,
    pub(super) transaction: B256,
    /// Contract, topics and data.
    pub(super) log: RawLog,
}

impl Record {
    /// Takes an entry from a node's answer; `None` for one that a reorganisation took back.
    ///
    /// # Errors
    /// [`LogError::Undecodable`] for an entry that is in no block.
    pub(super) fn read(log: &types::Log) -> Result<Option<Self>, LogError> {
        if log.removed {
            return Ok(None);
        }
        let transaction = log.transaction_hash.unwrap_or_default();
        let (Some(block), Some(block_hash)) = (log.block_number, log.block_hash) else {
            return Err(LogError::Undecodable {
                transaction,
                reason: "it is in no block".to_owned(),
            });
        };
        Ok(Some(Self {
            block,
            block_hash,
            time: log.block_timestamp,
            transaction,
            log: log.inner.clone(),
        }))
    }

    /// Decodes the entry.
    ///
    /// # Errors
    /// [`LogError::Undecodable`] for entries that the two contracts never write.
    pub(super) fn decode(&self, source: &Source) -> Result<Entry, LogError> {
        let undecodable = |reason: String| LogError::Undecodable {
            transaction: self.transaction,
            reason,
        };
        let event = if self.log.address == source.ledger {
            LedgerEvent::decode_log(&self.log)
                .map(|log| Event::Ledger(log.data))
                .map_err(|error| undecodable(error.to_string()))?
        } else if self.log.address == source.board {
            BoardEvent::decode_log(&self.log)
                .map(|log| Event::Board(Box::new(log.data)))
                .map_err(|error| undecodable(error.to_string()))?
        } else {
            return Err(undecodable(format!(
                "{} was not asked for",
                self.log.address
            )));
        };
        Ok(Entry {
            time: self.time,
            transaction: self.transaction,
            event,
        })
    }
}

/// A decoded log entry.
pub(super) struct Entry {
    /// The block's time, where it is known.
    pub(super) time: Option<u64>,
    pub(super) transaction: B256,
    pub(super) event: Event,
}

pub(super) enum Event {
    Ledger(LedgerEvent),
    Board(Box<BoardEvent>),
}

impl Entry {
    /// Whether the block's time is part of what the entry says.
    pub(super) fn needs_time(&self) -> bool {
        matches!(&self.event, Event::Board(event) if matches!(**event, BoardEvent::Submitted(_)))
    }
}
