//! `repute prove`: an agent with a record on a local node shows something of it.

use crate::{
    caches,
    common::{keys, run_with},
    json,
    world::{AUDIENCE, CATEGORY, DAY, HOUR, TOKEN, World, keep},
};
use alloy::primitives::{B256, U256};
use repute_circuits::{policy::Policy, window::Filter};
use repute_contracts::{dev::dev_signers, time};
use repute_sdk::{
    ask::Ask,
    completion::CompletionProof,
    document::Document,
    log::Stage,
    shown::label,
    standing::StandingProof,
    wallet::{Purpose, Words},
    window::WindowProof,
};
use std::{fs, path::PathBuf};

/// The request that a document answers, as the party that made it has it.
fn made(found: &Ask) -> Ask {
    Ask {
        audience: AUDIENCE.parse().expect("an address"),
        challenge: B256::ZERO,
        label: label("market"),
        deadline: found.deadline,
    }
}

fn shown(world: &World, wallet: &str) -> Vec<Purpose> {
    let notes = world.notes(wallet);
    notes.shown.iter().map(|shown| shown.purpose).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_shows_its_record_from_the_command_line() {
    let mut world = World::new().await;
    world.complete(CATEGORY).await;
    time::advance(world.chain.provider(), 100 * DAY)
        .await
        .expect("it moves");
    let second = world.complete(CATEGORY).await;
    world.take(CATEGORY + 1).await;

    another_machine_refreshes_first(&mut world).await;
    a_miss_is_told_before_a_proof(&world);
    what_is_missing_is_told(&world);
    windows_convince_the_ledger(&world).await;
    // The recovered wallet refreshed the state of both.
    world.sync().await;
    work_is_found_by_record(&mut world).await;
    standing_and_completion_convince_the_ledger(&mut world, second).await;
}

/// The wallet in the data directory has the words of an agent that worked elsewhere.
async fn another_machine_refreshes_first(world: &mut World) {
    let [data, passphrase] =
        ["data", "passphrase"].map(|name| world.path(name).display().to_string());
    let wallet = ["--data-dir", &data, "--passphrase-file", &passphrase];
    let refused = world.prove(&["standing", "--policy", "none", "--json"]);
    assert_eq!(refused.code, Some(3), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("refresh it first"),
        "{}",
        refused.stderr
    );
    let [_, _, relayer, ..] = dev_signers();
    let refresh = [&["agent", "refresh", "--now"], &wallet[..]].concat();
    let done = world.done(&refresh, Some(&relayer));
    assert_eq!(done["done"][0]["action"], "refresh");
    world.sync().await;
}

fn a_miss_is_told_before_a_proof(world: &World) {
    let before = world.notes("agent");
    for (arguments, expected) in [
        (
            &["--category", "7", "--policy", "completed>=2"][..],
            "policy: minCompleted: 1 jobs completed, 2 needed",
        ),
        (
            &["--any-category", "--policy", "completed>=1,success>=50.01%"],
            "policy: minSuccessBps: a success rate of 50.00 %, 50.01 % needed",
        ),
        (
            &["--category", "9", "--policy", "completed>=1"],
            "policy: minCompleted: 0 jobs completed, 1 needed",
        ),
        (
            &["--category", "7", "--policy", "clients>=1"],
            "leave out minClients",
        ),
        (
            &["--category", "7", "--policy", "volume>=0.0000001"],
            "more decimals than",
        ),
    ] {
        let all = [&["window", "--since", "90d", "--json"], arguments].concat();
        let refused = world.prove(&all);
        assert_eq!(refused.code, Some(3), "{}", refused.stderr);
        assert!(refused.stderr.contains(expected), "{}", refused.stderr);
        let document = json(&refused);
        assert_eq!(document["ok"], false);
        assert_eq!(document["error"]["kind"], "refused");
        let message = document["error"]["message"].as_str().expect("a text");
        assert!(message.contains(expected), "{message}");
    }
    // Nothing was shown.
    assert_eq!(world.notes("agent"), before);
}

fn what_is_missing_is_told(world: &World) {
    let window = [
        "window",
        "--any-category",
        "--since",
        "90d",
        "--policy",
        "none",
        "--json",
    ];
    let run = |change: &dyn Fn(&mut Vec<String>), environment: &[(&str, &str)]| {
        let [data, manifest, passphrase] =
            ["data", "manifest", "passphrase"].map(|name| world.path(name).display().to_string());
        let mut all: Vec<String> = ["prove"]
            .iter()
            .chain(&window)
            .map(ToString::to_string)
            .collect();
        let named = [
            ("--audience", AUDIENCE.to_owned()),
            ("--rpc-url", world.url.clone()),
            ("--manifest", manifest),
            ("--data-dir", data),
            ("--wallet", "agent".into()),
            ("--passphrase-file", passphrase),
        ];
        all.extend(
            named
                .into_iter()
                .flat_map(|(name, value)| [name.to_owned(), value]),
        );
        change(&mut all);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        run_with(&all, &keys(), environment)
    };
    let set = |name: &'static str, value: PathBuf| {
        move |all: &mut Vec<String>| {
            let at = all.iter().position(|argument| argument == name);
            all[at.expect("it is given") + 1] = value.display().to_string();
        }
    };
    let words = Words::generate(&mut rand::rngs::OsRng);
    keep(&world.path("data"), "stranger", &world.chain, &words);
    fs::write(world.path("wrong"), "another passphrase").expect("written");
    let nowhere = world.path("nowhere");
    let without_passphrase = |all: &mut Vec<String>| all.truncate(all.len() - 2);
    type Case<'a> = (
        &'a dyn Fn(&mut Vec<String>),
        &'a [(&'a str, &'a str)],
        i32,
        &'a str,
    );
    let cases: [Case<'_>; 9] = [
        (
            &set("--rpc-url", "http://127.0.0.1:9".into()),
            &[],
            4,
            "the node did not answer: ",
        ),
        (&set("--manifest", nowhere.clone()), &[], 4, "the manifest"),
        (
            &set("--manifest", world.path("passphrase")),
            &[],
            4,
            "not a deployment manifest",
        ),
        (
            &set("--wallet", "nobody".into()),
            &[],
            4,
            "repute agent recover",
        ),
        (
            &set("--wallet", "../agent".into()),
            &[],
            2,
            "no wallet's name",
        ),
        (
            &set("--wallet", "stranger".into()),
            &[],
            3,
            "not registered",
        ),
        (
            &set("--passphrase-file", nowhere.clone()),
            &[],
            4,
            "the wallet's passphrase",
        ),
        (
            &set("--passphrase-file", world.path("wrong")),
            &[],
            3,
            "passphrase",
        ),
        (
            &without_passphrase,
            &[("REPUTE_PASSPHRASE", "another passphrase")],
            3,
            "passphrase",
        ),
    ];
    for (index, (change, environment, code, expected)) in cases.into_iter().enumerate() {
        let refused = run(change, environment);
        assert_eq!(refused.code, Some(code), "case {index}: {}", refused.stderr);
        assert!(
            refused.stderr.contains(expected),
            "case {index}: {}",
            refused.stderr
        );
        assert_eq!(json(&refused)["ok"], false, "case {index}");
    }
}

