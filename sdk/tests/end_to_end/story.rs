//! The story: every way in which a job can end, and what an agent shows afterwards.

use crate::world::{BUDGET, DAY, HOUR, RECORD_FEE, TOKEN, World};
use alloy::primitives::{B256, U256};
use repute_circuits::{
    field::{to_bytes, to_word},
    policy::Policy,
    statement::settle::Mode,
};
use repute_sdk::{
    ask::Ask,
    board::{AgentError, Fold, Settle},
    log::{Change, Stage},
    observer::{Observation, observe},
    shown::{ShownError, label},
    wallet::{Purpose, Wallet, WalletError},
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
    standing(world).await;
    completion(world).await;
    recovery(world);
    observer(world).await;
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

fn ask(world: &World, now: u64) -> Ask {
    Ask {
        audience: world.clients[2].account().address(),
        challenge: B256::repeat_byte(5),
        deadline: now + DAY,
        label: label("hiring"),
    }
}

async fn standing(world: &mut World) {
    let policy = Policy {
        min_completed: 4,
        min_clients: 2,
        min_success_bps: 10_000,
        min_rating: 60,
        ..Policy::default()
    };
    let now = world.now().await;
    let made = ask(world, now);
    let agent = &mut world.agents[0].agent;
    let proof = agent
        .prove_standing(&world.log, &made, policy)
        .await
        .expect("it is met");
    let (keyring, log, chain) = (&world.keyring, &world.log, &world.chain);
    let shown = proof
        .verify_with_log(keyring, log, &made, &policy, now)
        .expect("it convinces");
    assert_eq!(
        proof
            .verify_on_chain(chain, &made, &policy)
            .await
            .expect("it convinces"),
        shown
    );
    let pseudonym = agent.wallet().secrets().secret().pseudonym(made.scope());
    assert_eq!(shown.pseudonym, to_word(pseudonym));

    // The state was shown: another use needs a refresh first, the same audience does not.
    let job = Purpose::Take { post_id: 99 };
    assert!(matches!(
        agent.wallet().may_use(job),
        Err(WalletError::Shown { .. })
    ));
    let same = Purpose::Show {
        audience: made.audience,
    };
    agent.wallet().may_use(same).expect("the same party");
    let refused = world.agents[1]
        .agent
        .prove_standing(&world.log, &made, policy)
        .await;
    assert!(matches!(refused, Err(AgentError::Short(_))), "{refused:?}");

    let request = world.agents[0]
        .agent
        .refresh(&world.log)
        .await
        .expect("it refreshes");
    world.relay("refresh", request).await;
    world.agents[0]
        .agent
        .wallet()
        .may_use(job)
        .expect("refreshed");
    let (keyring, log, chain) = (&world.keyring, &world.log, &world.chain);
    let stale = proof.verify_with_log(keyring, log, &made, &policy, now);
    assert!(matches!(stale, Err(ShownError::Spent)), "{stale:?}");
    let stale = proof.verify_on_chain(chain, &made, &policy).await;
    let Err(ShownError::Chain(error)) = stale else {
        panic!("the chain believes a spent state: {stale:?}");
    };
    assert_eq!(
        error.refusal().map(|refusal| refusal.name.as_str()),
        Some("NullifierSpent")
    );
}

async fn completion(world: &mut World) {
    let now = world.now().await;
    let made = ask(world, now);
    let agent = &mut world.agents[0].agent;
    let proof = agent
        .prove_completion(&world.log, &made, 1)
        .await
        .expect("it took the job");
    let stage = proof.verify_with_log(&world.keyring, &world.log, &made, now);
    assert_eq!(stage.expect("it convinces"), Stage::Completed);
    let stage = proof.verify_on_chain(&world.chain, &made).await;
    assert_eq!(stage.expect("it convinces"), Stage::Completed);
    let other = world.agents[1]
        .agent
        .prove_completion(&world.log, &made, 1)
        .await;
    assert!(
        matches!(other, Err(AgentError::Wallet(WalletError::NotOurs(1)))),
        "{other:?}"
    );
}

/// The wallets, rebuilt from words and chain alone, equal the lost ones.
fn recovery(world: &World) {
    for person in &world.agents {
        let lost = person.agent.wallet();
        let recovered = Wallet::recover(&person.seed, &world.log, 0).expect("it recovers");
        assert_eq!(
            recovered.book().expect("registered"),
            lost.book().expect("registered")
        );
        assert_eq!(recovered.notes().ratings, lost.notes().ratings);
        assert_eq!(recovered.pending(), lost.pending());
        assert_eq!(recovered.notes().workers, lost.notes().workers);
        let payouts = recovered.payouts(&world.log);
        assert_eq!(payouts.len(), lost.state().completed as usize);
        for payout in payouts {
            let key = payout.key.expect("a derived key was paid");
            assert_eq!(key.address(), payout.recipient);
        }
    }
    let lost = world.agents[0].agent.wallet();
    assert_eq!(lost.notes().ratings.get(&1), Some(&90));
}

/// What is published names no agent, and ties no two jobs together.
async fn observer(world: &World) {
    let seen = observe(&world.chain).await.expect("the log reads");
    let jobs = seen.by_job();
    assert_eq!(jobs.keys().flatten().count(), world.log.jobs().count());
    let published = seen.transactions.len();
    assert!(published > world.gas.len(), "{published} transactions");
    assert!(seen.transactions.iter().all(|t| t.function.is_some()));

    let made = ask(world, 0);
    for person in &world.agents {
        let wallet = person.agent.wallet();
        let secret = wallet.secrets().secret();
        for hidden in [
            secret.expose(),
            secret.view().expose(),
            secret.owner(),
            secret.pseudonym(made.scope()),
        ] {
            assert!(seen.mentions(&to_bytes(hidden)).is_empty());
        }
        let registered = seen.mentions(&to_bytes(wallet.secrets().identity()));
        assert_eq!(registered.len(), 1);
        assert_eq!(registered[0].function.as_deref(), Some("register"));

        for step in &wallet.book().expect("registered").steps {
            let Change::Take { post_id, .. } = step.change else {
                continue;
            };
            let job = world.job(post_id);
            let worker = wallet.worker(job).expect("ours").address();
            only_in(&seen, worker.as_slice(), post_id);
            if job.settled.is_some() {
                only_in(&seen, wallet.payout_key(job).address().as_slice(), post_id);
            }
            only_in(&seen, &to_bytes(secret.ticket(job.key)), post_id);
        }
    }
    for name in ["inputs.nullifier", "inputs.commitment"] {
        let mut values: Vec<&str> = seen
            .transactions
            .iter()
            .flat_map(|t| &t.events)
            .flat_map(|event| &event.fields)
            .filter(|field| field.name == name)
            .map(|field| field.value.as_str())
            .collect();
        let all = values.len();
        values.sort_unstable();
        values.dedup();
        assert!(all >= 12 && values.len() == all, "{name}: {all}");
    }
}

fn only_in(seen: &Observation, needle: &[u8], post_id: u64) {
    let mentions = seen.mentions(needle);
    assert!(!mentions.is_empty(), "job {post_id}");
    for published in mentions {
        assert_eq!(published.job, Some(post_id), "{:?}", published.function);
    }
}
