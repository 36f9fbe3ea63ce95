//! The story: every way in which a job can end, and what an agent shows afterwards.

mod aftermath;

use crate::world::{BUDGET, HOUR, RECORD_FEE, TOKEN, World};
use alloy::primitives::U256;
use repute_circuits::{policy::Policy, statement::settle::Mode};
use repute_sdk::{
    board::{AgentError, Fold, Settle},
    log::Stage,
};

/// What the relayer gets for a settlement.
const SETTLE_FEE: u128 = TOKEN;
/// What a settlement leaves for the recipient: the escrow takes 1 %.
const PAYOUT: u128 = BUDGET - BUDGET / 100 - RECORD_FEE - SETTLE_FEE;

fn settle(world: &World) -> Settle {
    Settle {
        relayer: world.relayer(),
        relayer_fee: SETTLE_FEE,
        ..Settle::default()
    }
}

/// Tells the story, and returns the gas of each step.
pub async fn tell(world: &mut World) -> Vec<(String, u64)> {
    world.register(0).await;
    world.register(1).await;
    assert_eq!(world.log.registration_count(), 2);

    released_and_rated_in_private(world).await;
    too_thin_a_record_is_refused(world).await;
    silent_client(world).await;
    rated_in_the_open(world).await;
    ruled_for_the_agent(world).await;
    ruled_against_the_agent(world).await;
    called_off(world).await;
    never_delivered(world).await;
    withdrawn(world).await;
    aftermath::standing(world).await;
    aftermath::completion(world).await;
    aftermath::recovery(world);
    aftermath::observer(world).await;
    world.gas.clone()
}

async fn settle_job(world: &mut World, agent: usize, post_id: u64, terms: Settle) {
    let before = world.balance(world.relayer()).await;
    let agent = &mut world.agents[agent].agent;
    let request = agent
        .settle(&world.log, post_id, terms)
        .await
        .expect("it settles");
    let recipient = agent
        .wallet()
        .payout_key(world.log.job(post_id).expect("there"))
        .address();
    world.relay("settle", request).await;
    let settled = world.job(post_id).settled.expect("settled");
    assert_eq!(settled.recipient, recipient);
    assert_eq!(settled.paid, U256::from(PAYOUT));
    assert_eq!(world.balance(recipient).await, U256::from(PAYOUT));
    assert_eq!(
        world.balance(world.relayer()).await - before,
        U256::from(SETTLE_FEE)
    );
    assert_eq!(world.job(post_id).stage, Stage::Completed);
}

async fn released_and_rated_in_private(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    let deliverable = world.submit(0, id).await;
    world.wait(HOUR).await;

    let agent = &mut world.agents[0].agent;
    let early = agent.settle(&world.log, id, Settle::default()).await;
    assert!(
        matches!(early, Err(AgentError::NotCleared { .. })),
        "{early:?}"
    );

    let release = world.clients[0].sign_release(world.job(id), deliverable);
    let review = world
        .reviewer
        .sign(world.job(id), 90)
        .expect("it is delivered");
    let terms = Settle {
        release: Some(release),
        review: Some(review),
        ..settle(world)
    };
    settle_job(world, 0, id, terms).await;
    let state = world.agents[0].agent.wallet().state();
    assert_eq!(
        (state.accepted, state.completed, state.rated, state.clients),
        (1, 1, 1, 1)
    );
    assert_eq!((state.rating_sum, state.volume), (90, BUDGET));
    assert_eq!(world.job(id).settled.expect("settled").mode, Mode::Private);
}

async fn too_thin_a_record_is_refused(world: &mut World) {
    let mut terms = world.terms().await;
    terms.policy = Policy {
        min_completed: 1,
        min_rating: 80,
        ..Policy::default()
    };
    let id = world.post(0, &terms).await;
    assert_eq!(id, 2);
    let refusal = world.agents[1].agent.can_take(&world.log, id).await;
    let Err(AgentError::Short(shortfall)) = refusal else {
        panic!("an empty record meets the policy: {refusal:?}");
    };
    let expected = "policy: minCompleted: 0 jobs completed, 1 needed";
    assert_eq!(shortfall.to_string(), expected);
    world.agents[0]
        .agent
        .can_take(&world.log, id)
        .await
        .expect("one job, rated 90");
}

async fn silent_client(world: &mut World) {
    world.take(0, 2, None).await;
    world.submit(0, 2).await;
    // The client says nothing until its review has ended.
    world.wait(2 * HOUR + 1).await;
    let terms = settle(world);
    settle_job(world, 0, 2, terms).await;
    let state = world.agents[0].agent.wallet().state();
    assert_eq!((state.completed, state.rated, state.clients), (2, 1, 1));
}

