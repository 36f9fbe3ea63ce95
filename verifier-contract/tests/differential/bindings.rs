//! What the contracts put into public inputs and what Rust puts there, on random values.
//!
//! The verifiers' keys have known secrets, so that each proof here is one of exactly the inputs that
//! Rust computes: a contract that computed others would refuse it.

use crate::{
    chain::provider,
    known_key::{deploy, prove},
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::Provider,
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolStruct, SolValue},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use repute_circuits::{
    binding::{self, Context},
    clients::Slot,
    field::{Fr, reduce_word, to_word},
    policy::Policy,
    statement::{
        accept::Offer,
        settle::{Engagement, Mode, Outcome},
    },
};
use repute_contracts::{
    Deployment,
    bindings::{agent_ledger::IAgentLedger, job_board::IJobBoard},
    dev::dev_signers,
    embedded::LOCAL_CHAIN_ID,
};

#[allow(missing_docs, reason = "the members are those of the board's manual")]
mod message {
    alloy::sol! {
        struct Take { uint256 job; uint256 ticket; }
        struct Submit { uint256 job; bytes32 deliverable; }
        struct Settle { uint256 job; address recipient; uint256 minPayout; address relayer; uint256 relayerFee; }
    }
}

fn word(rng: &mut ChaCha20Rng) -> U256 {
    U256::from_limbs(rng.r#gen())
}

fn element(rng: &mut ChaCha20Rng) -> Fr {
    reduce_word(word(rng))
}

fn address(rng: &mut ChaCha20Rng) -> Address {
    Address::from(rng.r#gen::<[u8; 20]>())
}

async fn now(deployment: &Deployment) -> u64 {
    let head = deployment.provider().get_block(Default::default()).await;
    let head = head.expect("the chain answers").expect("it has a head");
    head.header.timestamp
}

/// Registers somebody, so that there is a root.
async fn first_root(deployment: &Deployment) -> U256 {
    let ledger = deployment.ledger();
    let register = ledger.register(U256::from(7), Bytes::new());
    let pending = register.send().await.expect("the gate is open");
    pending.get_receipt().await.expect("it is mined");
    ledger.root().call().await.expect("the ledger answers")
}

#[tokio::test]
async fn job_names_are_equal() {
    let deployment = deploy(provider()).await;
    let board = deployment.board();
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    for number in 0..2_000 {
        let post = rng.r#gen::<u64>() >> rng.gen_range(0..64);
        let on_chain = board
            .jobKey(U256::from(post))
            .call()
            .await
            .expect("it answers");
        let job = binding::job(LOCAL_CHAIN_ID, *board.address(), post);
        assert_eq!(on_chain, to_word(job), "post {post}, number {number}");
    }
}

#[tokio::test]
async fn contexts_and_scopes_are_equal() {
    let deployment = deploy(provider()).await;
    let ledger = deployment.ledger();
    let root = first_root(&deployment).await;
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    for _ in 0..150 {
        let at = now(&deployment).await;
        let request = IAgentLedger::Request {
            audience: address(&mut rng),
            challenge: word(&mut rng).into(),
            deadline: word(&mut rng) | (U256::ONE << 255),
            label: word(&mut rng).into(),
        };
        let context = Context {
            chain_id: LOCAL_CHAIN_ID,
            ledger: *ledger.address(),
            audience: request.audience,
            challenge: request.challenge,
            deadline: request.deadline,
        };
        let (nullifier, pseudonym) = (element(&mut rng), element(&mut rng));
        let inputs = [
            reduce_word(root),
            nullifier,
            context.hash(),
            pseudonym,
            binding::scope(request.audience, request.label),
            Fr::from(0),
            Fr::from(at),
        ];
        let standing = IAgentLedger::Standing {
            proof: prove(&inputs),
            root,
            nullifier: to_word(nullifier),
            pseudonym: to_word(pseudonym),
            policy: U256::ZERO,
            provenAt: U256::from(at),
        };
        let shown = ledger.verifyStanding(request.clone(), standing.clone());
        shown.call().await.expect("the inputs are equal");
        let elsewhere = IAgentLedger::Request {
            challenge: request.challenge ^ B256::with_last_byte(1),
            ..request
        };
        let other = ledger.verifyStanding(elsewhere, standing);
        assert!(other.call().await.is_err(), "the context is another");
    }
}

/// One job from post to settlement with random terms, each verb with proofs of Rust's inputs.
async fn a_random_job(deployment: &Deployment, rng: &mut ChaCha20Rng) {
    let (board, ledger) = (deployment.board(), deployment.ledger());
    let client = dev_signers()[rng.gen_range(0..10)].address();
    let start = now(deployment).await;
    let policy = Policy {
        min_completed: rng.r#gen(),
        min_clients: rng.r#gen(),
        min_rating: rng.gen_range(0..=100),
        min_volume: rng.r#gen::<u128>() >> 32,
        ..Policy::default()
    };
    let policy = match rng.r#gen::<bool>() && policy.min_completed != 0 {
        true => policy,
        false => Policy::default(),
    };
    let budget: u128 = rng.gen_range(10..1 << 96);
    let terms = IJobBoard::Terms {
        category: rng.r#gen(),
        policy: to_word(policy.pack()),
        reviewer: to_word(element(rng)),
        reviewPeriod: 1.try_into().expect("below 2^40"),
        arbiter: address(rng),
        arbitrationPeriod: rng
            .gen_range(1_u32..1 << 30)
            .try_into()
            .expect("below 2^40"),
        takeBy: (start + 1_000).try_into().expect("below 2^40"),
        submitBy: (start + 2_000).try_into().expect("below 2^40"),
        descriptionHash: word(rng).into(),
        descriptionURI: format!("ipfs://{}", rng.r#gen::<u32>()),
        ..Default::default()
    };
    let posted = IJobBoard::Post {
        client,
        budget: budget.try_into().expect("below 2^96"),
        terms: terms.clone(),
    };
    let token = deployment.test_token().expect("it is the test token");
    macro_rules! send {
        ($call:expr) => {{
            let pending = $call.from(client).send().await.expect(stringify!($call));
            let receipt = pending.get_receipt().await.expect("it is mined");
            assert!(receipt.status(), stringify!($call));
        }};
    }
    send!(token.mint(client, U256::from(budget)));
    send!(token.approve(*board.address(), U256::from(budget)));
    send!(board.post(terms, posted.budget));
    let post = board.postCount().call().await.expect("it answers");

    let worker = PrivateKeySigner::from_bytes(&B256::with_last_byte(rng.gen_range(1..=255)))
        .expect("a small number is a key");
    let domain = Eip712Domain {
        name: Some("repute JobBoard".into()),
        version: Some("1".into()),
        chain_id: Some(U256::from(LOCAL_CHAIN_ID)),
        verifying_contract: Some(*board.address()),
        salt: None,
    };
    macro_rules! signed {
        ($message:expr) => {{
            let hash = $message.eip712_signing_hash(&domain);
            let signature = worker.sign_hash_sync(&hash).expect("the key signs");
            Bytes::from(signature.as_bytes())
        }};
    }

    // take
    let root = ledger.root().call().await.expect("it answers");
    let job = binding::job(LOCAL_CHAIN_ID, *board.address(), post.to());
    let at = now(deployment).await;
    let (nullifier, commitment, ticket) = (element(rng), element(rng), element(rng));
    let anyone = if rng.r#gen() { client } else { Address::ZERO };
    let accept = binding::Accept {
        job,
        post_hash: keccak256(posted.abi_encode()),
        worker: worker.address(),
        relayer: anyone,
    };
    let category = posted.terms.category;
    let inputs = [
        reduce_word(root),
        nullifier,
        commitment,
        ticket,
        job,
        Offer { category, at }.pack(),
        policy.pack(),
        accept.hash(),
    ];
    let acceptance = IJobBoard::Acceptance {
        proof: prove(&inputs),
        root,
        nullifier: to_word(nullifier),
        commitment: to_word(commitment),
        ticket: to_word(ticket),
        provenAt: U256::from(at),
        worker: worker.address(),
        relayer: anyone,
    };
    let consent = signed!(message::Take {
        job: to_word(job),
        ticket: to_word(ticket)
    });
    send!(board.take(post, posted.clone(), acceptance, consent, Bytes::new()));

    // submit and release
    let deliverable: B256 = word(rng).into();
    let consent = signed!(message::Submit {
        job: to_word(job),
        deliverable
    });
    send!(board.submit(post, posted.clone(), deliverable, consent));
    send!(board.release(post, posted.clone(), deliverable, Bytes::new()));

    // settle
    let settled_at = now(deployment).await;
    let (nullifier, commitment) = (element(rng), element(rng));
    let relayed = rng.r#gen::<bool>();
    let fee = if relayed {
        U256::from(rng.gen_range(0..=budget))
    } else {
        U256::ZERO
    };
    let settle = binding::Settle {
        job,
        recipient: address(rng),
        min_payout: U256::from(rng.gen_range(0..=budget)).min(U256::from(budget) - fee),
        relayer: if relayed { client } else { Address::ZERO },
        relayer_fee: fee,
    };
    let mode = if rng.r#gen() {
        Mode::Silence
    } else {
        Mode::Private
    };
    let engagement = Engagement {
        category,
        at: settled_at,
        slot: Slot::of(client),
        budget,
        taken_at: at,
        outcome: Outcome::Completed,
        mode,
        open_rating: 0,
    };
    let inputs = [
        reduce_word(root),
        nullifier,
        commitment,
        ticket,
        engagement.pack(),
        reduce_word(posted.terms.reviewer),
        binding::deliverable(deliverable),
        settle.hash(),
    ];
    let settlement = IJobBoard::Settlement {
        proof: prove(&inputs),
        root,
        nullifier: to_word(nullifier),
        commitment: to_word(commitment),
        provenAt: U256::from(settled_at),
        mode: mode as u8,
        recipient: settle.recipient,
        minPayout: settle.min_payout,
        relayer: settle.relayer,
        relayerFee: fee,
        workerSignature: signed!(message::Settle {
            job: to_word(job),
            recipient: settle.recipient,
            minPayout: settle.min_payout,
            relayer: settle.relayer,
            relayerFee: fee,
        }),
        releaseSignature: Bytes::new(),
    };
    send!(board.settle(post, posted, settlement));
}

#[tokio::test]
async fn the_inputs_of_take_and_settle_are_equal() {
    let deployment = deploy(provider()).await;
    first_root(&deployment).await;
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    for _ in 0..60 {
        a_random_job(&deployment, &mut rng).await;
    }
}

#[tokio::test]
async fn the_inputs_of_refresh_are_equal() {
    let deployment = deploy(provider()).await;
    let ledger = deployment.ledger();
    let root = first_root(&deployment).await;
    let [nullifier, commitment] = [8_u64, 9].map(Fr::from);
    let binding = binding::refresh(LOCAL_CHAIN_ID, *ledger.address());
    let proof = prove(&[reduce_word(root), nullifier, commitment, binding]);
    let refresh = ledger.refresh(proof, root, to_word(nullifier), to_word(commitment));
    refresh.call().await.expect("the inputs are equal");
}
