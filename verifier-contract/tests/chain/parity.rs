//! The embedded chain and anvil answer the same transactions with the same receipts.

use crate::contracts::{
    BROKEN, CLOCK, COUNTER, FORWARDER, REFUSER, Refuser, TWO_LOGS, creation, send, wallet,
};
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::{DynProvider, Provider},
    rpc::types::{Filter, Log, TransactionReceipt, TransactionRequest},
};
use repute_contracts::{EmbeddedChain, anvil::Anvil, dev::dev_signers, time};

/// One comparable thing that happened on a chain. Block hashes are left out:
/// anvil draws its randomness field at random.
#[derive(Debug, PartialEq)]
enum Event {
    Receipt {
        step: &'static str,
        status: bool,
        gas_used: u64,
        cumulative_gas_used: u64,
        effective_gas_price: u128,
        block_number: Option<u64>,
        to: Option<Address>,
        contract_address: Option<Address>,
        logs: Vec<Logged>,
        bloom: String,
    },
    Value(&'static str, U256),
    Output(&'static str, Bytes),
    Logs(Vec<Logged>),
    Reverted(&'static str, Option<Bytes>),
    /// The chain's own refusal; nodes differ in its code and words.
    Refused(&'static str),
}

fn receipt(step: &'static str, receipt: TransactionReceipt) -> Event {
    Event::Receipt {
        step,
        status: receipt.status(),
        gas_used: receipt.gas_used,
        cumulative_gas_used: receipt.inner.cumulative_gas_used(),
        effective_gas_price: receipt.effective_gas_price,
        block_number: receipt.block_number,
        to: receipt.to,
        contract_address: receipt.contract_address,
        logs: logs(receipt.logs()),
        bloom: receipt.inner.logs_bloom().to_string(),
    }
}

/// The part of a log that does not depend on block and transaction hashes.
#[derive(Debug, PartialEq)]
struct Logged {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    index: Option<u64>,
    block: Option<u64>,
    time: Option<u64>,
}

fn logs(logs: &[Log]) -> Vec<Logged> {
    logs.iter()
        .map(|log| Logged {
            address: log.address(),
            topics: log.topics().to_vec(),
            data: log.data().data.clone(),
            index: log.log_index,
            block: log.block_number,
            time: log.block_timestamp,
        })
        .collect()
}

/// Deployments, calls, reverts, halts, all transaction types, logs and time travel.
async fn scenario(provider: DynProvider) -> Vec<Event> {
    let mut events = Vec::new();
    let [sender, other, ..] = dev_signers().map(|signer| signer.address());
    let to = |address: Address| TransactionRequest::default().with_to(address);

    let mut contracts = Vec::new();
    for runtime in [COUNTER, CLOCK, FORWARDER, REFUSER, BROKEN, TWO_LOGS] {
        let request = TransactionRequest::default().with_deploy_code(creation(runtime));
        let deployed = send(&provider, request).await;
        contracts.push(
            deployed
                .contract_address
                .expect("a deployment has an address"),
        );
        events.push(receipt("deploy", deployed));
    }
    let [counter, clock, forwarder, refuser, broken, two_logs] =
        contracts.try_into().expect("six contracts were deployed");

    for _ in 0..2 {
        events.push(receipt("count", send(&provider, to(counter)).await));
    }
    events.push(receipt(
        "count as another",
        send(&provider, to(counter).with_from(other)).await,
    ));
    let through = to(forwarder).with_input(counter.into_word());
    let estimate = provider
        .estimate_gas(through.clone())
        .await
        .expect("it can be estimated");
    events.push(Event::Value(
        "estimate through a call",
        U256::from(estimate),
    ));
    events.push(receipt("forward", send(&provider, through.clone()).await));
    let starved = send(&provider, through.clone().with_gas_limit(estimate - 1)).await;
    events.push(receipt("one gas too few", starved));
    events.push(receipt(
        "revert",
        send(&provider, to(refuser).with_gas_limit(100_000)).await,
    ));
    events.push(receipt(
        "halt",
        send(&provider, to(broken).with_gas_limit(100_000)).await,
    ));
    let halting = TransactionRequest::default().with_deploy_code(Bytes::from_static(&[0xfe]));
    let failed = send(&provider, halting.with_gas_limit(100_000)).await;
    events.push(receipt("failed deployment", failed));

    events.push(receipt("two logs", send(&provider, to(two_logs)).await));

    // Calldata at the EIP-7623 floor, zero and other bytes.
    let data: Vec<u8> = (0..2_000_u32)
        .map(|i| if i % 3 == 0 { 0 } else { 7 })
        .collect();
    events.push(receipt(
        "calldata floor",
        send(&provider, to(other).with_input(data)).await,
    ));
    let value = to(other).with_value(U256::from(12_345));
    events.push(receipt("transfer", send(&provider, value.clone()).await));
    let legacy = value.clone().with_gas_price(3_000_000_000);
    events.push(receipt("legacy", send(&provider, legacy.clone()).await));
    let listed = alloy::eips::eip2930::AccessList(vec![alloy::eips::eip2930::AccessListItem {
        address: counter,
        storage_keys: vec![B256::ZERO],
    }]);
    let with_list = through.with_access_list(listed);
    events.push(receipt(
        "access list",
        send(&provider, with_list.clone()).await,
    ));
    let old_with_list = with_list.with_gas_price(3_000_000_000);
    events.push(receipt(
        "legacy access list",
        send(&provider, old_with_list).await,
    ));

    let before = time::now(&provider).await.expect("the head has a time");
    let after = time::advance(&provider, 86_400).await.expect("time moves");
    events.push(Event::Value("advanced by", U256::from(after - before)));
    events.push(receipt("count later", send(&provider, to(counter)).await));
    time::set_next(&provider, after + 1_000)
        .await
        .expect("time is set");
    events.push(receipt("count at", send(&provider, to(counter)).await));
    let end = time::now(&provider).await.expect("the head has a time");
    events.push(Event::Value("now", U256::from(end)));

    for (name, block) in [
        ("clock at latest", alloy::eips::BlockId::latest()),
        ("clock at pending", alloy::eips::BlockId::pending()),
    ] {
        let output = provider
            .call(to(clock))
            .block(block)
            .await
            .expect("the clock answers");
        events.push(Event::Output(name, output));
    }
    let refused = Refuser::new(refuser, &provider)
        .refuse()
        .call()
        .await
        .err()
        .expect("it reverts");
    events.push(Event::Reverted("call", refused.as_revert_data()));

    for (name, address) in [
        ("sender", sender),
        ("other", other),
        ("nobody", Address::ZERO),
    ] {
        let balance = provider
            .get_balance(address)
            .await
            .expect("balances are answered");
        events.push(Event::Value(name, balance));
    }
    let slot = provider
        .get_storage_at(counter, U256::ZERO)
        .await
        .expect("storage is answered");
    events.push(Event::Value("count", slot));
    let code = provider
        .get_code_at(counter)
        .await
        .expect("code is answered");
    events.push(Event::Value("code hash", keccak256(code).into()));

    let all = Filter::new().address(counter).from_block(0);
    for filter in [
        all.clone(),
        all.clone().topic2(other.into_word()),
        all.clone().to_block(8),
        all.clone().from_block(9).to_block(4),
        Filter::new().from_block(0).address(two_logs),
        Filter::new().from_block(0).event_signature(B256::ZERO),
    ] {
        let found = provider.get_logs(&filter).await.expect("logs are answered");
        events.push(Event::Logs(logs(&found)));
    }
    for (name, request) in [
        ("old nonce", to(other).with_nonce(0).with_gas_limit(21_000)),
        ("intrinsic gas", to(other).with_gas_limit(20_999)),
        ("gas cap", to(other).with_gas_limit((1 << 24) + 1)),
        (
            "balance",
            to(other).with_value(U256::MAX >> 1).with_gas_limit(21_000),
        ),
    ] {
        let error = provider
            .send_transaction(request)
            .await
            .expect_err("the chain refuses it");
        assert!(
            error.is_error_resp(),
            "{name}: not the chain's answer: {error}"
        );
        events.push(Event::Refused(name));
    }
    events
}

#[tokio::test]
async fn embedded_and_anvil_agree_on_every_receipt() {
    let anvil = Anvil::start().await.expect("anvil starts");
    let embedded = EmbeddedChain::default();
    let there = scenario(anvil.provider_with(wallet())).await;
    let here = scenario(embedded.provider_with(wallet())).await;
    for (index, (here, there)) in here.iter().zip(&there).enumerate() {
        assert_eq!(
            here, there,
            "event {index}: embedded on the left, anvil on the right"
        );
    }
    assert_eq!(here.len(), there.len());
}
