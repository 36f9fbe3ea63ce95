//! The embedded chain's JSON-RPC surface, method by method and refusal by refusal.

use crate::contracts::{BROKEN, CLOCK, COUNTER, REFUSER, Refuser, deploy, send, wallet};
use alloy::{
    consensus::{SignableTransaction as _, Transaction as _},
    eips::{BlockId, BlockNumberOrTag},
    network::{TransactionBuilder, TxSignerSync},
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::{DynProvider, Provider},
    rpc::types::{Filter, TransactionRequest},
    transports::{RpcError, TransportError},
};
use repute_contracts::{
    EmbeddedChain, EmbeddedConfig, dev::dev_signers, embedded::DEFAULT_GENESIS_TIMESTAMP, time,
};
use serde_json::{Value, json};

fn chain() -> DynProvider {
    EmbeddedChain::default().provider_with(wallet())
}

async fn request(provider: &DynProvider, method: &str, params: Value) -> Value {
    raw(provider, method, params)
        .await
        .expect("the method answers")
}

async fn raw(provider: &DynProvider, method: &str, params: Value) -> Result<Value, TransportError> {
    provider.raw_request(method.to_owned().into(), params).await
}

/// The code and message with which a request fails.
async fn refusal(provider: &DynProvider, method: &str, params: Value) -> (i64, String) {
    code_and_message(
        raw(provider, method, params)
            .await
            .expect_err("the request is refused"),
    )
}

fn code_and_message(error: TransportError) -> (i64, String) {
    match error {
        RpcError::ErrorResp(payload) => (payload.code, payload.message.into_owned()),
        other => panic!("not the chain's answer: {other}"),
    }
}

fn to(address: Address) -> TransactionRequest {
    TransactionRequest::default().with_to(address)
}

#[tokio::test]
async fn starts_as_configured() {
    let [rich, ..] = dev_signers().map(|signer| signer.address());
    let someone = Address::repeat_byte(7);
    let config = EmbeddedConfig {
        chain_id: 1_337,
        genesis_timestamp: 1_800_000_000,
        accounts: vec![(someone, U256::from(5))],
    };
    let provider = EmbeddedChain::new(config).provider();
    assert_eq!(provider.get_chain_id().await.expect("answers"), 1_337);
    assert_eq!(
        request(&provider, "net_version", json!([])).await,
        json!("1337")
    );
    assert_eq!(
        request(&provider, "eth_syncing", json!([])).await,
        json!(false)
    );
    assert_eq!(provider.get_block_number().await.expect("answers"), 0);
    assert_eq!(time::now(&provider).await.expect("answers"), 1_800_000_000);
    assert_eq!(
        provider.get_balance(someone).await.expect("answers"),
        U256::from(5)
    );
    assert_eq!(
        provider.get_balance(rich).await.expect("answers"),
        U256::ZERO
    );
}

#[tokio::test]
async fn same_calls_give_the_same_chain() {
    let mut heads = Vec::new();
    for _ in 0..2 {
        let provider = chain();
        let counter = deploy(&provider, COUNTER).await;
        send(&provider, to(counter)).await;
        time::advance(&provider, 500).await.expect("time moves");
        let head = provider
            .get_block(BlockId::latest())
            .await
            .expect("answers")
            .expect("exists");
        heads.push(head.header.hash);
    }
    assert_eq!(heads[0], heads[1]);
}

