//! An Ethereum chain inside the process, for tests and for trying repute without a node.
//!
//! [`EmbeddedChain`] answers JSON-RPC inside the process: [revm] runs the
//! transactions under Osaka rules and alloy's provider stack talks to it exactly
//! as it talks to a node over HTTP. Gas equals anvil's to the unit. It lives in
//! memory ([`EmbeddedChain::new`]) or in a directory ([`EmbeddedChain::open`]).
//!
//! How it behaves:
//! - each transaction is mined at once, in a block of its own;
//! - time never follows the wall clock: a block comes one second after the one
//!   before, unless `evm_increaseTime` or `evm_setNextBlockTimestamp` say more.
//!   The same calls give the same chain, down to the block hashes;
//! - `latest` runs calls in the head's environment and `pending` in the next
//!   block's, as anvil and geth do;
//! - only the head's state is kept: calls at an older block are refused;
//! - no keys: transactions arrive signed ([`dev_signers`] are funded by default);
//! - `evm_snapshot` and `evm_revert` go back, which also makes a reorganisation;
//!   snapshots end with the process;
//! - a chain in a directory belongs to one process at a time. Each block is kept
//!   before it is answered for: killed at any moment, the process leaves the last
//!   whole block. Opening takes the same time however long the chain is;
//! - not here: blob transactions, subscriptions, filters, proofs, tracing,
//!   state overrides. They answer with error -32601 or -32602.

mod block;
mod chain;
mod clock;
mod error;
mod evm;
mod history;
mod kept;
mod rpc;
mod store;
mod transport;

use crate::{
    dev::dev_signers,
    provider::{LOCAL_POLL_INTERVAL, connect},
};
use alloy::{
    network::EthereumWallet,
    primitives::{Address, U256},
    providers::DynProvider,
    rpc::client::RpcClient,
};
use std::path::Path;

/// The chain id of local development chains, as on anvil and Hardhat.
pub const LOCAL_CHAIN_ID: u64 = 31_337;

pub use clock::BLOCK_INTERVAL;
pub use kept::OpenError;

/// 2026-01-01T00:00:00Z, the default time of the genesis block.
pub const DEFAULT_GENESIS_TIMESTAMP: u64 = 1_767_225_600;

/// What an [`EmbeddedChain`] starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddedConfig {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Unix seconds of block 0.
    pub genesis_timestamp: u64,
    /// Accounts that exist from the start, with their balance in wei.
    pub accounts: Vec<(Address, U256)>,
}

impl Default for EmbeddedConfig {
    /// Chain [`LOCAL_CHAIN_ID`] at [`DEFAULT_GENESIS_TIMESTAMP`], with 10,000
    /// ether for each of the [`dev_signers`].
    fn default() -> Self {
        let balance = U256::from(10_000_000_000_000_000_000_000_u128);
        let accounts = dev_signers()
            .iter()
            .map(|signer| (signer.address(), balance))
            .collect();
        Self {
            chain_id: LOCAL_CHAIN_ID,
            genesis_timestamp: DEFAULT_GENESIS_TIMESTAMP,
            accounts,
        }
    }
}

/// A chain inside the process; clones share it. It is in use as long as its last client lives.
#[derive(Clone, Debug)]
pub struct EmbeddedChain {
    client: RpcClient,
}

impl EmbeddedChain {
    /// Starts a chain in memory with its genesis block.
    #[must_use]
    pub fn new(config: EmbeddedConfig) -> Self {
        let chain = store::Store::in_memory()
            .and_then(|store| chain::Chain::create(store, &config))
            .expect("writing a few rows to memory fails only where allocating does");
        Self::with(rpc::Node::new(chain, None))
    }

    /// Goes on with the chain in `directory`, or starts one there with `config`. A chain that is
    /// there keeps its own chain id, times and accounts.
    ///
    /// # Errors
    /// [`OpenError`], where another process uses the directory or its file is not a whole chain.
    pub fn open(directory: &Path, config: &EmbeddedConfig) -> Result<Self, OpenError> {
        let (chain, lock) = kept::open(directory, config)?;
        Ok(Self::with(rpc::Node::new(chain, Some(lock))))
    }

    /// Removes the chain from `directory`, whatever state its file is in; says whether there was
    /// one.
    ///
    /// # Errors
    /// [`OpenError`], where another process uses the directory or nothing can be removed there.
    pub fn reset(directory: &Path) -> Result<bool, OpenError> {
        kept::reset(directory)
    }

    fn with(node: rpc::Node) -> Self {
        let client = RpcClient::new(transport::EmbeddedTransport::new(node), true)
            .with_poll_interval(LOCAL_POLL_INTERVAL);
        Self { client }
    }

    /// The JSON-RPC client, for building other provider stacks over this chain.
    #[must_use]
    pub fn client(&self) -> RpcClient {
        self.client.clone()
    }

    /// A provider that reads, and refuses to send what it would have to sign.
    #[must_use]
    pub fn provider(&self) -> DynProvider {
        connect(self.client(), None)
    }

    /// A provider that also signs, with the wallet's key for each transaction's `from`.
    #[must_use]
    pub fn provider_with(&self, wallet: EthereumWallet) -> DynProvider {
        connect(self.client(), Some(wallet))
    }
}

impl Default for EmbeddedChain {
    fn default() -> Self {
        Self::new(EmbeddedConfig::default())
    }
}
