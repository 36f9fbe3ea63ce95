//! The embedded chain's state and what moves it: transactions, mining, time.

use super::{
    EmbeddedConfig,
    block::{MinedBlock, MinedTransaction},
    clock::Clock,
    error::RpcError,
    evm::{self, Database},
};
use alloy::{
    consensus::{TxEnvelope, transaction::SignerRecoverable},
    eips::{
        BlockId, BlockNumberOrTag,
        eip1559::{BaseFeeParams, INITIAL_BASE_FEE},
        eip2718::Decodable2718,
    },
    primitives::{Address, B256, Bytes, TxHash, U256, keccak256, map::HashMap},
    rpc::types::{Block, FeeHistory, Filter, FilterBlockOption, Log, TransactionRequest},
};
use revm::{
    DatabaseRef,
    context::{BlockEnv, CfgEnv},
    database::{CacheDB, EmptyDB},
};
use std::sync::Arc;

/// Gas limit of every block, as on anvil.
const BLOCK_GAS_LIMIT: u64 = 30_000_000;
/// Blocks behind the head at which a block counts as safe and as finalized, as on anvil.
const SAFE_DEPTH: u64 = 32;
const FINALIZED_DEPTH: u64 = 64;
/// The priority fee that the node suggests, in wei: 1 gwei, as on anvil.
pub(super) const SUGGESTED_TIP: u64 = 1_000_000_000;
/// Most blocks that `eth_feeHistory` and one mining call handle.
const MAX_BLOCKS: u64 = 1024;

/// Which of the two states that the chain knows a call sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// After the head, in the head's environment.
    Head,
    /// After the head, in the environment of the block that comes next.
    Pending,
}

/// A chain that mines one block per transaction. Cloning it takes a snapshot.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    cfg: CfgEnv,
    db: Database,
    blocks: Vec<Arc<MinedBlock>>,
    by_hash: HashMap<B256, u64>,
    by_transaction: HashMap<TxHash, u64>,
    clock: Clock,
}

impl Chain {
    pub(super) fn new(config: &EmbeddedConfig) -> Self {
        let mut chain = Self {
            cfg: evm::osaka(config.chain_id),
            db: CacheDB::new(EmptyDB::default()),
            blocks: Vec::new(),
            by_hash: HashMap::default(),
            by_transaction: HashMap::default(),
            clock: Clock::default(),
        };
        for (address, balance) in &config.accounts {
            chain.set_balance(*address, *balance);
        }
        let env = BlockEnv {
            number: U256::ZERO,
            timestamp: U256::from(config.genesis_timestamp),
            gas_limit: BLOCK_GAS_LIMIT,
            basefee: INITIAL_BASE_FEE,
            prevrandao: Some(B256::ZERO),
            ..BlockEnv::default()
        };
        chain.append(MinedBlock::empty(B256::ZERO, &env));
        chain
    }

    pub(super) fn chain_id(&self) -> u64 {
        self.cfg.chain_id
    }

    pub(super) fn head(&self) -> &MinedBlock {
        self.blocks
            .last()
            .expect("the genesis block is appended by `new`")
    }

    pub(super) fn height(&self) -> u64 {
        self.head().header().number
    }

    fn head_time(&self) -> u64 {
        self.head().header().timestamp
    }

    /// The base fee of the next block, in wei per gas (EIP-1559). The first block
    /// after genesis charges the initial fee, as on anvil.
    pub(super) fn next_base_fee(&self) -> u64 {
        let header = self.head().header();
        if header.number == 0 {
            return INITIAL_BASE_FEE;
        }
        BaseFeeParams::ethereum().next_block_base_fee(
            header.gas_used,
            header.gas_limit,
            self.head().base_fee(),
        )
    }

    fn env(&self, at: At) -> BlockEnv {
        let head = self.head().env();
        match at {
            At::Head => head,
            At::Pending => BlockEnv {
                number: head.number + U256::ONE,
                timestamp: U256::from(self.clock.next(self.head_time())),
                basefee: self.next_base_fee(),
                prevrandao: Some(keccak256(self.head().hash())),
                ..head
            },
        }
    }

    fn append(&mut self, block: MinedBlock) {
        let number = block.header().number;
        self.db
            .cache
            .block_hashes
            .insert(U256::from(number), block.hash());
        self.by_hash.insert(block.hash(), number);
        if let Some(mined) = block.transaction() {
            self.by_transaction
                .insert(mined.receipt.transaction_hash, number);
        }
        self.blocks.push(Arc::new(block));
        self.clock.tick();
    }

    // --- transactions and mining ---

    /// Checks, runs and mines an EIP-2718 encoded transaction.
    pub(super) fn send_raw(&mut self, raw: &[u8]) -> Result<TxHash, RpcError> {
        let envelope = TxEnvelope::decode_2718_exact(raw).map_err(|error| {
            RpcError::invalid_params(format!("failed to decode the transaction: {error}"))
        })?;
        if envelope.is_eip4844() {
            return Err(RpcError::rejected(
                "the embedded chain takes no blob transactions",
            ));
        }
        let hash = *envelope.tx_hash();
        if self.by_transaction.contains_key(&hash) {
            return Err(RpcError::rejected(format!(
                "transaction {hash} is already mined"
            )));
        }
        let transaction = envelope
            .try_into_recovered()
            .map_err(|_| RpcError::rejected("invalid transaction signature: sign it again"))?;
        let env = self.env(At::Pending);
        let result = evm::apply(&mut self.db, &self.cfg, env.clone(), &transaction)?;
        let block = MinedBlock::with_transaction(self.head().hash(), &env, transaction, result);
        self.append(block);
        Ok(hash)
    }

