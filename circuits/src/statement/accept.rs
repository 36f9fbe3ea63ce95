//! **accept**: the agent takes a job. Its state meets the job's policy, and the job is counted in
//! the new state. (Protocol, "Statements", accept.)

use super::opening::{self, Opening, OpeningVar};
use super::{CARRIED, Clauses, Statement, pin};
use crate::field::{Fr, pack};
use crate::gadget::{self, Num, System, enforce_equal, enforce_width, input, is_zero, witness};
use crate::history::Kind;
use crate::history::gadget::{RecordVar, extend};
use crate::policy::{self, Policy, gadget::PolicyVar};
use crate::state::gadget::{COUNTER_BITS, StateVar};
use crate::state::{AgentState, Overflow, TIME_BITS, gadget as state};
use crate::violation::violations;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// The public inputs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    /// A root of the tree.
    pub root: Fr,
    /// The old note's nullifier.
    pub nullifier: Fr,
    /// The new note's commitment.
    pub commitment: Fr,
    /// The ticket that ties the job to the hidden agent.
    pub ticket: Fr,
    /// The job, `K(abi.encode(chainId, board, postId))`.
    pub job: Fr,
    /// `category(32) | at(40)<<32`.
    pub offer: Fr,
    /// The packed policy of the post.
    pub policy: Fr,
    /// `K(abi.encode(ACCEPT, job, postHash, worker, relayer))`.
    pub binding: Fr,
}

/// The part of a post that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The job's category.
    pub category: u32,
    /// When the job is taken, unix seconds below 2^40.
    pub at: u64,
}

impl Offer {
    /// `category(32) | at(40)<<32`.
    #[must_use]
    pub fn pack(&self) -> Fr {
        pack(&[(self.category.into(), 0), (self.at.into(), 32)])
    }
}

/// An acceptance: claims and witness.
#[derive(Clone, Debug)]
pub struct Accept {
    /// What is claimed.
    pub public: Public,
    /// The state that is spent.
    pub opening: Opening,
    /// The offer behind its word.
    pub offer: Offer,
    /// The policy behind its word.
    pub policy: Policy,
}

violations! {
    /// What an acceptance gets wrong.
    pub enum Violation {
        /// ticket = P_3(tag("ticket"), sk, job)
        Ticket = "accept: ticket" => "the ticket is not this agent's for this job",
        /// The public offer is the packed offer.
        OfferWord = "accept: offer" => "the offer word is not that of category and time",
        /// The public policy is the packed policy.
        PolicyWord = "accept: policy" => "the policy word is not that of the policy",
        /// at ≥ lastAt
        Time = "accept: time" => "the time is before the record's last change",
        /// accepted + 1 < 2^32
        Counters = "accept: counters" => "the record has counted all the jobs it can",
        /// The new note holds the old state with this job counted.
        Commitment = "accept: commitment"
            => "the commitment is not that of the state with this job counted",
    }
    nested {
        /// The opening is wrong.
        Opening(opening::Violation),
        /// The record misses a threshold.
        Policy(policy::Violation),
    }
}

impl Accept {
    /// The statement that the opened agent takes `job`; [`Statement::check`] tells whether it is
    /// true.
    ///
    /// # Errors
    /// [`Overflow`] when the record can count no further job.
    pub fn new(
        opening: Opening,
        job: Fr,
        offer: Offer,
        policy: Policy,
        binding: Fr,
    ) -> std::result::Result<Self, Overflow> {
        let next = opening.state.accept(offer.category, offer.at)?;
        let public = Public {
            root: opening.path.root(opening.commitment()),
            nullifier: opening.nullifier(),
            commitment: opening.next_commitment(&next),
            ticket: opening.secret.ticket(job),
            job,
            offer: offer.pack(),
            policy: policy.pack(),
            binding,
        };
        Ok(Self {
            public,
            opening,
            offer,
            policy,
        })
    }

    /// The state after the job is taken.
    ///
    /// # Errors
    /// [`Overflow`] when the record can count no further job.
    pub fn next_state(&self) -> std::result::Result<AgentState, Overflow> {
        self.opening
            .state
            .accept(self.offer.category, self.offer.at)
    }
}

