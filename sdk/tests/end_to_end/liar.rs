//! A node that lies, and a chain that changes its mind.

use crate::{keyring, world::World};
use alloy::{
    primitives::U256,
    providers::Provider,
    rpc::{
        client::RpcClient,
        json_rpc::{RequestPacket, ResponsePacket, ResponsePayload},
    },
    transports::{BoxTransport, TransportError, TransportFut},
};
use repute_contracts::{EmbeddedChain, deploy::DeployError, provider::LOCAL_POLL_INTERVAL};
use repute_sdk::{
    chain::{Chain, ChainError},
    log::Log,
    wallet::Purpose,
};
use serde_json::value::{RawValue, to_raw_value};
use std::{
    sync::{Arc, Mutex},
    task::{Context, Poll},
};
use tower::Service;

/// What is changed in an answer.
pub type Lie = fn(&mut serde_json::Value);

/// What a node is to lie about.
#[derive(Clone, Copy)]
pub struct Told {
    pub method: &'static str,
    pub lie: Lie,
    /// How often; then it is honest again.
    pub times: u32,
}

/// A transport that lies about one method while it is told to.
#[derive(Clone)]
pub struct Liar {
    honest: BoxTransport,
    told: Arc<Mutex<Option<Told>>>,
}

impl Liar {
    pub fn over(node: &RpcClient) -> Self {
        Self {
            honest: node.transport().clone(),
            told: Arc::default(),
        }
    }

    pub fn client(&self) -> RpcClient {
        RpcClient::new(self.clone(), true).with_poll_interval(LOCAL_POLL_INTERVAL)
    }

    pub fn tell(&self, told: Told) {
        *self.told.lock().expect("no test panics while it lies") = Some(told);
    }

    /// How to change the answer to a method, if it is lied about.
    fn lie(&self, method: &str) -> Option<Lie> {
        let mut told = self.told.lock().expect("no test panics while it lies");
        let told = told
            .as_mut()
            .filter(|told| told.method == method && told.times > 0)?;
        told.times -= 1;
        Some(told.lie)
    }
}

impl Service<RequestPacket> for Liar {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.honest.poll_ready(context)
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let lie = packet
            .as_single()
            .and_then(|request| self.lie(request.method()));
        let answer = self.honest.call(packet);
        Box::pin(async move {
            let mut answer = answer.await?;
            if let (Some(lie), ResponsePacket::Single(response)) = (lie, &mut answer)
                && let ResponsePayload::Success(payload) = &mut response.payload
            {
                *payload = change(payload, lie);
            }
            Ok(answer)
        })
    }
}

fn change(payload: &RawValue, lie: Lie) -> Box<RawValue> {
    let mut value = serde_json::from_str(payload.get()).expect("answers are JSON");
    lie(&mut value);
    to_raw_value(&value).expect("values are JSON")
}

