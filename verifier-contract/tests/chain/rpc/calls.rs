//! Calls and estimates.

use super::{chain, code_and_message, to};
use crate::contracts::{BROKEN, COUNTER, REFUSER, Refuser, deploy, send};
use alloy::{network::TransactionBuilder, primitives::U256, providers::Provider};
use repute_contracts::{dev::dev_signers, time};

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
