//! Windows: an agent shows the jobs it took since a time, and nothing else of its record.

use crate::world::{DAY, HOUR, World};
use alloy::primitives::{Address, B256, U256};
use repute_circuits::{
    field::{ORDER, to_word},
    policy::{Policy, Violation},
    window::Filter,
};
use repute_sdk::{
    ask::Ask,
    board::{AgentError, Settle},
    document::{Document, DocumentError},
    shortfall::Shortfall,
    shown::{ShownError, Venue},
    wallet::{Purpose, WalletError},
    window::{Shown, Size, WindowProof},
};

/// The category of most jobs.
const CATEGORY: u32 = 7;
/// Of one job that is not delivered.
const OTHER: u32 = 8;

pub async fn tell(world: &mut World) {
    world.register(0).await;
    completed(world, CATEGORY).await;
    world.wait(5 * DAY).await;
    // Times in the record lie on a grid, up to ten minutes before the transaction's.
    let since = world.now().await - DAY;
    completed(world, CATEGORY).await;
    taken(world, OTHER).await;

    let recent = Filter {
        category: Some(CATEGORY),
        since,
    };
    misses_are_told_before_a_proof(world, recent).await;
    let (made, proof) = convinces_once(world, recent).await;
    what_is_changed_is_refused(world, &made, &proof, recent).await;
    goes_stale(world, &made, &proof, recent).await;
    is_of_a_state_spent_since(world, recent).await;
    a_longer_window_has_more_slots(world).await;
}

/// Has agent 0 take a job.
async fn taken(world: &mut World, category: u32) -> u64 {
    let mut terms = world.terms().await;
    terms.category = category;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    id
}

/// Has agent 0 complete a job that nobody rates.
async fn completed(world: &mut World, category: u32) {
    let id = taken(world, category).await;
    world.submit(0, id).await;
    world.wait(2 * HOUR + 1).await;
    let agent = &mut world.agents[0].agent;
    let request = agent.settle(&world.log, id, Settle::default()).await;
    world.relay("settle", request.expect("it settles")).await;
}

/// One job or more completed, and all that were taken.
fn faultless(min_completed: u32) -> Policy {
    Policy {
        min_completed,
        min_success_bps: 10_000,
        ..Policy::default()
    }
}

async fn ask(world: &World, audience: u8) -> Ask {
    Ask {
        audience: Address::repeat_byte(audience),
        challenge: B256::repeat_byte(8),
        deadline: world.now().await + 10 * HOUR,
        label: B256::ZERO,
    }
}

async fn misses_are_told_before_a_proof(world: &mut World, recent: Filter) {
    let made = ask(world, 7).await;
    let everything = Filter {
        category: None,
        ..recent
    };
    let all_time = Filter { since: 0, ..recent };
    let short = |clause, has, needs| Shortfall { clause, has, needs };
    for (filter, policy, expected) in [
        (recent, faultless(2), short(Violation::MinCompleted, 1, 2)),
        (all_time, faultless(3), short(Violation::MinCompleted, 2, 3)),
        // The job that is not delivered counts where its category does.
        (
            everything,
            faultless(1),
            short(Violation::MinSuccess, 5_000, 10_000),
        ),
    ] {
        let agent = &mut world.agents[0].agent;
        let refused = agent
            .prove_window(&world.log, &made, &filter, &policy)
            .await;
        match refused {
            Err(AgentError::Short(found)) => assert_eq!(found, expected),
            other => panic!("{filter:?} {policy:?}: {other:?}"),
        }
    }
    let agent = &mut world.agents[0].agent;
    for (policy, name) in [
        (
            Policy {
                min_clients: 1,
                ..faultless(1)
            },
            "minClients",
        ),
        (
            Policy {
                min_age_days: 1,
                ..faultless(1)
            },
            "minAgeDays",
        ),
    ] {
        let refused = agent
            .prove_window(&world.log, &made, &recent, &policy)
            .await;
        assert!(
            matches!(refused, Err(AgentError::NotInWindows(found)) if found == name),
            "{refused:?}"
        );
    }
    // Nothing left the machine.
    assert_eq!(agent.wallet().shown().expect("registered"), None);
}

