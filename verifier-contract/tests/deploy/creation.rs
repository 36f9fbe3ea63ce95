//! What a deployment makes, on which chains.

use crate::{chain, config, deployer, wallet};
use alloy::providers::Provider;
use repute_contracts::{
    DeployConfig, Deployment, EmbeddedChain, EmbeddedConfig,
    anvil::Anvil,
    deploy::{DeployError, Escrow, Gate, KeyProvenance, Token},
};

#[tokio::test]
async fn the_same_on_anvil_and_embedded() {
    let anvil = Anvil::start().await.expect("anvil starts");
    let there = Deployment::create(anvil.provider_with(wallet()), deployer(), config())
        .await
        .expect("it deploys on anvil");
    let here = Deployment::create(chain(), deployer(), config())
        .await
        .expect("it deploys embedded");
    // Addresses, code hashes, arguments and gas.
    assert_eq!(here.manifest(), there.manifest());
    for (name, contract) in here.manifest().contracts() {
        let creation = contract.creation.as_ref().expect("all were deployed");
        assert!(
            creation.gas_used < 1 << 24,
            "{name} uses {} gas",
            creation.gas_used
        );
    }
}

#[tokio::test]
async fn existing_contracts_are_used_as_they_are() {
    let first = Deployment::create(chain(), deployer(), config())
        .await
        .expect("it deploys");
    let standing = first.manifest();
    let config = DeployConfig {
        token: Token::Existing(standing.token.address),
        escrow: Escrow::Existing(standing.escrow.address),
        gate: Gate::Existing(standing.gate.address),
        ..config()
    };
    let second = Deployment::create(first.provider().clone(), deployer(), config)
        .await
        .expect("it deploys again");
    let manifest = second.manifest();
    for (new, old) in [
        (&manifest.token, &standing.token),
        (&manifest.escrow, &standing.escrow),
        (&manifest.gate, &standing.gate),
    ] {
        assert_eq!((new.address, new.code_hash), (old.address, old.code_hash));
        assert!(new.creation.is_none());
    }
    assert_ne!(manifest.board.address, standing.board.address);
    assert!(second.test_token().is_none());
    assert_eq!(manifest.block, 16, "fifteen deployments came before");
}

#[tokio::test]
async fn development_keys_and_test_token_stay_on_local_chains() {
    let config_of = |chain_id| EmbeddedConfig {
        chain_id,
        ..EmbeddedConfig::default()
    };
    let provider = EmbeddedChain::new(config_of(10)).provider_with(wallet());

    let error = Deployment::create(provider.clone(), deployer(), config()).await;
    let error = error.expect_err("development keys are refused");
    assert!(
        matches!(error, DeployError::DevelopmentKeys { chain_id: 10, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("ceremony"), "{error}");

    let ceremony = KeyProvenance::Ceremony("a transcript".to_owned());
    let with_token = DeployConfig {
        provenance: ceremony.clone(),
        ..config()
    };
    let error = Deployment::create(provider.clone(), deployer(), with_token.clone()).await;
    let error = error.expect_err("the test token is refused");
    assert!(
        matches!(error, DeployError::TestToken { chain_id: 10 }),
        "{error}"
    );
    assert_eq!(
        provider.get_block_number().await.expect("answers"),
        0,
        "nothing was sent"
    );

    let local = EmbeddedChain::new(config_of(1_337)).provider_with(wallet());
    let local = Deployment::create(local, deployer(), config())
        .await
        .expect("1337 is local");
    let mut elsewhere = local.manifest().clone();
    elsewhere.keys = ceremony;
    let error = Deployment::open(provider, elsewhere)
        .await
        .expect_err("another chain");
    assert!(
        matches!(
            error,
            DeployError::Chain {
                manifest: 1_337,
                node: 10
            }
        ),
        "{error}"
    );
}
