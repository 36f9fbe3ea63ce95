//! Deployments: on both chains alike, refused where they must be, and checked when opened.

mod arguments;
mod creation;
mod errors;
mod gates;
mod manifest;

use alloy::{
    network::EthereumWallet,
    primitives::{Address, U256, uint},
    providers::DynProvider,
};
use repute_contracts::{
    DeployConfig, Deployment, EmbeddedChain,
    deploy::{
        BoardTerms, Circuit, DeployError, Escrow, Gate, INPUTS, KeyProvenance, Token, VerifyingKey,
    },
    dev::dev_signers,
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
            keys: "INSECURE points of a test".to_owned(),
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
