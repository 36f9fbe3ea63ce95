//! The JSON-RPC methods of the embedded chain.

use super::{
    chain::{At, Chain, SUGGESTED_TIP, Snapshot},
    error::RpcError,
    kept::Lock,
};
use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, U64, U256},
    rpc::types::{Filter, TransactionRequest},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};

/// A chain together with its snapshots: everything a request can change.
#[derive(Debug)]
pub(super) struct Node {
    chain: Chain,
    /// Taken by `evm_snapshot`; a snapshot's id is its position.
    snapshots: Vec<Snapshot>,
    /// Keeps other processes out of the chain's directory, longer than the chain is open.
    _lock: Option<Lock>,
}

type Answer = Result<Box<RawValue>, RpcError>;

impl Node {
    pub(super) fn new(chain: Chain, lock: Option<Lock>) -> Self {
        Self {
            chain,
            snapshots: Vec::new(),
            _lock: lock,
        }
    }

    /// Answers one request.
    pub(super) fn handle(&mut self, method: &str, params: Params) -> Answer {
        let chain = &mut self.chain;
        match method {
            "eth_chainId" => answer(&U64::from(chain.chain_id())),
            "net_version" => answer(&chain.chain_id().to_string()),
            "web3_clientVersion" => {
                answer(&concat!("repute-embedded/v", env!("CARGO_PKG_VERSION")))
            }
            "eth_syncing" => answer(&false),
            // The chain holds no keys: transactions arrive signed.
            "eth_accounts" => answer(&Vec::<Address>::new()),
            "eth_blockNumber" => answer(&U64::from(chain.height())),

            "eth_gasPrice" => answer(&U64::from(
                chain.next_base_fee().saturating_add(SUGGESTED_TIP),
            )),
            "eth_maxPriorityFeePerGas" => answer(&U64::from(SUGGESTED_TIP)),
            "eth_feeHistory" => {
                let count: U64 = params.required(0, "block count")?;
                let newest: BlockNumberOrTag = params.required(1, "newest block")?;
                let percentiles: Vec<f64> = params.optional(2, "percentiles")?.unwrap_or_default();
                answer(&chain.fee_history(count.to(), newest, &percentiles)?)
            }

            "eth_getBalance" => {
                let address = params.state_at(chain, 1)?;
                answer(&chain.account(address)?.balance)
            }
            "eth_getTransactionCount" => {
                let address = params.state_at(chain, 1)?;
                answer(&U64::from(chain.account(address)?.nonce))
            }
            "eth_getCode" => {
                let address = params.state_at(chain, 1)?;
                answer(&chain.code(address)?)
            }
            "eth_getStorageAt" => {
                let address = params.state_at(chain, 2)?;
                let slot: U256 = params.required(1, "slot")?;
                answer(&chain.storage(address, slot)?)
            }

            "eth_call" => {
                let request: TransactionRequest = params.required(0, "call")?;
                let at = params.at(chain, 1, At::Head)?;
                params.refuse_overrides(2)?;
                answer(&chain.call(&request, at)?)
            }
            "eth_estimateGas" => {
                let request: TransactionRequest = params.required(0, "transaction")?;
                let at = params.at(chain, 1, At::Pending)?;
                params.refuse_overrides(2)?;
                answer(&U64::from(chain.estimate_gas(&request, at)?))
            }
            "eth_sendRawTransaction" => {
                let raw: Bytes = params.required(0, "signed transaction")?;
                answer(&chain.send_raw(&raw)?)
            }

            "eth_getBlockByNumber" => {
                let number: BlockNumberOrTag = params.required(0, "block number")?;
                let full = params.optional(1, "full transactions")?.unwrap_or(false);
                answer(&chain.block_by_number(number, full)?)
            }
            "eth_getBlockByHash" => {
                let hash: B256 = params.required(0, "block hash")?;
                let full = params.optional(1, "full transactions")?.unwrap_or(false);
                answer(&chain.block_by_hash(hash, full)?)
            }
            "eth_getTransactionByHash" => {
                let hash: B256 = params.required(0, "transaction hash")?;
                answer(&chain.transaction(hash)?.map(|mined| mined.transaction))
            }
            "eth_getTransactionReceipt" => {
                let hash: B256 = params.required(0, "transaction hash")?;
                answer(&chain.transaction(hash)?.map(|mined| mined.receipt))
            }
            "eth_getLogs" => {
                let filter: Filter = params.required(0, "filter")?;
                answer(&chain.logs(&filter)?)
            }

            "evm_increaseTime" => {
                let seconds: U256 = params.required(0, "seconds")?;
                answer(&chain.increase_time(seconds_u64(seconds)?)?)
            }
            "evm_setNextBlockTimestamp" => {
                let timestamp: U256 = params.required(0, "timestamp")?;
                chain.set_next_timestamp(seconds_u64(timestamp)?)?;
                answer(&())
            }
            "evm_mine" => {
                if let Some(timestamp) = params.mine_timestamp()? {
                    chain.set_next_timestamp(seconds_u64(timestamp)?)?;
                }
                chain.mine(1, None)?;
                answer(&"0x0")
            }
            "anvil_mine" | "hardhat_mine" => {
                let count: U256 = params.optional(0, "block count")?.unwrap_or(U256::ONE);
                let interval: Option<U256> = params.optional(1, "interval")?;
                let interval = interval.map(seconds_u64).transpose()?;
                chain.mine(count.saturating_to(), interval)?;
                answer(&())
            }
            "anvil_setBalance" | "hardhat_setBalance" => {
                let address: Address = params.required(0, "address")?;
                let balance: U256 = params.required(1, "balance")?;
                chain.set_balance(address, balance)?;
                answer(&())
            }
            "evm_snapshot" => {
                self.snapshots.push(chain.snapshot());
                answer(&U64::from(self.snapshots.len() - 1))
            }
            "evm_revert" => {
                let id: U256 = params.required(0, "snapshot id")?;
                answer(&self.revert(id)?)
            }
            other => Err(RpcError::method_not_found(other)),
        }
    }

