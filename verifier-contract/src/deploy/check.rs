//! Checks that a chain holds exactly what a manifest says.

use super::{
    Contract, DeployError, MANIFEST_FORMAT, Manifest, artifact::Compiled, gate,
    statements::VERIFIERS,
};
use crate::bindings::{AgentLedger, JobBoard, JobEscrow, PrivateProvider};
use alloy::{
    primitives::{Bytes, U256, keccak256},
    providers::{DynProvider, Provider},
    sol_types::SolValue,
};
use std::fmt::Display;

/// Compares chain id, code and every value that a constructor fixed.
///
/// # Errors
/// The first difference; see [`DeployError`].
pub(super) async fn check(provider: &DynProvider, manifest: &Manifest) -> Result<(), DeployError> {
    if manifest.format != MANIFEST_FORMAT {
        return Err(DeployError::Format {
            found: manifest.format,
            expected: MANIFEST_FORMAT,
        });
    }
    let node = provider.get_chain_id().await?;
    if node != manifest.chain_id {
        return Err(DeployError::Chain {
            manifest: manifest.chain_id,
            node,
        });
    }
    code(provider, manifest).await?;
    ledger(provider, manifest).await?;
    board(provider, manifest).await?;
    escrow(provider, manifest).await?;

    let contract = PrivateProvider::new(manifest.provider.address, provider);
    let found = contract
        .BOARD()
        .call()
        .await
        .map_err(unreadable("provider's BOARD"))?;
    equal("provider's BOARD", manifest.board.address, found)
}

async fn code(provider: &DynProvider, manifest: &Manifest) -> Result<(), DeployError> {
    for (what, verifier) in VERIFIERS.zip(manifest.verifiers.as_ref()).into_array() {
        let code = hashed_code(provider, what, &verifier.contract).await?;
        let key = Compiled::verifier_key(&code);
        if key.map(keccak256) != Some(verifier.key_hash) {
            return Err(DeployError::Code {
                what,
                address: verifier.contract.address,
            });
        }
    }
    // Contracts that stood there before are somebody else's code: only its hash is known.
    let ours = [
        ("Poseidon", &manifest.poseidon, Compiled::Poseidon),
        ("ledger", &manifest.ledger, Compiled::AgentLedger),
        ("board", &manifest.board, Compiled::JobBoard),
        ("provider", &manifest.provider, Compiled::PrivateProvider),
    ];
    let others = [
        ("escrow", &manifest.escrow, Compiled::JobEscrow),
        ("token", &manifest.token, Compiled::TestToken),
    ];
    for (what, contract, compiled) in ours {
        let code = hashed_code(provider, what, contract).await?;
        is_compiled(what, contract, compiled, &code)?;
    }
    for (what, contract, compiled) in others {
        let code = hashed_code(provider, what, contract).await?;
        if contract.creation.is_some() {
            is_compiled(what, contract, compiled, &code)?;
        }
    }
    let code = hashed_code(provider, "gate", &manifest.gate).await?;
    gate::check(provider, manifest, &code).await
}

async fn hashed_code(
    provider: &DynProvider,
    what: &'static str,
    contract: &Contract,
) -> Result<Bytes, DeployError> {
    let address = contract.address;
    let code = provider.get_code_at(address).await?;
    match (code.is_empty(), keccak256(&code) == contract.code_hash) {
        (true, _) => Err(DeployError::NoCode { what, address }),
        (false, false) => Err(DeployError::Code { what, address }),
        (false, true) => Ok(code),
    }
}

fn is_compiled(
    what: &'static str,
    contract: &Contract,
    compiled: Compiled,
    code: &[u8],
) -> Result<(), DeployError> {
    match compiled.is_code(code) {
        true => Ok(()),
        false => Err(DeployError::Code {
            what,
            address: contract.address,
        }),
    }
}

