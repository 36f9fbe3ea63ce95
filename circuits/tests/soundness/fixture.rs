//! An agent with a record, the tree it lives in, and the means to look into a statement's circuit.

use alloy_primitives::{Address, U256};
use ark_relations::gr1cs::{ConstraintSystem, Matrix, R1CS_PREDICATE_LABEL, SynthesisMode};
use repute_circuits::clients::{SeenClients, Slot};
use repute_circuits::eddsa::{PrivateKey, Unverified};
use repute_circuits::field::{Fr, reduce_word, to_word};
use repute_circuits::policy::Policy;
use repute_circuits::state::{AgentState, Secret, commitment, identity};
use repute_circuits::statement::accept::{Accept, Offer};
use repute_circuits::statement::opening::Opening;
use repute_circuits::statement::settle::{
    Engagement, Mode, Outcome, Review, Settle, review_message,
};
use repute_circuits::statement::{Clauses, Refresh, Standing, Statement};
use repute_circuits::tree::LeanImt;
use std::collections::BTreeSet;

/// The time at which fixtures begin, unix seconds.
pub const START: u64 = 1_800_000_000;
/// A deliverable's field element.
pub const DELIVERABLE: u64 = 77;

/// A job the agent has taken and not yet settled.
#[derive(Clone, Copy, Debug)]
pub struct OpenJob {
    pub job: Fr,
    pub category: u32,
    pub taken_at: u64,
}

/// An agent and the tree that holds its note.
#[derive(Clone, Debug)]
pub struct Agent {
    pub secret: Secret,
    pub rho: Fr,
    pub state: AgentState,
    pub seen: SeenClients,
    pub open: Vec<OpenJob>,
    pub tree: LeanImt,
    leaf: usize,
}

impl Agent {
    /// A newly registered agent whose note is one of several in the tree.
    pub fn new(secret: u64) -> Self {
        let secret = Secret::new(Fr::from(secret));
        let rho = secret.view().genesis_rho();
        Self::with_note(secret, rho, AgentState::genesis(), SeenClients::default())
    }

    /// An agent whose note holds whatever it is given, honest or not.
    pub fn with_note(secret: Secret, rho: Fr, state: AgentState, seen: SeenClients) -> Self {
        let mut tree = LeanImt::new();
        for other in 0..5u64 {
            tree.insert(Fr::from(1_000 + other)).unwrap();
        }
        let leaf = tree
            .insert(commitment(identity(secret.owner(), rho), state.digest()))
            .unwrap();
        tree.insert(Fr::from(2_000)).unwrap();
        Self {
            secret,
            rho,
            state,
            seen,
            open: Vec::new(),
            tree,
            leaf,
        }
    }

    /// An agent with a history of one completed, rated job and one that is open.
    pub fn experienced(secret: u64) -> Self {
        let mut agent = Self::new(secret);
        agent.take(1, START);
        let job = agent.open[0];
        let settle = agent.settle(job, rated_openly(job, START + 100, 90), None);
        agent.follow(
            settle.next_state().unwrap(),
            settle.next_seen(),
            settle.public.commitment,
        );
        agent.open.clear();
        agent.take(2, START + 200);
        agent
    }

    pub fn opening(&self) -> Opening {
        Opening {
            secret: self.secret.clone(),
            rho: self.rho,
            state: self.state.clone(),
            path: self.tree.path(self.leaf).unwrap(),
        }
    }

    pub fn accept(&self, job: Fr, offer: Offer, policy: Policy) -> Accept {
        Accept::new(self.opening(), job, offer, policy, Fr::from(4242)).unwrap()
    }

    pub fn settle(&self, job: OpenJob, engagement: Engagement, review: Option<Review>) -> Settle {
        Settle::new(
            self.opening(),
            self.seen.clone(),
            job.job,
            engagement,
            review,
            reviewer().public_key().digest(),
            Fr::from(DELIVERABLE),
            Fr::from(4242),
        )
        .unwrap()
    }

    pub fn refresh(&self) -> Refresh {
        Refresh::new(self.opening(), Fr::from(4242))
    }

    pub fn standing(&self, policy: Policy, at: u64) -> Standing {
        Standing::new(self.opening(), policy, at, Fr::from(11), Fr::from(12))
    }

    /// Takes job number `number` and moves on to the new note.
    pub fn take(&mut self, number: u64, at: u64) {
        let job = OpenJob {
            job: Fr::from(number),
            category: 3,
            taken_at: at,
        };
        let accept = self.accept(
            job.job,
            Offer {
                category: job.category,
                at,
            },
            Policy::default(),
        );
        self.follow(
            accept.next_state().unwrap(),
            self.seen.clone(),
            accept.public.commitment,
        );
        self.open.push(job);
    }

    /// Moves on to the note that a spend made.
    pub fn follow(&mut self, state: AgentState, seen: SeenClients, commitment: Fr) {
        self.rho = self.opening().nullifier();
        self.state = state;
        self.seen = seen;
        self.leaf = self.tree.insert(commitment).unwrap();
    }
}

pub fn reviewer() -> PrivateKey {
    PrivateKey::from_bytes(&[7; 32])
}