#[tokio::test]
async fn blocks_chain_and_carry_their_transactions() {
    let provider = chain();
    let counter = deploy(&provider, COUNTER).await;
    let receipt = send(&provider, to(counter)).await;

    let block = provider
        .get_block_by_number(2.into())
        .full()
        .await
        .expect("answers");
    let block = block.expect("block 2 exists");
    let parent = provider
        .get_block_by_number(1.into())
        .await
        .expect("answers")
        .expect("exists");
    assert_eq!(block.header.parent_hash, parent.header.hash);
    assert_eq!(block.header.inner.hash_slow(), block.header.hash);
    assert_eq!(block.header.gas_used, receipt.gas_used);
    assert_eq!(block.header.timestamp, parent.header.timestamp + 1);
    assert_eq!(&block.header.logs_bloom, receipt.inner.logs_bloom());
    let inside = block.transactions.as_transactions().expect("asked in full");
    assert_eq!(inside.len(), 1);
    assert_eq!(*inside[0].inner.tx_hash(), receipt.transaction_hash);

    let by_hash = provider
        .get_block_by_hash(block.header.hash)
        .await
        .expect("answers");
    assert_eq!(by_hash.expect("exists").header, block.header);
    let transaction = provider
        .get_transaction_by_hash(receipt.transaction_hash)
        .await;
    let transaction = transaction.expect("answers").expect("exists");
    assert_eq!(transaction.block_hash, Some(block.header.hash));
    assert_eq!(transaction.inner.signer(), receipt.from);
    assert_eq!(transaction.nonce(), 1);

    let unknown = B256::repeat_byte(9);
    assert!(
        provider
            .get_block_by_number(3.into())
            .await
            .expect("answers")
            .is_none()
    );
    assert!(
        provider
            .get_block_by_hash(unknown)
            .await
            .expect("answers")
            .is_none()
    );
    assert!(
        provider
            .get_transaction_by_hash(unknown)
            .await
            .expect("answers")
            .is_none()
    );
    assert!(
        provider
            .get_transaction_receipt(unknown)
            .await
            .expect("answers")
            .is_none()
    );
    let pending = provider
        .get_block_by_number(BlockNumberOrTag::Pending)
        .await;
    assert_eq!(pending.expect("answers").expect("exists").header.number, 3);
}

#[tokio::test]
async fn logs_are_filtered_by_address_topic_range_and_block() {
    let provider = chain();
    let [first, second] = [
        deploy(&provider, COUNTER).await,
        deploy(&provider, COUNTER).await,
    ];
    let [_, other, ..] = dev_signers().map(|signer| signer.address());
    send(&provider, to(first)).await; // block 3
    send(&provider, to(second)).await; // block 4
    let last = send(&provider, to(first).with_from(other)).await; // block 5

    let found = |filter: Filter| {
        let provider = provider.clone();
        async move {
            let logs = provider.get_logs(&filter).await.expect("logs are answered");
            logs.iter()
                .map(|log| log.block_number.expect("it is mined"))
                .collect::<Vec<_>>()
        }
    };
    let all = Filter::new().from_block(0);
    assert_eq!(found(all.clone()).await, [3, 4, 5]);
    assert_eq!(found(all.clone().address(first)).await, [3, 5]);
    assert_eq!(
        found(all.clone().address(vec![first, second])).await,
        [3, 4, 5]
    );
    assert_eq!(found(all.clone().topic1(other.into_word())).await, [5]);
    assert_eq!(
        found(all.clone().event_signature(B256::with_last_byte(0xaa))).await,
        [3, 4, 5]
    );
    assert_eq!(found(all.clone().event_signature(B256::ZERO)).await, [0; 0]);
    assert_eq!(found(Filter::new().from_block(4).to_block(4)).await, [4]);
    assert_eq!(found(all.clone().to_block(99)).await, [3, 4, 5]);
    assert_eq!(
        found(Filter::new()).await,
        [5],
        "both ends default to the head"
    );
    let block = last.block_hash.expect("it is mined");
    assert_eq!(found(Filter::new().at_block_hash(block)).await, [5]);

    let (code, message) = refusal(&provider, "eth_getLogs", json!([{"fromBlock": "0x63"}])).await;
    assert_eq!(code, -32602, "{message}");
    let nowhere = json!([{"blockHash": B256::repeat_byte(1)}]);
    assert_eq!(refusal(&provider, "eth_getLogs", nowhere).await.0, -32000);
}

