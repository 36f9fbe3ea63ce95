//! Filters of logs.

use super::{chain, refusal, to};
use crate::contracts::{COUNTER, deploy, send};
use alloy::{
    network::TransactionBuilder, primitives::B256, providers::Provider, rpc::types::Filter,
};
use repute_contracts::dev::dev_signers;
use serde_json::json;

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
