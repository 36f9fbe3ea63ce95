//! A node whose chain has as many leaves as one likes, all invented.

use alloy::{
    primitives::{Address, B256, Log as RawLog, U256, keccak256},
    rpc::{
        client::RpcClient,
        json_rpc::{ErrorPayload, RequestPacket, ResponsePacket, ResponsePayload},
        types::Log,
    },
    sol_types::{SolCall, SolEvent},
    transports::{BoxTransport, TransportError, TransportFut},
};
use rayon::prelude::*;
use repute_circuits::{
    binding,
    field::{self, Fr, to_word},
    poseidon,
    state::{AgentState, commitment},
};
use repute_contracts::bindings::{AgentLedger, JobBoard};
use repute_sdk::chain::Chain;
use serde_json::{Value, json, value::to_raw_value};
use std::{
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};
use tower::Service;

/// Leaves of one block.
const PER_BLOCK: u64 = 10;
/// Of so many leaves one is a registration; the others are refreshes.
const PER_REGISTRATION: u64 = 10;
/// Most entries of one answer, as many nodes have it.
const MOST_ENTRIES: u64 = 10_000;
/// Seconds between blocks.
const BLOCK_TIME: u64 = 12;

/// What is invented, once the deployment is known.
struct Story {
    chain_id: u64,
    ledger: Address,
    board: Address,
    first_block: u64,
    leaves: u64,
    root: Fr,
}

/// A transport to a real chain that tells of other events than happened there, once it is told to.
#[derive(Clone)]
pub struct Inventor {
    honest: BoxTransport,
    story: Arc<OnceLock<Story>>,
}

impl Inventor {
    /// One that tells the truth for now.
    #[must_use]
    pub fn over(client: &RpcClient) -> Self {
        Self {
            honest: client.transport().clone(),
            story: Arc::default(),
        }
    }

    /// A client of it.
    #[must_use]
    pub fn client(&self) -> RpcClient {
        RpcClient::new(self.clone(), true)
    }

    /// Tells from now on that the ledger of `chain` has so many leaves, which are at least one.
    pub fn invent(&self, chain: &Chain, leaves: u64) {
        let all: Vec<Fr> = (0..leaves).into_par_iter().map(leaf).collect();
        let story = Story {
            chain_id: chain.id(),
            ledger: chain.ledger(),
            board: chain.board(),
            first_block: chain.manifest().block + 1_000,
            leaves,
            root: root(all),
        };
        // A second story changes nothing: a chain has one past.
        let _ = self.story.set(story);
    }
}

/// Whether the leaf is a registration's.
const fn registers(index: u64) -> bool {
    index.is_multiple_of(PER_REGISTRATION)
}

/// The leaf at an index: an empty state, or anything.
fn leaf(index: u64) -> Fr {
    match registers(index) {
        true => commitment(Fr::from(index + 1), AgentState::genesis().digest()),
        false => field::keccak(&index.to_be_bytes()),
    }
}

/// The root of a Lean-IMT, each inner node hashed once.
fn root(mut level: Vec<Fr>) -> Fr {
    while level.len() > 1 {
        level = level
            .par_chunks(2)
            .map(|pair| match pair {
                [left, right] => poseidon::hash([*left, *right]),
                rest => rest[0],
            })
            .collect();
    }
    level[0]
}

impl Story {
    fn head(&self) -> u64 {
        self.first_block + self.leaves.div_ceil(PER_BLOCK)
    }

    fn entry(&self, index: u64) -> Log {
        let tree = U256::ZERO;
        let data = match registers(index) {
            true => AgentLedger::Registered {
                identity: U256::from(index + 1),
                tree,
                index: U256::from(index),
                commitment: to_word(leaf(index)),
            }
            .encode_log_data(),
            false => AgentLedger::Refreshed {
                tree,
                index: U256::from(index),
                inputs: [
                    // The root of the first leaf alone is the leaf.
                    to_word(leaf(0)),
                    U256::from(index) + (U256::from(1) << 200),
                    to_word(leaf(index)),
                    to_word(binding::refresh(self.chain_id, self.ledger)),
                ],
            }
            .encode_log_data(),
        };
        let block = self.first_block + index / PER_BLOCK;
        Log {
            inner: RawLog {
                address: self.ledger,
                data,
            },
            block_hash: Some(hash_of(block)),
            block_number: Some(block),
            block_timestamp: Some(block * BLOCK_TIME),
            transaction_hash: Some(keccak256(index.to_be_bytes())),
            transaction_index: Some(index % PER_BLOCK),
            log_index: Some(index % PER_BLOCK),
            removed: false,
        }
    }

