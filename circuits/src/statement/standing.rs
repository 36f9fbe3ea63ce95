//! **standing**: the state in the root meets a policy at a time. The nullifier is published, so
//! that a verifier can see on chain that no later state exists. (Protocol, "Statements", standing.)

use super::opening::{self, Opening, OpeningVar};
use super::{CARRIED, Clauses, Statement, pin};
use crate::field::Fr;
use crate::gadget::{System, enforce_equal, enforce_width, input};
use crate::policy::{self, Policy, gadget::PolicyVar};
use crate::state::{TIME_BITS, gadget as state};
use crate::violation::violations;
use ark_relations::gr1cs::Result;

/// The public inputs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    /// A root of the tree.
    pub root: Fr,
    /// The shown note's nullifier.
    pub nullifier: Fr,
    /// Whom the proof is for, and until when.
    pub context: Fr,
    /// The agent's name within the scope.
    pub pseudonym: Fr,
    /// The scope.
    pub scope: Fr,
    /// The packed policy.
    pub policy: Fr,
    /// The time, unix seconds.
    pub at: Fr,
}

/// A standing: claims and witness.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What is claimed.
    pub public: Public,
    /// The state that is shown.
    pub opening: Opening,
    /// The policy that is met.
    pub policy: Policy,
    /// The time, unix seconds below 2^40.
    pub at: u64,
}

violations! {
    /// What a standing gets wrong.
    pub enum Violation {
        /// The public policy is the packed policy.
        PolicyWord = "standing: policy" => "the policy word is not that of the policy",
        /// The public time is `at`, below 2^40.
        TimeWord = "standing: at" => "the time is not the one claimed or not below 2^40",
        /// at ≥ lastAt
        Time = "standing: time" => "the time is before the record's last change",
        /// pseudonym = P_3(tag("scope"), sk, scope)
        Pseudonym = "standing: pseudonym" => "the pseudonym is not this agent's in this scope",
    }
    nested {
        /// The opening is wrong.
        Opening(opening::Violation),
        /// The record misses a threshold.
        Policy(policy::Violation),
    }
}

impl Standing {
    /// The statement that the opened state meets `policy` at `at`; [`Statement::check`] tells
    /// whether it is true.
    #[must_use]
    pub fn new(opening: Opening, policy: Policy, at: u64, context: Fr, scope: Fr) -> Self {
        let public = Public {
            root: opening.path.root(opening.commitment()),
            nullifier: opening.nullifier(),
            context,
            pseudonym: opening.secret.pseudonym(scope),
            scope,
            policy: policy.pack(),
            at: at.into(),
        };
        Self {
            public,
            opening,
            policy,
            at,
        }
    }
}

impl Statement for Standing {
    const NAME: &'static str = "standing";
    const INPUTS: &'static [&'static str] = &[
        "root",
        "nullifier",
        "context",
        "pseudonym",
        "scope",
        "policy",
        "at",
    ];
    type Violation = Violation;

    fn public_inputs(&self) -> Vec<Fr> {
        let Public {
            root,
            nullifier,
            context,
            pseudonym,
            scope,
            policy,
            at,
        } = self.public;
        vec![root, nullifier, context, pseudonym, scope, policy, at]
    }

    fn check(&self) -> std::result::Result<(), Violation> {
        self.opening
            .check(self.public.root, self.public.nullifier)?;
        let state = &self.opening.state;
        if self.public.policy != self.policy.pack() || self.policy.min_volume >> 96 != 0 {
            return Err(Violation::PolicyWord);
        }
        if self.public.at != Fr::from(self.at) || self.at >> TIME_BITS != 0 {
            return Err(Violation::TimeWord);
        }
        self.policy.check(state, self.at)?;
        if self.at < state.last_at {
            return Err(Violation::Time);
        }
        if self.opening.secret.pseudonym(self.public.scope) != self.public.pseudonym {
            return Err(Violation::Pseudonym);
        }
        Ok(())
    }

    fn blank() -> Self {
        use ark_ff::AdditiveGroup;
        Self::new(Opening::blank(), Policy::default(), 0, Fr::ZERO, Fr::ZERO)
    }

    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> Result<()> {
        // Public inputs, in order.
        let root = input(cs, self.public.root)?;
        let nullifier = input(cs, self.public.nullifier)?;
        let context = input(cs, self.public.context)?;
        let pseudonym = input(cs, self.public.pseudonym)?;
        let scope = input(cs, self.public.scope)?;
        let policy = input(cs, self.public.policy)?;
        let at = input(cs, self.public.at)?;

        let opened = OpeningVar::open(cs, clauses, &self.opening, &root, &nullifier)?;

        // The policy word unpacks to thresholds within their widths.
        clauses.begin(cs, Violation::PolicyWord.clause());
        let policy = PolicyVar::unpack(cs, &self.policy, &policy)?;

        // at < 2^40
        clauses.begin(cs, Violation::TimeWord.clause());
        enforce_width(cs, &at, TIME_BITS)?;

        // The state meets every threshold at `at`.
        policy.enforce(cs, clauses, &opened.state, &at)?;

        // at ≥ lastAt
        clauses.begin(cs, Violation::Time.clause());
        enforce_width(cs, &(&at - &opened.state.last_at), TIME_BITS)?;

        // pseudonym = P_3(tag("scope"), sk, scope)
        clauses.begin(cs, Violation::Pseudonym.clause());
        enforce_equal(
            cs,
            &state::pseudonym(cs, opened.secret.sk(), &scope)?,
            &pseudonym,
        )?;

        // The context says whom the proof is for; the circuit only carries it. The time is pinned
        // too: a time one second off can satisfy every difference with the same witness.
        clauses.begin(cs, CARRIED);
        pin(cs, &at)?;
        pin(cs, &context)
    }
}
