//! A key whose secrets are known, so that a test proves whatever it wants to the real verifier.

use crate::points::{g1_words, g2_words};
use alloy::{
    primitives::{Address, U256},
    providers::DynProvider,
};
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use repute_contracts::{
    DeployConfig, Deployment,
    deploy::{BoardTerms, Circuit, Escrow, Gate, INPUTS, KeyProvenance, Token, VerifyingKey},
    dev::dev_signers,
};

const ALPHA: u64 = 3;
const BETA: u64 = 5;
const GAMMA: u64 = 7;
const DELTA: u64 = 11;
/// The scalar of IC_i is this plus i.
const IC: u64 = 20;

fn g1(scalar: impl Into<Fr>) -> [U256; 2] {
    g1_words((G1Affine::generator() * scalar.into()).into_affine())
}

fn g2(scalar: u64) -> [U256; 4] {
    g2_words((G2Affine::generator() * Fr::from(scalar)).into_affine())
}

/// The key for so many public inputs.
pub fn key(inputs: usize) -> VerifyingKey {
    VerifyingKey {
        alpha: g1(ALPHA),
        beta: g2(BETA),
        gamma: g2(GAMMA),
        delta: g2(DELTA),
        ic: (0..=inputs as u64).map(|i| g1(IC + i)).collect(),
    }
}

/// A proof of these inputs: A = B = 13 and C = (A·B − alpha·beta − X·gamma) / delta.
pub fn prove(inputs: &[Fr]) -> [U256; 8] {
    let (a, b) = (13, 13);
    let mut x = Fr::from(IC);
    for (scalar, input) in (IC + 1..).zip(inputs) {
        x += *input * Fr::from(scalar);
    }
    let inverse = Fr::from(DELTA).inverse().expect("it is not 0");
    let c = (Fr::from(a * b) - Fr::from(ALPHA * BETA) - x * Fr::from(GAMMA)) * inverse;
    let ([ax, ay], [bx1, bx0, by1, by0], [cx, cy]) = (g1(a), g2(b), g1(c));
    [ax, ay, bx1, bx0, by1, by0, cx, cy]
}

/// The contracts with such keys, an open gate, the test token and an escrow without fees.
pub async fn deploy(provider: DynProvider) -> Deployment {
    let [deployer, ..] = dev_signers();
    let config = DeployConfig {
        circuits: INPUTS.map(|inputs| Circuit {
            key: key(inputs),
            circuit_hash: "none: the key's secrets are known".to_owned(),
            keys: "INSECURE known secrets".to_owned(),
        }),
        provenance: KeyProvenance::InsecureDevelopment("known secrets".to_owned()),
        token: Token::Test,
        escrow: Escrow::New {
            fee_bps: 0,
            treasury: Address::ZERO,
        },
        gate: Gate::Open,
        board: BoardTerms {
            min_budget: 10,
            min_review: 1,
            min_hold: 0,
            grace: 86_400,
            record_fee: 0,
            record_fee_recipient: Address::repeat_byte(0xde),
        },
    };
    Deployment::create(provider, deployer.address(), config)
        .await
        .expect("it deploys")
}
