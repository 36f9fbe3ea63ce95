//! What an agent does for its privacy by itself.

use crate::{
    keyring,
    world::{HOUR, World},
};
use alloy::{
    primitives::U256,
    rpc::{
        client::RpcClient,
        json_rpc::{RequestPacket, ResponsePacket},
    },
    sol_types::SolCall,
    transports::{BoxTransport, TransportError, TransportFut},
};
use repute_circuits::field::to_word;
use repute_contracts::{
    EmbeddedChain,
    bindings::{AgentLedger, JobBoard},
    provider::LOCAL_POLL_INTERVAL,
};
use repute_sdk::{
    board::{Settle, Take},
    relay::Sent,
    request::{Action, Request},
    wallet::grid::GRID,
};
use std::{
    sync::{Arc, Mutex},
    task::{Context, Poll},
};
use tower::Service;

/// A transport that keeps what it is asked for, while it is told to.
#[derive(Clone)]
struct Ear {
    node: BoxTransport,
    heard: Arc<Mutex<Option<Vec<String>>>>,
}

impl Service<RequestPacket> for Ear {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.node.poll_ready(context)
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let mut heard = self.heard.lock().expect("no test panics while it listens");
        if let (Some(heard), Some(request)) = (heard.as_mut(), packet.as_single()) {
            heard.push(request.serialized().get().to_owned());
        }
        self.node.call(packet)
    }
}

/// A proof's root, and whether its time lies on the grid.
fn root(request: &Request) -> (U256, bool) {
    let (root, at) = match request.action().expect("an agent's request") {
        Action::Take(call) => (call.acceptance.root, call.acceptance.provenAt),
        Action::Settle(call) => (call.settlement.root, call.settlement.provenAt),
        other => panic!("no job's request: {}", other.name()),
    };
    (root, (at % U256::from(GRID)).is_zero())
}

fn newest(world: &World) -> U256 {
    to_word(world.log.root().expect("somebody registered"))
}

#[tokio::test(flavor = "multi_thread")]
async fn proofs_are_made_against_the_newest_root_at_a_shared_time() {
    let mut world = World::deploy(EmbeddedChain::default().client(), keyring()).await;
    world.register(0).await;
    let own = newest(&world);
    // Others' leaves come after the agent's own.
    world.register(1).await;
    assert_ne!(newest(&world), own);
    let terms = world.terms().await;
    let [one, other] = [world.post(0, &terms).await, world.post(0, &terms).await];
    let agent = &mut world.agents[0].agent;
    let request = agent.take(&world.log, one, Take::default()).await;
    let request = request.expect("it takes");
    assert_eq!(root(&request), (newest(&world), true));
    world.relay("take", request).await;

    world.submit(0, one).await;
    world.take(1, other, None).await;
    world.wait(2 * HOUR + 1).await;
    let agent = &mut world.agents[0].agent;
    let request = agent.settle(&world.log, one, Settle::default()).await;
    assert_eq!(root(&request.expect("it settles")), (newest(&world), true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_sent_twice_without_harm() {
    let mut world = World::deploy(EmbeddedChain::default().client(), keyring()).await;
    let request = world.agents[0].agent.register(Default::default());
    for expected in [true, false] {
        let sent = world.relay.send(&request).await.expect("as good as done");
        assert_eq!(matches!(sent, Sent::Mined(_)), expected);
    }
    world.sync().await;
    assert_eq!(world.log.registration_count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_question_tells_which_job_is_ours() {
    let heard = Arc::new(Mutex::new(None));
    let ear = Ear {
        node: EmbeddedChain::default().client().transport().clone(),
        heard: Arc::clone(&heard),
    };
    let listen = || *heard.lock().expect("unused") = Some(Vec::new());
    let stop = || heard.lock().expect("unused").take().expect("it listened");
    let client = RpcClient::new(ear, true).with_poll_interval(LOCAL_POLL_INTERVAL);
    let mut world = World::deploy(client, keyring()).await;
    world.register(0).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;

    let mut questions = Vec::new();
    listen();
    world.sync().await;
    let agent = &mut world.agents[0].agent;
    let take = agent.take(&world.log, id, Take::default()).await;
    let take = take.expect("it takes");
    questions.extend(stop());
    world.relay("take", take).await;
    world.submit(0, id).await;
    world.wait(2 * HOUR + 1).await;
    listen();
    world.sync().await;
    let agent = &mut world.agents[0].agent;
    let settle = agent.settle(&world.log, id, Settle::default()).await;
    questions.extend(stop());
    world.relay("settle", settle.expect("it settles")).await;

    // The views that every reader of the log asks, none of which takes an argument.
    let views = [
        JobBoard::postCountCall::SELECTOR,
        AgentLedger::treeNumberCall::SELECTOR,
        AgentLedger::treeSizeCall::SELECTOR,
        AgentLedger::rootCall::SELECTOR,
    ]
    .map(|selector| format!("\"0x{}\"", alloy::primitives::hex::encode(selector)));
    assert!(questions.len() > 6, "{questions:#?}");
    for question in questions {
        let about_all = ["eth_getBlockByNumber", "eth_blockNumber", "eth_getLogs"];
        let is_about_all = about_all.iter().any(|method| question.contains(method));
        let is_view =
            question.contains("eth_call") && views.iter().any(|view| question.contains(view));
        assert!(is_about_all || is_view, "{question}");
        // A filter by topic would name the leaf, nullifier or job that is looked for.
        assert!(!question.contains("\"topics\":[\""), "{question}");
    }
}
