//! The agents' proofs: what each of them might do next, from states that the world begins with.
//!
//! Every agent is registered; all posts are taken at the start, the first half of them in the world's
//! set-up and so in a known order. From there each agent has proofs for several ends of its job, of
//! which one at most will be used, because all spend the same state.

use crate::world::{
    BUDGET, CATEGORY, CHAIN_ID, RECIPIENT, START, board, client, deliverable, ledger, post, worker,
};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolValue,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::{
    binding,
    clients::{SeenClients, Slot},
    eddsa::{PrivateKey, Unverified},
    field::{Fr, to_word},
    policy::Policy,
    state::{AgentState, Secret, commitment, identity},
    statement::{
        Accept, Refresh, Settle, Statement,
        accept::Offer,
        opening::Opening,
        settle::{Engagement, Mode, Outcome, Review, review_message},
    },
    tree::LeanImt,
};
use repute_prover::{Keys, Progress, Store, solidity::verifying_key_bytes};
use serde::Serialize;

/// Agents, and posts.
const AGENTS: usize = 8;
/// Posts that the set-up takes.
const TAKEN: usize = 4;
/// When settlements are proven, seconds from the start: soon, for what the client releases, and after
/// review and arbitration.
const TIMES: [u64; 2] = [3 * 3_600, 6 * 86_400];
/// What `rate` says, and what the reviewer signs.
const OPEN_RATING: u8 = 73;
const PRIVATE_RATING: u8 = 88;
/// The identity that `World.sol` registers first; nobody can spend it.
const FIRST_IDENTITY: u64 = 7;

/// `test/pool.json`.
#[derive(Serialize)]
pub struct Pool {
    ledger: Address,
    board: Address,
    accept_key: Bytes,
    settle_key: Bytes,
    refresh_key: Bytes,
    reviewer: U256,
    identities: Vec<U256>,
    post_hashes: Vec<B256>,
    /// For each post root, nullifier, commitment, ticket and the proof's 8 words.
    takes: Vec<Vec<U256>>,
    /// For each post that is taken, each time and each mode: root, nullifier, commitment and proof.
    settles: Vec<Vec<U256>>,
    /// For each post that is taken and each time, the same.
    folds: Vec<Vec<U256>>,
    /// For each agent of a post that is taken, the same.
    refreshes: Vec<Vec<U256>>,
}

struct Agent {
    secret: Secret,
    rho: Fr,
    state: AgentState,
    leaf: usize,
}

impl Agent {
    fn opening(&self, tree: &LeanImt) -> Opening {
        Opening {
            secret: self.secret.clone(),
            rho: self.rho,
            state: self.state.clone(),
            path: tree.path(self.leaf).expect("the leaf was inserted"),
        }
    }
}

/// Proves all of it.
pub fn pool(store: &Store, progress: &(impl Progress + Sync)) -> Pool {
    let accept = keys::<Accept>(store, progress);
    let settle = keys::<Settle>(store, progress);
    let refresh = keys::<Refresh>(store, progress);
    let mut rng = ChaCha20Rng::seed_from_u64(8183);
    let reviewer = PrivateKey::from_bytes(&[0x8d; 32]);
    let digest = reviewer.public_key().digest();

    let mut tree = LeanImt::new();
    let genesis = AgentState::genesis().digest();
    let mut register = |identity| {
        let leaf = commitment(identity, genesis);
        tree.insert(leaf).expect("there is room")
    };
    register(Fr::from(FIRST_IDENTITY));
    let mut agents: Vec<Agent> = (0..AGENTS as u64)
        .map(|number| {
            let secret = Secret::new(Fr::from(1_000 + number));
            let rho = secret.view().genesis_rho();
            let leaf = register(identity(secret.owner(), rho));
            Agent {
                secret,
                rho,
                state: AgentState::genesis(),
                leaf,
            }
        })
        .collect();

    let mut pool = Pool {
        ledger: ledger(),
        board: board(),
        accept_key: verifying_key_bytes(accept.verifying()).into(),
        settle_key: verifying_key_bytes(settle.verifying()).into(),
        refresh_key: verifying_key_bytes(refresh.verifying()).into(),
        reviewer: to_word(digest),
        identities: agents
            .iter()
            .map(|agent| to_word(identity(agent.secret.owner(), agent.rho)))
            .collect(),
        post_hashes: Vec::new(),
        takes: Vec::new(),
        settles: Vec::new(),
        folds: Vec::new(),
        refreshes: Vec::new(),
    };

    // All takes are proven from the registrations' root; those of the set-up then happen.
    let registered = tree.clone();
    for (number, agent) in (1..).zip(&mut agents) {
        let job = binding::job(CHAIN_ID, board(), number);
        let posted = post(number as usize, digest);
        let post_hash = keccak256(posted.abi_encode());
        let bound = binding::Accept {
            job,
            post_hash,
            worker: worker(),
            relayer: Address::ZERO,
        };
        let offer = Offer {
            category: CATEGORY,
            at: START,
        };
        let opening = agent.opening(&registered);
        let statement = Accept::new(opening, job, offer, Policy::default(), bound.hash())
            .expect("a first job is counted");
        let mut row = spend(&accept, &statement, &mut rng);
        row.insert(3, to_word(statement.public.ticket));
        pool.takes.push(row);
        pool.post_hashes.push(post_hash);
        if number as usize <= TAKEN {
            agent.state = statement.next_state().expect("a first job is counted");
            agent.rho = statement.public.nullifier;
            agent.leaf = tree
                .insert(statement.public.commitment)
                .expect("there is room");
        }
    }

    for (number, agent) in (1..).zip(&agents[..TAKEN]) {
        let job = binding::job(CHAIN_ID, board(), number);
        for at in TIMES.map(|after| START + after) {
            for mode in [Mode::Silence, Mode::Private, Mode::Open] {
                let statement = completed(agent, &tree, job, at, mode, &reviewer);
                pool.settles.push(spend(&settle, &statement, &mut rng));
            }
            let statement = cancelled(agent, &tree, job, at, digest);
            pool.folds.push(spend(&settle, &statement, &mut rng));
        }
        let bound = binding::refresh(CHAIN_ID, ledger());
        let statement = Refresh::new(agent.opening(&tree), bound);
        pool.refreshes.push(spend(&refresh, &statement, &mut rng));
    }
    pool
}

