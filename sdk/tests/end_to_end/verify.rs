//! Proofs that were handed over: one change for each reason to refuse.

use crate::world::{HOUR, World};
use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolValue,
};
use rand::rngs::OsRng;
use repute_circuits::{
    field::{Fr, ORDER, from_word, to_word},
    policy::Policy,
    statement::{Refresh, Standing, Statement},
};
use repute_contracts::deploy::KeyProvenance;
use repute_prover::{Proof, ProofFile, VerifyingKey, snarkjs};
use repute_sdk::{
    ask::Ask,
    document::Document,
    keys::Provable,
    log::Log,
    shown::label,
    standing::StandingProof,
    verify::{
        Asked, Check, Handed, Outcome, Refusal, Request, Status, Subject, Trust, Verdict, verify,
    },
};
use serde_json::{Value, json};

/// No circuit's hash, no key's and no transcript's.
const ZEROS: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// What the verifier asked for and relies upon.
struct Verifier {
    ask: Ask,
    request: Request,
    trust: Trust,
}

impl Verifier {
    async fn of(world: &World) -> Self {
        let now = world.now().await;
        let ask = Ask {
            audience: Address::repeat_byte(7),
            challenge: B256::repeat_byte(8),
            deadline: now + 10 * HOUR,
            label: label("market"),
        };
        let asked = Asked {
            audience: ask.audience,
            challenge: ask.challenge,
            label: ask.label,
            deadline: None,
        };
        Self {
            ask,
            request: Request {
                asked: Some(asked),
                policy: None,
                now,
                allow_development_keys: true,
            },
            trust: Trust::of_manifest(world.chain.manifest()).expect("the deployment's"),
        }
    }

    fn judge(&self, text: &str, log: Option<&Log>) -> Verdict {
        let read = Handed::read(text);
        self.judge_read(read, log)
    }

    fn judge_read(&self, read: Result<Handed, Refusal>, log: Option<&Log>) -> Verdict {
        let mut verdicts = verify(&[read], &self.trust, &self.request, log, &mut OsRng);
        verdicts.remove(0)
    }
}

fn refused_as(verdict: &Verdict, name: &str) {
    assert_eq!(verdict.status(), Status::Refused, "{name}: {verdict:?}");
    let refusal = verdict.refusal().expect("it is refused");
    assert_eq!(refusal.name(), name, "{refusal}");
}

fn changed(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_str(text).expect("JSON");
    change(&mut value);
    value.to_string()
}

pub async fn tell(world: &mut World) {
    world.register(0).await;
    world.register(1).await;
    let terms = world.terms().await;
    let id = world.post(0, &terms).await;
    world.take(0, id, None).await;
    let v = Verifier::of(world).await;
    let agent = &mut world.agents[0].agent;
    let standing = agent
        .prove_standing(&world.log, &v.ask, Policy::default())
        .await;
    let standing = standing.expect("the zero policy is met");
    let completion = agent.prove_completion(&world.log, &v.ask, id).await;
    let completion = completion.expect("it took the job").to_json();

    valid_and_incomplete(world, &v, &standing.to_json(), &completion);
    each_refusal_of_a_document(world, &v, &standing.to_json(), &completion);
    what_is_relied_upon_decides(world, &v, &standing.to_json());
    insecure_keys_are_refused_unless_allowed(&v, &standing.to_json());
    files_of_other_tools(world, &v, &standing);
    many_at_once(world, &v, &standing);
    a_spent_state_is_refused(world, &v, &standing.to_json()).await;
}

fn valid_and_incomplete(world: &World, v: &Verifier, standing: &str, completion: &str) {
    for (text, needs_chain) in [
        (standing, [Check::Root, Check::Nullifier].as_slice()),
        (completion, &[Check::Proof, Check::Job]),
    ] {
        let online = v.judge(text, Some(&world.log));
        assert_eq!(online.status(), Status::Valid, "{online:?}");
        let offline = v.judge(text, None);
        assert_eq!(offline.status(), Status::Incomplete, "{offline:?}");
        let not_run: Vec<Check> = offline
            .checks
            .iter()
            .filter(|(_, outcome)| matches!(outcome, Outcome::NotRun(_)))
            .map(|(check, _)| *check)
            .collect();
        assert_eq!(not_run, needs_chain);
        // The proof of a completion needs the ticket, which is the chain's.
        assert_eq!(offline.lacks_only_the_chain(), text == standing);
    }
    let nobody = Verifier {
        request: Request {
            asked: None,
            ..v.request
        },
        trust: v.trust.clone(),
        ..*v
    };
    let verdict = nobody.judge(standing, Some(&world.log));
    assert_eq!(verdict.status(), Status::Incomplete, "for whom is not said");
    assert!(!verdict.lacks_only_the_chain());
    let words = v.judge(standing, None).words;
    let meaning = |name| {
        &words
            .iter()
            .find(|w| w.name == name)
            .expect("an input")
            .meaning
    };
    assert_eq!(meaning("policy"), "asks for nothing");
    assert!(meaning("context").contains("0x0707070707070707070707070707070707070707 alone"));
    assert!(meaning("at").starts_with("as of 2026-01-01 "));
}

