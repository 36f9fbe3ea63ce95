//! Nodes whose answers contradict each other, and deployments that are not what their manifest says.

use super::lies::{Truth, block, calldata, event, is, later};
use crate::audit::{audit, faults};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    rpc::types::Log,
};
use repute_contracts::{Manifest, bindings::JobBoard};
use repute_sdk::audit::Fault;
use serde_json::{Value, json};

/// What a node may say that its own blocks contradict.
pub async fn plant(t: &Truth, planted: &mut usize) {
    macro_rules! names {
        ($what:literal, $fault:ident, $lie:expr) => {
            let found = t.audit($lie).await;
            assert!(
                found.contains(&Fault::$fault),
                "{} is not named {}: {found:?}",
                $what,
                Fault::$fault
            );
            *planted += 1;
        };
    }
    let only_in = |method: &'static str, target: Log, change: fn(&mut Vec<Value>, usize)| {
        move |asked: &str, _: &Value, answer: &mut Value| {
            let logs = match asked {
                "eth_getLogs" => answer.as_array_mut(),
                _ => answer.get_mut("logs").and_then(Value::as_array_mut),
            };
            if let Some(logs) = logs.filter(|_| asked == method)
                && let Some(place) = logs.iter().position(|log| is(log, &target))
            {
                change(logs, place);
            }
        }
    };
    let settled = t.board::<JobBoard::Settled>(0);
    names!(
        "a node that omits one log",
        OmittedLog,
        only_in("eth_getLogs", settled.clone(), |logs, place| drop(
            logs.remove(place)
        ))
    );
    names!(
        "a node that invents a log",
        InventedLog,
        only_in("eth_getLogs", settled.clone(), |logs, place| {
            logs[place]["data"] = json!("0x");
        })
    );
    names!(
        "a receipt without an event",
        BlockContents,
        only_in(
            "eth_getTransactionReceipt",
            settled.clone(),
            |logs, place| drop(logs.remove(place))
        )
    );
    let whole = settled.transaction_hash;
    names!(
        "a node that omits a whole transaction",
        ForeignLeaf,
        move |method: &str, _: &Value, answer: &mut Value| {
            if let (true, Some(logs)) = (method == "eth_getLogs", answer.as_array_mut()) {
                logs.retain(|log| log["transactionHash"] != json!(whole));
            }
        }
    );
    names!(
        "a node that omits all logs",
        ForeignLeaf,
        |method: &str, _: &Value, answer: &mut Value| {
            if method == "eth_getLogs" {
                *answer = json!([]);
            }
        }
    );
    names!(
        "a reorganised log",
        Reorganised,
        only_in("eth_getLogs", settled.clone(), |logs, place| {
            logs[place]["blockHash"] = json!(B256::repeat_byte(1));
        })
    );
    let head = t
        .logs
        .last()
        .and_then(|log| log.block_number)
        .expect("mined");
    names!(
        "a head that is replaced",
        Reorganised,
        move |method: &str, params: &Value, answer: &mut Value| {
            let number: Option<U256> = serde_json::from_value(params[0].clone()).ok();
            let by_number = number.is_some_and(|number| number >= U256::from(head));
            if method == "eth_getBlockByNumber" && by_number && params[1] == json!(false) {
                answer["hash"] = json!(B256::repeat_byte(1));
            }
        }
    );
    names!(
        "a header of another block",
        BlockHash,
        block(&settled, later(1))
    );
    names!(
        "calldata that was changed",
        BlockContents,
        calldata(&settled, 1)
    );
    names!(
        "a transaction that is not signed",
        BlockContents,
        block(&settled, |block| {
            block["transactions"][0]["from"] = json!(Address::repeat_byte(5));
        })
    );
    names!(
        "a receipt that is not given",
        MissingTransaction,
        |method: &str, _: &Value, answer: &mut Value| {
            if method == "eth_getTransactionReceipt" {
                *answer = Value::Null;
            }
        }
    );
    names!(
        "an event that does not decode",
        Undecodable,
        event(settled.clone(), |log| {
            log["data"] = json!("0x");
            true
        })
    );
}

/// Contracts that are not what the manifest says.
pub async fn deployments(t: &Truth, planted: &mut usize) {
    let code = |of: Address| {
        move |method: &str, params: &Value, answer: &mut Value| {
            if method == "eth_getCode" && params[0] == json!(of) {
                let code: Bytes = answer.as_str().expect("code").parse().expect("bytes");
                let mut code = code.to_vec();
                let last = code.len() - 40;
                code[last] ^= 1;
                *answer = json!(Bytes::from(code));
            }
        }
    };
    let found = t
        .audit(code(t.manifest.verifiers.settle.contract.address))
        .await;
    assert!(found.contains(&Fault::VerifyingKey), "{found:?}");
    let found = t.audit(code(t.manifest.board.address)).await;
    assert!(found.contains(&Fault::Deployment), "{found:?}");
    let with = |change: fn(&mut Manifest)| {
        let mut manifest = t.manifest.clone();
        change(&mut manifest);
        manifest
    };
    for (fault, manifest) in [
        (
            Fault::Circuit,
            with(|m| m.verifiers.accept.circuit_hash = "sha256:00".into()),
        ),
        (Fault::Deployment, with(|m| m.terms.record_fee += 1)),
        (
            Fault::VerifyingKey,
            with(|m| m.verifiers.accept.key_hash = keccak256("another")),
        ),
    ] {
        let found = faults(&audit(t.client.clone(), &manifest).await);
        assert!(found.contains(&fault), "{fault}: {found:?}");
        *planted += 1;
    }
    *planted += 2;
}