#[tokio::test]
async fn reverts_carry_data_that_alloy_decodes() {
    let provider = chain();
    let refuser = Refuser::new(deploy(&provider, REFUSER).await, &provider);
    let now = time::now(&provider).await.expect("answers");

    let error = refuser.refuse().call().await.err().expect("it reverts");
    let refused = error
        .as_decoded_error::<Refuser::Refused>()
        .expect("the error is decoded");
    assert_eq!(
        refused.at,
        U256::from(now),
        "a call at latest sees the head's time"
    );

    let error = refuser
        .refuse()
        .send()
        .await
        .expect_err("estimating its gas reverts");
    let refused = error
        .as_decoded_error::<Refuser::Refused>()
        .expect("the error is decoded");
    assert_eq!(
        refused.at,
        U256::from(now + 1),
        "an estimate sees the next block's time"
    );

    let broken = deploy(&provider, BROKEN).await;
    let error = provider.call(to(broken)).await.expect_err("it halts");
    let (code, message) = code_and_message(error);
    assert_eq!(code, -32000);
    assert!(message.contains("0xFE"), "{message}");
}

#[tokio::test]
async fn estimates_are_exact() {
    let provider = chain();
    let counter = deploy(&provider, COUNTER).await;
    let estimate = provider
        .estimate_gas(to(counter))
        .await
        .expect("it can be estimated");
    let short = send(&provider, to(counter).with_gas_limit(estimate - 1)).await;
    assert!(!short.status());
    let enough = send(&provider, to(counter).with_gas_limit(estimate)).await;
    assert!(enough.status());
    let [sender, ..] = dev_signers().map(|signer| signer.address());
    assert_eq!(
        provider
            .estimate_gas(to(sender))
            .await
            .expect("it can be estimated"),
        21_000
    );
}

#[tokio::test]
async fn time_moves_only_as_asked() {
    let provider = chain();
    let clock = deploy(&provider, CLOCK).await;
    let start = time::now(&provider).await.expect("answers");
    assert_eq!(start, DEFAULT_GENESIS_TIMESTAMP + 1);

    let seen = |block: BlockId| {
        let call = provider.call(to(clock)).block(block);
        async move {
            let output = call.await.expect("the clock answers");
            let word = |i: usize| U256::from_be_slice(&output[32 * i..32 * (i + 1)]).to::<u64>();
            (word(0), word(1))
        }
    };
    assert_eq!(seen(BlockId::latest()).await, (start, 1));
    assert_eq!(seen(BlockId::pending()).await, (start + 1, 2));

    assert_eq!(
        request(&provider, "evm_increaseTime", json!([100])).await,
        json!(100)
    );
    assert_eq!(
        request(&provider, "evm_increaseTime", json!(["0xa"])).await,
        json!(110)
    );
    assert_eq!(seen(BlockId::latest()).await, (start, 1));
    assert_eq!(seen(BlockId::pending()).await, (start + 111, 2));
    request(&provider, "evm_mine", json!([])).await;
    assert_eq!(time::now(&provider).await.expect("answers"), start + 111);
    request(&provider, "evm_mine", json!([])).await;
    assert_eq!(time::now(&provider).await.expect("answers"), start + 112);

    time::set_next(&provider, start + 112)
        .await
        .expect("the head's own time is allowed");
    request(&provider, "evm_mine", json!([])).await;
    assert_eq!(time::now(&provider).await.expect("answers"), start + 112);
    assert_eq!(
        time::advance(&provider, 50).await.expect("time moves"),
        start + 162
    );
    request(&provider, "evm_mine", json!([start + 200])).await;
    request(&provider, "evm_mine", json!([{"timestamp": start + 300}])).await;
    assert_eq!(time::now(&provider).await.expect("answers"), start + 300);
    request(&provider, "anvil_mine", json!(["0x3", "0xa"])).await;
    assert_eq!(time::now(&provider).await.expect("answers"), start + 321);

    let back = refusal(&provider, "evm_setNextBlockTimestamp", json!([start])).await;
    assert_eq!(back.0, -32602);
    let never = refusal(&provider, "evm_increaseTime", json!([u64::MAX])).await;
    assert_eq!(never.0, -32602);
    let most = json!(["0xffffffffffffffffffffffffffffffffff"]);
    assert_eq!(refusal(&provider, "evm_increaseTime", most).await.0, -32602);
    assert_eq!(
        refusal(&provider, "anvil_mine", json!([100_000])).await.0,
        -32602
    );
}