fn each_refusal_of_a_document(world: &World, v: &Verifier, standing: &str, completion: &str) {
    type Change = fn(&mut Value);
    let word = |number: U256| json!(format!("{number:#x}"));
    let changes: [(&str, Change); 16] = [
        ("unreadable", |d| d["colour"] = json!("blue")),
        ("unreadable", |d| d["format"] = json!(1)),
        ("unreadable", |d| d["madeWith"]["keys"] = json!("ours")),
        ("unreadable", |d| d["madeWith"] = Value::Null),
        ("other-version", |d| d["madeWith"]["circuit"] = json!(ZEROS)),
        ("wrong-key", |d| {
            d["madeWith"]["verifyingKey"] = json!(ZEROS)
        }),
        ("input-not-below-r", |d| {
            d["root"] = json!(format!("{ORDER:#x}"))
        }),
        ("input-not-below-r", |d| {
            d["pseudonym"] = json!(format!("{:#x}", U256::MAX))
        }),
        ("bad-points", |d| d["proof"][0] = json!("0x1")),
        ("bad-proof", |d| d["pseudonym"] = json!("0x1")),
        // Swapped points are points still.
        ("bad-proof", |d| {
            for (a, c) in [(0, 6), (1, 7)] {
                let (x, y) = (d["proof"][a].clone(), d["proof"][c].clone());
                (d["proof"][a], d["proof"][c]) = (y, x);
            }
        }),
        ("bad-proof", |d| d["chainId"] = json!(1)),
        ("bad-proof", |d| {
            d["ask"]["audience"] = json!(Address::repeat_byte(9))
        }),
        ("bad-proof", |d| d["ask"]["challenge"] = json!(B256::ZERO)),
        ("bad-proof", |d| d["policy"] = json!("0x1")),
        ("bad-proof", |d| d["at"] = json!(1)),
    ];
    for (name, change) in changes {
        refused_as(&v.judge(&changed(standing, change), Some(&world.log)), name);
    }
    refused_as(&v.judge("", None), "unreadable");
    refused_as(&v.judge("{}", None), "unreadable");
    refused_as(
        &v.judge(
            &changed(completion, |d| d["postId"] = json!(99)),
            Some(&world.log),
        ),
        "not-taken",
    );
    // What the proof itself cannot tell, each with the proof intact.
    let unpacked = word(U256::from(1) << 64);
    let verdict = v.judge(&changed(standing, |d| d["policy"] = unpacked), None);
    let reasons: Vec<&str> = verdict
        .checks
        .iter()
        .filter_map(|(_, outcome)| match outcome {
            Outcome::Refused(refusal) => Some(refusal.name()),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, ["bad-proof", "malformed-policy"]);

    let with = |request: Request| Verifier {
        request,
        trust: v.trust.clone(),
        ..*v
    };
    let asked = v.request.asked.expect("set");
    let ask = |change: fn(&mut Asked)| {
        let mut asked = asked;
        change(&mut asked);
        with(Request {
            asked: Some(asked),
            ..v.request
        })
    };
    let at = |now: u64| with(Request { now, ..v.request });
    let cases = [
        (
            "wrong-audience",
            ask(|a| a.audience = Address::repeat_byte(9)),
        ),
        ("other-request", ask(|a| a.challenge = B256::ZERO)),
        ("other-request", ask(|a| a.label = B256::ZERO)),
        ("other-request", ask(|a| a.deadline = Some(1))),
        ("stale", at(v.request.now - 20 * 60)),
        ("stale", at(v.request.now + HOUR + 1)),
        ("expired", at(v.ask.deadline + 1)),
        (
            "other-policy",
            with(Request {
                policy: Some(Policy {
                    min_completed: 1,
                    ..Policy::default()
                }),
                ..v.request
            }),
        ),
        (
            "development-keys",
            with(Request {
                allow_development_keys: false,
                ..v.request
            }),
        ),
    ];
    for (name, verifier) in cases {
        refused_as(&verifier.judge(standing, Some(&world.log)), name);
    }
    // A time that is still good, and a log that does not have the agent's state.
    assert_eq!(
        at(v.request.now + 50 * 60)
            .judge(standing, Some(&world.log))
            .status(),
        Status::Valid
    );
    refused_as(
        &v.judge(standing, Some(&Log::new(&world.chain))),
        "unknown-root",
    );
}

fn what_is_relied_upon_decides(world: &World, v: &Verifier, standing: &str) {
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
fn insecure_keys_are_refused_unless_allowed(v: &Verifier, standing: &str) {
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

fn files_of_other_tools(world: &World, v: &Verifier, standing: &StandingProof) {
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

fn many_at_once(world: &World, v: &Verifier, standing: &StandingProof) {
    let good = standing.to_json();
    let bad = changed(&good, |d| d["pseudonym"] = json!("0x1"));
    let texts = [&good, &bad, &good, "nothing", &good, &bad];
    let read: Vec<_> = texts.iter().map(|text| Handed::read(text)).collect();
    let verdicts = verify(&read, &v.trust, &v.request, Some(&world.log), &mut OsRng);
    let statuses: Vec<Status> = verdicts.iter().map(Verdict::status).collect();
    use Status::{Refused, Valid};
    assert_eq!(statuses, [Valid, Refused, Valid, Refused, Valid, Refused]);
}

async fn a_spent_state_is_refused(world: &mut World, v: &Verifier, standing: &str) {
    let agent = &mut world.agents[0].agent;
    let request = agent.refresh(&world.log).await.expect("it refreshes");
    world.relay("refresh", request).await;
    refused_as(&v.judge(standing, Some(&world.log)), "spent");
}