impl Statement for Accept {
    const NAME: &'static str = "accept";
    const INPUTS: &'static [&'static str] = &[
        "root",
        "nullifier",
        "commitment",
        "ticket",
        "job",
        "offer",
        "policy",
        "binding",
    ];
    type Violation = Violation;

    fn public_inputs(&self) -> Vec<Fr> {
        let Public {
            root,
            nullifier,
            commitment,
            ticket,
            job,
            offer,
            policy,
            binding,
        } = self.public;
        vec![
            root, nullifier, commitment, ticket, job, offer, policy, binding,
        ]
    }

    fn check(&self) -> std::result::Result<(), Violation> {
        self.opening
            .check(self.public.root, self.public.nullifier)?;
        let state = &self.opening.state;
        if self.opening.secret.ticket(self.public.job) != self.public.ticket {
            return Err(Violation::Ticket);
        }
        if self.public.offer != self.offer.pack() || self.offer.at >> TIME_BITS != 0 {
            return Err(Violation::OfferWord);
        }
        if self.public.policy != self.policy.pack() || self.policy.min_volume >> 96 != 0 {
            return Err(Violation::PolicyWord);
        }
        self.policy.check(state, self.offer.at)?;
        if self.offer.at < state.last_at {
            return Err(Violation::Time);
        }
        let next = self.next_state().map_err(|Overflow| Violation::Counters)?;
        if self.opening.next_commitment(&next) != self.public.commitment {
            return Err(Violation::Commitment);
        }
        Ok(())
    }

    fn blank() -> Self {
        let offer = Offer { category: 0, at: 0 };
        Self::new(
            Opening::blank(),
            Fr::ZERO,
            offer,
            Policy::default(),
            Fr::ZERO,
        )
        .expect("the genesis state counts no job yet")
    }

    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> Result<()> {
        // Public inputs, in order.
        let root = input(cs, self.public.root)?;
        let nullifier = input(cs, self.public.nullifier)?;
        let commitment = input(cs, self.public.commitment)?;
        let ticket = input(cs, self.public.ticket)?;
        let job = input(cs, self.public.job)?;
        let offer = input(cs, self.public.offer)?;
        let policy = input(cs, self.public.policy)?;
        let binding = input(cs, self.public.binding)?;

        let opened = OpeningVar::open(cs, clauses, &self.opening, &root, &nullifier)?;
        let old = &opened.state;

        // ticket = P_3(tag("ticket"), sk, job)
        clauses.begin(cs, Violation::Ticket.clause());
        enforce_equal(cs, &state::ticket(cs, opened.secret.sk(), &job)?, &ticket)?;

        // offer = category(32) | at(40)<<32
        clauses.begin(cs, Violation::OfferWord.clause());
        let category = witness(cs, self.offer.category.into())?;
        let at = witness(cs, self.offer.at.into())?;
        enforce_width(cs, &category, 32)?;
        enforce_width(cs, &at, TIME_BITS)?;
        enforce_equal(cs, &gadget::pack(cs, &[(&category, 0), (&at, 32)])?, &offer)?;

        // The policy word unpacks to thresholds within their widths.
        clauses.begin(cs, Violation::PolicyWord.clause());
        let policy = PolicyVar::unpack(cs, &self.policy, &policy)?;

        // The old state meets every threshold at `at`.
        policy.enforce(cs, clauses, old, &at)?;

        // at ≥ lastAt
        clauses.begin(cs, Violation::Time.clause());
        enforce_width(cs, &(&at - &old.last_at), TIME_BITS)?;

        // accepted' = accepted + 1 < 2^32
        clauses.begin(cs, Violation::Counters.clause());
        let accepted = &old.accepted + Num::Constant(1.into());
        enforce_width(cs, &accepted, COUNTER_BITS)?;

        // New state: accepted', firstAt' = at if firstAt = 0, lastAt' = at, one record; the rest
        // unchanged.
        clauses.begin(cs, Violation::Commitment.clause());
        let is_first = is_zero(cs, &old.first_at)?;
        let first_at = is_first.select(cs, &at, &old.first_at)?;
        let zero = Num::Constant(Fr::ZERO);
        let record = RecordVar {
            kind: &Num::Constant((Kind::Accepted as u64).into()),
            rating_plus_one: &zero,
            category: &category,
            at: &at,
            budget: &zero,
            taken_at: &zero,
        };
        let history = extend(cs, &old.history, &record)?;
        let next = StateVar {
            accepted,
            first_at,
            last_at: at,
            history,
            ..old.clone()
        };
        opened.enforce_next(cs, &nullifier, &next, &commitment)?;

        // The binding fixes what else the transaction carries; the circuit only carries it.
        clauses.begin(cs, CARRIED);
        pin(cs, &binding)
    }
}