async fn ledger(provider: &DynProvider, manifest: &Manifest) -> Result<(), DeployError> {
    let ledger = AgentLedger::new(manifest.ledger.address, provider);
    let address = |what, expected: &Contract, found| equal(what, expected.address, found);
    let verifiers = manifest
        .verifiers
        .as_ref()
        .map(|verifier| &verifier.contract);
    macro_rules! same {
        ($getter:ident, $what:literal, $expected:expr) => {
            let found = ledger.$getter().call().await.map_err(unreadable($what))?;
            address($what, $expected, found)?;
        };
    }
    same!(BOARD, "ledger's BOARD", &manifest.board);
    same!(GATE, "ledger's GATE", &manifest.gate);
    same!(POSEIDON, "ledger's POSEIDON", &manifest.poseidon);
    same!(
        ACCEPT_VERIFIER,
        "ledger's ACCEPT_VERIFIER",
        verifiers.accept
    );
    same!(
        SETTLE_VERIFIER,
        "ledger's SETTLE_VERIFIER",
        verifiers.settle
    );
    same!(
        REFRESH_VERIFIER,
        "ledger's REFRESH_VERIFIER",
        verifiers.refresh
    );
    same!(
        STANDING_VERIFIER,
        "ledger's STANDING_VERIFIER",
        verifiers.standing
    );
    same!(
        COMPLETION_VERIFIER,
        "ledger's COMPLETION_VERIFIER",
        verifiers.completion
    );
    same!(
        WINDOW_16_VERIFIER,
        "ledger's WINDOW_16_VERIFIER",
        verifiers.window_16
    );
    same!(
        WINDOW_128_VERIFIER,
        "ledger's WINDOW_128_VERIFIER",
        verifiers.window_128
    );
    same!(
        WINDOW_512_VERIFIER,
        "ledger's WINDOW_512_VERIFIER",
        verifiers.window_512
    );
    Ok(())
}

async fn board(provider: &DynProvider, manifest: &Manifest) -> Result<(), DeployError> {
    let board = JobBoard::new(manifest.board.address, provider);
    let terms = &manifest.terms;
    macro_rules! same {
        ($getter:ident, $what:literal, $expected:expr) => {
            let found = board.$getter().call().await.map_err(unreadable($what))?;
            equal($what, $expected, found)?;
        };
    }
    macro_rules! same_number {
        ($getter:ident, $what:literal, $expected:expr) => {
            let found = board.$getter().call().await.map_err(unreadable($what))?;
            equal($what, U256::from($expected), U256::from(found))?;
        };
    }
    same!(ESCROW, "board's ESCROW", manifest.escrow.address);
    same!(TOKEN, "board's TOKEN", manifest.token.address);
    same!(LEDGER, "board's LEDGER", manifest.ledger.address);
    same!(PROVIDER, "board's PROVIDER", manifest.provider.address);
    same!(
        RECORD_FEE_RECIPIENT,
        "board's RECORD_FEE_RECIPIENT",
        terms.record_fee_recipient
    );
    same_number!(MIN_BUDGET, "board's MIN_BUDGET", terms.min_budget);
    same_number!(MIN_REVIEW, "board's MIN_REVIEW", terms.min_review);
    same_number!(MIN_HOLD, "board's MIN_HOLD", terms.min_hold);
    same_number!(GRACE, "board's GRACE", terms.grace);
    same_number!(RECORD_FEE, "board's RECORD_FEE", terms.record_fee);
    Ok(())
}

/// A new escrow's fee and treasury are what its constructor was given.
async fn escrow(provider: &DynProvider, manifest: &Manifest) -> Result<(), DeployError> {
    let Some(creation) = &manifest.escrow.creation else {
        return Ok(());
    };
    let escrow = JobEscrow::new(manifest.escrow.address, provider);
    let fee = escrow.PLATFORM_FEE_BPS().call().await;
    let fee = fee.map_err(unreadable("escrow's PLATFORM_FEE_BPS"))?;
    let treasury = escrow.PLATFORM_TREASURY().call().await;
    let treasury = treasury.map_err(unreadable("escrow's PLATFORM_TREASURY"))?;
    let found: Bytes = (fee, treasury).abi_encode_params().into();
    equal("escrow's fee and treasury", &creation.arguments, &found)
}

pub(super) fn unreadable(what: &'static str) -> impl FnOnce(alloy::contract::Error) -> DeployError {
    move |source| DeployError::Read {
        what,
        source: Box::new(source),
    }
}

pub(super) fn equal<T: PartialEq + Display>(
    what: &'static str,
    expected: T,
    found: T,
) -> Result<(), DeployError> {
    match expected == found {
        true => Ok(()),
        false => Err(DeployError::Value {
            what,
            expected: expected.to_string(),
            found: found.to_string(),
        }),
    }
}
