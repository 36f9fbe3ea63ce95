//! A true example of every statement, whose secrets are published here: what tools outside, tests
//! and rehearsals prove.

use crate::clients::{SeenClients, Slot};
use crate::eddsa::{PrivateKey, Unverified};
use crate::field::Fr;
use crate::history::{Kind, Record};
use crate::policy::Policy;
use crate::state::{AgentState, Secret, commitment, identity};
use crate::statement::accept::Offer;
use crate::statement::opening::Opening;
use crate::statement::settle::{Engagement, Mode, Outcome, Review, review_message};
use crate::statement::{Accept, Completion, Refresh, Settle, Standing, Statement, Window};
use crate::tree::LeanImt;
use crate::window::Filter;

/// A statement that has an example.
pub trait Example: Statement {
    /// The example, the same each time.
    fn example() -> Self;
}

/// When the agent of the examples takes its job, in Unix seconds.
pub const AT: u64 = 1_700_000_000;

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
        tree.insert(leaf).expect("four leaves fit");
    }
    let path = tree.path(2).expect("it was inserted");
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
    let state = genesis
        .state
        .accept(1, AT)
        .expect("a small number of jobs fits");
    opening(state, genesis.nullifier())
}

impl Example for Accept {
    /// The first job taken.
    fn example() -> Self {
        let offer = Offer {
            category: 1,
            at: AT,
        };
        Self::new(
            genesis(),
            Fr::from(77),
            offer,
            Policy::default(),
            Fr::from(5),
        )
        .expect("a small number of jobs fits")
    }
}

impl Example for Settle {
    /// The job paid, with a private rating.
    fn example() -> Self {
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
        Self::new(
            experienced(),
            SeenClients::default(),
            job,
            engagement,
            Some(review),
            reviewer.public_key().digest(),
            deliverable,
            Fr::from(5),
        )
        .expect("a small number of jobs fits")
    }
}

impl Example for Refresh {
    /// The state refreshed.
    fn example() -> Self {
        Self::new(experienced(), Fr::from(5))
    }
}

impl Example for Standing {
    /// The zero policy met.
    fn example() -> Self {
        let policy = Policy::default();
        Self::new(experienced(), policy, AT + 60, Fr::from(8), Fr::from(9))
    }
}

impl<const N: usize> Example for Window<N> {
    /// The one job taken, through a window that begins before it.
    fn example() -> Self {
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
        Self::new(
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
}

impl Example for Completion {
    /// The job taken, told to someone.
    fn example() -> Self {
        Self::new(secret(), Fr::from(77), Fr::from(8), Fr::from(9))
    }
}
