//! What happens to every job: it is posted, taken, delivered and settled.

use super::{
    parties::Role,
    world::{Customer, DAY, HOUR, ONE, World},
};
use crate::error::CliError;
use alloy::primitives::{Address, keccak256};
use rand::rngs::OsRng;
use repute_circuits::policy::Policy;
use repute_sdk::{
    board::{Agent, Settle, Take},
    deliverable::seal,
    post::{Arbitration, Terms},
    request::Request,
};

/// What a relayer gets for take and submit, half each, base units.
const RELAY_FEE: u128 = 2 * ONE;
/// What a relayer gets for a settlement, base units.
pub const SETTLE_FEE: u128 = ONE;
/// What a ruling earns, base units.
const ARBITER_FEE: u128 = 10 * ONE;
/// In how long clients may rate and dispute, seconds.
pub const REVIEW: u64 = 3 * DAY;
/// In how long the arbiter may rule after that, seconds.
const ARBITRATION: u64 = 5 * DAY;
/// Until when a job may be taken, and until when submitted, seconds after its post.
const TAKE_WITHIN: u64 = DAY;
/// See above.
pub const SUBMIT_WITHIN: u64 = 3 * DAY;
/// The demo's only kind of work.
const CATEGORY: u32 = 1;

/// What a client asks for.
pub struct Offer {
    /// The work.
    pub work: &'static str,
    /// What it pays, base units.
    pub budget: u128,
    /// What the agent's record must meet.
    pub policy: Policy,
    /// The policy in words.
    pub wanted: &'static str,
    /// What the sender of take puts up, base units.
    pub bond: u128,
}

/// An agent with its name in the story.
pub struct Worker {
    /// The name.
    pub name: &'static str,
    /// What it does on the board.
    pub agent: Agent,
}

/// The terms of an offer that is posted at `now`.
fn terms(by: &Customer, arbiter: Address, offer: &Offer, now: u64) -> Terms {
    Terms {
        category: CATEGORY,
        policy: offer.policy,
        reviewer: Some(by.reviewer.digest()),
        review_period: REVIEW,
        arbitration: Some(Arbitration {
            arbiter,
            period: ARBITRATION,
            fee: ARBITER_FEE,
        }),
        take_by: now + TAKE_WITHIN,
        submit_by: now + SUBMIT_WITHIN,
        relay_fee: RELAY_FEE,
        bond: offer.bond,
        selective: false,
        description_hash: keccak256(offer.work),
        description_uri: format!("data:,{}", offer.work.replace(' ', "%20")),
    }
}

/// A client posts a job; the job's number.
pub async fn post(
    w: &mut World,
    by: impl Fn(&World) -> &Customer,
    offer: &Offer,
) -> Result<u64, CliError> {
    let now = w.chain.now().await?;
    let customer = by(w);
    let (name, client) = (customer.name, customer.client.clone());
    let terms = terms(customer, w.judge.account().address(), offer, now);
    let deposit = offer.budget + terms.relay_fee + terms.arbiter_fee();
    if let Some(receipt) = client.account().allow(deposit).await? {
        let text = format!("{name} lets the board take {}", w.amount(deposit));
        w.did(("allow", None, name), &receipt, &text).await?;
    }
    let posted = client.post(&terms, offer.budget).await?;
    let job = posted.post_id;
    let text = format!(
        "{name} posts job {job}: {}, {}, for {}",
        offer.work,
        w.amount(offer.budget),
        offer.wanted
    );
    w.did(("post", Some(job), name), &posted.receipt, &text)
        .await?;
    Ok(job)
}

/// An agent prepares a take that Rita alone can send.
pub async fn prepare_take(
    w: &mut World,
    worker: &mut Worker,
    job: u64,
) -> Result<Request, CliError> {
    let bond = w.job(job)?.post.terms.bond;
    if let Some(receipt) = w.rita.account().allow(bond).await? {
        let text = format!("Rita lets the board take {} as a bond", w.amount(bond));
        w.did(("allow", None, "Rita"), &receipt, &text).await?;
    }
    let how = Take {
        relayer: w.rita.account().address(),
        approval: None,
    };
    Ok(worker.agent.take(&w.log, job, how).await?)
}

/// Rita sends a prepared take.
pub async fn send_take(
    w: &mut World,
    worker: &mut Worker,
    job: u64,
    request: &Request,
) -> Result<(), CliError> {
    let name = worker.name;
    let text = format!(
        "{name} takes job {job} with a one-time key, through Rita; the budget is locked in the escrow"
    );
    w.relay("take", Some(job), request, &text).await?;
    worker.agent.sync(&w.log)?;
    Ok(())
}

/// An agent takes a job.
pub async fn take(w: &mut World, worker: &mut Worker, job: u64) -> Result<(), CliError> {
    let request = prepare_take(w, worker, job).await?;
    send_take(w, worker, job, &request).await
}

/// An agent hands in its work.
pub async fn deliver(w: &mut World, worker: &Worker, job: u64) -> Result<(), CliError> {
    // The salt goes to the client; without it nobody can tell by guessing what was delivered.
    let sealed = seal(b"the finished work", &mut OsRng);
    let request = worker.agent.submit(&w.log, job, sealed.deliverable).await?;
    let text = format!("{} delivers job {job}, through Rita", worker.name);
    w.relay("submit", Some(job), &request, &text).await
}

/// An agent prepares a settlement that Rita alone can send, and for which she gets a fee.
pub async fn prepare_settle(
    w: &mut World,
    worker: &mut Worker,
    job: u64,
    mut how: Settle,
) -> Result<Request, CliError> {
    how.relayer = w.rita.account().address();
    how.relayer_fee = SETTLE_FEE;
    Ok(worker.agent.settle(&w.log, job, how).await?)
}

/// Rita sends a prepared settlement.
pub async fn send_settle(
    w: &mut World,
    worker: &mut Worker,
    job: u64,
    request: &Request,
) -> Result<(), CliError> {
    let listed = w.job(job)?;
    let budget = listed.post.budget;
    let recipient = worker.agent.wallet().payout_key(listed).address();
    let paid = worker.agent.payout(budget, SETTLE_FEE)?;
    w.directory.add(recipient, worker.name, Role::Agent);
    let text = format!(
        "{} is paid {} for job {job} at a fresh account, on a proof that also updates the record",
        worker.name,
        crate::output::amount(paid, w.chain.token())
    );
    w.relay("settle", Some(job), request, &text).await?;
    worker.agent.sync(&w.log)?;
    Ok(())
}

/// An agent is paid for a job.
pub async fn settle(
    w: &mut World,
    worker: &mut Worker,
    job: u64,
    how: Settle,
) -> Result<(), CliError> {
    let request = prepare_settle(w, worker, job, how).await?;
    send_settle(w, worker, job, &request).await
}

/// Lets the time pass that a job must be held before it is settled.
pub async fn hold(w: &mut World) -> Result<(), CliError> {
    w.wait(HOUR).await
}
