//! Proofs that were handed over: one change for each reason to refuse.

mod files;
mod trust;

use crate::world::{HOUR, World};
use alloy::primitives::{Address, B256, U256};
use rand::rngs::OsRng;
use repute_circuits::{field::ORDER, policy::Policy};
use repute_sdk::{
    ask::Ask,
    document::Document,
    log::Log,
    shown::label,
    standing::StandingProof,
    verify::{Asked, Check, Handed, Outcome, Refusal, Request, Status, Trust, Verdict, verify},
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
    trust::what_is_relied_upon_decides(world, &v, &standing.to_json());
    trust::insecure_keys_are_refused_unless_allowed(&v, &standing.to_json());
    files::files_of_other_tools(world, &v, &standing);
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
