//! Time.

use super::{chain, refusal, request, to};
use crate::contracts::{CLOCK, deploy};
use alloy::{eips::BlockId, primitives::U256, providers::Provider};
use repute_contracts::{embedded::DEFAULT_GENESIS_TIMESTAMP, time};
use serde_json::json;

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
