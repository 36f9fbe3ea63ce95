//! The contracts' own errors, read back.

use crate::{chain, config, deployer};
use alloy::primitives::U256;
use repute_contracts::{
    Deployment,
    bindings::job_board::{IJobBoard, JobBoard::JobBoardErrors},
    errors::ContractError,
};

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
