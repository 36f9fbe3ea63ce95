//! Attacks, which contracts must refuse, each for its own reason.

use super::{jobs::Worker, report::By, world::World};
use crate::error::CliError;
use alloy::{
    primitives::{Address, B256, Bytes, U256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::SolCall,
};
use repute_circuits::{
    binding,
    field::{Fr, ORDER, from_word},
    statement::settle::Mode,
};
use repute_contracts::bindings::JobBoard;
use repute_sdk::{
    chain::Account,
    request::{Action, Request},
    signing::Messages,
};

/// Tries a transaction, which must be refused with the error `expected`.
pub async fn must_refuse(
    w: &mut World,
    attempt: &str,
    from: &Account,
    (to, calldata): (Address, Bytes),
    expected: &str,
) -> Result<(), CliError> {
    let error = match from.send_raw(to, calldata).await {
        Ok(_) => return Err(CliError::internal(format!("{attempt}: it went through"))),
        Err(error) => error,
    };
    match error.refusal() {
        Some(refusal) if refusal.name == expected => w.refuse(attempt, By::Contract, refusal),
        Some(refusal) => Err(CliError::internal(format!(
            "{attempt}: refused as {refusal}, not as {expected}"
        ))),
        None => Err(error.into()),
    }
}

/// Somebody who sees Ada's acceptance puts a key of its own into it.
pub async fn copied_take(w: &mut World, job: u64, request: &Request) -> Result<(), CliError> {
    let Action::Take(mut call) = action(request)? else {
        return Err(unexpected(request));
    };
    let key = PrivateKeySigner::random();
    call.acceptance.worker = key.address();
    let messages = Messages::of(&w.chain);
    let ticket = element(call.acceptance.ticket)?;
    call.workerSignature = sign(&key, messages.take(w.job(job)?.key, ticket))?;
    let rita = w.rita.account().clone();
    must_refuse(
        w,
        "Rita copies Ada's acceptance and puts a worker key of her own into it",
        &rita,
        (request.to, call.abi_encode().into()),
        "InvalidProof",
    )
    .await
}

/// Ada uses one acceptance a second time, on another board with the same agents and the same post.
/// Her worker key signs for that board too, so that only the proof stands in the way.
pub async fn other_board(
    w: &mut World,
    ada: &Worker,
    job: u64,
    request: &Request,
) -> Result<(), CliError> {
    let Action::Take(mut call) = action(request)? else {
        return Err(unexpected(request));
    };
    let here = w.job(job)?.clone();
    let (other, cleo) = w.another_board().await?;
    // The same registrations in the same order, so the other ledger has the same root.
    for registration in &w.registrations {
        let calldata = registration.calldata.clone();
        w.stranger.send_raw(other.ledger(), calldata).await?;
    }
    let posted = cleo.post(&here.post.terms, here.post.budget).await?;
    let there = binding::job(other.id(), other.board(), posted.post_id);
    let ticket = element(call.acceptance.ticket)?;
    let key = ada.agent.wallet().next_worker(&here);
    call.postId = U256::from(posted.post_id);
    call.workerSignature = sign(&key, Messages::of(&other).take(there, ticket))?;
    let rita = other.account(w.rita_key.clone());
    must_refuse(
        w,
        "Ada uses the same proof for the same post on a second board",
        &rita,
        (other.board(), call.abi_encode().into()),
        "InvalidProof",
    )
    .await
}

/// Everything that a relayer, a stranger or a thief can do with the settlement of a released job
/// before it is sent.
pub async fn settlement(
    w: &mut World,
    ada: &Worker,
    job: u64,
    request: &Request,
) -> Result<(), CliError> {
    let Action::Settle(signed) = action(request)? else {
        return Err(unexpected(request));
    };
    let rita = w.rita.account().clone();
    let stranger = w.stranger.clone();
    let listed = w.job(job)?.clone();
    let changed = |change: &dyn Fn(&mut JobBoard::settleCall)| {
        let mut call = (*signed).clone();
        change(&mut call);
        (request.to, Bytes::from(call.abi_encode()))
    };

    let attack = changed(&|call| call.settlement.releaseSignature = Bytes::new());
    must_refuse(
        w,
        "Rita settles without Cleo's release, before the review has passed",
        &rita,
        attack,
        "NotCleared",
    )
    .await?;

    let attack = changed(&|call| call.settlement.recipient = rita.address());
    must_refuse(
        w,
        "Rita changes the recipient to herself",
        &rita,
        attack,
        "BadSignature",
    )
    .await?;

    let attack = changed(&|call| call.settlement.relayerFee += U256::from(1));
    must_refuse(
        w,
        "Rita raises her fee by one base unit",
        &rita,
        attack,
        "BadSignature",
    )
    .await?;

    // The worker key signs the payment, the proof fixes it once more.
    let stolen = ada.agent.wallet().worker(&listed)?;
    let resign = |call: &mut JobBoard::settleCall| {
        let settlement = &mut call.settlement;
        let terms = binding::Settle {
            job: listed.key,
            recipient: settlement.recipient,
            min_payout: settlement.minPayout,
            relayer: settlement.relayer,
            relayer_fee: settlement.relayerFee,
        };
        sign(&stolen, Messages::of(&w.chain).settle(&terms))
    };
    let mut call = (*signed).clone();
    call.settlement.recipient = stranger.address();
    call.settlement.workerSignature = resign(&mut call)?;
    let attack = (request.to, Bytes::from(call.abi_encode()));
    must_refuse(
        w,
        "A thief of the worker key changes the recipient and signs again",
        &rita,
        attack,
        "InvalidProof",
    )
    .await?;

    let attack = changed(&|call| call.settlement.nullifier += ORDER);
    must_refuse(
        w,
        "Rita adds the field order r to the nullifier, which is the same number to the proof",
        &rita,
        attack,
        "InvalidField",
    )
    .await?;

    must_refuse(
        w,
        "A stranger sends the request in Rita's place",
        &stranger,
        (request.to, request.calldata.clone()),
        "NotAllowed",
    )
    .await
}

/// A settlement that was sent is sent again.
pub async fn replay(w: &mut World, request: &Request) -> Result<(), CliError> {
    let rita = w.rita.account().clone();
    must_refuse(
        w,
        "Rita sends the same settlement again",
        &rita,
        (request.to, request.calldata.clone()),
        "WrongStage",
    )
    .await
}

/// A rating in the open is left out of the settlement.
pub async fn dodged_rating(w: &mut World, request: &Request) -> Result<(), CliError> {
    let Action::Settle(mut call) = action(request)? else {
        return Err(unexpected(request));
    };
    call.settlement.mode = Mode::Silence as u8;
    let rita = w.rita.account().clone();
    must_refuse(
        w,
        "Ada settles as if Cleo had been silent",
        &rita,
        (request.to, call.abi_encode().into()),
        "WrongMode",
    )
    .await
}

fn action(request: &Request) -> Result<Action, CliError> {
    request.action().map_err(CliError::internal)
}

fn unexpected(request: &Request) -> CliError {
    CliError::internal(format!("a request is of another kind: {request:?}"))
}

fn element(word: U256) -> Result<Fr, CliError> {
    from_word(word).map_err(CliError::internal)
}

fn sign(key: &PrivateKeySigner, hash: B256) -> Result<Bytes, CliError> {
    let signature = key.sign_hash_sync(&hash).map_err(CliError::internal)?;
    Ok(signature.as_bytes().into())
}
