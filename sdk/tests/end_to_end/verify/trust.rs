//! What the verifier relies upon decides.

use super::{Request, Verifier, ZEROS, refused_as};
use crate::world::World;
use alloy::{
    primitives::{Address, B256, Bytes, keccak256},
    sol_types::SolValue,
};
use repute_contracts::deploy::KeyProvenance;
use repute_prover::VerifyingKey;
use repute_sdk::verify::{Check, Outcome, Refusal, Subject, Trust};
use serde_json::{Value, json};

pub fn what_is_relied_upon_decides(world: &World, v: &Verifier, standing: &str) {
    let relying = |change: fn(&mut repute_contracts::Manifest)| {
        let mut manifest = world.chain.manifest().clone();
        change(&mut manifest);
        Trust::of_manifest(&manifest).map(|trust| Verifier { trust, ..*v })
    };
    let other = relying(|m| m.ledger.address = Address::repeat_byte(1)).expect("well-formed");
    refused_as(&other.judge(standing, None), "other-ledger");
    let other = relying(|m| m.chain_id = 1).expect("well-formed");
    refused_as(&other.judge(standing, None), "other-ledger");
    let other = relying(|m| m.verifiers.standing.circuit_hash = "sha256:00".to_owned());
    refused_as(
        &other.expect("well-formed").judge(standing, None),
        "other-version",
    );
    let swapped = relying(|m| {
        let verifiers = &mut m.verifiers;
        std::mem::swap(
            &mut verifiers.standing.contract,
            &mut verifiers.settle.contract,
        );
    });
    let error = swapped.err().expect("its keys are not the ones it names");
    assert_eq!(error.name(), "wrong-key");

    // A manifest whose keys are none, though their hashes are as it says, and one without the key asked for.
    let broken = relying(|m| {
        let verifier = &mut m.verifiers.standing;
        let creation = verifier.contract.creation.as_mut().expect("recorded");
        creation.arguments = creation.arguments.slice(..64);
    });
    let error = broken.err().expect("its keys cannot be read");
    assert_eq!(error.name(), "other-deployment");
    let none = relying(|m| {
        let key = Bytes::from(vec![1; 64]);
        let verifier = &mut m.verifiers.standing;
        verifier.key_hash = keccak256(&key);
        let creation = verifier.contract.creation.as_mut().expect("recorded");
        creation.arguments = key.abi_encode().into();
    });
    let error = none.err().expect("its key is no key");
    assert_eq!(error.name(), "other-deployment");

    // The manifest says that its keys are from a ceremony: this program knows the development keys.
    let strict = Request {
        allow_development_keys: false,
        ..v.request
    };
    let liar = relying(|m| m.keys = KeyProvenance::Ceremony("sha256:00".to_owned()));
    let liar = Verifier {
        request: strict,
        ..liar.expect("well-formed")
    };
    refused_as(&liar.judge(standing, None), "development-keys");

    // Whoever would prove for contracts of another version is told which.
    let mut manifest = world.chain.manifest().clone();
    let verifiers = &mut manifest.verifiers;
    verifiers.standing.key_hash = B256::ZERO;
    verifiers.standing.circuit_hash = verifiers.refresh.circuit_hash.clone();
    let other = world.keyring.check(&manifest).expect_err("another key");
    let told = other.to_string();
    assert_eq!(other.statement, "standing");
    assert!(told.contains("its circuit is refresh of version"), "{told}");

    // A key of another statement, and of another number of inputs.
    let key = |subject| v.trust.anchor(subject).expect("all have one").key.clone();
    let pinned = v
        .trust
        .clone()
        .pin(&key(Subject::Standing))
        .expect("it is one");
    assert!(pinned.anchor(Subject::Settle).is_none());
    let error = pinned.pin(&key(Subject::Settle)).err();
    let error = error.expect("it was left out");
    assert_eq!(error.name(), "other-deployment");
    let refused = |subject| Verifier {
        trust: Trust::of_key(&key(subject)),
        ..*v
    };
    refused_as(&refused(Subject::Settle).judge(standing, None), "wrong-key");
}

/// Keys are INSECURE where the relied-upon manifest says so (above), where the file says so, and where the key
/// is one whose secrets are published, whatever anybody says.
pub fn insecure_keys_are_refused_unless_allowed(v: &Verifier, standing: &str) {
    let development = v.trust.anchor(Subject::Standing).expect("all have one");
    // Other keys of the circuit, of which nothing is known.
    let mut unknown = development.key.ark().clone();
    unknown.alpha_g1 = unknown.gamma_abc_g1[0];
    let unknown = VerifyingKey::new(unknown).expect("good points");
    let judged = |key: &VerifyingKey, keys: &str, allow_development_keys| {
        let verifier = Verifier {
            trust: Trust::of_key(key),
            request: Request {
                allow_development_keys,
                ..v.request
            },
            ..*v
        };
        let mut document: Value = serde_json::from_str(standing).expect("JSON");
        document["madeWith"]["keys"] = json!(keys);
        let verdict = verifier.judge(&document.to_string(), None);
        let of = |(check, outcome): &(Check, Outcome)| {
            (*check == Check::Provenance).then(|| outcome.clone())
        };
        verdict.checks.iter().find_map(of).expect("it ran")
    };
    let refused = Outcome::Refused(Refusal::DevelopmentKeys);
    let ceremony = format!("ceremony {ZEROS}");
    let rehearsal = format!("INSECURE rehearsal {ZEROS}");
    for (key, keys, allowed, insecure) in [
        (&unknown, ceremony.as_str(), false, false),
        (&unknown, "INSECURE development keys", false, true),
        (&unknown, &rehearsal, false, true),
        (&unknown, &rehearsal, true, false),
        (&development.key, &ceremony, false, true),
        (&development.key, &ceremony, true, false),
    ] {
        let outcome = judged(key, keys, allowed);
        assert_eq!(
            outcome == refused,
            insecure,
            "{keys} {allowed}: {outcome:?}"
        );
    }
}
