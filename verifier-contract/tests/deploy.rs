//! Deployments: on both chains alike, refused where they must be, and checked when opened.

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, B256, U256, uint},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
};
use repute_contracts::{
    DeployConfig, Deployment, EmbeddedChain, EmbeddedConfig, Manifest,
    anvil::Anvil,
    bindings::job_board::{IJobBoard, JobBoard::JobBoardErrors},
    deploy::{
        BoardTerms, Circuit, DeployError, Escrow, Gate, INPUTS, KeyProvenance, Token, VerifyingKey,
    },
    dev::dev_signers,
    errors::ContractError,
};

/// The base field's modulus of BN254 (EIP-196).
const Q: U256 = uint!(0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47_U256);
/// The generator of G1 (EIP-196).
const G1: [U256; 2] = [
    U256::from_limbs([1, 0, 0, 0]),
    U256::from_limbs([2, 0, 0, 0]),
];
/// The generator of G2 as (x.c1, x.c0, y.c1, y.c0) (EIP-197).
const G2: [U256; 4] = uint!([
    11559732032986387107991004021392285783925812861821192530917403151452391805634_U256,
    10857046999023057135944570762232829481370756359578518086990519993285655852781_U256,
    4082367875863433681332203403145435568316851327593401208105741076214120093531_U256,
    8495653923123431417604973247489272438418190587263600148770280649306958101930_U256,
]);

/// Twice that generator: delta may be neither gamma nor its opposite.
const TWICE_G2: [U256; 4] = uint!([
    14583779054894525174450323658765874724019480979794335525732096752006891875705_U256,
    18029695676650738226693292988307914797657423701064905010927197838374790804409_U256,
    11474861747383700316476719153975578001603231366361248090558603872215261634898_U256,
    2140229616977736810657479771656733941598412651537078903776637920509952744750_U256,
]);

/// A key of valid points, under which nothing was ever proven.
fn key(inputs: usize) -> VerifyingKey {
    VerifyingKey {
        alpha: G1,
        beta: G2,
        gamma: G2,
        delta: TWICE_G2,
        ic: vec![G1; inputs + 1],
    }
}

fn config() -> DeployConfig {
    DeployConfig {
        circuits: INPUTS.map(|inputs| Circuit {
            key: key(inputs),
            circuit_hash: format!("of {inputs} inputs"),
        }),
        provenance: KeyProvenance::InsecureDevelopment("points of a test".to_owned()),
        token: Token::Test,
        escrow: Escrow::New {
            fee_bps: 100,
            treasury: Address::repeat_byte(0xfe),
        },
        gate: Gate::Open,
        board: BoardTerms {
            min_budget: 1_000_000,
            min_review: 3_600,
            min_hold: 7_200,
            grace: 86_400,
            record_fee: 10_000,
            record_fee_recipient: Address::repeat_byte(0xde),
        },
    }
}

fn deployer() -> Address {
    dev_signers()[0].address()
}

fn wallet() -> EthereumWallet {
    let [signer, ..] = dev_signers();
    signer.into()
}

fn chain() -> DynProvider {
    EmbeddedChain::default().provider_with(wallet())
}

async fn refused(config: DeployConfig) -> DeployError {
    let provider = chain();
    Deployment::create(provider, deployer(), config)
        .await
        .expect_err("it must be refused")
}

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

#[tokio::test]
async fn keys_are_checked() {
    let mut short = config();
    short.circuits.standing.key.ic.pop();
    let error = refused(short).await;
    assert!(
        matches!(
            error,
            DeployError::Inputs {
                statement: "standing",
                expected: 7,
                given: 6
            }
        ),
        "{error}"
    );

    // δ = γ and δ = −γ let anyone forge.
    for delta in [G2, [G2[0], G2[1], Q - G2[2], Q - G2[3]]] {
        let mut forgeable = config();
        forgeable.circuits.settle.key.delta = delta;
        let error = refused(forgeable).await;
        assert!(
            error
                .to_string()
                .contains("settle verifier failed: KeyForgeable"),
            "{error}"
        );
    }

    let mut off_curve = config();
    off_curve.circuits.accept.key.ic[3][1] += U256::ONE;
    let error = refused(off_curve).await;
    assert!(
        error.to_string().contains("KeyPoint { word: 20 }"),
        "{error}"
    );
}

#[tokio::test]
async fn terms_and_addresses_are_checked() {
    let mut huge = config();
    huge.board.min_budget = 1 << 96;
    assert!(matches!(
        refused(huge).await,
        DeployError::Terms {
            field: "minimum budget",
            ..
        }
    ));
    let mut long = config();
    long.board.min_hold = 1 << 40;
    assert!(matches!(
        refused(long).await,
        DeployError::Terms {
            field: "minimum holding time",
            ..
        }
    ));
    let mut hasty = config();
    hasty.board.grace = 86_399;
    assert!(matches!(
        refused(hasty).await,
        DeployError::Terms { field: "grace", .. }
    ));

    let nobody = Address::repeat_byte(9);
    for (expected, config) in [
        (
            "token",
            DeployConfig {
                token: Token::Existing(nobody),
                ..config()
            },
        ),
        (
            "escrow",
            DeployConfig {
                escrow: Escrow::Existing(nobody),
                ..config()
            },
        ),
        (
            "gate",
            DeployConfig {
                gate: Gate::Existing(nobody),
                ..config()
            },
        ),
    ] {
        match refused(config).await {
            DeployError::NoCode { what, address } => {
                assert_eq!((what, address), (expected, nobody))
            }
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn boards_whose_smallest_jobs_pay_nothing_are_refused() {
    let board = BoardTerms {
        min_budget: 1_000,
        record_fee: 990,
        ..config().board
    };
    // 1 % of 1,000 is 10, which leaves as much as the record fee takes.
    match refused(DeployConfig { board, ..config() }).await {
        DeployError::Unpayable {
            min_budget,
            platform_fee,
            record_fee,
        } => assert_eq!((min_budget, platform_fee, record_fee), (1_000, 10, 990)),
        other => panic!("{other}"),
    }
    let board = BoardTerms {
        record_fee: 989,
        ..board
    };
    Deployment::create(chain(), deployer(), DeployConfig { board, ..config() })
        .await
        .expect("one unit is left");
}

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
    assert!(register.send().await.is_err(), "without having paid");
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

#[tokio::test]
async fn contract_errors_are_read_back() {
    let deployment = Deployment::create(chain(), deployer(), config())
        .await
        .expect("it deploys");
    let board = deployment.board();
    let nothing = IJobBoard::Post::default();
    let error = board
        .withdraw(U256::from(7), nothing)
        .call()
        .await
        .err()
        .expect("no such post");
    let own = ContractError::of(&error).expect("it is one of the board's errors");
    assert_eq!(own.to_string(), "WrongPost { postId: 7 }");
    assert!(matches!(
        own,
        ContractError::Board(JobBoardErrors::WrongPost(_))
    ));

    let ledger = deployment.ledger();
    let error = ledger
        .register(U256::MAX, Default::default())
        .send()
        .await
        .err();
    let own = ContractError::of(&error.expect("not a field element"));
    assert!(matches!(own, Some(ContractError::Ledger(_))), "{own:?}");
    assert!(ContractError::decode(&[1, 2, 3, 4]).is_none());
    assert!(ContractError::decode(&[]).is_none());
}
