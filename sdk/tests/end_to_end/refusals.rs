//! Attacks, each refused by the check that answers it.

use crate::world::{self, HOUR, TOKEN, World};
use alloy::{
    primitives::{Address, B256, U256},
    rpc::client::RpcClient,
    signers::SignerSync,
    sol_types::SolCall,
};
use repute_circuits::{binding, field::ORDER, policy::Policy, shape::Digest};
use repute_contracts::bindings::JobBoard;
use repute_prover::OtherKeys;
use repute_sdk::{
    ask::Ask,
    board::{Settle, Take},
    document::{Document, DocumentError},
    relay::{Relay, RelayError},
    request::Request,
    shown::ShownError,
    signing::Messages,
    standing::StandingProof,
};

/// A request with one thing of its settle call changed.
fn changed(request: &Request, change: impl FnOnce(&mut JobBoard::settleCall)) -> Request {
    let mut call = JobBoard::settleCall::abi_decode(&request.calldata).expect("a settle request");
    change(&mut call);
    Request {
        calldata: call.abi_encode().into(),
        ..request.clone()
    }
}

pub async fn attack(world: &mut World, client: RpcClient) {
    world.register(0).await;
    world.register(1).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    take(world, id, client).await;
    world.submit(0, id).await;
    world.wait(2 * HOUR + 1).await;
    settle(world, id).await;
    standing(world).await;
}

async fn take(world: &mut World, id: u64, client: RpcClient) {
    let options = Take {
        relayer: world.relayer(),
        approval: None,
    };
    let agent = &mut world.agents[0].agent;
    let request = agent.take(&world.log, id, options).await.expect("it takes");

    // Another relayer cannot send it: its own check says so, and so does the board.
    let thief = Relay::new(world.clients[1].account().clone());
    let refused = thief.send(&request).await;
    assert!(
        matches!(refused, Err(RelayError::NotNamed { .. })),
        "{refused:?}"
    );
    let raw = thief.account().allow(world::BOND).await;
    raw.expect("it may put up a bond");
    let raw = thief
        .account()
        .send_raw(request.to, request.calldata.clone())
        .await;
    assert_eq!(name(raw.expect_err("refused")), "NotAllowed");

    // A proof for another board: the same post stands there too.
    let keyring = world.keyring.clone();
    let mut other = World::deploy(client, keyring).await;
    let mut terms = world.job(id).post.terms.clone();
    terms.arbitration = world.job(id).post.terms.arbitration;
    let same = other.post(0, &terms).await;
    assert_eq!(other.job(same).post_hash, world.job(id).post_hash);
    let moved = Request {
        to: other.chain.board(),
        ..request.clone()
    };
    let refused = world.relay.send(&moved).await;
    assert!(
        matches!(refused, Err(RelayError::OtherContract { .. })),
        "{refused:?}"
    );
    assert_eq!(other.refused(&moved).await, "BadSignature");
    // Even signed for the other board, the proof is about a state that is not there.
    let mut call = JobBoard::takeCall::abi_decode(&moved.calldata).expect("a take request");
    let worker = world.agents[0].agent.wallet().next_worker(world.job(id));
    let ticket = repute_circuits::field::from_word(call.acceptance.ticket).expect("canonical");
    let hash = Messages::of(&other.chain).take(other.job(same).key, ticket);
    let signature = worker.sign_hash_sync(&hash).expect("it signs");
    call.workerSignature = signature.as_bytes().into();
    let moved = Request {
        calldata: call.abi_encode().into(),
        ..moved
    };
    assert_eq!(other.refused(&moved).await, "UnknownRoot");

    // The relayer looks before it sends: half the relay fee for now, and a bond to put up.
    let offer = world.relay.inspect(&request).await.expect("a good offer");
    let earned = (offer.action, offer.fee, offer.bond, offer.gas);
    let half = U256::from(world::RELAY_FEE / 2);
    assert_eq!(earned, ("take", half, world::BOND, None));
    world.relay("take", request.clone()).await;
    assert_eq!(world.refused(&request).await, "WrongStage");
}

