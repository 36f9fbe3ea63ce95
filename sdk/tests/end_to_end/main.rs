//! The whole story of the board, the same on the embedded chain and on anvil, with equal gas.

mod liar;
mod refusals;
mod story;
mod windows;
mod withheld;
mod world;

use repute_contracts::{EmbeddedChain, anvil::Anvil};
use repute_prover::{Store, TerminalProgress};
use repute_sdk::keys::Keyring;
use std::sync::OnceLock;
use world::World;

/// The development keys, kept between runs.
fn keyring() -> Keyring {
    static KEYS: OnceLock<Keyring> = OnceLock::new();
    KEYS.get_or_init(|| {
        let store = Store::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys"));
        Keyring::development(&store, &TerminalProgress::new()).expect("the circuits lay out")
    })
    .clone()
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
async fn attacks_are_refused() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    refusals::attack(&mut world, embedded.client()).await;
}