async fn convinces_once(world: &mut World, recent: Filter) -> (Ask, WindowProof) {
    let made = ask(world, 7).await;
    let policy = faultless(1);
    let agent = &mut world.agents[0].agent;
    let size = agent.can_show_window(&world.log, &recent, &policy).await;
    assert_eq!(size.expect("it is met"), Size::Small);
    let proof = agent
        .prove_window(&world.log, &made, &recent, &policy)
        .await
        .expect("it is met");
    let proof = WindowProof::from_json(&proof.to_json()).expect("proofs travel");

    let (now, claim) = (world.now().await, (&recent, &policy));
    let here = proof
        .verify_with_log(&world.keyring, &world.log, &made, claim, now)
        .expect("it convinces");
    let there = proof
        .verify_on_chain(&world.chain, &made, claim)
        .await
        .expect("it convinces the ledger");
    let shown = Shown {
        pseudonym: proof.pseudonym,
        filter: recent,
        policy,
        at: proof.at,
    };
    assert_eq!((here, there), (shown, shown));

    // The same state is not shown to somebody else, which would link the two.
    let other = ask(world, 9).await;
    let agent = &mut world.agents[0].agent;
    let refused = agent
        .prove_window(&world.log, &other, &recent, &policy)
        .await;
    let Err(AgentError::Wallet(WalletError::Shown { shown, .. })) = refused else {
        panic!("shown twice: {refused:?}");
    };
    let audience = made.audience;
    assert_eq!(shown, Purpose::Show { audience });
    (made, proof)
}

async fn what_is_changed_is_refused(
    world: &World,
    made: &Ask,
    proof: &WindowProof,
    recent: Filter,
) {
    let (now, policy) = (world.now().await, faultless(1));
    let claim = (&recent, &policy);
    let check = |proof: &WindowProof, made: &Ask, claim| {
        proof.verify_with_log(&world.keyring, &world.log, made, claim, now)
    };

    type Change = fn(&mut WindowProof);
    let changes: [(Change, &str); 8] = [
        (|p| p.root += ORDER, "UnknownRoot"),
        (|p| p.nullifier += ORDER, "InvalidProof"),
        (|p| p.nullifier += U256::from(1), "InvalidProof"),
        (|p| p.pseudonym += U256::from(1), "InvalidProof"),
        (|p| p.at -= 1, "InvalidProof"),
        (|p| p.slots = 128, "InvalidProof"),
        (|p| p.proof.swap(0, 6), "InvalidProof"),
        (|p| p.proof[0] = U256::ZERO, "InvalidProof"),
    ];
    for (index, (change, reason)) in changes.into_iter().enumerate() {
        let mut other = proof.clone();
        change(&mut other);
        assert!(check(&other, made, claim).is_err(), "change {index}");
        let refused = other.verify_on_chain(&world.chain, made, claim).await;
        assert_eq!(name(refused), reason, "change {index}");
    }

    // Nobody is convinced of more, or of other jobs, than was proven.
    let more = faultless(2);
    let refused = check(proof, made, (&recent, &more));
    assert!(
        matches!(refused, Err(ShownError::OtherPolicy { .. })),
        "{refused:?}"
    );
    let longer = Filter { since: 0, ..recent };
    let refused = check(proof, made, (&longer, &policy));
    assert!(
        matches!(refused, Err(ShownError::OtherFilter { .. })),
        "{refused:?}"
    );
    let mut relabelled = proof.clone();
    relabelled.filter = to_word(longer.pack());
    let refused = check(&relabelled, made, (&longer, &policy));
    assert!(matches!(refused, Err(ShownError::Proof(_))), "{refused:?}");
    let claim_longer = (&longer, &policy);
    let refused = relabelled.verify_on_chain(&world.chain, made, claim_longer);
    assert_eq!(name(refused.await), "InvalidProof");

    // Nor is somebody else, elsewhere.
    let other = Ask {
        audience: Address::repeat_byte(9),
        ..*made
    };
    let refused = check(proof, &other, claim);
    assert!(
        matches!(refused, Err(ShownError::OtherAsk("audience"))),
        "{refused:?}"
    );
    let elsewhere = Venue {
        chain_id: 1,
        ledger: proof.ledger,
    };
    let refused = proof.verify_offline(&world.keyring, elsewhere, made, claim, now);
    assert!(
        matches!(refused, Err(ShownError::OtherLedger { .. })),
        "{refused:?}"
    );

    let mut sizeless = proof.clone();
    sizeless.slots = 64;
    let refused = WindowProof::from_json(&sizeless.to_json());
    assert!(
        matches!(refused, Err(ShownError::NoSuchWindow(64))),
        "{refused:?}"
    );
    let mut cut = proof.to_json();
    cut.truncate(cut.len() / 2);
    let refused = WindowProof::from_json(&cut);
    assert!(
        matches!(
            refused,
            Err(ShownError::Document(DocumentError::Malformed { .. }))
        ),
        "{refused:?}"
    );
}

