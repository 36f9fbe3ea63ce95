//! Keys, terms and addresses that are refused.

use crate::{G2, Q, chain, config, deployer, refused};
use alloy::primitives::{Address, U256};
use repute_contracts::{
    DeployConfig, Deployment,
    deploy::{BoardTerms, DeployError, Escrow, Gate, Token},
};

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
