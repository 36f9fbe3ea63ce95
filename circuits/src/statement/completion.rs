//! **completion**: "I am the agent who took this job", to someone who reads on chain how the job
//! ended. (Protocol, "Statements", completion.)

use super::{CARRIED, Clauses, Statement, pin};
use crate::field::Fr;
use crate::gadget::{System, enforce_equal, input, witness};
use crate::state::{Secret, gadget as state};
use crate::violation::violations;
use ark_ff::AdditiveGroup;
use ark_relations::gr1cs::Result;

/// The public inputs, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Public {
    /// The ticket stored with the job.
    pub ticket: Fr,
    /// The job.
    pub job: Fr,
    /// Whom the proof is for, and until when.
    pub context: Fr,
    /// The agent's name within the scope.
    pub pseudonym: Fr,
    /// The scope.
    pub scope: Fr,
}

/// A completion: claims and witness.
#[derive(Clone, Debug)]
pub struct Completion {
    /// What is claimed.
    pub public: Public,
    /// The agent's secret.
    pub secret: Secret,
}

violations! {
    /// What a completion gets wrong.
    pub enum Violation {
        /// ticket = P_3(tag("ticket"), sk, job)
        Ticket = "completion: ticket" => "the ticket is not this agent's for this job",
        /// pseudonym = P_3(tag("scope"), sk, scope)
        Pseudonym = "completion: pseudonym" => "the pseudonym is not this agent's in this scope",
    }
}

impl Completion {
    /// The true statement that the holder of `secret` took `job`.
    #[must_use]
    pub fn new(secret: Secret, job: Fr, context: Fr, scope: Fr) -> Self {
        let public = Public {
            ticket: secret.ticket(job),
            job,
            context,
            pseudonym: secret.pseudonym(scope),
            scope,
        };
        Self { public, secret }
    }
}

impl Statement for Completion {
    const NAME: &'static str = "completion";
    const INPUTS: &'static [&'static str] = &["ticket", "job", "context", "pseudonym", "scope"];
    type Violation = Violation;

    fn public_inputs(&self) -> Vec<Fr> {
        let Public {
            ticket,
            job,
            context,
            pseudonym,
            scope,
        } = self.public;
        vec![ticket, job, context, pseudonym, scope]
    }

    fn check(&self) -> std::result::Result<(), Violation> {
        if self.secret.ticket(self.public.job) != self.public.ticket {
            return Err(Violation::Ticket);
        }
        if self.secret.pseudonym(self.public.scope) != self.public.pseudonym {
            return Err(Violation::Pseudonym);
        }
        Ok(())
    }

    fn blank() -> Self {
        Self::new(Secret::new(Fr::ZERO), Fr::ZERO, Fr::ZERO, Fr::ZERO)
    }

    fn constrain(&self, cs: &System, clauses: &mut Clauses) -> Result<()> {
        // Public inputs, in order.
        let ticket = input(cs, self.public.ticket)?;
        let job = input(cs, self.public.job)?;
        let context = input(cs, self.public.context)?;
        let pseudonym = input(cs, self.public.pseudonym)?;
        let scope = input(cs, self.public.scope)?;

        let sk = witness(cs, self.secret.expose())?;

        // ticket = P_3(tag("ticket"), sk, job)
        clauses.begin(cs, Violation::Ticket.clause());
        enforce_equal(cs, &state::ticket(cs, &sk, &job)?, &ticket)?;

        // pseudonym = P_3(tag("scope"), sk, scope)
        clauses.begin(cs, Violation::Pseudonym.clause());
        enforce_equal(cs, &state::pseudonym(cs, &sk, &scope)?, &pseudonym)?;

        // The context says whom the proof is for; the circuit only carries it.
        clauses.begin(cs, CARRIED);
        pin(cs, &context)
    }
}