async fn goes_stale(world: &World, made: &Ask, proof: &WindowProof, recent: Filter) {
    world.wait(HOUR + 601).await;
    let (now, policy) = (world.now().await, faultless(1));
    let claim = (&recent, &policy);
    let refused = proof.verify_with_log(&world.keyring, &world.log, made, claim, now);
    assert!(
        matches!(refused, Err(ShownError::Stale { .. })),
        "{refused:?}"
    );
    let refused = proof.verify_on_chain(&world.chain, made, claim).await;
    assert_eq!(name(refused), "ProofTime");
}

async fn is_of_a_state_spent_since(world: &mut World, recent: Filter) {
    let made = ask(world, 7).await;
    let policy = faultless(1);
    let claim = (&recent, &policy);
    let agent = &mut world.agents[0].agent;
    let proof = agent
        .prove_window(&world.log, &made, &recent, &policy)
        .await
        .expect("the same audience may see the state again");
    let on_chain = proof.verify_on_chain(&world.chain, &made, claim).await;
    on_chain.expect("the state is current");

    let request = world.agents[0].agent.refresh(&world.log).await;
    world.relay("refresh", request.expect("it refreshes")).await;
    let now = world.now().await;
    let refused = proof.verify_with_log(&world.keyring, &world.log, &made, claim, now);
    assert!(matches!(refused, Err(ShownError::Spent)), "{refused:?}");
    let refused = proof.verify_on_chain(&world.chain, &made, claim).await;
    assert_eq!(name(refused), "NullifierSpent");
}

async fn a_longer_window_has_more_slots(world: &mut World) {
    for _ in 0..6 {
        completed(world, CATEGORY).await;
    }
    let made = ask(world, 11).await;
    let filter = Filter {
        category: Some(CATEGORY),
        since: 0,
    };
    // Seventeen records: eight jobs that began and ended, and one that only began.
    let policy = faultless(8);
    let agent = &mut world.agents[0].agent;
    let proof = agent
        .prove_window(&world.log, &made, &filter, &policy)
        .await
        .expect("it is met");
    assert_eq!(proof.slots, Size::Medium.slots());
    let claim = (&filter, &policy);
    let shown = proof.verify_on_chain(&world.chain, &made, claim).await;
    shown.expect("it convinces the ledger");
}

/// The contract's reason.
fn name(refused: Result<Shown, ShownError>) -> String {
    let Err(ShownError::Chain(error)) = refused else {
        panic!("not refused by a contract: {refused:?}");
    };
    let refusal = error.refusal().expect("a contract refused");
    refusal.name.clone()
}
