//! Proofs that an agent shows to somebody, and what is refused there.

use super::{
    attacks::must_refuse,
    jobs::Worker,
    report::{By, Convinced},
    world::{DAY, World, random},
};
use crate::{error::CliError, output::short};
use alloy::{signers::local::PrivateKeySigner, sol_types::SolCall};
use repute_circuits::{field::ORDER, policy::Policy};
use repute_prover::VerifyError;
use repute_sdk::{
    ask::Ask,
    board::AgentError,
    log::Stage,
    shown::{ShownError, label},
    standing::StandingProof,
    wallet::{WalletError, grid::MAX_AGE},
};

/// What Vera wants to see.
const POLICY: Policy = Policy {
    min_completed: 3,
    min_clients: 2,
    min_success_bps: 9_500,
    min_rating: 80,
    min_volume: 0,
    min_age_days: 0,
    min_rated_bps: 0,
    min_kept_bps: 0,
    free_open: 0,
};

/// Where proofs are verified.
const VERIFIED: [&str; 2] = ["off chain", "on chain"];

/// An agent shows its standing, which others cannot use and which goes stale.
pub async fn standing(
    w: &mut World,
    ada: &mut Worker,
    ben: &mut Worker,
) -> Result<Convinced, CliError> {
    w.tell.title("An agent shows its standing")?;
    let record = w.record(ada.name, "when it shows its standing", &ada.agent);
    w.tell
        .say(&format!("Ada's record, which only she knows: {record}"))?;
    let vera = ask(w).await?;
    let knows = "3 jobs completed or more, for 2 clients or more, success rate 95 % or more, average \
                 rating 80 or more";
    w.tell
        .say(&format!("Vera, who has never seen Ada, asks for: {knows}."))?;
    match ben.agent.prove_standing(&w.log, &vera, POLICY).await {
        Err(AgentError::Short(shortfall)) => {
            w.refuse("Ben tries to show the same", By::Agent, shortfall)?;
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(CliError::internal("a thin record showed a high standing")),
    }
    let proof = ada.agent.prove_standing(&w.log, &vera, POLICY).await?;
    let now = w.chain.now().await?;
    proof.verify_with_log(&w.keyring, &w.log, &vera, &POLICY, now)?;
    let shown = proof.verify_on_chain(&w.chain, &vera, &POLICY).await?;
    let name = short(format!("{:#x}", shown.pseudonym));
    w.tell.done(
        &format!(
            "Vera is convinced, by her own copy of the log and by the contract. All she sees of Ada \
             is the pseudonym {name}, which nobody else will ever see"
        ),
        None,
    )?;

    let other = ask(w).await?;
    let passed_on = proof.verify_with_log(&w.keyring, &w.log, &other, &POLICY, now);
    must_fail(
        w,
        "Vera passes Ada's proof on to somebody else, as if it were made for them",
        passed_on,
        |error| matches!(error, ShownError::OtherAsk(_)),
    )?;
    let mut forged = proof.clone();
    forged.ask = other;
    on_chain(
        w,
        "She puts the other's request into it, for a contract to check",
        &forged,
        "InvalidProof",
    )
    .await?;
    let mut shifted = proof.clone();
    shifted.pseudonym = proof.pseudonym + ORDER;
    let two = shifted.verify_with_log(&w.keyring, &w.log, &vera, &POLICY, now);
    must_fail(
        w,
        "Ada adds r to her pseudonym, to look like two agents",
        two,
        |error| matches!(error, ShownError::Proof(VerifyError::Input { .. })),
    )?;

    // The later the refresh the less its time tells; but the proof should still be young then.
    let latest = proof.at + MAX_AGE - 60;
    let wanted = ada.agent.wallet().shown()?.map_or(now, |s| s.refresh_after);
    w.wait(wanted.min(latest).saturating_sub(now).max(1))
        .await?;
    let request = ada.agent.refresh(&w.log).await?;
    w.relay(
        "refresh",
        None,
        &request,
        "Ada refreshes her record, so that what she does next is not linked to what she showed",
    )
    .await?;
    ada.agent.sync(&w.log)?;
    let now = w.chain.now().await?;
    let stale = proof.verify_with_log(&w.keyring, &w.log, &vera, &POLICY, now);
    must_fail(
        w,
        "Ada shows the old proof again, now that her record has moved on",
        stale,
        |error| matches!(error, ShownError::Spent),
    )?;
    on_chain(w, "The same, on chain", &proof, "NullifierSpent").await?;
    let mut disguised = proof;
    disguised.nullifier += ORDER;
    on_chain(
        w,
        "She adds r to the nullifier, which the contract has not seen spent",
        &disguised,
        "InvalidProof",
    )
    .await?;
    Ok(Convinced {
        statement: "standing",
        verified: VERIFIED,
        knows: knows.to_owned(),
    })
}

/// An agent shows that it did a job, and another cannot.
pub async fn completion(
    w: &mut World,
    ada: &mut Worker,
    ben: &mut Worker,
    job: u64,
) -> Result<Convinced, CliError> {
    w.tell.title("An agent shows that it did a job")?;
    let vera = ask(w).await?;
    match ben.agent.prove_completion(&w.log, &vera, job).await {
        Err(AgentError::Wallet(error @ WalletError::NotOurs(_))) => {
            w.refuse("Ben claims Ada's job", By::Agent, error)?;
        }
        Err(error) => return Err(error.into()),
        Ok(_) => return Err(CliError::internal("an agent claimed another's job")),
    }
    let proof = ada.agent.prove_completion(&w.log, &vera, job).await?;
    let now = w.chain.now().await?;
    let seen = [
        proof.verify_with_log(&w.keyring, &w.log, &vera, now)?,
        proof.verify_on_chain(&w.chain, &vera).await?,
    ];
    if seen != [Stage::Completed; 2] {
        return Err(CliError::internal("a completed job is not seen as one"));
    }
    let knows = format!("the agent she talks to took job {job}, which was completed");
    w.tell.done(
        &format!("Vera knows, off chain and on chain: {knows}"),
        None,
    )?;
    let mut forged = proof.clone();
    forged.post_id = job + 1;
    let vera_account = w.stranger.clone();
    let call = forged.to_call().abi_encode();
    must_refuse(
        w,
        "Ada uses the proof for another job",
        &vera_account,
        (w.chain.ledger(), call.into()),
        "InvalidProof",
    )
    .await?;
    Ok(Convinced {
        statement: "completion",
        verified: VERIFIED,
        knows,
    })
}

/// A request by somebody who was never seen before.
async fn ask(w: &World) -> Result<Ask, CliError> {
    Ok(Ask {
        audience: PrivateKeySigner::random().address(),
        challenge: random(),
        deadline: w.chain.now().await? + DAY,
        label: label("demo"),
    })
}

fn must_fail<T>(
    w: &mut World,
    attempt: &str,
    result: Result<T, ShownError>,
    expected: impl Fn(&ShownError) -> bool,
) -> Result<(), CliError> {
    match result {
        Err(error) if expected(&error) => w.refuse(attempt, By::Verifier, error),
        Err(error) => Err(CliError::internal(format!(
            "{attempt}: refused for another reason: {error}"
        ))),
        Ok(_) => Err(CliError::internal(format!("{attempt}: it was believed"))),
    }
}

async fn on_chain(
    w: &mut World,
    attempt: &str,
    proof: &StandingProof,
    expected: &str,
) -> Result<(), CliError> {
    let anyone = w.stranger.clone();
    let call = proof.to_call().abi_encode();
    must_refuse(
        w,
        attempt,
        &anyone,
        (w.chain.ledger(), call.into()),
        expected,
    )
    .await
}
