//! Accounts, and what sets or restores them.

use super::{chain, refusal, request, to};
use crate::contracts::{COUNTER, deploy, send};
use alloy::{
    eips::BlockId,
    primitives::{Address, Bytes, U256, keccak256},
    providers::Provider,
};
use repute_contracts::dev::dev_signers;
use serde_json::json;

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