async fn rated_in_the_open(world: &mut World) {
    let mut terms = world.terms().await;
    terms.selective = true;
    terms.arbitration = None;
    let id = world.post(1, &terms).await;
    let agent = &mut world.agents[0].agent;
    let unapproved = agent.take(&world.log, id, Default::default()).await;
    let Err(AgentError::NeedsApproval { worker, .. }) = unapproved else {
        panic!("the job is selective: {unapproved:?}");
    };
    let approval = world.clients[1].approve(world.job(id), worker);
    world.take(0, id, Some(approval)).await;
    let deliverable = world.submit(0, id).await;
    let receipt = world.clients[1]
        .rate(world.job(id), 40)
        .await
        .expect("it rates");
    world.record("rate", &receipt).await;
    let receipt = world.clients[1].release(world.job(id), deliverable).await;
    world
        .record("release", &receipt.expect("it releases"))
        .await;
    world.wait(HOUR).await;
    // The rating in the open wins over a private one.
    let review = world
        .reviewer
        .sign(world.job(id), 100)
        .expect("it is delivered");
    let terms = Settle {
        review: Some(review),
        ..settle(world)
    };
    settle_job(world, 0, id, terms).await;
    let state = world.agents[0].agent.wallet().state();
    assert_eq!(
        (
            state.completed,
            state.rated,
            state.clients,
            state.rating_sum
        ),
        (3, 2, 2, 130)
    );
}

async fn ruled_for_the_agent(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(1, &terms).await;
    world.take(0, id, None).await;
    world.submit(0, id).await;
    let receipt = world.clients[1]
        .dispute(world.job(id))
        .await
        .expect("it disputes");
    world.record("dispute", &receipt).await;
    world.wait(3 * HOUR).await;
    let agent = &mut world.agents[0].agent;
    let early = agent.settle(&world.log, id, Settle::default()).await;
    assert!(
        matches!(early, Err(AgentError::NotCleared { .. })),
        "{early:?}"
    );
    let receipt = world
        .arbiter
        .rule(world.job(id), true)
        .await
        .expect("it rules");
    world.record("rule for", &receipt).await;
    let terms = settle(world);
    settle_job(world, 0, id, terms).await;
}

async fn ruled_against_the_agent(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(2, &terms).await;
    world.take(1, id, None).await;
    world.submit(1, id).await;
    let receipt = world.clients[2]
        .dispute(world.job(id))
        .await
        .expect("it disputes");
    world.record("dispute", &receipt).await;
    let receipt = world
        .arbiter
        .rule(world.job(id), false)
        .await
        .expect("it rules");
    world.record("rule against", &receipt).await;
    assert_eq!(world.job(id).stage, Stage::Rejected);
    withdraw_credit(world, 2).await;
}

async fn withdraw_credit(world: &mut World, client: usize) {
    let client = world.clients[client].clone();
    let owner = client.account().address();
    let (before, credit) = (
        world.balance(owner).await,
        client.credit().await.expect("it answers"),
    );
    assert!(credit >= U256::from(BUDGET), "{credit}");
    let receipt = client.withdraw_credit(owner).await.expect("it withdraws");
    world.record("withdraw credit", &receipt).await;
    assert_eq!(world.balance(owner).await - before, credit);
}

async fn called_off(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    let deadline = world.now().await + HOUR;
    let signature = world.agents[0]
        .agent
        .sign_cancel(&world.log, id, deadline)
        .expect("ours");
    let receipt = world.clients[0]
        .cancel(world.job(id), deadline, signature)
        .await;
    world.record("cancel", &receipt.expect("it cancels")).await;
    let agent = &mut world.agents[0].agent;
    assert_eq!(agent.wallet().open_jobs().collect::<Vec<_>>(), [id]);
    let request = agent
        .fold(&world.log, id, Fold::default())
        .await
        .expect("it folds");
    world.relay("fold", request).await;
    let state = world.agents[0].agent.wallet().state();
    assert_eq!(
        (state.accepted, state.completed, state.cancelled),
        (5, 4, 1)
    );
    assert_eq!(world.agents[0].agent.wallet().open_jobs().count(), 0);
}

async fn never_delivered(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(2, &terms).await;
    world.take(1, id, None).await;
    world.wait(12 * HOUR + 1).await;
    let receipt = world.clients[2]
        .reclaim(world.job(id))
        .await
        .expect("it reclaims");
    world.record("reclaim", &receipt).await;
    assert_eq!(world.job(id).stage, Stage::Reclaimed);
    withdraw_credit(world, 2).await;
    // Both jobs that ended badly stay unresolved, and count against the success rate.
    let state = world.agents[1].agent.wallet().state();
    assert_eq!(
        (state.accepted, state.completed, state.unresolved()),
        (2, 0, 2)
    );
}

async fn withdrawn(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(2, &terms).await;
    let receipt = world.clients[2]
        .withdraw(world.job(id))
        .await
        .expect("it withdraws");
    world.record("withdraw", &receipt).await;
    assert_eq!(world.job(id).stage, Stage::Withdrawn);
    withdraw_credit(world, 2).await;
}
