//! Verification of proofs that somebody handed over, refusal by refusal.
//!
//! A verifier brings what it relies upon ([`Trust`]: a manifest or a verifying key), what it asked
//! for ([`Request`]), and the chain's log where it has one. Each proof gets a [`Verdict`] that lists
//! every check with its outcome. It is [`Status::Valid`] only where every check ran and passed: a
//! check that could not run leaves it [`Status::Incomplete`]. Proofs under one key are verified as a
//! batch.

mod handed;
mod judge;
mod refusal;
mod subject;
mod trust;
mod words;

pub use handed::Handed;
pub use refusal::Refusal;
pub use subject::{Compiled, NoStatement, Subject};
pub use trust::{Anchor, Trust};
pub use words::{Word, policy as policy_in_words, words};

use crate::log::Log;
use alloy::primitives::{Address, B256};
use rand::{CryptoRng, RngCore};
use repute_circuits::{
    field::{Fr, from_word, to_word},
    policy::Policy,
};
use repute_prover::batch::{Claim, verify_batch};
use std::{collections::BTreeMap, fmt};

/// What is checked, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The document can be read.
    Form,
    /// The circuit is this version's.
    Circuit,
    /// The verifying key is the one relied upon.
    Key,
    /// The keys are not for development.
    Provenance,
    /// The public inputs are below r.
    Inputs,
    /// The proof proves the statement.
    Proof,
    /// It is about the chain, ledger and board relied upon.
    Ledger,
    /// It is for the party that verifies, and answers its request.
    Audience,
    /// Its deadline has not passed.
    Deadline,
    /// Its time is at most an hour ago.
    Time,
    /// Its policy and filter are well-formed, and the ones asked for.
    Policy,
    /// It is bound to what its transaction carries.
    Binding,
    /// Its root is one of the ledger's.
    Root,
    /// Its state is unspent at the newest block.
    Nullifier,
    /// Its job was taken, with this ticket.
    Job,
}

impl Check {
    /// The check's name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Circuit => "circuit",
            Self::Key => "key",
            Self::Provenance => "provenance",
            Self::Inputs => "inputs",
            Self::Proof => "proof",
            Self::Ledger => "ledger",
            Self::Audience => "audience",
            Self::Deadline => "deadline",
            Self::Time => "time",
            Self::Policy => "policy",
            Self::Binding => "binding",
            Self::Root => "root",
            Self::Nullifier => "nullifier",
            Self::Job => "job",
        }
    }

    /// Whether only a chain can tell.
    #[must_use]
    pub fn needs_chain(self) -> bool {
        matches!(self, Self::Root | Self::Nullifier | Self::Job)
    }
}

/// What became of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds; what was found.
    Passed(String),
    /// It does not.
    Refused(Refusal),
    /// It could not run, and why.
    NotRun(String),
}

/// What is to be made of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every check ran and passed.
    Valid,
    /// No check refused, and some could not run.
    Incomplete,
    /// Some check refused.
    Refused,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Valid => "valid",
            Self::Incomplete => "incomplete",
            Self::Refused => "refused",
        })
    }
}

/// The checks of one proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The statement, where the document could be read.
    pub subject: Option<Subject>,
    /// The checks that apply to it, in order.
    pub checks: Vec<(Check, Outcome)>,
    /// The public inputs in words.
    pub words: Vec<Word>,
}

impl Verdict {
    fn new(subject: Option<Subject>) -> Self {
        Self {
            subject,
            checks: Vec::new(),
            words: Vec::new(),
        }
    }

    /// What is to be made of it.
    #[must_use]
    pub fn status(&self) -> Status {
        let mut status = Status::Valid;
        for (_, outcome) in &self.checks {
            match outcome {
                Outcome::Refused(_) => return Status::Refused,
                Outcome::NotRun(_) => status = Status::Incomplete,
                Outcome::Passed(_) => {}
            }
        }
        status
    }

