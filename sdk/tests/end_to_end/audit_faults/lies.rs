//! A node that lies about one thing, and the lies.

use crate::{
    audit::{audit, faults},
    world::World,
};
use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, B256, Bytes, U256, hex},
    providers::Provider,
    rpc::{
        client::RpcClient,
        json_rpc::{
            ErrorPayload, RequestPacket, Response, ResponsePacket, ResponsePayload,
            SerializedRequest,
        },
        types::{Filter, Log},
    },
    sol_types::{SolCall, SolEvent},
    transports::{BoxTransport, TransportError, TransportFut},
};
use repute_contracts::{
    EmbeddedChain, Manifest,
    bindings::{Erc20, JobBoard},
    provider::LOCAL_POLL_INTERVAL,
};
use repute_sdk::audit::Fault;
use serde_json::{Value, json, value::to_raw_value};
use std::{
    sync::Arc,
    task::{Context, Poll},
};
use tower::Service;

/// Changes an answer: the method, its parameters, and the answer itself.
pub type Lie = Arc<dyn Fn(&str, &Value, &mut Value) + Send + Sync>;

/// A node that lies.
#[derive(Clone)]
pub struct Liar {
    honest: BoxTransport,
    lie: Lie,
}

impl Service<RequestPacket> for Liar {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.honest.poll_ready(context)
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let asked = packet.as_single().map(question);
        let answer = self.honest.call(packet);
        let lie = Arc::clone(&self.lie);
        Box::pin(async move {
            let mut answer = answer.await?;
            if let (Some((method, params)), ResponsePacket::Single(response)) = (asked, &mut answer)
            {
                tell(response, &method, &params, &lie);
            }
            Ok(answer)
        })
    }
}

pub fn question(request: &SerializedRequest) -> (String, Value) {
    let params = request.params().map_or("null", |params| params.get());
    let params = serde_json::from_str(params).expect("parameters are JSON");
    (request.method().to_owned(), params)
}

pub fn tell(response: &mut Response, method: &str, params: &Value, lie: &Lie) {
    let ResponsePayload::Success(payload) = &mut response.payload else {
        return;
    };
    let mut value: Value = serde_json::from_str(payload.get()).expect("answers are JSON");
    lie(method, params, &mut value);
    if value == reverted() {
        response.payload = ResponsePayload::Failure(ErrorPayload {
            code: 3,
            message: "execution reverted".into(),
            data: None,
        });
        return;
    }
    *payload = to_raw_value(&value).expect("values are JSON");
}

/// An answer that stands for a call that reverts.
pub fn reverted() -> Value {
    json!({ "reverted": true })
}

/// What happened, by which lies find their targets.
pub struct Truth {
    pub manifest: Manifest,
    pub logs: Vec<Log>,
    pub client: RpcClient,
}

impl Truth {
    pub async fn of(world: &World, embedded: &EmbeddedChain) -> Self {
        let manifest = world.chain.manifest().clone();
        let all = Filter::new()
            .from_block(0)
            .to_block(BlockNumberOrTag::Latest);
        let logs = world
            .chain
            .provider()
            .get_logs(&all)
            .await
            .expect("it answers");
        Self {
            manifest,
            logs,
            client: embedded.client(),
        }
    }

    /// The `n`-th event of a kind from a contract.
    pub fn event<E: SolEvent>(&self, from: Address, n: usize) -> Log {
        let mut of_kind = self
            .logs
            .iter()
            .filter(|log| log.address() == from && log.topic0() == Some(&E::SIGNATURE_HASH));
        of_kind.nth(n).expect("it happened").clone()
    }

    pub fn board<E: SolEvent>(&self, n: usize) -> Log {
        self.event::<E>(self.manifest.board.address, n)
    }

    pub fn ledger<E: SolEvent>(&self, n: usize) -> Log {
        self.event::<E>(self.manifest.ledger.address, n)
    }

