//! Verifying keys, and the verification of one proof.

use crate::ceremony::is_development;
use crate::curve::{PointError, check_g1, check_g2};
use crate::engine::qap::CircomReduction;
use crate::proof::Proof;
use crate::solidity::verifying_key_words;
use alloy_primitives::U256;
use ark_bn254::{Bn254, Fr};
use ark_groth16::{Groth16, PreparedVerifyingKey, prepare_verifying_key};
use repute_circuits::field::{NotCanonical, from_word};
use repute_circuits::shape::Digest;
use sha2::{Digest as _, Sha256};

/// A verifying key whose points are valid and with which no proof can be forged for free.
#[derive(Clone)]
pub struct VerifyingKey {
    prepared: PreparedVerifyingKey<Bn254>,
    hash: Digest,
}

/// A verifying key that must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyingKeyError {
    /// A point is bad.
    #[error("point {name}{} of the verifying key is bad: {error}", index.map_or_else(String::new, |i| format!("[{i}]")))]
    Point {
        /// alpha, beta, gamma, delta or IC.
        name: &'static str,
        /// The place within IC.
        index: Option<usize>,
        /// What is wrong with it.
        error: PointError,
    },
    /// δ = ±γ: with such a key A = α, B = β, C = ∓L(inputs) is a proof of anything.
    #[error(
        "delta is gamma or its opposite, so anyone can forge proofs for this key; it has seen no \
         contribution: use the key that the set-up ended with"
    )]
    Forgeable,
    /// There is no point for the constant one.
    #[error("the verifying key has no IC points")]
    NoInputs,
    /// The encoding has the wrong length.
    #[error(
        "a verifying key of n inputs is 16 + 2n words and this is {0}; it was cut off or is \
         something else"
    )]
    Length(usize),
}

/// Why a proof does not convince.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Another number of public inputs than the key has.
    #[error("the key takes {expected} public inputs and {given} were given")]
    InputCount {
        /// What the key takes.
        expected: usize,
        /// What was given.
        given: usize,
    },
    /// A public input that is not below r.
    #[error("public input {position}: {error}")]
    Input {
        /// The position, from 0.
        position: usize,
        /// The input.
        error: NotCanonical,
    },
    /// The pairing equation does not hold.
    #[error(
        "the proof does not prove this statement: it was made for other public inputs, for another \
         key, or it was changed"
    )]
    Rejected,
}

impl VerifyingKey {
    /// Checks and prepares a key.
    ///
    /// # Errors
    /// [`VerifyingKeyError`] for a bad point, an IC at infinity (its input would not be bound), or
    /// δ = ±γ.
    pub fn new(key: ark_groth16::VerifyingKey<Bn254>) -> Result<Self, VerifyingKeyError> {
        let at = |name| {
            move |error| VerifyingKeyError::Point {
                name,
                index: None,
                error,
            }
        };
        check_g1(&key.alpha_g1).map_err(at("alpha"))?;
        check_g2(&key.beta_g2).map_err(at("beta"))?;
        check_g2(&key.gamma_g2).map_err(at("gamma"))?;
        check_g2(&key.delta_g2).map_err(at("delta"))?;
        if key.gamma_abc_g1.is_empty() {
            return Err(VerifyingKeyError::NoInputs);
        }
        for (index, point) in key.gamma_abc_g1.iter().enumerate() {
            check_g1(point).map_err(|error| VerifyingKeyError::Point {
                name: "IC",
                index: Some(index),
                error,
            })?;
        }
        // Points with one x are equal or opposite.
        if key.delta_g2.x == key.gamma_g2.x {
            return Err(VerifyingKeyError::Forgeable);
        }
        let mut hash = Sha256::new();
        for word in verifying_key_words(&key) {
            hash.update(word.to_be_bytes::<32>());
        }
        Ok(Self {
            prepared: prepare_verifying_key(&key),
            hash: Digest(hash.finalize().into()),
        })
    }

    /// The key as ark-groth16 has it.
    #[must_use]
    pub fn ark(&self) -> &ark_groth16::VerifyingKey<Bn254> {
        &self.prepared.vk
    }

    /// The key prepared for pairings.
    pub(crate) fn prepared(&self) -> &PreparedVerifyingKey<Bn254> {
        &self.prepared
    }

    /// SHA-256 of the key as contracts keep it ([`crate::solidity::verifying_key_bytes`]): what
    /// pins a key.
    #[must_use]
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// Whether the key comes of the development powers of tau, so that anyone can forge proofs for it
    /// whatever was contributed.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        is_development(&self.ark().alpha_g1)
    }

    /// The number of public inputs.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.prepared.vk.gamma_abc_g1.len() - 1
    }

    /// Whether `proof` proves the statement with these public inputs.
    ///
    /// # Errors
    /// [`VerifyError::InputCount`] or [`VerifyError::Rejected`].
    pub fn verify(&self, inputs: &[Fr], proof: &Proof) -> Result<(), VerifyError> {
        self.check_count(inputs.len())?;
        let holds = Groth16::<Bn254, CircomReduction>::verify_proof(
            &self.prepared,
            &proof.to_ark(),
            inputs,
        );
        match holds {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(VerifyError::Rejected),
        }
    }

    /// As [`Self::verify`], for public inputs as words.
    ///
    /// # Errors
    /// [`VerifyError::Input`] for a word ≥ r: a contract would take it for another value than a
    /// circuit does.
    pub fn verify_words(&self, inputs: &[U256], proof: &Proof) -> Result<(), VerifyError> {
        self.check_count(inputs.len())?;
        self.verify(&inputs_from_words(inputs)?, proof)
    }

    /// Refuses another number of inputs than the key has.
    pub(crate) fn check_count(&self, given: usize) -> Result<(), VerifyError> {
        let expected = self.inputs();
        if given == expected {
            Ok(())
        } else {
            Err(VerifyError::InputCount { expected, given })
        }
    }
}

impl PartialEq for VerifyingKey {
    fn eq(&self, other: &Self) -> bool {
        self.prepared.vk == other.prepared.vk
    }
}

impl Eq for VerifyingKey {}

impl std::fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifyingKey({}, {} inputs)", self.hash, self.inputs())
    }
}

/// Reads public inputs from words.
///
/// # Errors
/// [`VerifyError::Input`] names the first that is not below r.
pub fn inputs_from_words(words: &[U256]) -> Result<Vec<Fr>, VerifyError> {
    words
        .iter()
        .enumerate()
        .map(|(position, word)| {
            from_word(*word).map_err(|error| VerifyError::Input { position, error })
        })
        .collect()
}
