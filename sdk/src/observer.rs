//! What an observer of the chain learns: every call and event of a deployment, field by field.
//!
//! Nothing here knows a secret. A program that does can ask whether one of its secrets, or anything
//! else, is [mentioned](Observation::mentions) anywhere.

use crate::chain::{Chain, ChainError};
use alloy::{
    consensus::Transaction,
    dyn_abi::{DynSolValue, EventExt, JsonAbiExt},
    eips::BlockNumberOrTag,
    json_abi::{Event, EventParam, Param},
    primitives::{Address, B256, Bytes, U256, hex},
    providers::Provider,
    rpc::types::{Filter, Log},
};
use repute_circuits::statement::{Accept, Refresh, Settle, Statement};
use repute_contracts::abi::{self, Known};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// How many blocks one request asks for; common nodes allow 10,000.
const BLOCKS_PER_REQUEST: u64 = 10_000;
/// Numbers below this are printed in decimals, others, which are hashes, in hexadecimal.
const HASH_BITS: usize = 128;

/// A named value as published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name, with the names of what contains it: `posted.terms.category`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An event that a contract wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishedEvent {
    /// The contract's part in the deployment.
    pub contract: &'static str,
    /// The event's name.
    pub name: String,
    /// What it says.
    pub fields: Vec<Field>,
    /// Topics and data.
    #[serde(skip)]
    raw: Vec<u8>,
}

/// A transaction that called the deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Published {
    /// Its hash.
    pub transaction: B256,
    /// Its block's number.
    pub block: u64,
    /// Who sent and paid for it.
    pub sender: Address,
    /// The contract's part in the deployment; `None` for calls through another contract.
    pub contract: Option<&'static str>,
    /// The function called.
    pub function: Option<String>,
    /// The job that it is about.
    pub job: Option<u64>,
    /// The call's arguments.
    pub arguments: Vec<Field>,
    /// What was written to the log.
    pub events: Vec<PublishedEvent>,
    /// The calldata.
    #[serde(skip)]
    pub calldata: Bytes,
}

/// Everything that was published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Observation {
    /// The transactions in order.
    pub transactions: Vec<Published>,
}

/// Reads everything that a deployment published, from its first block on.
///
/// # Errors
/// When the node does not answer.
pub async fn observe(chain: &Chain) -> Result<Observation, ChainError> {
    let known = abi::of(chain.manifest());
    let mut order: Vec<B256> = Vec::new();
    let mut events: HashMap<B256, Vec<PublishedEvent>> = HashMap::new();
    for log in logs(chain, &known).await? {
        let Some(transaction) = log.transaction_hash else {
            continue;
        };
        if !events.contains_key(&transaction) {
            order.push(transaction);
        }
        let event = read_event(&known, &log);
        events.entry(transaction).or_default().push(event);
    }
    let mut transactions = Vec::with_capacity(order.len());
    for hash in order {
        let events = events.remove(&hash).unwrap_or_default();
        transactions.extend(read_transaction(chain, &known, hash, events).await?);
    }
    Ok(Observation { transactions })
}

async fn logs(chain: &Chain, known: &[Known]) -> Result<Vec<Log>, ChainError> {
    let head = chain.block(BlockNumberOrTag::Latest).await?.number;
    let addresses: Vec<Address> = known.iter().map(|contract| contract.address).collect();
    let mut logs = Vec::new();
    let mut from = chain.manifest().block;
    while from <= head {
        let to = head.min(from + BLOCKS_PER_REQUEST - 1);
        let filter = Filter::new()
            .address(addresses.clone())
            .from_block(from)
            .to_block(to);
        logs.extend(chain.provider().get_logs(&filter).await?);
        from = to + 1;
    }
    Ok(logs)
}

async fn read_transaction(
    chain: &Chain,
    known: &[Known],
    hash: B256,
    events: Vec<PublishedEvent>,
) -> Result<Option<Published>, ChainError> {
    let provider = chain.provider();
    let Some(transaction) = provider.get_transaction_by_hash(hash).await? else {
        return Ok(None);
    };
    let calldata = transaction.input().clone();
    let contract = known
        .iter()
        .find(|contract| transaction.to() == Some(contract.address));
    let (function, arguments) = contract
        .and_then(|contract| read_call(contract, &calldata))
        .unzip();
    let arguments = arguments.unwrap_or_default();
    let posted = events.iter().flat_map(|event| &event.fields);
    let job = arguments
        .iter()
        .chain(posted)
        .find(|field| field.name == "postId")
        .and_then(|field| field.value.parse().ok());
    Ok(Some(Published {
        transaction: hash,
        block: transaction.block_number.unwrap_or_default(),
        sender: transaction.inner.signer(),
        contract: contract.map(|contract| contract.name),
        function,
        job,
        arguments,
        events,
        calldata,
    }))
}

