//! What a verifier relies upon: a deployment's manifest, or a verifying key.

use super::{Refusal, Subject};
use alloy::{
    primitives::{Address, Bytes, keccak256},
    sol_types::SolValue,
};
use repute_contracts::deploy::{KeyProvenance, Manifest};
use repute_prover::{VerifyingKey, solidity::verifying_key_from_bytes};
use std::collections::BTreeMap;

/// A verifying key and what is known of it.
#[derive(Clone, Debug)]
pub struct Anchor {
    /// The key.
    pub key: VerifyingKey,
    /// The circuit's hash, where whoever is relied upon names it.
    pub circuit: Option<String>,
    /// Whether whoever is relied upon says that it is for development.
    pub development: bool,
}

/// What is relied upon.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    anchors: BTreeMap<Subject, Anchor>,
    /// Chain, ledger and board.
    pub venue: Option<(u64, Address, Address)>,
}

impl Trust {
    /// Relies on a manifest: its chain, ledger and board, and its verifying keys, which are read from
    /// the constructor arguments that it records. Nothing is asked from a chain.
    ///
    /// # Errors
    /// [`Refusal::ManifestKey`] where a key is not the one that the manifest names,
    /// [`Refusal::Deployment`] where it is none.
    pub fn of_manifest(manifest: &Manifest) -> Result<Self, Refusal> {
        let mut anchors = BTreeMap::new();
        for subject in Subject::ALL {
            let verifier = subject.of(manifest.verifiers.as_ref());
            let Some(creation) = &verifier.contract.creation else {
                continue;
            };
            let broken = |reason: String| {
                Refusal::Deployment(format!("its {} key: {reason}", subject.name()))
            };
            let encoded = Bytes::abi_decode(&creation.arguments)
                .map_err(|error| broken(error.to_string()))?;
            let found = keccak256(&encoded);
            if found != verifier.key_hash {
                return Err(Refusal::ManifestKey {
                    statement: subject.name(),
                    found,
                    expected: verifier.key_hash,
                });
            }
            let key =
                verifying_key_from_bytes(&encoded).map_err(|error| broken(error.to_string()))?;
            let anchor = Anchor {
                key,
                circuit: Some(verifier.circuit_hash.clone()),
                development: matches!(manifest.keys, KeyProvenance::InsecureDevelopment(_)),
            };
            anchors.insert(subject, anchor);
        }
        Ok(Self {
            anchors,
            venue: Some((
                manifest.chain_id,
                manifest.ledger.address,
                manifest.board.address,
            )),
        })
    }

    /// Relies on one verifying key, for whatever statement a proof claims. That the key belongs to the
    /// statement's circuit is on the word of whoever gave it.
    #[must_use]
    pub fn of_key(key: &VerifyingKey) -> Self {
        let anchor = Anchor {
            key: key.clone(),
            circuit: None,
            development: false,
        };
        Self {
            anchors: Subject::ALL
                .into_iter()
                .map(|subject| (subject, anchor.clone()))
                .collect(),
            venue: None,
        }
    }

    /// Relies on nothing but the statement whose key this is.
    ///
    /// # Errors
    /// [`Refusal::Deployment`] where no statement has this key.
    pub fn pin(mut self, key: &VerifyingKey) -> Result<Self, Refusal> {
        self.anchors.retain(|_, anchor| anchor.key == *key);
        match self.anchors.is_empty() {
            true => Err(Refusal::Deployment(format!(
                "none of its statements has the verifying key {}",
                key.hash()
            ))),
            false => Ok(self),
        }
    }

    /// What is relied upon for a statement.
    #[must_use]
    pub fn anchor(&self, subject: Subject) -> Option<&Anchor> {
        self.anchors.get(&subject)
    }
}