async fn settle(world: &mut World, id: u64) {
    let options = Settle {
        relayer: world.relayer(),
        relayer_fee: TOKEN,
        ..Settle::default()
    };
    let agent = &mut world.agents[0].agent;
    let request = agent
        .settle(&world.log, id, options)
        .await
        .expect("it settles");
    let thief = world.clients[2].account().address();

    let recipient = changed(&request, |call| call.settlement.recipient = thief);
    assert_eq!(world.refused(&recipient).await, "BadSignature");
    let fee = changed(&request, |call| call.settlement.relayerFee += U256::from(1));
    assert_eq!(world.refused(&fee).await, "BadSignature");
    let least = changed(&request, |call| call.settlement.minPayout = U256::ZERO);
    assert_eq!(world.refused(&least).await, "BadSignature");

    // A stolen worker key does not help: the proof is bound to recipient and fee too.
    let job = world.job(id);
    let worker = world.agents[0].agent.wallet().worker(job).expect("ours");
    let stolen = changed(&request, |call| {
        let s = &mut call.settlement;
        s.recipient = thief;
        let terms = binding::Settle {
            job: job.key,
            recipient: s.recipient,
            min_payout: s.minPayout,
            relayer: s.relayer,
            relayer_fee: s.relayerFee,
        };
        let hash = Messages::of(&world.chain).settle(&terms);
        s.workerSignature = worker
            .sign_hash_sync(&hash)
            .expect("it signs")
            .as_bytes()
            .into();
    });
    assert_eq!(world.refused(&stolen).await, "InvalidProof");

    let order = ORDER;
    let wrapped = changed(&request, |call| call.settlement.nullifier += order);
    assert_eq!(world.refused(&wrapped).await, "InvalidField");
    let root = changed(&request, |call| call.settlement.root -= U256::from(1));
    assert_eq!(world.refused(&root).await, "UnknownRoot");
    let commitment = changed(&request, |call| call.settlement.commitment -= U256::from(1));
    assert_eq!(world.refused(&commitment).await, "InvalidProof");
    let time = changed(&request, |call| {
        call.settlement.provenAt -= U256::from(2 * HOUR)
    });
    assert_eq!(world.refused(&time).await, "ProofTime");
    let mode = changed(&request, |call| call.settlement.mode = 1);
    assert_eq!(world.refused(&mode).await, "InvalidProof");

    let mut cut = request.clone();
    cut.calldata = cut.calldata.slice(..cut.calldata.len() - 64);
    let refused = world.relay.send(&cut).await;
    assert!(
        matches!(refused, Err(RelayError::Request(_))),
        "{refused:?}"
    );

    let offer = world.relay.inspect(&request).await.expect("a good offer");
    assert_eq!((offer.action, offer.fee), ("settle", U256::from(TOKEN)));
    assert!(offer.gas.is_some_and(|gas| gas > 200_000), "{offer:?}");
    world.relay("settle", request.clone()).await;
    assert_eq!(world.refused(&request).await, "WrongStage");
}

async fn standing(world: &mut World) {
    let policy = Policy {
        min_completed: 1,
        ..Policy::default()
    };
    let now = world.now().await;
    let made = Ask {
        audience: Address::repeat_byte(7),
        challenge: B256::repeat_byte(8),
        deadline: now + 10 * HOUR,
        label: B256::ZERO,
    };
    let agent = &mut world.agents[0].agent;
    let proof = agent
        .prove_standing(&world.log, &made, policy)
        .await
        .expect("it is met");
    let check = |proof: &StandingProof, made: &Ask, policy: &Policy, now: u64| {
        proof.verify_with_log(&world.keyring, &world.log, made, policy, now)
    };
    check(&proof, &made, &policy, now).expect("it convinces");

    let mut cut = proof.to_json();
    cut.truncate(cut.len() / 2);
    let damaged = StandingProof::from_json(&cut);
    assert!(
        matches!(
            damaged,
            Err(ShownError::Document(DocumentError::Malformed { .. }))
        ),
        "{damaged:?}"
    );

    type Change = fn(&mut StandingProof);
    let changes: [Change; 6] = [
        |p| p.root += ORDER,
        |p| p.nullifier += ORDER,
        |p| p.pseudonym += U256::from(1),
        |p| p.at -= 1,
        |p| p.proof.swap(0, 6),
        |p| p.proof[0] = U256::ZERO,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let mut other = proof.clone();
        change(&mut other);
        assert!(
            check(&other, &made, &policy, now).is_err(),
            "change {index}"
        );
        let on_chain = other.verify_on_chain(&world.chain, &made, &policy).await;
        assert!(
            matches!(on_chain, Err(ShownError::Chain(_))),
            "change {index}: {on_chain:?}"
        );
    }

    // One of another version is told from a false one.
    let mut old = proof.clone();
    old.made_with.circuit = Digest([0; 32]);
    let refused = check(&old, &made, &policy, now);
    assert!(
        matches!(
            refused,
            Err(ShownError::OtherKeys(OtherKeys::Circuit { .. }))
        ),
        "{refused:?}"
    );

    // It convinces nobody else, and nobody of more.
    let other = Ask {
        audience: Address::repeat_byte(9),
        ..made
    };
    let refused = check(&proof, &other, &policy, now);
    assert!(
        matches!(refused, Err(ShownError::OtherAsk("audience"))),
        "{refused:?}"
    );
    let mut forwarded = proof.clone();
    forwarded.ask = other;
    let refused = check(&forwarded, &other, &policy, now);
    assert!(matches!(refused, Err(ShownError::Proof(_))), "{refused:?}");
    let more = Policy {
        min_completed: 2,
        ..policy
    };
    let refused = check(&proof, &made, &more, now);
    assert!(
        matches!(refused, Err(ShownError::OtherPolicy { .. })),
        "{refused:?}"
    );

    // After an hour it is stale, off chain and on chain.
    world.wait(HOUR + 601).await;
    let late = world.now().await;
    let refused = check(&proof, &made, &policy, late);
    assert!(
        matches!(refused, Err(ShownError::Stale { .. })),
        "{refused:?}"
    );
    let refused = proof.verify_on_chain(&world.chain, &made, &policy).await;
    let Err(ShownError::Chain(error)) = refused else {
        panic!("the chain believes an old proof: {refused:?}");
    };
    assert_eq!(name(error), "ProofTime");
}

fn name(error: repute_sdk::chain::ChainError) -> String {
    let refusal = error
        .refusal()
        .unwrap_or_else(|| panic!("not refused by a contract: {error}"));
    refusal.name.clone()
}