fn read_call(contract: &Known, calldata: &[u8]) -> Option<(String, Vec<Field>)> {
    let (selector, arguments) = calldata.split_first_chunk::<4>()?;
    let function = contract.abi.function_by_selector((*selector).into())?;
    let values = function.abi_decode_input(arguments).ok()?;
    let mut fields = Vec::new();
    for (param, value) in function.inputs.iter().zip(&values) {
        flatten(&param.name, &param.components, value, &[], &mut fields);
    }
    Some((function.name.clone(), fields))
}

fn read_event(known: &[Known], log: &Log) -> PublishedEvent {
    let topics = log.topics();
    let data = &log.data().data;
    let raw = topics
        .iter()
        .flat_map(|topic| topic.0)
        .chain(data.iter().copied())
        .collect();
    let contract = known.iter().find(|known| known.address == log.address());
    let event = contract.and_then(|contract| {
        let of_topic = |event: &&Event| Some(&event.selector()) == topics.first();
        contract.abi.events().find(of_topic)
    });
    let decoded = event.and_then(|event| {
        let parts = event.decode_log_parts(topics.iter().copied(), data).ok()?;
        Some((event, parts))
    });
    let mut fields = Vec::new();
    let name = match decoded {
        Some((event, parts)) => {
            let (mut indexed, mut body) = (parts.indexed.iter(), parts.body.iter());
            for EventParam {
                name,
                components,
                indexed: is_indexed,
                ..
            } in &event.inputs
            {
                let value = if *is_indexed {
                    indexed.next()
                } else {
                    body.next()
                };
                if let Some(value) = value {
                    flatten(name, components, value, statement(&event.name), &mut fields);
                }
            }
            event.name.clone()
        }
        None => {
            fields.push(Field {
                name: "data".to_owned(),
                value: hex::encode_prefixed(&raw),
            });
            "unknown".to_owned()
        }
    };
    PublishedEvent {
        contract: contract.map_or("unknown", |contract| contract.name),
        name,
        fields,
        raw,
    }
}

/// The names of the public inputs that an event carries.
fn statement(event: &str) -> &'static [&'static str] {
    match event {
        "Taken" => Accept::INPUTS,
        "Settled" | "CancelFolded" => Settle::INPUTS,
        "Refreshed" => Refresh::INPUTS,
        _ => &[],
    }
}

fn flatten(
    name: &str,
    components: &[Param],
    value: &DynSolValue,
    elements: &[&str],
    fields: &mut Vec<Field>,
) {
    match value {
        DynSolValue::Tuple(parts) | DynSolValue::CustomStruct { tuple: parts, .. } => {
            for (part, value) in components.iter().zip(parts) {
                let name = format!("{name}.{}", part.name);
                flatten(&name, &part.components, value, elements, fields);
            }
        }
        DynSolValue::FixedArray(values) | DynSolValue::Array(values)
            if elements.len() == values.len() =>
        {
            for (element, value) in elements.iter().zip(values) {
                fields.push(Field {
                    name: format!("{name}.{element}"),
                    value: print(value),
                });
            }
        }
        _ => fields.push(Field {
            name: name.to_owned(),
            value: print(value),
        }),
    }
}

fn print(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Uint(value, _) => number(*value),
        DynSolValue::Int(value, _) => value.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Function(function) => function.to_string(),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => text.clone(),
        DynSolValue::Array(values)
        | DynSolValue::FixedArray(values)
        | DynSolValue::Tuple(values)
        | DynSolValue::CustomStruct { tuple: values, .. } => {
            values.iter().map(print).collect::<Vec<_>>().join(" ")
        }
    }
}

fn number(value: U256) -> String {
    if value.bit_len() <= HASH_BITS {
        value.to_string()
    } else {
        format!("{value:#x}")
    }
}

impl Observation {
    /// The transactions by the job they are about; `None` holds what is about none.
    #[must_use]
    pub fn by_job(&self) -> BTreeMap<Option<u64>, Vec<&Published>> {
        let mut jobs: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for transaction in &self.transactions {
            jobs.entry(transaction.job).or_default().push(transaction);
        }
        jobs
    }

    /// The transactions in whose sender, calldata or events `needle` occurs, byte for byte.
    #[must_use]
    pub fn mentions(&self, needle: &[u8]) -> Vec<&Published> {
        self.transactions
            .iter()
            .filter(|transaction| {
                occurs(needle, transaction.sender.as_slice())
                    || occurs(needle, &transaction.calldata)
                    || transaction
                        .events
                        .iter()
                        .any(|event| occurs(needle, &event.raw))
            })
            .collect()
    }
}

fn occurs(needle: &[u8], bytes: &[u8]) -> bool {
    !needle.is_empty() && bytes.windows(needle.len()).any(|window| window == needle)
}