fn keys<S: Statement>(store: &Store, progress: &(impl Progress + Sync)) -> Keys<S> {
    store.load_or_generate(progress).expect("development keys")
}

/// The first three public inputs, which are a spend's own, and the proof.
fn spend<S: Statement>(keys: &Keys<S>, statement: &S, rng: &mut ChaCha20Rng) -> Vec<U256> {
    let proof = repute_prover::prove(keys, statement, rng).expect("it is true");
    let own = statement.public_inputs().into_iter().take(3).map(to_word);
    own.chain(proof.to_words()).collect()
}

fn completed(
    agent: &Agent,
    tree: &LeanImt,
    job: Fr,
    at: u64,
    mode: Mode,
    reviewer: &PrivateKey,
) -> Settle {
    let engagement = Engagement {
        category: CATEGORY,
        at,
        slot: Slot::of(client()),
        budget: BUDGET,
        taken_at: START,
        outcome: Outcome::Completed,
        mode,
        open_rating: if mode == Mode::Open {
            OPEN_RATING + 1
        } else {
            0
        },
    };
    let delivered = binding::deliverable(deliverable());
    let review = (mode == Mode::Private).then(|| {
        let message = review_message(job, delivered, PRIVATE_RATING);
        let key = reviewer.public_key();
        Review {
            rating: PRIVATE_RATING,
            signature: Unverified::new(&key, &reviewer.sign(message)),
        }
    });
    let bound = binding::Settle {
        job,
        recipient: RECIPIENT,
        min_payout: U256::ZERO,
        relayer: Address::ZERO,
        relayer_fee: U256::ZERO,
    };
    let digest = reviewer.public_key().digest();
    let opening = agent.opening(tree);
    let seen = SeenClients::default();
    Settle::new(
        opening,
        seen,
        job,
        engagement,
        review,
        digest,
        delivered,
        bound.hash(),
    )
    .expect("a first job ends")
}

fn cancelled(agent: &Agent, tree: &LeanImt, job: Fr, at: u64, reviewer: Fr) -> Settle {
    let engagement = Engagement {
        category: CATEGORY,
        at,
        slot: Slot::NONE,
        budget: 0,
        taken_at: START,
        outcome: Outcome::Cancelled,
        mode: Mode::Silence,
        open_rating: 0,
    };
    let bound = binding::Settle {
        job,
        recipient: Address::ZERO,
        min_payout: U256::ZERO,
        relayer: Address::ZERO,
        relayer_fee: U256::ZERO,
    };
    let nothing = binding::deliverable(B256::ZERO);
    let opening = agent.opening(tree);
    let seen = SeenClients::default();
    Settle::new(
        opening,
        seen,
        job,
        engagement,
        None,
        reviewer,
        nothing,
        bound.hash(),
    )
    .expect("a first job is called off")
}
