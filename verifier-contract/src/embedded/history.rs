//! What the embedded chain tells of its past: blocks, transactions, logs and fees.

use super::{
    block::{MinedBlock, MinedTransaction},
    chain::{At, Chain, MAX_BLOCKS},
    error::RpcError,
};
use alloy::{
    eips::BlockNumberOrTag,
    primitives::{B256, TxHash},
    rpc::types::{Block, FeeHistory, Filter, FilterBlockOption, Log},
};

/// Blocks behind the head at which a block counts as safe and as finalized, as on anvil.
const SAFE_DEPTH: u64 = 32;
const FINALIZED_DEPTH: u64 = 64;

impl Chain {
    /// The number that a tag stands for; the block need not exist.
    pub(super) fn number(&self, tag: BlockNumberOrTag) -> u64 {
        let height = self.height();
        match tag {
            BlockNumberOrTag::Number(number) => number,
            BlockNumberOrTag::Earliest => 0,
            BlockNumberOrTag::Latest => height,
            BlockNumberOrTag::Pending => height + 1,
            BlockNumberOrTag::Safe => height.saturating_sub(SAFE_DEPTH),
            BlockNumberOrTag::Finalized => height.saturating_sub(FINALIZED_DEPTH),
        }
    }

    pub(super) fn number_of(&self, hash: B256) -> Result<u64, RpcError> {
        let number = self.db.db.number_of(hash)?;
        number.ok_or_else(|| RpcError::invalid_input(format!("unknown block {hash}")))
    }

    /// The block at a number; the pending one has no transactions.
    pub(super) fn block_by_number(
        &self,
        tag: BlockNumberOrTag,
        full: bool,
    ) -> Result<Option<Block>, RpcError> {
        if tag.is_pending() {
            let env = self.env(At::Pending);
            let block = MinedBlock::empty(self.head.hash(), &env);
            return Ok(Some(block.to_rpc(full)));
        }
        let number = self.number(tag);
        if number == self.height() {
            return Ok(Some(self.head.to_rpc(full)));
        }
        let block = self.db.db.block(number)?;
        Ok(block.map(|block| block.to_rpc(full)))
    }

    pub(super) fn block_by_hash(&self, hash: B256, full: bool) -> Result<Option<Block>, RpcError> {
        match self.db.db.number_of(hash)? {
            Some(number) => self.block_by_number(BlockNumberOrTag::Number(number), full),
            None => Ok(None),
        }
    }

    pub(super) fn transaction(&self, hash: TxHash) -> Result<Option<MinedTransaction>, RpcError> {
        let store = &self.db.db;
        let Some(number) = store.number_of_transaction(hash)? else {
            return Ok(None);
        };
        let block = store.block(number)?;
        Ok(block.and_then(MinedBlock::into_transaction))
    }

    /// The logs that a filter selects, oldest first. As on anvil, a range that
    /// starts after the head is an error and one that ends after it is cut.
    pub(super) fn logs(&self, filter: &Filter) -> Result<Vec<Log>, RpcError> {
        let (from, to) = match filter.block_option {
            FilterBlockOption::AtBlockHash(hash) => {
                let number = self.number_of(hash)?;
                (number, number)
            }
            FilterBlockOption::Range {
                from_block,
                to_block,
            } => {
                let from = self.number(from_block.unwrap_or_default());
                let to = self.number(to_block.unwrap_or_default()).min(self.height());
                if from > self.height() {
                    return Err(self.out_of_range(from));
                }
                (from, to)
            }
        };
        let mut logs = Vec::new();
        self.db.db.each_with_transaction(from, to, |block| {
            let receipt = block.transaction().map(|mined| &mined.receipt);
            let all = receipt.into_iter().flat_map(|receipt| receipt.logs());
            logs.extend(all.filter(|log| filter.matches(&log.inner)).cloned());
        })?;
        Ok(logs)
    }

    /// `eth_feeHistory` over up to 1,024 blocks that end at `newest`.
    pub(super) fn fee_history(
        &self,
        count: u64,
        newest: BlockNumberOrTag,
        percentiles: &[f64],
    ) -> Result<FeeHistory, RpcError> {
        let newest = match newest {
            BlockNumberOrTag::Pending => self.height(),
            tag => self.number(tag),
        };
        if newest > self.height() {
            return Err(self.out_of_range(newest));
        }
        let oldest = (newest + 1).saturating_sub(count.min(MAX_BLOCKS));
        let store = &self.db.db;
        let mut blocks = Vec::new();
        for number in oldest..=newest {
            blocks.extend(store.block(number)?);
        }
        let next = match store.block(newest + 1)? {
            Some(block) => block.base_fee(),
            None => self.next_base_fee(),
        };
        let base_fees = blocks.iter().map(MinedBlock::base_fee).chain([next]);
        // One transaction per block: its tip is every percentile.
        let reward = blocks.iter().map(|block| {
            let tip = block.transaction().map_or(0, |mined| {
                mined
                    .receipt
                    .effective_gas_price
                    .saturating_sub(block.base_fee().into())
            });
            vec![tip; percentiles.len()]
        });
        Ok(FeeHistory {
            base_fee_per_gas: base_fees.map(u128::from).collect(),
            gas_used_ratio: blocks
                .iter()
                .map(|block| block.header().gas_used as f64 / block.header().gas_limit as f64)
                .collect(),
            base_fee_per_blob_gas: vec![1; blocks.len() + 1],
            blob_gas_used_ratio: vec![0.0; blocks.len()],
            oldest_block: oldest,
            reward: (!percentiles.is_empty()).then(|| reward.collect()),
        })
    }
}