    /// Returns to a snapshot, which is spent together with all later ones.
    fn revert(&mut self, id: U256) -> Result<bool, RpcError> {
        let Some(id) = usize::try_from(id)
            .ok()
            .filter(|id| *id < self.snapshots.len())
        else {
            return Ok(false);
        };
        self.snapshots.truncate(id + 1);
        match self.snapshots.pop() {
            Some(snapshot) => {
                self.chain.go_back(snapshot)?;
                Ok(true)
            }
            None => Ok(false),
        }
    }
}

fn answer<T: Serialize + ?Sized>(value: &T) -> Answer {
    to_raw_value(value)
        .map_err(|error| RpcError::internal(format!("the answer can't be written: {error}")))
}

fn seconds_u64(value: U256) -> Result<u64, RpcError> {
    u64::try_from(value)
        .map_err(|_| RpcError::invalid_params(format!("{value} s is past the end of time")))
}

/// The positional parameters of a request.
#[derive(Debug)]
pub(super) struct Params(Vec<Value>);

impl Params {
    /// Takes the `params` member of a request; a missing one is an empty list.
    ///
    /// # Errors
    /// When it is neither missing, null nor a list.
    pub(super) fn new(params: Option<&RawValue>) -> Result<Self, RpcError> {
        let text = params.map_or("[]", RawValue::get);
        let values: Option<Vec<Value>> = serde_json::from_str(text).map_err(|_| {
            RpcError::invalid_params("parameters must be a list, in the method's order")
        })?;
        Ok(Self(values.unwrap_or_default()))
    }

    fn optional<T: DeserializeOwned>(
        &self,
        index: usize,
        name: &str,
    ) -> Result<Option<T>, RpcError> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value).map(Some).map_err(|error| {
                RpcError::invalid_params(format!("parameter {index} ({name}): {error}"))
            }),
        }
    }

    fn required<T: DeserializeOwned>(&self, index: usize, name: &str) -> Result<T, RpcError> {
        self.optional(index, name)?.ok_or_else(|| {
            RpcError::invalid_params(format!("parameter {index} ({name}) is missing"))
        })
    }

    fn at(&self, chain: &Chain, index: usize, default: At) -> Result<At, RpcError> {
        let id: Option<BlockId> = self.optional(index, "block")?;
        id.map_or(Ok(default), |id| chain.at(id))
    }

    /// The address in front, when the block at `index` is one whose state the chain keeps.
    fn state_at(&self, chain: &Chain, index: usize) -> Result<Address, RpcError> {
        let address = self.required(0, "address")?;
        // Without pending transactions both kept states hold the same accounts.
        self.at(chain, index, At::Head)?;
        Ok(address)
    }

    fn refuse_overrides(&self, from: usize) -> Result<(), RpcError> {
        let empty = |value: &Value| {
            value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
        };
        match self.0.iter().skip(from).all(empty) {
            true => Ok(()),
            false => Err(RpcError::invalid_params(
                "the embedded chain takes no state or block overrides",
            )),
        }
    }

    /// `evm_mine` takes nothing, a timestamp, or `{"timestamp": ..}`.
    fn mine_timestamp(&self) -> Result<Option<U256>, RpcError> {
        match self.0.first() {
            Some(Value::Object(options)) => {
                let timestamp = options.get("timestamp").cloned().unwrap_or(Value::Null);
                Self(vec![timestamp]).optional(0, "timestamp")
            }
            _ => self.optional(0, "timestamp"),
        }
    }
}
