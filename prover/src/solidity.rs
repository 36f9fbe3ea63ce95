//! Verifying keys as contracts keep them.
//!
//! `Groth16Verifier` takes the key as constructor data: alpha (2 words), beta, gamma, delta (4
//! each), then IC (2 each), in the order of the precompiles. Proofs as words are
//! [`crate::Proof::to_words`].

use crate::curve::{g1_from_words, g1_to_words, g2_from_words, g2_to_words};
use crate::verify::{VerifyingKey, VerifyingKeyError};
use alloy_primitives::U256;
use ark_bn254::Bn254;

/// Words before the first IC point.
const FIXED_WORDS: usize = 14;

/// The words of a key: 16 + 2 for each public input.
pub(crate) fn verifying_key_words(key: &ark_groth16::VerifyingKey<Bn254>) -> Vec<U256> {
    let mut words = g1_to_words(&key.alpha_g1).to_vec();
    for point in [&key.beta_g2, &key.gamma_g2, &key.delta_g2] {
        words.extend(g2_to_words(point));
    }
    words.extend(key.gamma_abc_g1.iter().flat_map(g1_to_words));
    words
}

/// The constructor data of `Groth16Verifier`, which is also the code that it keeps: 512 bytes and
/// 64 for each public input.
#[must_use]
pub fn verifying_key_bytes(key: &VerifyingKey) -> Vec<u8> {
    verifying_key_words(key.ark())
        .iter()
        .flat_map(U256::to_be_bytes::<32>)
        .collect()
}

/// Reads a key from the bytes of [`verifying_key_bytes`], for instance from a deployed contract.
///
/// # Errors
/// [`VerifyingKeyError::Length`] for a length that no key has, and as [`VerifyingKey::new`].
pub fn verifying_key_from_bytes(bytes: &[u8]) -> Result<VerifyingKey, VerifyingKeyError> {
    let words: Vec<U256> = bytes.chunks(32).map(U256::from_be_slice).collect();
    if !bytes.len().is_multiple_of(64) || words.len() < FIXED_WORDS + 2 {
        return Err(VerifyingKeyError::Length(bytes.len() / 32));
    }
    let g1 = |name, index, at: usize| {
        g1_from_words([words[at], words[at + 1]]).map_err(|error| VerifyingKeyError::Point {
            name,
            index,
            error,
        })
    };
    let g2 = |name, at: usize| {
        g2_from_words([words[at], words[at + 1], words[at + 2], words[at + 3]]).map_err(|error| {
            VerifyingKeyError::Point {
                name,
                index: None,
                error,
            }
        })
    };
    VerifyingKey::new(ark_groth16::VerifyingKey {
        alpha_g1: g1("alpha", None, 0)?,
        beta_g2: g2("beta", 2)?,
        gamma_g2: g2("gamma", 6)?,
        delta_g2: g2("delta", 10)?,
        gamma_abc_g1: (0..(words.len() - FIXED_WORDS) / 2)
            .map(|i| g1("IC", Some(i), FIXED_WORDS + 2 * i))
            .collect::<Result<_, _>>()?,
    })
}
