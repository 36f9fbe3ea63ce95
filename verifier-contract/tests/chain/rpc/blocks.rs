//! Blocks and their transactions.

use super::{chain, request, to};
use crate::contracts::{COUNTER, deploy, send};
use alloy::{
    consensus::Transaction as _,
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, U256},
    providers::Provider,
};
use repute_contracts::{EmbeddedChain, EmbeddedConfig, dev::dev_signers, time};
use serde_json::json;

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
