//! The registration gate.

use crate::{chain, config, deployer, refused};
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use repute_contracts::{
    DeployConfig, Deployment,
    deploy::{DeployError, Gate},
    errors::ContractError,
};

#[tokio::test]
async fn gates_are_chosen_at_deployment() {
    let recipient = Address::repeat_byte(0xfe);
    let fee = DeployConfig {
        gate: Gate::Fee { fee: 7, recipient },
        ..config()
    };
    let deployment = Deployment::create(chain(), deployer(), fee)
        .await
        .expect("it deploys");
    let (manifest, token) = (deployment.manifest(), deployment.test_token());
    let token = token.expect("it is the test token");
    let ledger = deployment.ledger();
    let register = ledger.register(U256::from(1), Default::default());
    let unpaid = register.send().await.expect_err("without having paid");
    let unpaid = ContractError::of(&unpaid).expect("the token's own error");
    assert!(matches!(unpaid, ContractError::Token(_)), "{unpaid}");
    for call in [
        token.mint(deployer(), U256::from(7)).calldata().clone(),
        token
            .approve(manifest.gate.address, U256::from(7))
            .calldata()
            .clone(),
    ] {
        let request = TransactionRequest::default()
            .with_from(deployer())
            .with_to(*token.address())
            .with_input(call);
        let pending = deployment.provider().send_transaction(request).await;
        let pending = pending.expect("it is sent");
        assert!(pending.get_receipt().await.expect("it is mined").status());
    }
    let pending = register.send().await.expect("it has paid");
    assert!(pending.get_receipt().await.expect("it is mined").status());
    let paid = token.balanceOf(recipient).call().await;
    assert_eq!(paid.expect("the token answers"), U256::from(7));

    // Any contract will do for a registry here: nobody registers.
    let registry = manifest.token.address;
    let agents = DeployConfig {
        gate: Gate::Erc8004 { registry },
        ..config()
    };
    let agents = Deployment::create(deployment.provider().clone(), deployer(), agents)
        .await
        .expect("it deploys");
    assert_ne!(agents.manifest().gate.code_hash, manifest.gate.code_hash);
    let register = agents.ledger();
    let register = register.register(U256::from(1), Default::default());
    let error = register.send().await.expect_err("without an agent id");
    let own = ContractError::of(&error).expect("the gate's own error");
    assert_eq!(own.to_string(), "InvalidData { bytesGiven: 0 }");

    // What the gate says is compared with what the manifest says.
    let mut other = manifest.clone();
    let creation = other.gate.creation.as_mut().expect("it was deployed");
    creation.arguments = [0; 128].into();
    let error = Deployment::open(deployment.provider().clone(), other)
        .await
        .expect_err("other arguments");
    assert!(
        matches!(
            error,
            DeployError::Value {
                what: "gate's constructor arguments",
                ..
            }
        ),
        "{error}"
    );

    let nobody = Address::repeat_byte(9);
    let gate = Gate::Erc8004 { registry: nobody };
    match refused(DeployConfig { gate, ..config() }).await {
        DeployError::NoCode { what, address } => {
            assert_eq!((what, address), ("ERC-8004 registry", nobody));
        }
        other => panic!("{other}"),
    }
}
