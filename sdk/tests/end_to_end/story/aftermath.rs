//! What an agent shows afterwards, what comes back of its wallet, and what an observer saw.

use crate::world::{DAY, World};
use alloy::primitives::B256;
use repute_circuits::{
    field::{to_bytes, to_word},
    policy::Policy,
};
use repute_sdk::{
    ask::Ask,
    board::AgentError,
    log::{Change, Stage},
    observer::{Observation, observe},
    shown::{ShownError, label},
    wallet::{Purpose, Wallet, WalletError},
};

fn ask(world: &World, now: u64) -> Ask {
    Ask {
        audience: world.clients[2].account().address(),
        challenge: B256::repeat_byte(5),
        deadline: now + DAY,
        label: label("hiring"),
    }
}

pub async fn standing(world: &mut World) {
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

pub async fn completion(world: &mut World) {
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
pub fn recovery(world: &World) {
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
pub async fn observer(world: &World) {
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
