//! The deployment itself: code against the compiled artifacts, keys in bytecode against the circuits
//! compiled here.

use super::{Fault, Place, books::Books};
use crate::{
    chain::ChainError,
    verify::{Subject, Trust},
};
use alloy::providers::{DynProvider, Provider};
use repute_contracts::deploy::{DeployError, Deployment, Manifest, verifier_key};
use repute_prover::{VerifyingKey, solidity::verifying_key_from_bytes};
use std::collections::BTreeMap;

/// Checks the deployment and reads the keys that its verifiers hold.
pub(super) async fn check(
    books: &mut Books,
    provider: &DynProvider,
    manifest: &Manifest,
    allow_development_keys: bool,
) -> Result<BTreeMap<Subject, VerifyingKey>, ChainError> {
    let place = Place::default();
    match Deployment::open(provider.clone(), manifest.clone()).await {
        Ok(_) => {}
        Err(DeployError::Node(error)) => return Err(error.into()),
        Err(error) => {
            let is_key = matches!(
                error,
                DeployError::Code { what, .. } | DeployError::NoCode { what, .. }
                    if what.ends_with("verifier")
            );
            let fault = if is_key {
                Fault::VerifyingKey
            } else {
                Fault::Deployment
            };
            books.find(fault, place, error.to_string());
        }
    }
    let trust = match Trust::of_manifest(manifest) {
        Ok(trust) => trust,
        Err(error) => {
            books.find(Fault::VerifyingKey, place, error.to_string());
            Trust::default()
        }
    };
    let mut keys = BTreeMap::new();
    for subject in Subject::ALL {
        let verifier = subject.of(manifest.verifiers.as_ref());
        let code = provider.get_code_at(verifier.contract.address).await?;
        let key = verifier_key(&code)
            .ok_or("no verifier stands there".to_owned())
            .and_then(|bytes| verifying_key_from_bytes(bytes).map_err(|error| error.to_string()));
        let name = subject.name();
        let key = match key {
            Ok(key) => key,
            Err(words) => {
                books.find(Fault::VerifyingKey, place, format!("{name}: {words}"));
                continue;
            }
        };
        if let Some(anchor) = trust.anchor(subject) {
            books.require(anchor.key == key, Fault::VerifyingKey, place, || {
                format!(
                    "{name}: the chain has the key {} and the manifest {}",
                    key.hash(),
                    anchor.key.hash()
                )
            });
        }
        check_circuit(
            books,
            subject,
            &verifier.circuit_hash,
            &key,
            allow_development_keys,
        );
        keys.insert(subject, key);
    }
    Ok(keys)
}

/// Compares with what is compiled here. Development keys follow from the circuit, so that they are
/// compared to the last bit; what a ceremony made of a circuit its transcript alone can tell.
fn check_circuit(
    books: &mut Books,
    subject: Subject,
    circuit: &str,
    key: &VerifyingKey,
    allow_development_keys: bool,
) {
    let (place, name) = (Place::default(), subject.name());
    let compiled = match subject.compiled() {
        Ok(compiled) => compiled,
        Err(error) => {
            books.leave_out_of_deployment(format!("{name}: {error}"));
            return;
        }
    };
    let here = compiled.circuit.to_string();
    books.require(circuit == here, Fault::Circuit, place, || {
        format!("{name}: the manifest names the circuit {circuit}, this version has {here}")
    });
    books.require(
        key.inputs() == subject.inputs().len(),
        Fault::VerifyingKey,
        place,
        || format!("{name}: the key takes {} public inputs", key.inputs()),
    );
    let development = *key == compiled.development_key;
    if development || key.is_rehearsal() {
        match allow_development_keys {
            true => books.leave_out_of_deployment(
                "statements with INSECURE development keys, allowed by name: their proofs convince nobody",
            ),
            false => books.find(
                Fault::DevelopmentKeys,
                place,
                format!(
                    "{name}: the key is {}, with which anyone can forge",
                    match development {
                        true => "this version's development key",
                        false => "of a ceremony on the development powers of tau",
                    }
                ),
            ),
        }
    } else {
        books.leave_out_of_deployment(
            "keys of a ceremony: that they belong to the circuits compiled here, its transcript tells",
        );
    }
}