    /// The first refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.checks.iter().find_map(|(_, outcome)| match outcome {
            Outcome::Refused(refusal) => Some(refusal),
            _ => None,
        })
    }

    /// Whether no check is missing but those that need a chain.
    #[must_use]
    pub fn lacks_only_the_chain(&self) -> bool {
        self.status() == Status::Incomplete
            && self.checks.iter().all(|(check, outcome)| {
                !matches!(outcome, Outcome::NotRun(_)) || check.needs_chain()
            })
    }

    fn push(&mut self, check: Check, outcome: Outcome) {
        self.checks.push((check, outcome));
    }

    fn passed(&mut self, check: Check, what: impl Into<String>) {
        self.push(check, Outcome::Passed(what.into()));
    }

    fn refuse(&mut self, check: Check, refusal: Refusal) {
        self.push(check, Outcome::Refused(refusal));
    }

    fn not_run(&mut self, check: Check, why: impl Into<String>) {
        self.push(check, Outcome::NotRun(why.into()));
    }

    fn holds(&mut self, check: Check, result: Result<String, Refusal>) {
        match result {
            Ok(what) => self.passed(check, what),
            Err(refusal) => self.refuse(check, refusal),
        }
    }
}

/// Who verifies, and what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The party that verifies.
    pub audience: Address,
    /// The value it chose for the request, or zero.
    pub challenge: B256,
    /// Its label for the pseudonym's scope.
    pub label: B256,
    /// Until when the answer is good; needed for files that do not say so themselves.
    pub deadline: Option<u64>,
}

/// What a verifier wants to know.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Who verifies; without it no shown proof is valid.
    pub asked: Option<Asked>,
    /// The policy asked for; without it any well-formed one passes.
    pub policy: Option<Policy>,
    /// Unix seconds.
    pub now: u64,
    /// Whether INSECURE development keys are good enough.
    pub allow_development_keys: bool,
}

/// Checks proofs that were read, and verifies those under one key as a batch.
///
/// `rng` must be unpredictable to whoever made the proofs. With a log, nothing is asked from a node:
/// sync it first, or a spent state looks current.
pub fn verify(
    proofs: &[Result<Handed, Refusal>],
    trust: &Trust,
    request: &Request,
    log: Option<&Log>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Vec<Verdict> {
    let completed: Vec<Result<Handed, Refusal>> = proofs
        .iter()
        .map(|proof| {
            let mut proof = proof.clone();
            if let (Ok(handed), Some(log)) = (&mut proof, log) {
                fill_ticket(handed, log);
            }
            proof
        })
        .collect();
    let mut proven = verify_points(&completed, trust, rng);
    completed
        .iter()
        .enumerate()
        .map(|(place, proof)| match proof {
            Ok(handed) => judge::judge(handed, proven.remove(&place), trust, request, log),
            Err(refusal) => {
                let mut verdict = Verdict::new(None);
                verdict.refuse(Check::Form, refusal.clone());
                verdict
            }
        })
        .collect()
}

/// Puts in the ticket that the board holds for a completion's job.
fn fill_ticket(handed: &mut Handed, log: &Log) {
    let Some((_, post_id)) = handed.job else {
        return;
    };
    let taken = log.job(post_id).and_then(|job| job.taken.as_ref());
    if let (Some(taken), Some(first)) = (taken, handed.inputs.first_mut()) {
        *first = Some(to_word(taken.ticket));
    }
}

/// What the proofs that can be verified come to, by their place.
fn verify_points(
    proofs: &[Result<Handed, Refusal>],
    trust: &Trust,
    rng: &mut (impl RngCore + CryptoRng),
) -> BTreeMap<usize, Result<(), Refusal>> {
    let mut batches: BTreeMap<Subject, Vec<(usize, Claim)>> = BTreeMap::new();
    for (place, proof) in proofs.iter().enumerate() {
        let Ok(handed) = proof else { continue };
        let inputs = elements(handed);
        if let (Some(inputs), Ok(proof)) = (inputs, handed.proof) {
            let batch = batches.entry(handed.subject).or_default();
            batch.push((place, Claim { inputs, proof }));
        }
    }
    let mut results = BTreeMap::new();
    for (subject, batch) in batches {
        let Some(anchor) = trust.anchor(subject) else {
            continue;
        };
        let (places, claims): (Vec<usize>, Vec<Claim>) = batch.into_iter().unzip();
        let failures = match verify_batch(&anchor.key, &claims, rng) {
            Ok(()) => Vec::new(),
            Err(error) => error.failures,
        };
        results.extend(places.iter().map(|place| (*place, Ok(()))));
        for (position, error) in failures {
            results.insert(places[position], Err(Refusal::BadProof(error)));
        }
    }
    results
}

/// The public inputs as field elements; `None` where one is missing or not below r.
fn elements(handed: &Handed) -> Option<Vec<Fr>> {
    handed
        .inputs
        .iter()
        .map(|word| from_word((*word)?).ok())
        .collect()
}
