//! The queue: work is done in order, one state after the other, refreshed where it must be, sent
//! again where it is not known what became of it, and done again after a reorganisation.

use crate::world::{DAY, HOUR, World};
use alloy::{
    primitives::{B256, Bytes},
    providers::Provider,
};
use repute_circuits::policy::Policy;
use repute_sdk::{
    ask::Ask,
    board::{AgentError, Delivery, Intent, Refused, Waiting},
    courier::{Carried, Courier},
    log::{Change, Stage},
    relay::RelayError,
    request::Request,
    shown::label,
    wallet::WalletError,
};
use std::sync::Mutex;

/// Keeps what it is given.
#[derive(Default)]
struct Shelf(Mutex<Vec<Request>>);

impl Courier for Shelf {
    async fn carry(&self, request: &Request) -> Result<Carried, RelayError> {
        self.0.lock().expect("no panic").push(request.clone());
        Ok(Carried::Handed)
    }
}

impl Shelf {
    fn take(&self) -> Vec<Request> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

async fn deliver(world: &mut World, courier: &impl Courier) -> Delivery {
    let agent = &mut world.agents[0].agent;
    agent
        .deliver(courier, &mut world.log)
        .await
        .expect("it works")
}

async fn relay(world: &mut World) -> Delivery {
    let relay = world.relay.clone();
    let delivery = deliver(world, &relay).await;
    assert!(delivery.failed.is_empty(), "{:?}", delivery.failed);
    delivery
}

fn enqueue(world: &mut World, intents: impl IntoIterator<Item = Intent>) {
    for intent in intents {
        world.agents[0].agent.enqueue(intent).expect("it is kept");
    }
}

fn changes(world: &World) -> Vec<Change> {
    let book = world.agents[0].agent.wallet().book().expect("registered");
    book.steps.iter().map(|step| step.change).collect()
}

fn deliverable(post_id: u64) -> B256 {
    B256::repeat_byte(post_id as u8)
}

pub async fn tell(world: &mut World) {
    let terms = world.terms().await;
    let [first, second] = [world.post(0, &terms).await, world.post(1, &terms).await];
    everything_in_any_order(world, [first, second]).await;
    handed_over_and_sent_again(world).await;
    shown_and_refreshed(world).await;
    taken_by_another(world).await;
    undone_by_a_reorganisation(world).await;
}

async fn everything_in_any_order(world: &mut World, [first, second]: [u64; 2]) {
    let gate_data = Bytes::new();
    enqueue(
        world,
        [
            Intent::settle(first),
            Intent::submit(second, deliverable(second)),
            Intent::take(first),
            Intent::submit(first, deliverable(first)),
            Intent::take(second),
            Intent::settle(second),
            Intent::Register { gate_data },
        ],
    );
    let delivery = relay(world).await;
    assert_eq!(delivery.done.len(), 5, "{:?}", delivery.done);
    let waiting: Vec<&Intent> = delivery
        .waiting
        .iter()
        .map(|waiting| &waiting.intent)
        .collect();
    assert_eq!(waiting, [&Intent::settle(first), &Intent::settle(second)]);
    let next = delivery.next().expect("the reviews end");
    let now = world.now().await;
    assert!((now..now + DAY).contains(&next), "{next}");
    world.wait(next - now).await;
    world.wait(HOUR).await;
    let delivery = relay(world).await;
    assert_eq!(
        delivery.done,
        [Intent::settle(first), Intent::settle(second)]
    );
    assert_eq!((delivery.waiting, delivery.failed.len()), (Vec::new(), 0));
    assert_eq!(world.agents[0].agent.wallet().state().completed, 2);
    assert_eq!(changes(world).len(), 4, "each is one spend");
}

async fn handed_over_and_sent_again(world: &mut World) {
    let terms = world.terms().await;
    let ids = [world.post(0, &terms).await, world.post(1, &terms).await];
    enqueue(world, ids.map(Intent::take));
    let shelf = Shelf::default();
    let delivery = deliver(world, &shelf).await;
    let waiting = ids.map(|id| Waiting {
        intent: Intent::take(id),
        until: None,
    });
    assert_eq!(delivery.waiting, waiting);
    let [request] = &shelf.take()[..] else {
        panic!("one spend at a time");
    };
    // Nobody knows what became of it: the same bytes go out again, and nothing else.
    deliver(world, &shelf).await;
    assert_eq!(shelf.take(), std::slice::from_ref(request));
    world.relay.send(request).await.expect("it was good");
    let delivery = deliver(world, &shelf).await;
    assert_eq!(delivery.done, [Intent::take(ids[0])]);
    let [other] = &shelf.take()[..] else {
        panic!("the next one");
    };
    assert_ne!(other, request);

    // It grows too old on the way, and another takes its place.
    world.wait(2 * HOUR).await;
    assert_eq!(world.refused(other).await, "ProofTime");
    let delivery = relay(world).await;
    assert_eq!(delivery.done, [Intent::take(ids[1])]);
    assert_eq!(world.agents[0].agent.wallet().pending(), None);
}

async fn shown_and_refreshed(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(2, &terms).await;
    let ask = Ask {
        audience: world.clients[1].account().address(),
        challenge: B256::repeat_byte(5),
        deadline: world.now().await + DAY,
        label: label("hiring"),
    };
    world.sync().await;
    let agent = &mut world.agents[0].agent;
    let shown = agent
        .prove_standing(&world.log, &ask, Policy::default())
        .await;
    shown.expect("anyone meets it");
    enqueue(world, [Intent::take(id)]);
    let delivery = relay(world).await;
    let next = delivery.next().expect("after the delay");
    let shown = world.agents[0].agent.wallet().shown().expect("registered");
    assert_eq!(next, shown.expect("it was shown").refresh_after);
    let now = world.now().await;
    world.wait(next.saturating_sub(now)).await;
    let delivery = relay(world).await;
    assert_eq!(delivery.done, [Intent::take(id)]);
    let changes = changes(world);
    assert!(
        matches!(changes[changes.len() - 2..], [Change::Refresh, Change::Take { post_id, .. }] if post_id == id),
        "{changes:?}"
    );
    // What is wanted by name.
    enqueue(world, [Intent::Refresh]);
    assert_eq!(relay(world).await.done, [Intent::Refresh]);
    assert_eq!(relay(world).await.done, []);
}

async fn taken_by_another(world: &mut World) {
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    enqueue(
        world,
        [Intent::take(id), Intent::submit(id, deliverable(id))],
    );
    let shelf = Shelf::default();
    deliver(world, &shelf).await;
    world.register(1).await;
    world.take(1, id, None).await;
    let courier = world.relay.clone();
    let delivery = deliver(world, &courier).await;
    assert_eq!(delivery.failed.len(), 2);
    for failed in &delivery.failed {
        assert!(
            matches!(
                failed.reason,
                Refused::Agent(AgentError::Wallet(WalletError::NotOurs(other))) if other == id
            ),
            "{failed:?}"
        );
    }
    assert!(
        world.agents[0]
            .agent
            .queue()
            .iter()
            .all(|queued| queued.done.is_some())
    );
}

async fn undone_by_a_reorganisation(world: &mut World) {
    let provider = world.chain.provider().clone();
    let terms = world.terms().await;
    let id = world.post(1, &terms).await;
    // The take that another agent won left the state shown.
    enqueue(world, [Intent::Refresh]);
    relay(world).await;
    let before = changes(world).len();
    let snapshot: serde_json::Value = provider
        .raw_request("evm_snapshot".into(), ())
        .await
        .expect("a local chain");
    enqueue(
        world,
        [Intent::take(id), Intent::submit(id, deliverable(id))],
    );
    let delivery = relay(world).await;
    assert_eq!(delivery.done.len(), 2);
    let worker = world.job(id).taken.clone().expect("taken").worker;
    let undone: bool = provider
        .raw_request("evm_revert".into(), (snapshot,))
        .await
        .expect("a local chain");
    assert!(undone);
    // Another agent's leaf comes where ours was.
    let other = world.post(2, &terms).await;
    world.take(1, other, None).await;
    assert_eq!(changes(world).len(), before);
    let pending = world.agents[0].agent.wallet().pending().cloned();
    let pending = pending.expect("it came back");
    let delivery = relay(world).await;
    assert_eq!(delivery.done.len(), 2, "{delivery:?}");
    assert_eq!(world.job(id).stage, Stage::Submitted);
    assert_eq!(world.job(id).taken.clone().expect("taken").worker, worker);
    let spend = world.log.spend(pending.nullifier).expect("spent");
    assert_eq!(
        spend.commitment, pending.commitment,
        "the same bytes as before"
    );
}
