//! The embedded chain's state and what moves it: transactions, mining, time.

use super::{
    EmbeddedConfig,
    block::MinedBlock,
    clock::Clock,
    error::RpcError,
    evm::{self, Database},
    store::{Changes, Store, Tip},
};
use crate::database::Fault;
use alloy::{
    consensus::{TxEnvelope, transaction::SignerRecoverable},
    eips::{
        BlockId,
        eip1559::{BaseFeeParams, INITIAL_BASE_FEE},
        eip2718::Decodable2718,
    },
    primitives::{Address, B256, Bytes, TxHash, U256, keccak256},
    rpc::types::TransactionRequest,
};
use revm::{
    DatabaseCommit, DatabaseRef,
    context::{BlockEnv, CfgEnv},
    database::CacheDB,
    state::AccountInfo,
};

/// Gas limit of every block, as on anvil.
const BLOCK_GAS_LIMIT: u64 = 30_000_000;
/// The priority fee that the node suggests, in wei: 1 gwei, as on anvil.
pub(super) const SUGGESTED_TIP: u64 = 1_000_000_000;
/// Most blocks that `eth_feeHistory` and one mining call handle.
pub(super) const MAX_BLOCKS: u64 = 1024;

/// Which of the two states that the chain knows a call sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// After the head, in the head's environment.
    Head,
    /// After the head, in the environment of the block that comes next.
    Pending,
}

/// A moment to which the chain can go back.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    version: i64,
    clock: Clock,
}

/// A chain that mines one block per transaction.
#[derive(Debug)]
pub(super) struct Chain {
    cfg: CfgEnv,
    /// What was read and written lately, over the database.
    pub(super) db: Database,
    pub(super) head: MinedBlock,
    clock: Clock,
}

impl Chain {
    /// Writes a genesis block into an empty database.
    pub(super) fn create(mut store: Store, config: &EmbeddedConfig) -> Result<Self, Fault> {
        let env = BlockEnv {
            number: U256::ZERO,
            timestamp: U256::from(config.genesis_timestamp),
            gas_limit: BLOCK_GAS_LIMIT,
            basefee: INITIAL_BASE_FEE,
            prevrandao: Some(B256::ZERO),
            ..BlockEnv::default()
        };
        let head = MinedBlock::empty(B256::ZERO, &env);
        let clock = Clock::default();
        store.create(config.chain_id, |store| {
            for (address, balance) in &config.accounts {
                store.put_account(*address, &AccountInfo::from_balance(*balance))?;
            }
            store.put(&Tip {
                block: &head,
                changes: &Changes::default(),
                clock: &clock,
            })
        })?;
        Ok(Self {
            cfg: evm::osaka(config.chain_id),
            db: CacheDB::new(store),
            head,
            clock,
        })
    }

    /// Goes on with the chain that a database holds.
    pub(super) fn load(mut store: Store) -> Result<Self, Fault> {
        let (chain_id, clock) = store.load()?;
        let head = store.newest_block()?;
        Ok(Self {
            cfg: evm::osaka(chain_id),
            head: head.ok_or(Fault::Damaged("it has no blocks"))?,
            db: CacheDB::new(store),
            clock,
        })
    }

    pub(super) fn chain_id(&self) -> u64 {
        self.cfg.chain_id
    }

    pub(super) fn height(&self) -> u64 {
        self.head.header().number
    }

    fn head_time(&self) -> u64 {
        self.head.header().timestamp
    }

    /// The base fee of the next block, in wei per gas (EIP-1559). The first block
    /// after genesis charges the initial fee, as on anvil.
    pub(super) fn next_base_fee(&self) -> u64 {
        let header = self.head.header();
        if header.number == 0 {
            return INITIAL_BASE_FEE;
        }
        BaseFeeParams::ethereum().next_block_base_fee(
            header.gas_used,
            header.gas_limit,
            self.head.base_fee(),
        )
    }

    pub(super) fn env(&self, at: At) -> BlockEnv {
        let head = self.head.env();
        match at {
            At::Head => head,
            At::Pending => BlockEnv {
                number: head.number + U256::ONE,
                timestamp: U256::from(self.clock.next(self.head_time())),
                basefee: self.next_base_fee(),
                prevrandao: Some(keccak256(self.head.hash())),
                ..head
            },
        }
    }

    /// Keeps a block and what its transaction changed; nothing happened where this fails.
    fn append(&mut self, block: MinedBlock, changes: Changes) -> Result<(), RpcError> {
        let mut clock = self.clock.clone();
        clock.tick();
        self.db.db.append(&Tip {
            block: &block,
            changes: &changes,
            clock: &clock,
        })?;
        self.db.commit(changes);
        self.head = block;
        self.clock = clock;
        Ok(())
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
        if self.db.db.number_of_transaction(hash)?.is_some() {
            return Err(RpcError::rejected(format!(
                "transaction {hash} is already mined"
            )));
        }
        let transaction = envelope
            .try_into_recovered()
            .map_err(|_| RpcError::rejected("invalid transaction signature: sign it again"))?;
        let env = self.env(At::Pending);
        let outcome = evm::execute(&mut self.db, &self.cfg, env.clone(), &transaction)?;
        let block =
            MinedBlock::with_transaction(self.head.hash(), &env, transaction, outcome.result);
        self.append(block, outcome.state)?;
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
                self.clock.set_next(self.head_time(), next)?;
            }
            let env = self.env(At::Pending);
            let block = MinedBlock::empty(self.head.hash(), &env);
            self.append(block, Changes::default())?;
        }
        Ok(())
    }

    pub(super) fn increase_time(&mut self, seconds: u64) -> Result<u64, RpcError> {
        let increased = self.clock.increase(self.head_time(), seconds)?;
        self.db.db.save_clock(&self.clock)?;
        Ok(increased)
    }

    pub(super) fn set_next_timestamp(&mut self, timestamp: u64) -> Result<(), RpcError> {
        self.clock.set_next(self.head_time(), timestamp)?;
        Ok(self.db.db.save_clock(&self.clock)?)
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        Snapshot {
            version: self.db.db.version(),
            clock: self.clock.clone(),
        }
    }

    /// Forgets everything that happened after a snapshot.
    pub(super) fn go_back(&mut self, snapshot: Snapshot) -> Result<(), RpcError> {
        let store = &mut self.db.db;
        store.go_back(snapshot.version, &snapshot.clock)?;
        let head = store.newest_block()?;
        self.head = head.ok_or(Fault::Damaged("it has no blocks"))?;
        self.db.cache = Default::default();
        self.clock = snapshot.clock;
        Ok(())
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

    pub(super) fn out_of_range(&self, number: u64) -> RpcError {
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

    /// The account's record; the default one if it never existed.
    pub(super) fn account(&self, address: Address) -> Result<AccountInfo, RpcError> {
        Ok(evm::account(&self.db, address)?)
    }

    pub(super) fn code(&self, address: Address) -> Result<Bytes, RpcError> {
        let hash = self.account(address)?.code_hash;
        Ok(self.db.code_by_hash_ref(hash)?.original_bytes())
    }

    pub(super) fn storage(&self, address: Address, slot: U256) -> Result<B256, RpcError> {
        Ok(self.db.storage_ref(address, slot)?.into())
    }

    pub(super) fn set_balance(&mut self, address: Address, balance: U256) -> Result<(), RpcError> {
        let mut account = self.account(address)?;
        account.balance = balance;
        self.db.db.set_account(address, &account)?;
        self.db.insert_account_info(address, account);
        Ok(())
    }
}