    pub fn escrow<E: SolEvent>(&self, n: usize) -> Log {
        self.event::<E>(self.manifest.escrow.address, n)
    }

    /// The last transfer in the transaction of a log from one address.
    pub fn transfer(&self, of: &Log, from: Address) -> Log {
        let found = self.logs.iter().rev().find(|log| {
            log.transaction_hash == of.transaction_hash
                && log.topic0() == Some(&Erc20::Transfer::SIGNATURE_HASH)
                && Address::from_word(log.topics()[1]) == from
        });
        found.expect("money moved").clone()
    }

    /// What the audit finds where a node lies so.
    pub async fn audit(
        &self,
        lie: impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static,
    ) -> Vec<Fault> {
        let liar = Liar {
            honest: self.client.transport().clone(),
            lie: Arc::new(lie),
        };
        let client = RpcClient::new(liar, true).with_poll_interval(LOCAL_POLL_INTERVAL);
        faults(&audit(client, &self.manifest).await)
    }
}

pub fn is(value: &Value, log: &Log) -> bool {
    value["transactionHash"] == json!(log.transaction_hash)
        && value["logIndex"] == json!(log.log_index.map(U256::from))
}

/// Applies a change to one event, in logs and receipts alike; `false` takes it away.
pub fn event(
    target: Log,
    change: impl Fn(&mut Value) -> bool + Send + Sync + 'static,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    move |method, _, answer| {
        let logs = match method {
            "eth_getLogs" => answer.as_array_mut(),
            "eth_getTransactionReceipt" => answer.get_mut("logs").and_then(Value::as_array_mut),
            _ => None,
        };
        if let Some(logs) = logs {
            logs.retain_mut(|log| !is(log, &target) || change(log));
        }
    }
}

/// Takes an event away, in logs and receipts alike.
pub fn without(target: Log) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    event(target, |_| false)
}

/// Changes a word of an event's data.
pub fn word(log: &mut Value, position: usize, change: impl Fn(U256) -> U256) {
    let data: Bytes = log["data"].as_str().expect("data").parse().expect("bytes");
    let mut data = data.to_vec();
    let place = 32 * position..32 * position + 32;
    let changed = change(U256::from_be_slice(&data[place.clone()]));
    data[place].copy_from_slice(&changed.to_be_bytes::<32>());
    log["data"] = json!(Bytes::from(data));
}

pub fn changed_word(
    target: Log,
    position: usize,
    change: impl Fn(U256) -> U256 + Send + Sync + 'static,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    event(target, move |log| {
        word(log, position, &change);
        true
    })
}

/// Changes the answers to a view.
pub fn view<C: SolCall>(
    to: Address,
    change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    move |method, params, answer| {
        let call = &params[0];
        let input = call["input"]
            .as_str()
            .or(call["data"].as_str())
            .unwrap_or("");
        let asks = input.starts_with(&hex::encode_prefixed(C::SELECTOR));
        if method == "eth_call" && call["to"] == json!(to) && asks {
            let told: Bytes = answer.as_str().expect("bytes").parse().expect("bytes");
            let mut told = told.to_vec();
            change(&mut told);
            *answer = json!(Bytes::from(told));
        }
    }
}

/// Changes the last byte of a word of an answer.
pub fn other(position: usize) -> impl Fn(&mut Vec<u8>) + Send + Sync + 'static {
    move |told| told[32 * position + 31] ^= 1
}

/// [`other`], where the word is not zero.
pub fn other_than_zero(position: usize) -> impl Fn(&mut Vec<u8>) + Send + Sync + 'static {
    move |told| {
        if told[32 * position..32 * (position + 1)]
            .iter()
            .any(|byte| *byte != 0)
        {
            other(position)(told);
        }
    }
}

/// Changes a block's header or its transactions.
pub fn block(
    target: &Log,
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    let number = json!(target.block_number.map(U256::from));
    move |method, params, answer| {
        if method == "eth_getBlockByNumber" && params[0] == number && params[1] == json!(true) {
            change(answer);
        }
    }
}

