//! True statements to prove: the witnesses an agent would have, made from fixed numbers.

use crate::clock::{Cost, measure};
use crate::subject::Subject;
use anyhow::{Context, Result, ensure};
use ark_bn254::Fr;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystem, SynthesisMode};
use repute_circuits::clients::{SeenClients, Slot};
use repute_circuits::eddsa::{PrivateKey, Unverified};
use repute_circuits::history::{Kind, Record, extend};
use repute_circuits::policy::Policy;
use repute_circuits::state::{AgentState, Secret, commitment, identity};
use repute_circuits::statement::accept::Offer;
use repute_circuits::statement::opening::Opening;
use repute_circuits::statement::settle::{Engagement, Mode, Outcome, Review, review_message};
use repute_circuits::statement::{
    Accept, Circuit, Completion, Refresh, Settle, Standing, Statement, Window,
};
use repute_circuits::tree::LeanImt;
use repute_circuits::window::Filter;
use repute_prover::engine::R1cs;
use repute_prover::keys::dev;

pub use repute_sdk::verify::Subject as Name;

/// Leaves in the tree, which decide how long a path is.
const LEAVES: u64 = 1_000;
const NOW: u64 = 1_800_000_000;
/// How often a witness is computed to be measured.
const WITNESSES: usize = 10;

/// Something to do with any statement.
pub trait Visitor {
    /// What comes of it.
    type Output;
    /// Does it.
    ///
    /// # Errors
    /// Its own.
    fn visit<S: Statement>(self, statement: &S) -> Result<Self::Output>;
}

/// Makes the named statement and does something with it.
///
/// # Errors
/// The visitor's, or where a statement is refused, which only a bug can bring about.
pub fn visit<V: Visitor>(name: Name, visitor: V) -> Result<V::Output> {
    let job = Fr::from(7);
    let (context, scope) = (Fr::from(11), Fr::from(12));
    match name {
        Name::Accept => {
            let offer = Offer {
                category: 3,
                at: NOW,
            };
            visitor.visit(&Accept::new(
                opening(),
                job,
                offer,
                Policy::default(),
                Fr::from(5),
            )?)
        }
        Name::Settle => visitor.visit(&settle(job)?),
        Name::Refresh => visitor.visit(&Refresh::new(opening(), Fr::from(5))),
        Name::Standing => visitor.visit(&Standing::new(
            opening(),
            Policy::default(),
            NOW,
            context,
            scope,
        )),
        Name::Completion => visitor.visit(&Completion::new(secret(), job, context, scope)),
        Name::Window16 => visitor.visit(&window::<16>(context, scope)?),
        Name::Window128 => visitor.visit(&window::<128>(context, scope)?),
        Name::Window512 => visitor.visit(&window::<512>(context, scope)?),
    }
}

/// The named statement with development keys, and what its witness takes to compute.
///
/// # Errors
/// Where a circuit does not lay out, which only a bug in it can bring about.
pub fn subject(name: Name) -> Result<(Subject, Cost)> {
    visit(name, AsSubject)
}

fn secret() -> Secret {
    Secret::new(Fr::from(42))
}

/// A record of as many jobs as the largest window holds, all taken and not yet ended.
fn records() -> Vec<Record> {
    (0..512)
        .map(|i| Record {
            kind: Kind::Accepted,
            rating: None,
            category: 3,
            at: NOW - 1_000 + i,
            budget: 0,
            taken_at: 0,
        })
        .collect()
}

fn opening_of(records: &[Record]) -> Opening {
    let state = AgentState {
        accepted: records.len() as u32,
        first_at: records.first().map_or(0, |record| record.at),
        last_at: records.last().map_or(0, |record| record.at),
        history: records.iter().fold(Fr::from(0), extend),
        ..AgentState::genesis()
    };
    let (secret, rho) = (secret(), Fr::from(43));
    let mut tree = LeanImt::new();
    let note = commitment(identity(secret.owner(), rho), state.digest());
    for leaf in 0..LEAVES {
        let leaf = if leaf == LEAVES / 3 {
            note
        } else {
            Fr::from(leaf + 1)
        };
        tree.insert(leaf).expect("a thousand leaves fit");
    }
    let path = tree
        .path(LEAVES as usize / 3)
        .expect("the leaf was inserted");
    Opening {
        secret,
        rho,
        state,
        path,
    }
}

fn opening() -> Opening {
    opening_of(&records()[..3])
}

fn window<const N: usize>(context: Fr, scope: Fr) -> Result<Window<N>> {
    let records = &records()[..N];
    let filter = Filter {
        category: None,
        since: 0,
    };
    let policy = Policy::default();
    Ok(Window::new(
        opening_of(records),
        records,
        filter,
        policy,
        NOW,
        context,
        scope,
    )?)
}

/// A settlement with a private rating, the costliest kind.
fn settle(job: Fr) -> Result<Settle> {
    let engagement = Engagement {
        category: 3,
        at: NOW,
        slot: Slot { word: 5, bit: 100 },
        budget: 250_000_000,
        taken_at: NOW - 1_000,
        outcome: Outcome::Completed,
        mode: Mode::Private,
        open_rating: 0,
    };
    let (reviewer, deliverable, rating) = (PrivateKey::from_bytes(&[9; 32]), Fr::from(13), 90);
    let signature = reviewer.sign(review_message(job, deliverable, rating));
    let key = reviewer.public_key();
    Ok(Settle::new(
        opening(),
        SeenClients::default(),
        job,
        engagement,
        Some(Review {
            rating,
            signature: Unverified::new(&key, &signature),
        }),
        key.digest(),
        deliverable,
        Fr::from(5),
    )?)
}

struct AsSubject;

impl Visitor for AsSubject {
    type Output = (Subject, Cost);

    fn visit<S: Statement>(self, statement: &S) -> Result<(Subject, Cost)> {
        statement.check()?;
        let keys = dev::generate::<S>()?;
        let shape = keys.shape();
        let [a, b, c] = shape.matrices().clone();
        let r1cs = R1cs::new(
            a,
            b,
            c,
            shape.instance_variables(),
            shape.witness_variables(),
        )?;
        let (assignment, mut cost) = measure(|| assign(statement));
        let assignment = assignment?;
        // The fastest of several, as the proofs it is compared with.
        for _ in 1..WITNESSES {
            let (_, again) = measure(|| assign(statement));
            if again.cpu_ms < cost.cpu_ms {
                cost = again;
            }
        }
        ensure!(
            shape.unsatisfied(&assignment).is_none(),
            "the witness does not satisfy the circuit"
        );
        let subject = Subject {
            name: S::NAME.to_owned(),
            r1cs,
            assignment,
            inputs: statement.public_inputs(),
            key: keys.proving().clone(),
        };
        Ok((subject, cost))
    }
}

/// What computes the assignment of a settlement.
///
/// # Errors
/// As [`subject`].
pub fn settle_witness() -> Result<impl Fn() -> Result<Vec<Fr>>> {
    let statement = settle(Fr::from(7))?;
    Ok(move || assign(&statement))
}

/// The full assignment, without laying out constraints.
fn assign<S: Statement>(statement: &S) -> Result<Vec<Fr>> {
    let cs = ConstraintSystem::new_ref();
    cs.set_mode(SynthesisMode::Prove {
        construct_matrices: false,
        generate_lc_assignments: false,
    });
    Circuit(statement).generate_constraints(cs.clone())?;
    let system = cs.into_inner().context("the constraint system is shared")?;
    let mut assignment = system.assignments.instance_assignment;
    assignment.extend(system.assignments.witness_assignment);
    Ok(assignment)
}
