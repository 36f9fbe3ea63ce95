//! Proofs from calldata, verified again in batches.

use super::{Fault, Finding, Place, books::Books};
use crate::verify::Subject;
use alloy::primitives::U256;
use rand::rngs::OsRng;
use repute_circuits::field::from_word;
use repute_prover::{
    Proof, VerifyingKey,
    batch::{Claim, verify_batch},
};
use std::collections::BTreeMap;

/// So many proofs are verified at once. Larger batches save little: a proof costs a Miller loop in any.
pub(super) const BATCH: usize = 1_024;

/// Proofs that wait for their batch.
#[derive(Debug, Default)]
pub(super) struct Pending {
    keys: BTreeMap<Subject, VerifyingKey>,
    claims: BTreeMap<Subject, (Vec<Place>, Vec<Claim>)>,
}

/// What a batch came to.
struct Verified {
    findings: Vec<Finding>,
    in_batches: u64,
    one_by_one: u64,
}

impl Pending {
    pub(super) fn new(keys: BTreeMap<Subject, VerifyingKey>) -> Self {
        Self {
            keys,
            claims: BTreeMap::new(),
        }
    }

    /// Puts a proof in line.
    pub(super) fn add(
        &mut self,
        books: &mut Books,
        place: Place,
        subject: Subject,
        words: [U256; 8],
        inputs: &[U256],
    ) {
        let proof = Proof::from_words(words);
        let inputs: Result<Vec<_>, _> = inputs.iter().map(|word| from_word(*word)).collect();
        match (proof, inputs) {
            (Ok(proof), Ok(inputs)) => {
                let (places, claims) = self.claims.entry(subject).or_default();
                places.push(place);
                claims.push(Claim { inputs, proof });
            }
            (Err(error), _) => books.find(
                Fault::BadProof,
                place,
                format!("{}: {error}", subject.name()),
            ),
            (_, Err(error)) => books.find(
                Fault::BadProof,
                place,
                format!("{}: {error}", subject.name()),
            ),
        }
    }

    /// Verifies what waits: everything, or where `all` is false only full batches.
    pub(super) async fn verify(&mut self, books: &mut Books, all: bool) {
        let due: Vec<Subject> = self
            .claims
            .iter()
            .filter(|(_, (places, _))| !places.is_empty() && (all || places.len() >= BATCH))
            .map(|(subject, _)| *subject)
            .collect();
        for subject in due {
            let Some((places, claims)) = self.claims.remove(&subject) else {
                continue;
            };
            let Some(key) = self.keys.get(&subject).cloned() else {
                for _ in &places {
                    books.leave_out(format!(
                        "proofs of {}: there is no key to verify them with",
                        subject.name()
                    ));
                }
                continue;
            };
            let work = move || verify_all(subject, &key, &places, &claims);
            match tokio::task::spawn_blocking(work).await {
                Ok(verified) => {
                    books.counts.proofs_in_batches += verified.in_batches;
                    books.counts.proofs_one_by_one += verified.one_by_one;
                    for finding in verified.findings {
                        books.find(finding.fault, finding.place, finding.words);
                    }
                }
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
    }
}

fn verify_all(
    subject: Subject,
    key: &VerifyingKey,
    places: &[Place],
    claims: &[Claim],
) -> Verified {
    let mut verified = Verified {
        findings: Vec::new(),
        in_batches: 0,
        one_by_one: 0,
    };
    for (places, claims) in places.chunks(BATCH).zip(claims.chunks(BATCH)) {
        let failures = match verify_batch(key, claims, &mut OsRng) {
            Ok(()) => Vec::new(),
            Err(error) => error.failures,
        };
        // A failed batch is halved down to single proofs where one is bad.
        let alone = if claims.len() == 1 {
            1
        } else {
            failures.len() as u64
        };
        verified.one_by_one += alone;
        verified.in_batches += claims.len() as u64 - alone;
        for (position, error) in failures {
            verified.findings.push(Finding {
                fault: Fault::BadProof,
                place: places[position],
                words: format!("{}: {error}", subject.name()),
            });
        }
    }
    verified
}