fn entries(value: &mut serde_json::Value) -> &mut Vec<serde_json::Value> {
    value.as_array_mut().expect("logs are an array")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lying_node_is_found_out() {
    let embedded = EmbeddedChain::default();
    let liar = Liar::over(&embedded.client());
    let client = liar.client();
    let mut world = World::deploy(client.clone(), keyring()).await;
    let tell_times = |method, lie, times| liar.tell(Told { method, lie, times });
    let tell = |method, lie| tell_times(method, lie, u32::MAX);
    world.register(0).await;
    let before = (world.log.root(), world.log.head());

    for agent in [0, 1] {
        let request = world.agents[agent].agent.register(Default::default());
        world
            .relay
            .send(&request)
            .await
            .expect("it registers, or is registered");
    }
    let terms = world.terms().await;
    world.clients[0]
        .post(&terms, crate::world::BUDGET)
        .await
        .expect("it posts");

    let lies: [(Lie, &str); 6] = [
        (|v| entries(v).clear(), "the log's"),
        (|v| drop(entries(v).pop()), "the log's number of posts"),
        (|v| drop(entries(v).remove(0)), "the log's tree size"),
        (
            |v| {
                let twice = entries(v)[0].clone();
                entries(v).push(twice);
            },
            "comes next",
        ),
        (|v| entries(v)[0]["data"] = "0x".into(), "does not decode"),
        (
            |v| entries(v)[0]["topics"][1] = format!("{:#066x}", 7).into(),
            "contradicts",
        ),
    ];
    for (change, expected) in lies {
        tell("eth_getLogs", change);
        let refused = world
            .log
            .sync(&world.chain)
            .await
            .expect_err("a lie")
            .to_string();
        assert!(refused.contains(expected), "{refused}");
        assert_eq!(
            (world.log.root(), world.log.head()),
            before,
            "nothing of it is kept"
        );
    }

    tell("eth_chainId", |value| *value = "0x1".into());
    let manifest = world.chain.manifest().clone();
    let refused = Chain::connect(client.clone(), manifest.clone()).await;
    let wrong = |error| matches!(error, ChainError::Deployment(DeployError::Chain { .. }));
    assert!(refused.is_err_and(wrong));
    tell("eth_getCode", |value| *value = "0x".into());
    let refused = Chain::connect(client.clone(), manifest).await;
    let missing = |error| matches!(error, ChainError::Deployment(DeployError::NoCode { .. }));
    assert!(refused.is_err_and(missing));

    // A node that answers from another block for a moment is asked once more, and not more often.
    tell_times("eth_getLogs", |v| drop(entries(v).pop()), 2);
    let refused = world.log.sync(&world.chain).await;
    assert!(refused.is_err(), "{refused:?}");
    tell_times("eth_getLogs", |v| drop(entries(v).pop()), 1);
    world.sync().await;
    assert_eq!(
        (world.log.registration_count(), world.log.jobs().count()),
        (2, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reorganisation_is_followed() {
    let embedded = EmbeddedChain::default();
    let mut world = World::deploy(embedded.client(), keyring()).await;
    world.register(0).await;
    world.register(1).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;

    let provider = world.chain.provider().clone();
    // A post takes two blocks; what replaces them is shorter, as long, and longer.
    for blocks in 1..=3 {
        let snapshot: U256 = provider
            .raw_request("evm_snapshot".into(), ())
            .await
            .expect("a local chain");
        let known = world.log.head().expect("read").number;
        world.post(0, &terms).await;
        assert_eq!(world.log.head().expect("read").number, known + 2);
        let _: bool = provider
            .raw_request("evm_revert".into(), (snapshot,))
            .await
            .expect("a local chain");
        for _ in 0..blocks {
            world.wait(60).await;
        }
        let synced = world.log.sync(&world.chain).await.expect("it reads");
        assert!(synced.reorganised, "{blocks}");
        assert_eq!(world.log.jobs().count(), 1, "{blocks}");
    }

    let snapshot: U256 = provider
        .raw_request("evm_snapshot".into(), ())
        .await
        .expect("a local chain");
    world.take(0, id, None).await;
    let wallet = world.agents[0].agent.wallet();
    assert_eq!((wallet.state().accepted, wallet.pending()), (1, None));

    let _: bool = provider
        .raw_request("evm_revert".into(), (snapshot,))
        .await
        .expect("a local chain");
    // Another block takes the place of the one with the take.
    world.wait(60).await;
    let synced = world.log.sync(&world.chain).await.expect("it reads");
    assert!(synced.reorganised);
    world.sync().await;
    let wallet = world.agents[0].agent.wallet();
    assert_eq!(wallet.state().accepted, 0);
    let shown = wallet
        .shown()
        .expect("registered")
        .expect("it left the machine");
    assert_eq!(shown.purpose, Purpose::Take { post_id: id });
    // The same job can be taken again.
    world.take(0, id, None).await;
    assert_eq!(world.agents[0].agent.wallet().state().accepted, 1);

    let other = EmbeddedChain::default();
    let stranger = World::deploy(other.client(), keyring()).await;
    let mut log = Log::new(&world.chain);
    // The same addresses on another chain of the same id: only the log tells them apart.
    log.sync(&world.chain).await.expect("it reads");
    let moved = log.sync(&stranger.chain).await.expect("it reads again");
    assert!(moved.reorganised && log.registration_count() == 0);
}
