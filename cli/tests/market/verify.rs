//! `repute verify` on what `repute prove` wrote: an exit code for each refusal.

use crate::{
    common::{Run, keys, run_with},
    json,
    world::{AUDIENCE, World},
};
use serde_json::Value;
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

/// `repute verify …` with the deployment and the request that the world's proofs answer.
fn verify(world: &World, arguments: &[&str], online: bool) -> Run {
    let [manifest, data] =
        ["manifest", "verifier"].map(|name| world.path(name).display().to_string());
    let node: &[&str] = if online {
        &["--rpc-url", &world.url]
    } else {
        &[]
    };
    let shared = [
        "verify",
        "--manifest",
        &manifest,
        "--data-dir",
        &data,
        "--allow-development-keys",
    ];
    let all = [&shared[..], node, arguments].concat();
    run_with(&all, &keys(), &[])
}

fn file(world: &World, name: &str, text: &str) -> String {
    let path = world.path(name);
    fs::write(&path, text).expect("written");
    path.display().to_string()
}

fn changed(text: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut value = serde_json::from_str(text).expect("JSON");
    change(&mut value);
    value.to_string()
}

pub async fn each_refusal_has_its_code(world: &World, standing: &str, completion: &str) {
    // Offline there is only the machine's clock, and the local chain's is ahead of it.
    let now = format!("@{}", world.now().await);
    let (good, done) = (
        file(world, "standing.json", standing),
        file(world, "completion.json", completion),
    );
    let asked = ["--audience", AUDIENCE, "--label", "market"];
    let run = verify(world, &[&asked[..], &[&good, &done]].concat(), true);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    for expected in [
        "at least 2 jobs completed",
        "Valid: every check ran",
        "nullifier: unspent at block",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }

    let other = "0x0909090909090909090909090909090909090909";
    let cases: [(i32, bool, &[&str]); 10] = [
        (2, true, &["--offline", "--audience", AUDIENCE]),
        (
            20,
            false,
            &["--now", &now, "--audience", AUDIENCE, "--label", "market"],
        ),
        (
            0,
            false,
            &[
                "--offline",
                "--now",
                &now,
                "--audience",
                AUDIENCE,
                "--label",
                "market",
            ],
        ),
        (20, true, &[]),
        (31, true, &["--audience", other, "--label", "market"]),
        (32, true, &["--audience", AUDIENCE, "--label", "mall"]),
        (
            37,
            true,
            &[
                "--audience",
                AUDIENCE,
                "--label",
                "market",
                "--policy",
                "completed>=3",
            ],
        ),
        (
            0,
            true,
            &[
                "--audience",
                AUDIENCE,
                "--label",
                "market",
                "--policy",
                "completed>=2",
            ],
        ),
        (
            33,
            true,
            &[
                "--audience",
                AUDIENCE,
                "--label",
                "market",
                "--now",
                "@1099511627775",
            ],
        ),
        (
            34,
            true,
            &[
                "--audience",
                AUDIENCE,
                "--label",
                "market",
                "--now",
                "@1000",
            ],
        ),
    ];
    for (code, online, arguments) in cases {
        let run = verify(world, &[arguments, &[&good]].concat(), online);
        assert_eq!(
            run.code,
            Some(code),
            "{arguments:?}: {}{}",
            run.stdout,
            run.stderr
        );
    }

    type Change = fn(&mut Value);
    let changes: [(i32, Change); 5] = [
        (21, |d| d["colour"] = "blue".into()),
        (24, |d| {
            d["nullifier"] = format!("0x{}", "f".repeat(64)).into()
        }),
        (28, |d| d["proof"][0] = "0x1".into()),
        (29, |d| d["pseudonym"] = "0x1".into()),
        (29, |d| d["chainId"] = 1.into()),
    ];
    for (code, change) in changes {
        let bad = file(world, "bad.json", &changed(standing, change));
        let run = verify(
            world,
            &[&asked[..], &[&good, &bad, "--json"]].concat(),
            true,
        );
        assert_eq!(run.code, Some(code), "{}{}", run.stdout, run.stderr);
        let document = json(&run);
        assert_eq!(document["ok"], false);
        assert_eq!(document["proofs"][0]["status"], "valid");
        assert_eq!(document["proofs"][1]["status"], "refused");
        assert_eq!(document["proofs"][1]["refusal"]["code"], code);
    }

    // Without the leave to take development keys, from standard input.
    let manifest = world.path("manifest").display().to_string();
    let mut child = Command::new(env!("CARGO_BIN_EXE_repute"))
        .args(["verify", "-", "--manifest", &manifest])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(standing.as_bytes()).expect("it reads");
    drop(input);
    assert_eq!(child.wait().expect("it ends").code(), Some(27));
}
