//! The whole story of the board, the same on the embedded chain and on anvil, with equal gas.

mod audit;
mod audit_faults;
mod kept_log;
mod liar;
mod page;
mod privacy;
mod queue;
mod refusals;
mod relays;
mod story;
mod verify;
mod windows;
mod withheld;
mod world;

use liar::Liar;
use repute_contracts::{EmbeddedChain, anvil::Anvil};
use repute_prover::{Store, TerminalProgress};
use repute_sdk::{
    chain::local::{self, Local},
    keys::Keyring,
};
use std::sync::OnceLock;
use world::World;

/// The development keys, kept between runs.
fn keyring() -> Keyring {
    static KEYS: OnceLock<Keyring> = OnceLock::new();
    KEYS.get_or_init(|| {
        Keyring::development(&key_store(), &TerminalProgress::new()).expect("the circuits lay out")
    })
    .clone()
}

fn key_store() -> Store {
    Store::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_is_the_same_on_both_chains() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    let here = story::tell(&mut world).await;

    let anvil = Anvil::start().await.expect("anvil starts");
    let mut world = World::deploy(world::http(anvil.url()), keyring()).await;
    let there = story::tell(&mut world).await;

    for ((step, here), (same_step, there)) in here.iter().zip(&there) {
        assert_eq!((step, here), (same_step, there), "gas of {step}");
    }
    assert_eq!(here.len(), there.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_left_the_machine_is_refreshed_before_it_is_used_elsewhere() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    withheld::tell(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_of_the_record_is_shown() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    windows::tell(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relayer_settles_many_at_once() {
    let liar = Liar::over(&EmbeddedChain::default().client());
    let mut world = World::deploy(liar.client(), keyring()).await;
    relays::tell(&mut world, &liar).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attacks_are_refused() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    refusals::attack(&mut world, embedded.client()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_local_chain_is_deployed_to_once_and_kept() {
    let directory = tempfile::tempdir().expect("a directory");
    let keys = key_store();
    let (chain, log) = local::open(directory.path(), &keys)
        .await
        .expect("it deploys");
    let account = repute_contracts::dev::dev_signer("dev3").expect("a development account");
    let balance = chain.balance(account.address()).await.expect("answers");
    assert_eq!(balance, alloy::primitives::U256::from(local::POCKET));
    let (manifest, head) = (chain.manifest().clone(), log.head());
    let refused = local::open(directory.path(), &keys).await;
    let error = refused.expect_err("it is in use").to_string();
    assert!(
        error.contains(&directory.path().join("chain").display().to_string()),
        "{error}"
    );
    drop((chain, log));

    let (chain, log) = local::open(directory.path(), &keys)
        .await
        .expect("it is kept");
    assert_eq!((chain.manifest(), log.head()), (&manifest, head));
    drop((chain, log));

    // A manifest of contracts that are not there is no reason to deploy again behind one's back.
    assert!(EmbeddedChain::reset(&directory.path().join("chain")).expect("not in use"));
    let refused = local::open(directory.path(), &keys)
        .await
        .expect_err("nothing is there");
    assert!(
        refused.to_string().contains("repute chain reset"),
        "{refused}"
    );
    assert!(Local::reset(directory.path()).expect("not in use"));
    let (_, log) = local::open(directory.path(), &keys)
        .await
        .expect("it deploys");
    assert_eq!(log.rebuilt(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_that_were_handed_over_are_judged() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    verify::tell(&mut world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_deployment_passes_its_audit_and_each_planted_fault_is_named() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    audit::history(&mut world).await;
    audit::honest(&world, embedded.client()).await;
    audit::records(&world);
    audit_faults::plant(&world, &embedded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_through_other_contracts_are_audited_where_the_node_traces() {
    let anvil = Anvil::start().await.expect("anvil starts");
    let client = world::http(anvil.url());
    let mut world = World::deploy(client.clone(), keyring()).await;
    audit::forwarded(&mut world, client, true).await;
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    audit::forwarded(&mut world, embedded.client(), false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_worked_off_whatever_happens() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    queue::tell(&mut world).await;
}

#[path = "../../examples/agent.rs"]
#[allow(dead_code, reason = "its main is for people")]
mod agent;

#[tokio::test(flavor = "multi_thread")]
async fn the_example_finds_work_and_is_paid() {
    let wallets = tempfile::tempdir().expect("a temporary directory");
    let paid = agent::run(keyring(), wallets.path()).await;
    assert_eq!(paid.expect("it works"), 2);
}