/// Changes a byte of a transaction's calldata, so far from its end.
pub fn calldata(
    target: &Log,
    from_end: usize,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    block(target, move |block| {
        let transaction = &mut block["transactions"][0];
        let input: Bytes = transaction["input"]
            .as_str()
            .expect("calldata")
            .parse()
            .expect("bytes");
        let mut input = input.to_vec();
        let place = input.len() - from_end;
        input[place] ^= 1;
        transaction["input"] = json!(Bytes::from(input));
    })
}

pub fn later(seconds: i64) -> impl Fn(&mut Value) + Send + Sync + 'static {
    move |block| {
        let time: U256 = serde_json::from_value(block["timestamp"].clone()).expect("a number");
        let time = time.to::<u64>().saturating_add_signed(seconds);
        block["timestamp"] = json!(U256::from(time));
    }
}

/// Puts the proof of one settlement into another's calldata.
pub fn swapped_proofs(t: &Truth) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    let (first, last) = (
        t.board::<JobBoard::Settled>(0),
        t.board::<JobBoard::Settled>(3),
    );
    let donor = std::sync::Mutex::new(None::<Vec<u8>>);
    let (first, last) = (
        json!(first.block_number.map(U256::from)),
        json!(last.block_number.map(U256::from)),
    );
    move |method, params, answer| {
        if method != "eth_getBlockByNumber" || params[1] != json!(true) {
            return;
        }
        let input = &mut answer["transactions"][0]["input"];
        let bytes = || -> Bytes { input.as_str().expect("calldata").parse().expect("bytes") };
        if params[0] == first {
            *donor.lock().expect("no panic") = Some(bytes().to_vec());
        } else if params[0] == last {
            let mut call = JobBoard::settleCall::abi_decode(&bytes()).expect("a settlement");
            let donor = donor.lock().expect("no panic").clone().expect("earlier");
            let other = JobBoard::settleCall::abi_decode(&donor).expect("a settlement");
            call.settlement.proof = other.settlement.proof;
            *input = json!(Bytes::from(call.abi_encode()));
        }
    }
}

/// A transfer that is there twice.
pub fn twice(target: Log) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    move |method, _, answer| {
        let logs = match method {
            "eth_getLogs" => answer.as_array_mut(),
            "eth_getTransactionReceipt" => answer.get_mut("logs").and_then(Value::as_array_mut),
            _ => None,
        };
        let Some(logs) = logs else { return };
        if let Some(log) = logs.iter().find(|log| is(log, &target)) {
            let mut again = log.clone();
            again["logIndex"] = json!("0x63");
            logs.push(again);
        }
    }
}

pub fn balance(
    token: Address,
    owner: Address,
    change: fn(U256) -> U256,
) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    let asked = Erc20::balanceOfCall { account: owner }.abi_encode();
    move |method, params, answer| {
        let call = &params[0];
        let input = call["input"]
            .as_str()
            .or(call["data"].as_str())
            .unwrap_or("");
        if method == "eth_call"
            && call["to"] == json!(token)
            && input == hex::encode_prefixed(&asked)
        {
            let held: U256 = answer.as_str().expect("a word").parse().expect("a number");
            *answer = json!(B256::from(change(held)));
        }
    }
}

/// A board on which nothing can be reclaimed.
pub fn locked(board: Address) -> impl Fn(&str, &Value, &mut Value) + Send + Sync + 'static {
    move |method, params, answer| {
        let call = &params[0];
        let input = call["input"]
            .as_str()
            .or(call["data"].as_str())
            .unwrap_or("");
        let reclaims = input.starts_with(&hex::encode_prefixed(JobBoard::reclaimCall::SELECTOR));
        if method == "eth_call" && call["to"] == json!(board) && reclaims {
            *answer = reverted();
        }
    }
}
