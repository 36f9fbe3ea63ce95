//! What a proof that travels says of its keys.

use super::text;
use crate::keys::Provenance;
use repute_circuits::release::Named;
use repute_circuits::shape::Digest;
use serde::{Deserialize, Serialize};

/// The keys that a proof was made with, as its maker says:
/// `{"circuit": "sha256:…", "verifyingKey": "sha256:…", "keys": "ceremony sha256:…"}`.
///
/// It tells a proof of another version from a false one, and warns of INSECURE keys. How far the keys
/// can be believed is for the verifier to know, not for the proof to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MadeWith {
    /// The circuit's hash.
    #[serde(with = "text")]
    pub circuit: Digest,
    /// The hash of the verifying key.
    #[serde(with = "text")]
    pub verifying_key: Digest,
    /// Where the keys come from.
    #[serde(with = "text")]
    pub keys: Provenance,
}

/// Made with other keys than those it is verified with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OtherKeys {
    /// For another version's circuit.
    #[error(
        "the proof is for {} and this program has {}: verify it with the version that it belongs to",
        Named(*found),
        Named(*expected)
    )]
    Circuit {
        /// The proof's.
        found: Digest,
        /// This version's.
        expected: Digest,
    },
    /// For other keys of this circuit.
    #[error("the proof was made for the verifying key {found} and is verified with {expected}")]
    VerifyingKey {
        /// The proof's.
        found: Digest,
        /// Of the key that verifies.
        expected: Digest,
    },
}

impl MadeWith {
    /// Whether circuit and verifying key are those of the keys that verify.
    ///
    /// # Errors
    /// [`OtherKeys`] where they are not.
    pub fn check(&self, circuit: Digest, verifying_key: Digest) -> Result<(), OtherKeys> {
        if self.circuit != circuit {
            return Err(OtherKeys::Circuit {
                found: self.circuit,
                expected: circuit,
            });
        }
        if self.verifying_key != verifying_key {
            return Err(OtherKeys::VerifyingKey {
                found: self.verifying_key,
                expected: verifying_key,
            });
        }
        Ok(())
    }
}