#[tokio::test]
async fn balances_and_snapshots_can_be_set() {
    let provider = chain();
    let someone = Address::repeat_byte(3);
    let snapshot = request(&provider, "evm_snapshot", json!([])).await;
    request(&provider, "anvil_setBalance", json!([someone, "0x1234"])).await;
    let counter = deploy(&provider, COUNTER).await;
    assert_eq!(
        provider.get_balance(someone).await.expect("answers"),
        U256::from(0x1234)
    );

    assert_eq!(
        request(&provider, "evm_revert", json!([snapshot])).await,
        json!(true)
    );
    assert_eq!(
        provider.get_balance(someone).await.expect("answers"),
        U256::ZERO
    );
    assert_eq!(
        provider.get_code_at(counter).await.expect("answers"),
        Bytes::new()
    );
    assert_eq!(provider.get_block_number().await.expect("answers"), 0);
    assert_eq!(
        request(&provider, "evm_revert", json!([snapshot])).await,
        json!(false),
        "spent"
    );
    assert_eq!(
        deploy(&provider, COUNTER).await,
        counter,
        "the nonce went back too"
    );
}

#[tokio::test]
async fn accounts_are_read_at_the_head_only() {
    let provider = chain();
    let counter = deploy(&provider, COUNTER).await;
    send(&provider, to(counter)).await;
    let [sender, ..] = dev_signers().map(|signer| signer.address());
    assert_eq!(
        provider
            .get_transaction_count(sender)
            .await
            .expect("answers"),
        2
    );
    assert_eq!(
        provider
            .get_storage_at(counter, U256::ZERO)
            .await
            .expect("answers"),
        U256::ONE
    );
    let code = provider.get_code_at(counter).await.expect("answers");
    assert_eq!(keccak256(&code), keccak256(COUNTER));

    let head = provider
        .get_block(BlockId::latest())
        .await
        .expect("answers")
        .expect("exists");
    let hash = json!({"blockHash": head.header.hash});
    assert_eq!(
        request(&provider, "eth_getTransactionCount", json!([sender, hash])).await,
        "0x2"
    );
    let (code, message) = refusal(&provider, "eth_getBalance", json!([sender, "0x1"])).await;
    assert_eq!(code, -32000);
    assert!(message.contains("latest"), "{message}");
    assert_eq!(
        refusal(&provider, "eth_getBalance", json!([sender, "0x9"]))
            .await
            .0,
        -32602
    );
}

#[tokio::test]
async fn transactions_that_break_a_rule_are_refused() {
    let provider = chain();
    let [rich, ..] = dev_signers();
    let poor = alloy::signers::local::PrivateKeySigner::from_bytes(&B256::repeat_byte(1))
        .expect("a valid key");
    // An EIP-1559 transfer that is fine except for one change, encoded and signed.
    let sign = |signer: &alloy::signers::local::PrivateKeySigner,
                change: &dyn Fn(&mut alloy::consensus::TxEip1559)| {
        let mut transaction = alloy::consensus::TxEip1559 {
            chain_id: 31_337,
            nonce: 0,
            gas_limit: 21_000,
            max_fee_per_gas: 2_000_000_000,
            max_priority_fee_per_gas: 1,
            to: Address::ZERO.into(),
            ..Default::default()
        };
        change(&mut transaction);
        let signature = signer
            .sign_transaction_sync(&mut transaction)
            .expect("it can be signed");
        let envelope = alloy::consensus::TxEnvelope::from(transaction.into_signed(signature));
        Bytes::from(alloy::eips::Encodable2718::encoded_2718(&envelope))
    };
    let refused = |raw: Bytes| {
        let provider = provider.clone();
        async move { refusal(&provider, "eth_sendRawTransaction", json!([raw])).await }
    };
    for (expected, raw) in [
        ("nonce too high", sign(&rich, &|t| t.nonce = 5)),
        ("another chain", sign(&rich, &|t| t.chain_id = 1)),
        (
            "intrinsic gas too low",
            sign(&rich, &|t| t.gas_limit = 20_999),
        ),
        ("EIP-7825", sign(&rich, &|t| t.gas_limit = (1 << 24) + 1)),
        (
            "below the block's base fee",
            sign(&rich, &|t| t.max_fee_per_gas = 1_000),
        ),
        (
            "priority fee",
            sign(&rich, &|t| t.max_priority_fee_per_gas = 3_000_000_000),
        ),
        ("insufficient funds", sign(&poor, &|_| ())),
    ] {
        let (code, message) = refused(raw).await;
        assert_eq!(code, -32003, "{message}");
        assert!(message.contains(expected), "{expected}: {message}");
    }
    assert_eq!(
        provider.get_block_number().await.expect("answers"),
        0,
        "nothing was mined"
    );

    let good = sign(&rich, &|_| ());
    request(&provider, "eth_sendRawTransaction", json!([good])).await;
    let (_, message) = refused(good.clone()).await;
    assert!(message.contains("already mined"), "{message}");
    let (_, message) = refused(sign(&rich, &|t| t.gas_limit = 21_001)).await;
    assert!(message.contains("nonce too low"), "{message}");
    for cut in [0, 1, good.len() / 2, good.len() - 1] {
        assert_eq!(
            refused(good.slice(..cut)).await.0,
            -32602,
            "cut to {cut} bytes"
        );
    }
    let longer = [good.as_ref(), &[0]].concat();
    assert_eq!(refused(longer.into()).await.0, -32602);
}

