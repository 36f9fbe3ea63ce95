//! A relayer sends many requests at once: settlements share a transaction, and bad ones take no other
//! down.

use crate::{
    liar::{Liar, Told},
    world::{BOND, HOUR, RELAY_FEE, TOKEN, World},
};
use alloy::primitives::U256;
use repute_sdk::{
    board::{Agent, Settle, Take},
    log::Stage,
    relay::{Conditions, Desk, Relay, RelayError, Sent},
    request::Request,
    wallet::Wallet,
};
use std::time::Duration;

/// Both agents deliver a job each, and ask to be paid.
async fn two_settlements(world: &mut World) -> [(u64, Request); 2] {
    let terms = world.terms().await;
    let jobs = [world.post(0, &terms).await, world.post(1, &terms).await];
    for (agent, job) in jobs.into_iter().enumerate() {
        world.take(agent, job, None).await;
        world.submit(agent, job).await;
    }
    world.wait(2 * HOUR + 1).await;
    let mut requests = Vec::new();
    for (agent, job) in jobs.into_iter().enumerate() {
        let terms = Settle {
            relayer: world.relayer(),
            relayer_fee: TOKEN,
            ..Settle::default()
        };
        let agent = &mut world.agents[agent].agent;
        let request = agent.settle(&world.log, job, terms).await;
        requests.push((job, request.expect("it settles")));
    }
    requests.try_into().expect("two")
}

fn transaction(answer: Result<Sent, RelayError>) -> alloy::primitives::B256 {
    match answer.expect("it is sent") {
        Sent::Mined(receipt) => receipt.transaction_hash,
        Sent::AlreadyRegistered => panic!("no registration was asked for"),
    }
}

pub async fn tell(world: &mut World, liar: &Liar) {
    world.register(0).await;
    world.register(1).await;
    let [(one, first), (two, second)] = two_settlements(world).await;
    // A relayer that pays itself more.
    let mut broken = first.clone();
    let mut bytes = broken.calldata.to_vec();
    let fee = bytes
        .windows(32)
        .rposition(|word| word == U256::from(TOKEN).to_be_bytes::<32>())
        .expect("the fee is in the call");
    bytes[fee + 31] ^= 1;
    broken.calldata = bytes.into();
    let elsewhere = Request {
        chain_id: 5,
        ..second.clone()
    };
    let requests = [broken, first, elsewhere, second];
    let [broken, first, elsewhere, second] =
        <[_; 4]>::try_from(world.relay.send_all(&requests).await).expect("an answer to each");
    assert!(
        matches!(&broken, Err(RelayError::Chain(error)) if error.refusal().is_some()),
        "{broken:?}"
    );
    assert!(
        matches!(elsewhere, Err(RelayError::OtherChain { .. })),
        "{elsewhere:?}"
    );
    assert_eq!(transaction(first), transaction(second));
    world.sync().await;
    for job in [one, two] {
        assert_eq!(world.job(job).stage, Stage::Completed);
    }
    // What was settled meanwhile is found before anything is sent.
    let again = world.relay.send_all(&requests[1..2]).await;
    assert!(
        matches!(&again[..], [Err(RelayError::Chain(error))] if error.refusal().is_some()),
        "{again:?}"
    );

    conditions(world).await;

    let [(one, first), (two, second)] = two_settlements(world).await;
    let (desk, work) = Desk::open(world.relay.clone(), Duration::from_millis(500));
    let (first, second) = tokio::join!(desk.take(first), desk.take(second));
    let [first, second] = [first, second].map(|answer| answer.expect("it is sent"));
    assert_eq!(transaction(Ok(first)), transaction(Ok(second)));
    drop(desk);
    work.await.expect("the desk closes once nobody can ask");
    world.sync().await;
    for job in [one, two] {
        assert_eq!(world.job(job).stage, Stage::Completed);
    }
    too_much_at_once(world, liar).await;
    of_one_state(world).await;
}

/// What is too much for one transaction goes out in several.
async fn too_much_at_once(world: &mut World, liar: &Liar) {
    let requests = two_settlements(world).await.map(|(_, request)| request);
    liar.tell(Told {
        method: "eth_estimateGas",
        lie: |gas| *gas = "0x1000001".into(),
        // Each alone, and both together.
        times: 3,
    });
    let answers = <[_; 2]>::try_from(world.relay.send_all(&requests).await);
    let [first, second] = answers.expect("an answer to each").map(transaction);
    assert_ne!(first, second);
    world.sync().await;
}

/// Two settlements of one state: each alone would be good, and the board leaves the second out.
async fn of_one_state(world: &mut World) {
    let terms = world.terms().await;
    let jobs = [world.post(0, &terms).await, world.post(1, &terms).await];
    for job in jobs {
        world.take(0, job, None).await;
        world.submit(0, job).await;
    }
    world.wait(2 * HOUR + 1).await;
    // The same agent on another machine, which does not know what this one does.
    let (chain, seed) = (world.chain.clone(), &world.agents[0].seed);
    let wallet = Wallet::new(seed, chain.id(), chain.ledger(), 0);
    let mut twin = Agent::deferred(chain, world.keyring.clone(), wallet);
    twin.sync(&world.log).expect("the record follows");
    let mut requests = Vec::new();
    for (agent, job) in [&mut world.agents[0].agent, &mut twin]
        .into_iter()
        .zip(jobs)
    {
        let request = agent.settle(&world.log, job, Settle::default()).await;
        requests.push(request.expect("it settles"));
    }
    let answers = <[_; 2]>::try_from(world.relay.send_all(&requests).await);
    let [first, second] = answers.expect("an answer to each");
    let sent = transaction(first);
    assert!(
        matches!(second, Err(RelayError::Skipped { transaction }) if transaction == sent),
        "{second:?}"
    );
    world.sync().await;
    let stages = jobs.map(|job| world.job(job).stage);
    assert_eq!(stages, [Stage::Completed, Stage::Submitted]);
}

/// A relayer refuses what earns too little or puts too much at stake.
async fn conditions(world: &mut World) {
    let terms = world.terms().await;
    let job = world.post(0, &terms).await;
    let take = Take::default();
    let request = world.agents[0].agent.take(&world.log, job, take).await;
    let request = request.expect("it takes");
    let half = U256::from(RELAY_FEE / 2);
    let relay = |least_fee, most_bond| {
        Relay::new(world.relay.account().clone()).with_conditions(Conditions {
            least_fee,
            most_bond,
        })
    };
    let poor = relay(half + U256::ONE, BOND).inspect(&request).await;
    assert!(
        matches!(poor, Err(RelayError::FeeTooLow { .. })),
        "{poor:?}"
    );
    let risky = relay(half, BOND - 1).inspect(&request).await;
    assert!(
        matches!(risky, Err(RelayError::BondTooHigh { .. })),
        "{risky:?}"
    );
    let offer = relay(half, BOND).inspect(&request).await.expect("as asked");
    assert_eq!((offer.fee, offer.bond), (half, BOND));
    world.relay("take", request).await;
    // Delivered, so that the agent's record is as it was for what follows.
    world.submit(0, job).await;
}
