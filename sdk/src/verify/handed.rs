//! Proofs as they are handed over: the documents of `repute prove`, proof files, and snarkjs' JSON.

use super::{Refusal, Subject};
use crate::{
    ask::Ask, completion::CompletionProof, document::Document, shown::ShownError,
    standing::StandingProof, window::WindowProof,
};
use alloy::primitives::{Address, U256};
use repute_circuits::{binding, field::to_word};
use repute_prover::{MadeWith, Proof, ProofError, ProofFile, ProofFileError, snarkjs};
use serde_json::Value;

/// A proof with what it claims, read and not yet believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The statement it claims to prove.
    pub subject: Subject,
    /// The public inputs in the statement's order. They may be r or more. `None` for the ticket of a
    /// completion, which only the chain knows.
    pub inputs: Vec<Option<U256>>,
    /// The proof's points.
    pub proof: Result<Proof, ProofError>,
    /// The chain and the ledger that it says it is about.
    pub venue: Option<(u64, Address)>,
    /// The request that it says it answers.
    pub ask: Option<Ask>,
    /// The board and the number of the job that it says it is about.
    pub job: Option<(Address, u64)>,
    /// The keys that it says it was made with; snarkjs' files say nothing of them.
    pub made_with: Option<MadeWith>,
}

impl Handed {
    fn bare(subject: Subject, inputs: Vec<Option<U256>>, proof: Result<Proof, ProofError>) -> Self {
        Self {
            subject,
            inputs,
            proof,
            venue: None,
            ask: None,
            job: None,
            made_with: None,
        }
    }

    /// Reads a document that says itself what it proves: one of `repute prove`, or a proof file.
    ///
    /// # Errors
    /// [`Refusal::Unreadable`], [`Refusal::UnknownStatement`], [`Refusal::OtherInputs`].
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let unreadable = |reason: String| Refusal::Unreadable(reason);
        let value: Value =
            serde_json::from_str(text).map_err(|error| unreadable(error.to_string()))?;
        let has = |name: &str| value.get(name).is_some();
        if value.get("format").is_some_and(Value::is_string) {
            return Self::read_file(text);
        }
        let shown = |error: ShownError| unreadable(error.to_string());
        if has("slots") {
            WindowProof::from_json(text).map_err(shown).and_then(window)
        } else if has("postId") {
            CompletionProof::from_json(text)
                .map_err(shown)
                .map(completion)
        } else if has("policy") {
            StandingProof::from_json(text).map_err(shown).map(standing)
        } else if has("pi_a") {
            Err(unreadable(
                "it is snarkjs' proof.json, which does not say what it proves: name the statement \
                 and give public.json too"
                    .to_owned(),
            ))
        } else {
            Err(unreadable(
                "it is neither a document of repute prove nor a proof file".to_owned(),
            ))
        }
    }

    fn read_file(text: &str) -> Result<Self, Refusal> {
        let file = match ProofFile::from_json(text) {
            Ok(file) => file,
            Err(ProofFileError::Proof(error)) => return Err(Refusal::BadPoints(error)),
            Err(error) => return Err(Refusal::Unreadable(error.to_string())),
        };
        let subject = Subject::of_name(file.statement())
            .ok_or_else(|| Refusal::UnknownStatement(file.statement().to_owned()))?;
        let inputs = file
            .public_inputs()
            .map_err(|error| Refusal::Unreadable(error.to_string()))?;
        let names: Vec<&str> = inputs.iter().map(|(name, _)| *name).collect();
        if names != subject.inputs() {
            return Err(Refusal::OtherInputs {
                found: names.join(", "),
                expected: subject.inputs().join(", "),
            });
        }
        let inputs = inputs.iter().map(|(_, word)| Some(*word)).collect();
        Ok(Self {
            made_with: Some(file.made_with()),
            ..Self::bare(subject, inputs, Ok(file.proof()))
        })
    }

    /// Reads snarkjs' `proof.json` and `public.json` as a proof of `subject`.
    ///
    /// # Errors
    /// [`Refusal::Unreadable`], [`Refusal::OtherInputs`].
    pub fn read_snarkjs(subject: Subject, proof: &str, public: &str) -> Result<Self, Refusal> {
        let proof = match snarkjs::proof_from_json(proof) {
            Ok(proof) => Ok(proof),
            Err(snarkjs::SnarkjsError::Proof(error)) => Err(error),
            Err(error) => return Err(Refusal::Unreadable(error.to_string())),
        };
        let inputs = snarkjs::input_words_from_json(public)
            .map_err(|error| Refusal::Unreadable(error.to_string()))?;
        if inputs.len() != subject.inputs().len() {
            return Err(Refusal::OtherInputs {
                found: format!("{} numbers", inputs.len()),
                expected: subject.inputs().join(", "),
            });
        }
        Ok(Self::bare(
            subject,
            inputs.into_iter().map(Some).collect(),
            proof,
        ))
    }

    /// A public input by name; `None` where the statement has none of that name, or it is missing.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<U256> {
        self.inputs
            .get(self.subject.position(name)?)
            .copied()
            .flatten()
    }
}

fn standing(document: StandingProof) -> Handed {
    let (context, scope) = request(&document.ask, document.chain_id, document.ledger);
    let inputs = [
        document.root,
        document.nullifier,
        context,
        document.pseudonym,
        scope,
        document.policy,
        U256::from(document.at),
    ];
    Handed {
        venue: Some((document.chain_id, document.ledger)),
        ask: Some(document.ask),
        made_with: Some(document.made_with),
        ..Handed::bare(
            Subject::Standing,
            inputs.map(Some).to_vec(),
            Proof::from_words(document.proof),
        )
    }
}

fn window(document: WindowProof) -> Result<Handed, Refusal> {
    let subject = Subject::of_name(&format!("window-{}", document.slots))
        .ok_or_else(|| Refusal::UnknownStatement(format!("window-{}", document.slots)))?;
    let (context, scope) = request(&document.ask, document.chain_id, document.ledger);
    let inputs = [
        document.root,
        document.nullifier,
        context,
        document.pseudonym,
        scope,
        document.filter,
        document.policy,
        U256::from(document.at),
    ];
    Ok(Handed {
        venue: Some((document.chain_id, document.ledger)),
        ask: Some(document.ask),
        made_with: Some(document.made_with),
        ..Handed::bare(
            subject,
            inputs.map(Some).to_vec(),
            Proof::from_words(document.proof),
        )
    })
}

fn completion(document: CompletionProof) -> Handed {
    let (context, scope) = request(&document.ask, document.chain_id, document.ledger);
    let job = binding::job(document.chain_id, document.board, document.post_id);
    let inputs = vec![
        None,
        Some(to_word(job)),
        Some(context),
        Some(document.pseudonym),
        Some(scope),
    ];
    Handed {
        venue: Some((document.chain_id, document.ledger)),
        ask: Some(document.ask),
        made_with: Some(document.made_with),
        job: Some((document.board, document.post_id)),
        ..Handed::bare(
            Subject::Completion,
            inputs,
            Proof::from_words(document.proof),
        )
    }
}

fn request(ask: &Ask, chain_id: u64, ledger: Address) -> (U256, U256) {
    (to_word(ask.context(chain_id, ledger)), to_word(ask.scope()))
}