    /// Mines `count` empty blocks; after the first, each comes `interval` seconds after the last.
    pub(super) fn mine(&mut self, count: u64, interval: Option<u64>) -> Result<(), RpcError> {
        if count > MAX_BLOCKS {
            return Err(RpcError::invalid_params(format!(
                "{count} blocks are too many for one call: mine at most {MAX_BLOCKS} at a time"
            )));
        }
        for index in 0..count {
            if let (true, Some(interval)) = (index > 0, interval) {
                let next = self.head_time().saturating_add(interval);
                self.set_next_timestamp(next)?;
            }
            let env = self.env(At::Pending);
            self.append(MinedBlock::empty(self.head().hash(), &env));
        }
        Ok(())
    }

    pub(super) fn increase_time(&mut self, seconds: u64) -> Result<u64, RpcError> {
        self.clock.increase(self.head_time(), seconds)
    }

    pub(super) fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), RpcError> {
        self.clock.set_next(self.head_time(), timestamp)
    }

    // --- state ---

    /// Resolves a block id to one of the states that the chain keeps.
    ///
    /// # Errors
    /// For a block before the head (its state is gone) or one that does not exist.
    pub(super) fn at(&self, id: BlockId) -> Result<At, RpcError> {
        if id.is_pending() {
            return Ok(At::Pending);
        }
        let number = match id {
            BlockId::Number(tag) => self.number(tag),
            BlockId::Hash(hash) => self.number_of(hash.block_hash)?,
        };
        match number.cmp(&self.height()) {
            std::cmp::Ordering::Equal => Ok(At::Head),
            std::cmp::Ordering::Greater => Err(self.out_of_range(number)),
            std::cmp::Ordering::Less => Err(RpcError::invalid_input(format!(
                "the embedded chain keeps no past states: ask at `latest` (block {}) instead of block {number}",
                self.height()
            ))),
        }
    }

    fn out_of_range(&self, number: u64) -> RpcError {
        RpcError::invalid_params(format!(
            "block out of range: the head is block {}, asked was block {number}",
            self.height()
        ))
    }

    pub(super) fn call(&mut self, request: &TransactionRequest, at: At) -> Result<Bytes, RpcError> {
        let env = self.env(at);
        evm::call(&mut self.db, &self.cfg, env, request)
    }

    pub(super) fn estimate_gas(
        &mut self,
        request: &TransactionRequest,
        at: At,
    ) -> Result<u64, RpcError> {
        let env = self.env(at);
        evm::estimate_gas(&mut self.db, &self.cfg, env, request)
    }

    pub(super) fn balance(&self, address: Address) -> U256 {
        evm::balance(&self.db, address)
    }

    pub(super) fn nonce(&self, address: Address) -> u64 {
        evm::account(&self.db, address).nonce
    }

    pub(super) fn code(&self, address: Address) -> Bytes {
        let account = evm::account(&self.db, address);
        let Ok(code) = self.db.code_by_hash_ref(account.code_hash);
        code.original_bytes()
    }

    pub(super) fn storage(&self, address: Address, slot: U256) -> B256 {
        let Ok(value) = self.db.storage_ref(address, slot);
        value.into()
    }

    pub(super) fn set_balance(&mut self, address: Address, balance: U256) {
        let mut account = evm::account(&self.db, address);
        account.balance = balance;
        self.db.insert_account_info(address, account);
    }

    // --- blocks, receipts, logs ---

    fn number(&self, tag: BlockNumberOrTag) -> u64 {
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

    fn number_of(&self, hash: B256) -> Result<u64, RpcError> {
        self.by_hash
            .get(&hash)
            .copied()
            .ok_or_else(|| RpcError::invalid_input(format!("unknown block {hash}")))
    }

    /// The block at a number; the pending one has no transactions.
    pub(super) fn block_by_number(&self, tag: BlockNumberOrTag, full: bool) -> Option<Block> {
        if tag.is_pending() {
            let env = self.env(At::Pending);
            return Some(MinedBlock::empty(self.head().hash(), &env).to_rpc(full));
        }
        self.block(self.number(tag)).map(|block| block.to_rpc(full))
    }

    pub(super) fn block_by_hash(&self, hash: B256, full: bool) -> Option<Block> {
        let number = *self.by_hash.get(&hash)?;
        self.block(number).map(|block| block.to_rpc(full))
    }

    fn block(&self, number: u64) -> Option<&MinedBlock> {
        let index = usize::try_from(number).ok()?;
        self.blocks.get(index).map(Arc::as_ref)
    }

    pub(super) fn transaction(&self, hash: TxHash) -> Option<&MinedTransaction> {
        let number = *self.by_transaction.get(&hash)?;
        self.block(number)?.transaction()
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
        let receipts = (from..=to)
            .filter_map(|number| self.block(number)?.transaction())
            .map(|mined| &mined.receipt);
        Ok(receipts
            .flat_map(|receipt| receipt.logs())
            .filter(|log| filter.matches(&log.inner))
            .cloned()
            .collect())
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
        let blocks: Vec<_> = (oldest..=newest)
            .filter_map(|number| self.block(number))
            .collect();
        let next = match self.block(newest + 1) {
            Some(block) => block.base_fee(),
            None => self.next_base_fee(),
        };
        let base_fees = blocks.iter().map(|block| block.base_fee()).chain([next]);
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