async fn work_is_found_by_record(world: &mut World) {
    let mut offered = Vec::new();
    for min_completed in 1..=3 {
        let policy = Policy {
            min_completed,
            ..Policy::default()
        };
        offered.push(world.offer(CATEGORY, policy).await);
    }
    offered.reverse();
    let [data, passphrase] =
        ["data", "passphrase"].map(|name| world.path(name).display().to_string());
    for (more, expected) in [
        (&[][..], &offered[..]),
        (&["--can-meet"], &offered[1..]),
        (&["--can-meet", "--stage", "completed"], &[2, 1]),
        (&["--can-meet", "--category", "9"], &[]),
        (&["--can-meet", "--wallet", "stranger"], &[]),
    ] {
        let all = [
            &["jobs", "list", "--data-dir", &data][..],
            &["--passphrase-file", &passphrase],
            more,
        ];
        let listing = world.done(&all.concat(), None);
        let jobs = listing["jobs"].as_array().expect("a list");
        let jobs = jobs.iter().filter_map(|job| job["job"].as_u64());
        assert_eq!(jobs.collect::<Vec<_>>(), expected, "{more:?}");
    }
}

async fn windows_convince_the_ledger(world: &World) {
    let out = world.path("window.json");
    let since = world.now().await - 90 * DAY;
    let run = world.prove(&[
        "window",
        "--category",
        "7",
        "--since",
        &format!("@{since}"),
        "--policy",
        "completed>=1,success>=100%,volume>=10",
        "--out",
        &out.display().to_string(),
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for expected in [
        "window-16",
        "INSECURE",
        "completed>=1,success>=100%,volume>=10",
    ] {
        assert!(run.stdout.contains(expected), "{}", run.stdout);
    }
    let proof = WindowProof::from_json(&fs::read_to_string(&out).expect("a proof"));
    let proof = proof.expect("whole");
    let filter = Filter {
        category: Some(CATEGORY),
        since,
    };
    let policy = Policy {
        min_completed: 1,
        min_success_bps: 10_000,
        min_volume: 10 * TOKEN,
        ..Policy::default()
    };
    let (made_by_it, claim) = (made(&proof.ask), (&filter, &policy));
    let there = proof.verify_on_chain(&world.chain, &made_by_it, claim);
    there.await.expect("the ledger is convinced");
    assert_eq!(proof.slots, 16);
    let audience = proof.ask.audience;
    assert_eq!(
        shown(world, "agent").last(),
        Some(&Purpose::Show { audience })
    );

    // As one document, with a length of time; from a machine that knows the words alone.
    let data = world.path("data").display().to_string();
    let passphrase = fs::read_to_string(world.path("passphrase")).expect("a passphrase");
    let manifest = world.path("manifest").display().to_string();
    let words = fs::read_to_string(world.path("words")).expect("words");
    let environment = [
        ("REPUTE_RPC_URL", world.url.as_str()),
        ("REPUTE_MANIFEST", &manifest),
        ("REPUTE_DATA_DIR", &data),
        ("REPUTE_WALLET", "recovered"),
        ("REPUTE_PASSPHRASE", &passphrase),
        ("REPUTE_WORDS", &words),
    ];
    let run = run_with(&["agent", "recover", "--json"], &keys(), &environment);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(json(&run)["recovered"]["registered"], true);
    let prove = [
        &["prove", "window", "--any-category", "--since", "90d"][..],
        &["--policy", "completed>=1", "--audience", AUDIENCE],
        &["--label", "market", "--json"],
    ]
    .concat();
    // What the lost machine showed is not known.
    let run = run_with(&prove, &keys(), &environment);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("refresh it first"), "{}", run.stderr);
    let key = dev_signers()[2].to_bytes().to_string();
    let sending = [&environment[..], &[("REPUTE_KEY", key.as_str())]].concat();
    let run = run_with(&["agent", "refresh", "--now", "--json"], &keys(), &sending);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let run = run_with(&prove, &keys(), &environment);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document = json(&run);
    assert_eq!(document["ok"], true);
    assert_eq!(document["statement"], "window-16");
    let proof = WindowProof::from_json(&document["proof"].to_string()).expect("whole");
    let since: U256 = proof.filter >> 33;
    let filter = Filter {
        category: None,
        since: since.to(),
    };
    assert!(filter.since.abs_diff(world.now().await - 90 * DAY) < HOUR);
    let policy = Policy {
        min_completed: 1,
        ..Policy::default()
    };
    let (made_by_it, claim) = (made(&proof.ask), (&filter, &policy));
    let there = proof.verify_on_chain(&world.chain, &made_by_it, claim);
    there.await.expect("the ledger is convinced");
    assert_eq!(
        shown(world, "recovered").last(),
        Some(&Purpose::Show { audience })
    );
}

async fn standing_and_completion_convince_the_ledger(world: &mut World, job: u64) {
    let run = world.prove(&["standing", "--policy", "completed>=2", "--json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let proof = StandingProof::from_json(&json(&run)["proof"].to_string()).expect("whole");
    let policy = Policy {
        min_completed: 2,
        ..Policy::default()
    };
    let standing = proof.to_json();
    let made_by_it = made(&proof.ask);
    let there = proof.verify_on_chain(&world.chain, &made_by_it, &policy);
    there.await.expect("the ledger is convinced");

    let job = job.to_string();
    let run = world.prove(&["completion", "--job", &job, "--json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let document = json(&run);
    let proof = CompletionProof::from_json(&document["proof"].to_string()).expect("whole");
    let stage = proof.verify_on_chain(&world.chain, &made(&proof.ask)).await;
    assert_eq!(stage.expect("the ledger is convinced"), Stage::Completed);
    caches::key_caches_that_are_not_as_they_should_be(world, &job);
    crate::verify::each_refusal_has_its_code(world, &standing, &proof.to_json()).await;
    crate::audit::the_deployment_and_the_record_are_as_they_should_be(world);

    // Another audience must not be shown the same state.
    let [data, manifest, passphrase, out] =
        ["data", "manifest", "passphrase", "never"].map(|name| world.path(name));
    let run = run_with(
        &[
            "prove",
            "standing",
            "--policy",
            "none",
            "--rpc-url",
            &world.url,
            "--manifest",
            &manifest.display().to_string(),
            "--data-dir",
            &data.display().to_string(),
            "--passphrase-file",
            &passphrase.display().to_string(),
            "--audience",
            "0x0808080808080808080808080808080808080808",
            "--out",
            &out.display().to_string(),
        ],
        &keys(),
        &[],
    );
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("refresh it first"), "{}", run.stderr);
    assert!(!out.exists());
}