/// The reviewer's rating of `job`.
pub fn review(job: Fr, rating: u8) -> Review {
    let key = reviewer();
    let message = review_message(job, Fr::from(DELIVERABLE), rating);
    Review {
        rating,
        signature: Unverified::new(&key.public_key(), &key.sign(message)),
    }
}

pub fn slot() -> Slot {
    Slot::of(Address::repeat_byte(0x11))
}

/// The job completed at `at` in silence.
pub fn completed(job: OpenJob, at: u64) -> Engagement {
    Engagement {
        category: job.category,
        at,
        slot: slot(),
        budget: 5_000_000,
        taken_at: job.taken_at,
        outcome: Outcome::Completed,
        mode: Mode::Silence,
        open_rating: 0,
    }
}

pub fn rated_openly(job: OpenJob, at: u64, rating: u8) -> Engagement {
    Engagement {
        mode: Mode::Open,
        open_rating: rating + 1,
        ..completed(job, at)
    }
}

pub fn rated_privately(job: OpenJob, at: u64) -> Engagement {
    Engagement {
        mode: Mode::Private,
        ..completed(job, at)
    }
}

pub fn cancelled(job: OpenJob, at: u64) -> Engagement {
    Engagement {
        slot: Slot::NONE,
        budget: 0,
        outcome: Outcome::Cancelled,
        ..completed(job, at)
    }
}

/// A statement's constraints, laid out once, and the names of their blocks.
pub struct Laid {
    matrices: Vec<Matrix<Fr>>,
    clauses: Clauses,
}

impl Laid {
    pub fn out<S: Statement>() -> Self {
        let cs = ConstraintSystem::new_ref();
        cs.set_mode(SynthesisMode::Setup);
        let mut clauses = Clauses::default();
        S::blank().constrain(&cs, &mut clauses).unwrap();
        cs.finalize();
        let matrices = cs
            .to_matrices()
            .unwrap()
            .remove(R1CS_PREDICATE_LABEL)
            .unwrap();
        Self { matrices, clauses }
    }

    /// The clauses with a constraint that `assignment` leaves unsatisfied.
    pub fn failing(&self, assignment: &[Fr]) -> BTreeSet<&'static str> {
        let evaluate = |row: &[(Fr, usize)]| -> Fr {
            row.iter()
                .map(|(coefficient, i)| *coefficient * assignment[*i])
                .sum()
        };
        let [a, b, c] = self.matrices.as_slice() else {
            panic!("an R1CS has three matrices")
        };
        (0..a.len())
            .filter(|&row| evaluate(&a[row]) * evaluate(&b[row]) != evaluate(&c[row]))
            .map(|row| self.clauses.at(row).unwrap_or("before any clause"))
            .collect()
    }

    pub fn clauses(&self) -> BTreeSet<&'static str> {
        self.clauses
            .sizes(self.matrices[0].len())
            .into_iter()
            .map(|(clause, _)| clause)
            .collect()
    }
}

/// The full assignment, public inputs first, that the circuit computes for a statement.
pub fn assignment<S: Statement>(statement: &S) -> Vec<Fr> {
    let cs = ConstraintSystem::new_ref();
    cs.set_mode(SynthesisMode::Prove {
        construct_matrices: false,
        generate_lc_assignments: false,
    });
    statement.constrain(&cs, &mut Clauses::default()).unwrap();
    let mut assignment = cs.instance_assignment().unwrap();
    assignment.extend(cs.witness_assignment().unwrap());
    assignment
}

/// Asserts that the statement is true, natively and in the circuit.
#[track_caller]
pub fn assert_true<S: Statement>(laid: &Laid, statement: &S) {
    statement.check().unwrap();
    assert_eq!(laid.failing(&assignment(statement)), BTreeSet::new());
}

/// Asserts that the statement violates `clause` natively, and in the circuit `clause` and, where
/// one change breaks several, `also`, and nothing else.
#[track_caller]
pub fn assert_violates<S: Statement>(laid: &Laid, statement: &S, clause: &str, also: &[&str]) {
    let error = statement
        .check()
        .expect_err("the native check must refuse this")
        .to_string();
    assert!(
        error.starts_with(&format!("{clause}: ")),
        "natively: {error}, expected {clause}"
    );
    let expected: BTreeSet<_> = also.iter().copied().chain([clause]).collect();
    let failing = laid.failing(&assignment(statement));
    assert_eq!(
        failing.iter().copied().collect::<BTreeSet<&str>>(),
        expected
    );
}

/// Asserts that changing any one public input by one bit, all else unchanged, is noticed.
#[track_caller]
pub fn assert_public_inputs_bind<S: Statement>(laid: &Laid, statement: &S) {
    let honest = assignment(statement);
    for (i, name) in S::INPUTS.iter().enumerate() {
        for bit in [0, 40, 200] {
            let mut changed = honest.clone();
            changed[1 + i] = reduce_word(to_word(honest[1 + i]) ^ (U256::from(1) << bit));
            assert!(
                !laid.failing(&changed).is_empty(),
                "{name} can change by 2^{bit}"
            );
        }
    }
}
