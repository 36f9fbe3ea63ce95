//! Proof files, snarkjs' files, and statements of which only the public inputs matter.

use super::{Verifier, ZEROS, refused_as};
use crate::world::World;
use alloy::primitives::{Address, U256};
use repute_circuits::{
    field::{Fr, ORDER, from_word, to_word},
    statement::{Refresh, Standing, Statement},
};
use repute_prover::{Proof, ProofFile, snarkjs};
use repute_sdk::{
    document::Document,
    keys::Provable,
    standing::StandingProof,
    verify::{Asked, Check, Handed, Outcome, Refusal, Request, Status, Subject},
};
use serde_json::Value;

fn standing_file(world: &World, standing: &StandingProof) -> (ProofFile, Vec<Fr>) {
    let keys = <Standing as Provable>::keys(&world.keyring);
    let keys = keys.load(&()).expect("made before");
    let handed = Handed::read(&standing.to_json()).expect("a document");
    let inputs: Vec<Fr> = handed
        .inputs
        .iter()
        .map(|word| from_word(word.expect("known")).expect("below r"))
        .collect();
    let proof = Proof::from_words(standing.proof).expect("points");
    (ProofFile::new(keys, &inputs, proof), inputs)
}

pub fn files_of_other_tools(world: &World, v: &Verifier, standing: &StandingProof) {
    let (file, inputs) = standing_file(world, standing);
    let asked = Asked {
        deadline: Some(v.ask.deadline),
        ..v.request.asked.expect("set")
    };
    let v = Verifier {
        request: Request {
            asked: Some(asked),
            ..v.request
        },
        trust: v.trust.clone(),
        ..*v
    };
    let log = Some(&world.log);
    let text = file.to_json();
    let verdict = v.judge(&text, log);
    assert_eq!(verdict.status(), Status::Valid, "{verdict:?}");
    // As text: the order of the public inputs counts.
    let scope = format!("{:#066x}", to_word(inputs[4]));
    let (circuit, key) = {
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let text = |name: &str| document[name].as_str().expect("a text").to_owned();
        (text("circuit"), text("verifyingKey"))
    };
    let last = format!("{:#066x}", standing.proof[7]);
    for (name, from, to) in [
        ("unknown-statement", "\"standing\"", "\"sitting\""),
        ("other-inputs", "\"standing\"", "\"window-16\""),
        ("other-version", circuit.as_str(), ZEROS),
        ("wrong-key", &key, ZEROS),
        ("input-not-below-r", &scope, &ORDER.to_string()),
        ("unreadable", &scope, "many"),
        ("bad-points", &last, "0x1"),
        ("bad-proof", &scope, "1"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{name}");
        refused_as(&v.judge(&changed, log), name);
    }

    let (proof, public) = (
        snarkjs::proof_to_json(&Proof::from_words(standing.proof).expect("points")),
        snarkjs::inputs_to_json(&inputs),
    );
    let snarkjs =
        |subject, public: &str| v.judge_read(Handed::read_snarkjs(subject, &proof, public), log);
    let verdict = snarkjs(Subject::Standing, &public);
    assert_eq!(verdict.status(), Status::Valid, "{verdict:?}");
    refused_as(&snarkjs(Subject::Settle, &public), "other-inputs");
    let above = public.replacen(&to_word(inputs[0]).to_string(), &U256::MAX.to_string(), 1);
    refused_as(&snarkjs(Subject::Standing, &above), "input-not-below-r");
    refused_as(&v.judge(&proof, log), "unreadable");

    // For another audience, as a file says it: in the hash alone.
    let stranger = Verifier {
        request: Request {
            asked: Some(Asked {
                audience: Address::repeat_byte(9),
                ..asked
            }),
            ..v.request
        },
        trust: v.trust.clone(),
        ..v
    };
    refused_as(&stranger.judge(&text, log), "other-request");

    bound_and_filtered_by(&v, standing);
}

/// What is refused whatever the proof.
fn bound_and_filtered_by(v: &Verifier, standing: &StandingProof) {
    let handed = |subject: Subject, inputs: Vec<U256>| Handed {
        subject,
        inputs: inputs.into_iter().map(Some).collect(),
        proof: Proof::from_words(standing.proof),
        venue: None,
        ask: None,
        job: None,
        made_with: None,
    };
    let outcome = |handed, check| {
        let verdict = v.judge_read(Ok(handed), None);
        let found = verdict.checks.into_iter().find(|(of, _)| *of == check);
        found.expect("it is checked").1
    };
    // A refresh of another ledger.
    assert_eq!(Refresh::INPUTS[3], "binding");
    assert_eq!(
        outcome(
            handed(Subject::Refresh, vec![U256::from(1); 4]),
            Check::Binding
        ),
        Outcome::Refused(Refusal::OtherBinding)
    );
    // A category with "any category", and a bit above the time.
    let any = U256::from(1) << 32;
    for (filter, well_formed) in [
        (U256::from(7), true),
        (any, true),
        ((U256::from(1) << 72) | any, true),
        (any | U256::from(7), false),
        (U256::from(1) << 73, false),
    ] {
        let mut inputs = vec![U256::ZERO; 8];
        inputs[5] = filter;
        assert_eq!(Subject::Window16.inputs()[5], "filter");
        match (
            outcome(handed(Subject::Window16, inputs), Check::Policy),
            well_formed,
        ) {
            (Outcome::Passed(_), true) => {}
            (Outcome::Refused(refusal), false) => {
                assert_eq!(refusal.name(), "malformed-filter");
                assert_eq!(refusal, Refusal::MalformedFilter(filter));
            }
            other => panic!("{filter:#x}: {other:?}"),
        }
    }
}
