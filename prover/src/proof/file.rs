//! The file format of a proof that is handed around: JSON that says what it proves.

use super::made_with::{MadeWith, OtherKeys};
use super::{Proof, ProofError, text};
use crate::keys::{Keys, Provenance};
use crate::verify::{VerifyError, VerifyingKey, inputs_from_words};
use alloy_primitives::U256;
use ark_bn254::Fr;
use repute_circuits::field::to_word;
use repute_circuits::release;
use repute_circuits::shape::Digest;
use repute_circuits::statement::Statement;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

const FORMAT: &str = "repute-proof";
const VERSION: u32 = 1;

/// A proof with what it claims to prove, as JSON:
/// `{format, version, statement, circuit, verifyingKey, keys, publicInputs: {name: word}, proof: [8 words]}`.
/// Words are `0x` and hexadecimal digits (read: also decimal), digests `sha256:…`.
///
/// Everything but the proof is what its maker says. [`Self::verify`] checks statement, circuit, key
/// and inputs; how far the key itself can be believed is for the verifier to know, not for the file to
/// say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    document: Document,
    proof: Proof,
}

/// A file that is no proof, or proves something else.
#[derive(Debug, thiserror::Error)]
pub enum ProofFileError {
    /// It is not such a document.
    #[error("this is not a proof file: {0}")]
    Json(#[from] serde_json::Error),
    /// Another format or version.
    #[error(
        "the file is {format} version {version}; this program reads {FORMAT} version {VERSION}"
    )]
    Format {
        /// The format.
        format: String,
        /// The version.
        version: u32,
    },
    /// A word is no number.
    #[error("{0:?} is no number below 2^256; write decimal digits, or 0x and hexadecimal digits")]
    Number(String),
    /// Another number of words than a proof has.
    #[error("the proof has {0} words instead of 8; the file was cut off or changed")]
    ProofLength(usize),
    /// The proof is bad.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// Another statement than the one asked for.
    #[error("the file is a proof of {found} and not of {expected}")]
    Statement {
        /// In the file.
        found: String,
        /// What was asked for.
        expected: &'static str,
    },
    /// The public inputs are not the statement's.
    #[error("the public inputs are {found:?} instead of {expected:?}")]
    Inputs {
        /// Their names in the file.
        found: Vec<String>,
        /// The statement's.
        expected: &'static [&'static str],
    },
    /// Made for another version of the circuit, or with other keys.
    #[error(transparent)]
    OtherKeys(#[from] OtherKeys),
    /// It does not verify.
    #[error(transparent)]
    Verify(#[from] VerifyError),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    format: String,
    version: u32,
    statement: String,
    #[serde(with = "text")]
    circuit: Digest,
    #[serde(with = "text")]
    verifying_key: Digest,
    #[serde(with = "text")]
    keys: Provenance,
    public_inputs: Named,
    proof: Vec<String>,
}

/// What all versions have.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl ProofFile {
    /// The file of a proof made with `keys`.
    #[must_use]
    pub fn new<S: Statement>(keys: &Keys<S>, inputs: &[Fr], proof: Proof) -> Self {
        let named = |(name, input): (&&str, &Fr)| ((*name).to_owned(), hex(to_word(*input)));
        Self {
            document: Document {
                format: FORMAT.to_owned(),
                version: VERSION,
                statement: S::NAME.to_owned(),
                circuit: keys.circuit_hash(),
                verifying_key: keys.verifying().hash(),
                keys: keys.provenance(),
                public_inputs: Named(S::INPUTS.iter().zip(inputs).map(named).collect()),
                proof: proof.to_words().map(hex).to_vec(),
            },
            proof,
        }
    }

    /// The file's text.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&self.document).expect("texts and lists always serialize")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ProofFileError`] for anything but such a document with a well-formed proof.
    pub fn from_json(json: &str) -> Result<Self, ProofFileError> {
        // The version first: what else another one writes is its own affair.
        let Head { format, version } = serde_json::from_str(json)?;
        if format != FORMAT || version != VERSION {
            return Err(ProofFileError::Format { format, version });
        }
        let document: Document = serde_json::from_str(json)?;
        let words = numbers(document.proof.iter())?;
        let words = words
            .try_into()
            .map_err(|words: Vec<U256>| ProofFileError::ProofLength(words.len()))?;
        Ok(Self {
            proof: Proof::from_words(words)?,
            document,
        })
    }

    /// The proof.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// The statement that the file claims to prove.
    #[must_use]
    pub fn statement(&self) -> &str {
        &self.document.statement
    }

    /// The keys that the file claims to be made with.
    #[must_use]
    pub fn made_with(&self) -> MadeWith {
        let Document {
            circuit,
            verifying_key,
            keys,
            ..
        } = self.document;
        MadeWith {
            circuit,
            verifying_key,
            keys,
        }
    }

    /// The public inputs that the file claims, by name and in its order. They may be r or more.
    ///
    /// # Errors
    /// [`ProofFileError::Number`] for one that is no number.
    pub fn public_inputs(&self) -> Result<Vec<(&str, U256)>, ProofFileError> {
        let Named(inputs) = &self.document.public_inputs;
        let words = numbers(inputs.iter().map(|(_, text)| text))?;
        let names = inputs.iter().map(|(name, _)| name.as_str());
        Ok(names.zip(words).collect())
    }

    /// Verifies the file as a proof of `S` under `key` and gives the public inputs in order.
    ///
    /// # Errors
    /// [`ProofFileError`] for another statement or another version of it, other public inputs,
    /// another key, an input ≥ r, or a proof that does not hold.
    pub fn verify<S: Statement>(&self, key: &VerifyingKey) -> Result<Vec<Fr>, ProofFileError> {
        let document = &self.document;
        if document.statement != S::NAME {
            return Err(ProofFileError::Statement {
                found: document.statement.clone(),
                expected: S::NAME,
            });
        }
        let made_with = self.made_with();
        // A statement that is in no release has but one circuit.
        let circuit = release::current(S::NAME).unwrap_or(made_with.circuit);
        made_with.check(circuit, key.hash())?;
        let Named(inputs) = &document.public_inputs;
        if !inputs.iter().map(|(name, _)| name).eq(S::INPUTS) {
            return Err(ProofFileError::Inputs {
                found: inputs.iter().map(|(name, _)| name.clone()).collect(),
                expected: S::INPUTS,
            });
        }
        let inputs = inputs_from_words(&numbers(inputs.iter().map(|(_, text)| text))?)?;
        key.verify(&inputs, &self.proof)?;
        Ok(inputs)
    }
}

fn hex(word: U256) -> String {
    format!("{word:#066x}")
}

fn numbers<'a>(texts: impl Iterator<Item = &'a String>) -> Result<Vec<U256>, ProofFileError> {
    texts
        .map(|text| {
            let (digits, radix) = match text.strip_prefix("0x") {
                Some(digits) => (digits, 16),
                None => (text.as_str(), 10),
            };
            // from_str_radix would also take underscores and nothing at all.
            if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
                return Err(ProofFileError::Number(text.clone()));
            }
            U256::from_str_radix(digits, radix.into())
                .map_err(|_| ProofFileError::Number(text.clone()))
        })
        .collect()
}

/// A JSON object whose order is kept: public inputs have one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named(Vec<(String, String)>);

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, text) in &self.0 {
            map.serialize_entry(name, text)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Named(entries))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
