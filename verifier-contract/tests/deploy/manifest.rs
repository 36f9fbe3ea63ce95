//! Opening a deployment by its manifest.

use crate::{chain, config, deployer};
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, U256, uint},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use repute_contracts::{Deployment, Manifest, deploy::DeployError};

#[tokio::test]
async fn a_manifest_connects_others() {
    let deployment = Deployment::create(chain(), deployer(), config())
        .await
        .expect("it deploys");
    let text = serde_json::to_string_pretty(deployment.manifest()).expect("it can be written");
    assert!(text.contains("insecure-development"), "{text}");
    let manifest: Manifest = serde_json::from_str(&text).expect("it can be read");
    assert_eq!(&manifest, deployment.manifest());
    assert_eq!(manifest.block, 1);

    let opened = Deployment::open(deployment.provider().clone(), manifest)
        .await
        .expect("it opens");
    let decimals = opened
        .token()
        .decimals()
        .call()
        .await
        .expect("the token answers");
    assert_eq!(decimals, 6);
    assert!(opened.test_token().is_some());
    assert_eq!(
        opened
            .board()
            .postCount()
            .call()
            .await
            .expect("the board answers"),
        U256::ZERO
    );
    assert_eq!(
        opened
            .ledger()
            .root()
            .call()
            .await
            .expect("the ledger answers"),
        U256::ZERO
    );
    let hash = TransactionRequest::default()
        .with_to(opened.manifest().poseidon.address)
        .with_input(
            [U256::from(1), U256::from(2)]
                .map(|word| word.to_be_bytes::<32>())
                .concat(),
        );
    let hash = opened
        .provider()
        .call(hash)
        .await
        .expect("Poseidon answers");
    // circomlib's P_2(1, 2), as the protocol states it.
    let expected = uint!(0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a_U256);
    assert_eq!(U256::from_be_slice(&hash), expected);
}

#[tokio::test]
async fn a_manifest_that_differs_from_the_chain_is_refused() {
    let deployment = Deployment::create(chain(), deployer(), config())
        .await
        .expect("it deploys");
    let changed = |change: fn(&mut Manifest)| {
        let mut manifest = deployment.manifest().clone();
        change(&mut manifest);
        let provider = deployment.provider().clone();
        async move {
            Deployment::open(provider, manifest)
                .await
                .expect_err("it must be refused")
        }
    };
    let error = changed(|m| m.format = 2).await;
    assert!(
        matches!(error, DeployError::Format { found: 2, .. }),
        "{error}"
    );
    let error = changed(|m| m.chain_id = 1).await;
    assert!(
        matches!(error, DeployError::Chain { manifest: 1, .. }),
        "{error}"
    );
    let error = changed(|m| m.board.address = Address::repeat_byte(1)).await;
    assert!(
        matches!(error, DeployError::NoCode { what: "board", .. }),
        "{error}"
    );
    let error = changed(|m| m.ledger.code_hash = B256::ZERO).await;
    assert!(
        matches!(error, DeployError::Code { what: "ledger", .. }),
        "{error}"
    );
    let error = changed(|m| m.verifiers.settle.key_hash = B256::ZERO).await;
    assert!(
        matches!(
            error,
            DeployError::Code {
                what: "settle verifier",
                ..
            }
        ),
        "{error}"
    );
    // Both are verifiers with 8 inputs: only the ledger's own words tell them apart.
    let error = changed(|m| std::mem::swap(&mut m.verifiers.accept, &mut m.verifiers.settle)).await;
    assert!(
        matches!(
            error,
            DeployError::Value {
                what: "ledger's ACCEPT_VERIFIER",
                ..
            }
        ),
        "{error}"
    );
    let error = changed(|m| std::mem::swap(&mut m.gate, &mut m.poseidon)).await;
    assert!(
        matches!(
            error,
            DeployError::Code {
                what: "Poseidon",
                ..
            }
        ),
        "{error}"
    );
    let error = changed(|m| m.terms.min_hold += 1).await;
    assert!(
        matches!(
            error,
            DeployError::Value {
                what: "board's MIN_HOLD",
                ..
            }
        ),
        "{error}"
    );
    let error = changed(|m| m.terms.record_fee_recipient = Address::ZERO).await;
    assert!(
        matches!(
            error,
            DeployError::Value {
                what: "board's RECORD_FEE_RECIPIENT",
                ..
            }
        ),
        "{error}"
    );
    let error = changed(|m| {
        let creation = m.escrow.creation.as_mut().expect("it was deployed");
        creation.arguments = [0; 64].into();
    })
    .await;
    assert!(
        matches!(
            error,
            DeployError::Value {
                what: "escrow's fee and treasury",
                ..
            }
        ),
        "{error}"
    );
}
