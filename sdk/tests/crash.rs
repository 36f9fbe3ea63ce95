//! Agents that are killed again and again, at random moments, lose nothing.
//!
//! This binary starts itself as processes that each work for one agent on anvil: take, submit, settle
//! and refresh, with wallet and log on the disk. It ends 200 such lives with SIGKILL, each after a random
//! time. After each kill the wallet must open, and what it notes must agree with the chain. At the end
//! every job is paid, every state is in the log once, and no state ever left the machine in two different
//! requests.

#[path = "crash/life.rs"]
mod life;
#[path = "crash/place.rs"]
mod place;
#[path = "crash/world.rs"]
mod world;

use life::Life;
use place::Place;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use repute_contracts::anvil::Anvil;
use repute_sdk::log::Stage;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Mutex, task::JoinSet};
use world::World;

/// Agents, each of which is at work while others are: most of a life waits for the node.
const AGENTS: usize = 4;
/// How often each is killed.
const KILLS: usize = 50;
/// How few intents are left when an agent gets more.
const FEW: usize = 4;
/// The longest life at first; it follows the machine, so that lives end in the middle of work.
const LONGEST: Duration = Duration::from_millis(600);
const SLOWEST: Duration = Duration::from_secs(10);
/// Requests that leave the machine in the longest lives.
const BUSY: usize = 3;

/// Not a test by itself: one life of an agent, which the next one starts in a process of its own and
/// kills.
#[tokio::test(flavor = "multi_thread")]
async fn works_until_it_is_killed() {
    if let Some((place, agent)) = Life::of_this_process() {
        life::live(&place, agent).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_killed_200_times_lose_nothing() {
    let anvil = Anvil::start().await.expect("anvil starts");
    let root = tempfile::tempdir().expect("a temporary directory");
    let world = Arc::new(Mutex::new(World::new(&anvil, root.path(), AGENTS).await));
    let mut lives = JoinSet::new();
    for agent in 0..AGENTS {
        lives.spawn(killed_again_and_again(Arc::clone(&world), agent));
    }
    let mut found = Found::default();
    while let Some(these) = lives.join_next().await {
        found.add(these.expect("it ends well"));
    }
    println!("{found:?}");
    assert_eq!(found.kills, AGENTS * KILLS);

    let mut world = world.lock().await;
    world.sync().await;
    let mut spends = 0;
    for agent in 0..AGENTS {
        spends += world.nothing_is_lost(agent).await;
    }
    // One leaf for each registration and each spend: no state is there twice, and none is missing.
    assert_eq!(world.log.leaf_count(), AGENTS as u64 + spends);
    for job in world.log.jobs() {
        assert_eq!(job.stage, Stage::Completed, "job {}", job.post_id);
    }
    // Kills that never fell between a request's notes and the chain would show nothing.
    assert!(found.on_the_way > 0, "{found:?}");
}

/// Where the kills fell.
#[derive(Debug, Default)]
struct Found {
    kills: usize,
    /// With a change that was noted, and not in the log.
    on_the_way: usize,
    /// Lives in which something left the machine.
    busy: usize,
}

impl Found {
    fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.on_the_way += other.on_the_way;
        self.busy += other.busy;
    }
}

/// An agent's lives, and one more in which it finishes what is left.
async fn killed_again_and_again(world: Arc<Mutex<World>>, agent: usize) -> Found {
    let mut rng = ChaCha20Rng::from_seed([agent as u8; 32]);
    let place = world.lock().await.place.clone();
    let (mut longest, mut sent, mut found) = (LONGEST, 0, Found::default());
    for _ in 0..KILLS {
        let time = longest.mul_f64(rng.r#gen());
        kill(&place, agent, time).await;
        found.kills += 1;
        let before = std::mem::replace(&mut sent, place.requests(agent).len());
        longest = match sent - before {
            0 => longest.mul_f64(1.4).min(SLOWEST),
            BUSY.. => longest.mul_f64(0.8),
            _ => longest,
        };
        found.busy += usize::from(sent > before);
        let mut world = world.lock().await;
        world.sync().await;
        let left = world.inspect(agent);
        found.on_the_way += usize::from(left.on_the_way);
        if left.intents < FEW {
            world.give(agent).await;
        }
    }
    let life = Life::start(&place, agent);
    let ended = tokio::task::spawn_blocking(move || life.end()).await;
    assert!(ended.expect("no panic"), "agent {agent}'s last life");
    found
}

async fn kill(place: &Place, agent: usize, after: Duration) {
    let life = Life::start(place, agent);
    let life = tokio::task::spawn_blocking(move || life.at_work()).await;
    let life = life.expect("it begins to work");
    tokio::time::sleep(after).await;
    life.kill();
}