    /// The answer to a request; `None` where the honest node answers.
    fn answer(&self, method: &str, params: &Value) -> Option<Result<Value, ErrorPayload>> {
        match method {
            "eth_getLogs" => {
                let block = |end: &str| number(&params[0][end]);
                let first = block("fromBlock")?.max(self.first_block) - self.first_block;
                let last = (block("toBlock")? + 1).max(self.first_block) - self.first_block;
                let indices = first * PER_BLOCK..(last * PER_BLOCK).min(self.leaves);
                if indices.end.saturating_sub(indices.start) > MOST_ENTRIES {
                    return Some(Err(ErrorPayload {
                        code: -32005,
                        message: "query returned more than 10000 results".into(),
                        data: None,
                    }));
                }
                let entries: Vec<Log> = indices.map(|index| self.entry(index)).collect();
                Some(Ok(json!(entries)))
            }
            "eth_call" => {
                let to: Address = params[0]["to"].as_str()?.parse().ok()?;
                let input: Vec<u8> = hex(params[0]["input"].as_str()?)?;
                let selector = input.get(..4)?;
                let word = if to == self.board && selector == JobBoard::postCountCall::SELECTOR {
                    U256::ZERO
                } else if to != self.ledger {
                    return None;
                } else if selector == AgentLedger::treeNumberCall::SELECTOR {
                    U256::ZERO
                } else if selector == AgentLedger::treeSizeCall::SELECTOR {
                    U256::from(self.leaves)
                } else if selector == AgentLedger::rootCall::SELECTOR {
                    to_word(self.root)
                } else {
                    return None;
                };
                Some(Ok(json!(B256::from(word))))
            }
            _ => None,
        }
    }

    /// Which block a request for one means.
    fn block(&self, method: &str, params: &Value) -> Option<u64> {
        match method {
            "eth_getBlockByNumber" if params[0] == "latest" => Some(self.head()),
            "eth_getBlockByNumber" => number(&params[0]),
            _ => None,
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    u64::from_str_radix(value.as_str()?.strip_prefix("0x")?, 16).ok()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    alloy::primitives::hex::decode(text).ok()
}

fn hash_of(block: u64) -> B256 {
    keccak256(block.to_le_bytes())
}

impl Service<RequestPacket> for Inventor {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.honest.poll_ready(context)
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let (mut answer, mut block) = (None, None);
        let mut packet = packet;
        if let (Some(story), Some(request)) = (self.story.get(), packet.as_single()) {
            let params = request.params().map(|params| params.get());
            let params: Value = params
                .and_then(|params| serde_json::from_str(params).ok())
                .unwrap_or_default();
            answer = story.answer(request.method(), &params);
            block = story.block(request.method(), &params);
        }
        if block.is_some()
            && let RequestPacket::Single(request) = &packet
        {
            // The newest real block lends its shape.
            let shape = alloy::rpc::json_rpc::Request::new(
                "eth_getBlockByNumber",
                request.id().clone(),
                ("latest", false),
            );
            if let Ok(shape) = shape.serialize() {
                packet = RequestPacket::Single(shape);
            }
        }
        let honest = self.honest.call(packet);
        Box::pin(async move {
            let mut response = honest.await?;
            let ResponsePacket::Single(single) = &mut response else {
                return Ok(response);
            };
            if let (Some(number), ResponsePayload::Success(body)) = (block, &mut single.payload) {
                let mut value: Value =
                    serde_json::from_str(body.get()).map_err(TransportError::ser_err)?;
                value["number"] = json!(format!("{number:#x}"));
                value["timestamp"] = json!(format!("{:#x}", number * BLOCK_TIME));
                value["hash"] = json!(hash_of(number));
                *body = to_raw_value(&value).map_err(TransportError::ser_err)?;
            }
            match answer {
                Some(Ok(value)) => {
                    let body = to_raw_value(&value).map_err(TransportError::ser_err)?;
                    single.payload = ResponsePayload::Success(body);
                }
                Some(Err(payload)) => single.payload = ResponsePayload::Failure(payload),
                None => {}
            }
            Ok(response)
        })
    }
}
