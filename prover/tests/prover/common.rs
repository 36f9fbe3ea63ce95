//! An agent with a short record, and keys that the tests of this package share.

use repute_circuits::clients::{SeenClients, Slot};
use repute_circuits::eddsa::{PrivateKey, Unverified};
use repute_circuits::field::Fr;
use repute_circuits::history::{Kind, Record};
use repute_circuits::policy::Policy;
use repute_circuits::state::{AgentState, Secret, commitment, identity};
use repute_circuits::statement::accept::Offer;
use repute_circuits::statement::opening::Opening;
use repute_circuits::statement::settle::{Engagement, Mode, Outcome, Review, review_message};
use repute_circuits::statement::{
    Accept, Completion, Refresh, Settle, Standing, Statement, Window,
};
use repute_circuits::tree::LeanImt;
use repute_circuits::window::Filter;
use repute_prover::{Keys, Store};

/// When the agent takes its job.
pub const AT: u64 = 1_700_000_000;

/// Development keys, made once for all tests and kept in the build directory.
pub fn keys<S: Statement>() -> Keys<S> {
    Store::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys"))
        .load_or_generate(&())
        .expect("the circuit lays out")
}

/// The agent's secret.
pub fn secret() -> Secret {
    Secret::new(Fr::from(2024))
}

/// The opening of `state` under `rho`, in a tree with other agents.
pub fn opening(state: AgentState, rho: Fr) -> Opening {
    let secret = secret();
    let mut tree = LeanImt::new();
    let leaf = commitment(identity(secret.owner(), rho), state.digest());
    for leaf in [Fr::from(1), Fr::from(2), leaf, Fr::from(3)] {
        tree.insert(leaf).expect("the tree has room");
    }
    let path = tree.path(2).expect("the leaf is there");
    Opening {
        secret,
        rho,
        state,
        path,
    }
}

/// The agent as it registered.
pub fn genesis() -> Opening {
    opening(AgentState::genesis(), secret().view().genesis_rho())
}

/// The agent after it took a job.
pub fn experienced() -> Opening {
    let genesis = genesis();
    let state = genesis.state.accept(1, AT).expect("there is room");
    opening(state, genesis.nullifier())
}

/// The first job taken.
pub fn accept() -> Accept {
    let offer = Offer {
        category: 1,
        at: AT,
    };
    Accept::new(
        genesis(),
        Fr::from(77),
        offer,
        Policy::default(),
        Fr::from(5),
    )
    .expect("there is room")
}

/// The job paid, with a private rating.
pub fn settle() -> Settle {
    let (job, deliverable) = (Fr::from(77), Fr::from(88));
    let reviewer = PrivateKey::from_bytes(&[3; 32]);
    let signature = reviewer.sign(review_message(job, deliverable, 95));
    let review = Review {
        rating: 95,
        signature: Unverified::new(&reviewer.public_key(), &signature),
    };
    let engagement = Engagement {
        category: 1,
        at: AT + 3600,
        slot: Slot { word: 7, bit: 247 },
        budget: 5_000_000,
        taken_at: AT,
        outcome: Outcome::Completed,
        mode: Mode::Private,
        open_rating: 0,
    };
    Settle::new(
        experienced(),
        SeenClients::default(),
        job,
        engagement,
        Some(review),
        reviewer.public_key().digest(),
        deliverable,
        Fr::from(5),
    )
    .expect("there is room")
}

/// The state refreshed.
pub fn refresh() -> Refresh {
    Refresh::new(experienced(), Fr::from(5))
}

/// The zero policy met.
pub fn standing() -> Standing {
    let policy = Policy::default();
    Standing::new(experienced(), policy, AT + 60, Fr::from(8), Fr::from(9))
}

/// The one job taken, through a window that begins before it.
pub fn window() -> Window<16> {
    let record = Record {
        kind: Kind::Accepted,
        rating: None,
        category: 1,
        at: AT,
        budget: 0,
        taken_at: 0,
    };
    let filter = Filter {
        category: Some(1),
        since: AT - 60,
    };
    let (context, scope) = (Fr::from(8), Fr::from(9));
    Window::new(
        experienced(),
        &[record],
        filter,
        Policy::default(),
        AT + 60,
        context,
        scope,
    )
    .expect("one record fits")
}

/// The job taken, told to someone.
pub fn completion() -> Completion {
    Completion::new(secret(), Fr::from(77), Fr::from(8), Fr::from(9))
}