#[tokio::test]
async fn malformed_requests_are_errors() {
    let provider = chain();
    let (code, message) = refusal(&provider, "eth_unheardOf", json!([])).await;
    assert_eq!(code, -32601);
    assert!(message.contains("eth_unheardOf"), "{message}");
    let methods = [
        "eth_feeHistory",
        "eth_getBalance",
        "eth_getTransactionCount",
        "eth_getCode",
        "eth_getStorageAt",
        "eth_call",
        "eth_estimateGas",
        "eth_sendRawTransaction",
        "eth_getBlockByNumber",
        "eth_getBlockByHash",
        "eth_getTransactionByHash",
        "eth_getTransactionReceipt",
        "eth_getLogs",
        "evm_increaseTime",
        "evm_setNextBlockTimestamp",
        "anvil_setBalance",
        "evm_revert",
    ];
    for method in methods {
        for params in [
            json!([]),
            json!({"a": 1}),
            json!(["zz"]),
            json!([[]]),
            json!([null]),
            json!("x"),
        ] {
            let (code, message) = refusal(&provider, method, params.clone()).await;
            assert_eq!(code, -32602, "{method} {params}: {message}");
        }
    }
    let call =
        json!([{"to": Address::ZERO}, "latest", {Address::ZERO.to_string(): {"balance": "0x1"}}]);
    let (code, message) = refusal(&provider, "eth_call", call).await;
    assert_eq!(code, -32602);
    assert!(message.contains("override"), "{message}");
    let clash = json!([{"to": Address::ZERO, "data": "0x01", "input": "0x02"}]);
    assert_eq!(refusal(&provider, "eth_call", clash).await.0, -32602);
    let value = json!([{"from": Address::repeat_byte(5), "to": Address::ZERO, "value": "0x1"}]);
    let (code, message) = refusal(&provider, "eth_call", value).await;
    assert_eq!(code, -32003, "{message}");
}

#[tokio::test]
async fn batches_are_answered_in_order() {
    let chain = EmbeddedChain::default();
    let client = chain.client();
    let mut batch = client.new_batch();
    let number = batch
        .add_call::<_, String>("eth_blockNumber", &())
        .expect("it is queued");
    let unknown = batch
        .add_call::<_, String>("eth_unheardOf", &())
        .expect("it is queued");
    let id = batch
        .add_call::<_, String>("eth_chainId", &())
        .expect("it is queued");
    batch.send().await.expect("the batch is answered");
    assert_eq!(number.await.expect("answers"), "0x0");
    assert!(unknown.await.is_err());
    assert_eq!(id.await.expect("answers"), "0x7a69");
}
