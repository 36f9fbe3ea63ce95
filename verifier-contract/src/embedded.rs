//! An Ethereum chain inside the process, for tests and for trying repute without a node.
//!
//! [`EmbeddedChain`] answers JSON-RPC from memory: [revm] runs the
//! transactions under Osaka rules and alloy's provider stack talks to it exactly
//! as it talks to a node over HTTP. Gas equals anvil's to the unit.
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
//! - not here: blob transactions, subscriptions, filters, proofs, tracing,
//!   state overrides. They answer with error -32601 or -32602.

mod block;
mod chain;
mod clock;
mod error;
mod evm;
mod rpc;
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

/// The chain id of local development chains, as on anvil and Hardhat.
pub const LOCAL_CHAIN_ID: u64 = 31_337;

pub use clock::BLOCK_INTERVAL;

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

/// A chain in memory; clones share it. It lives as long as its last client.
#[derive(Clone, Debug)]
pub struct EmbeddedChain {
    client: RpcClient,
}

impl EmbeddedChain {
    /// Starts a chain with its genesis block.
    #[must_use]
    pub fn new(config: EmbeddedConfig) -> Self {
        let node = rpc::Node::new(chain::Chain::new(&config));
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
