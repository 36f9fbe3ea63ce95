//! What is refused, and with which code.

use super::{chain, refusal, request};
use alloy::{
    consensus::{SignableTransaction as _, TxEip1559, TxEnvelope},
    eips::Encodable2718,
    network::TxSignerSync,
    primitives::{Address, B256, Bytes},
    providers::Provider,
    signers::local::PrivateKeySigner,
};
use repute_contracts::{EmbeddedChain, dev::dev_signers};
use serde_json::json;

#[tokio::test]
async fn transactions_that_break_a_rule_are_refused() {
    let provider = chain();
    let [rich, ..] = dev_signers();
    let poor = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).expect("a valid key");
    // An EIP-1559 transfer that is fine except for one change, encoded and signed.
    let sign = |signer: &PrivateKeySigner, change: &dyn Fn(&mut TxEip1559)| {
        let mut transaction = TxEip1559 {
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
        let envelope = TxEnvelope::from(transaction.into_signed(signature));
        Bytes::from(envelope.encoded_2718())
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
