//! Help, wrong usage, and key caches that are not as they should be.

mod common;

use common::{Run, keys, run, run_with};
use repute_contracts::dev::dev_signers;
use std::{fs, path::Path};

/// Compares with a committed file; `UPDATE_HELP=1` writes it.
fn is_as_committed(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/help")
        .join(name);
    if std::env::var_os("UPDATE_HELP").is_some() {
        fs::write(&path, text).expect("written");
    }
    let committed = fs::read_to_string(&path).expect("a committed file");
    assert_eq!(
        text, committed,
        "run with UPDATE_HELP=1 and look at the difference"
    );
}

#[test]
fn help_is_as_committed() {
    for command in [
        "",
        "demo",
        "deploy",
        "agent",
        "agent new",
        "agent show",
        "agent register",
        "agent refresh",
        "agent recover",
        "agent viewing-key",
        "agent payout-key",
        "job",
        "job take",
        "job submit",
        "job settle",
        "job status",
        "job resume",
        "job call-off",
        "jobs",
        "jobs list",
        "jobs show",
        "post",
        "post create",
        "post list",
        "post approve",
        "post release",
        "post withdraw",
        "post cancel",
        "post reclaim",
        "post rate",
        "post dispute",
        "arbiter",
        "arbiter rule",
        "review",
        "review key",
        "review sign",
        "relay",
        "collect",
        "keys",
        "keys contribute",
        "keys import-zkey",
        "prove",
        "prove window",
        "prove standing",
        "prove completion",
        "verify",
        "audit",
        "audit record",
        "chain",
        "chain status",
        "chain advance",
        "chain reset",
        "completions",
        "man",
    ] {
        let words = command.split(' ').filter(|word| !word.is_empty());
        let arguments: Vec<&str> = words.chain(["--help"]).collect();
        let Run { code, stdout, .. } = run(&arguments, &keys());
        assert_eq!(code, Some(0), "{command}");
        let name = match command {
            "" => "repute".to_owned(),
            command => command.replace(' ', "-"),
        };
        is_as_committed(&format!("{name}.txt"), &stdout);
    }
}

#[test]
fn alone_it_tells_where_one_stands() {
    let data = tempfile::tempdir().expect("a directory");
    let at = data.path().display().to_string();
    let stand = |more: &[&str]| {
        run_with(
            &[&["--data-dir", &at], more].concat(),
            &keys(),
            &[("REPUTE_KEY", &dev_signers()[1].to_bytes().to_string())],
        )
    };
    let told = stand(&[]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    for expected in ["data directory", "10,000.00 tUSD", "repute post create"] {
        assert!(told.stdout.contains(expected), "{}", told.stdout);
    }
    let nowhere = ["--json", "--rpc-url", "http://127.0.0.1:9"];
    let document: serde_json::Value = serde_json::from_str(&stand(&nowhere).stdout).expect("JSON");
    assert_eq!(document["ok"], true);
    assert!(document["deployment"].is_null());
    assert!(
        document["next"][0]
            .as_str()
            .expect("a text")
            .contains("demo")
    );
}

#[test]
fn the_chain_is_kept_between_commands_until_it_is_reset() {
    let data = tempfile::tempdir().expect("a directory");
    let at = data.path().display().to_string();
    let chain = |words: &[&str]| run(&[&["chain", "--data-dir", &at], words].concat(), &keys());
    let status = || -> serde_json::Value {
        let Run {
            code,
            stdout,
            stderr,
        } = chain(&["status", "--json"]);
        assert_eq!(code, Some(0), "{stderr}");
        serde_json::from_str(&stdout).expect("JSON")
    };
    let begun = status();
    assert_eq!(
        (&begun["chainId"], &begun["block"]),
        (&31_337.into(), &0.into())
    );
    assert!(begun["deployment"].is_null());
    assert_eq!(begun["accounts"][9]["name"], "dev9");
    assert_eq!(begun["accounts"][9]["wei"], "10000000000000000000000");

    let later = chain(&["advance", "1d2h"]);
    assert_eq!(later.code, Some(0), "{}", later.stderr);
    assert!(
        later.stdout.contains("1 day 2 hours later"),
        "{}",
        later.stdout
    );
    let moved = status();
    let passed = moved["time"].as_u64().zip(begun["time"].as_u64());
    assert_eq!(passed.map(|(now, then)| now - then), Some(26 * 3_600));

    // Another command deploys on its first use.
    let listed = run(&["jobs", "list", "--data-dir", &at], &keys());
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let deployed = status();
    assert_eq!(deployed["deployment"]["symbol"], "tUSD");
    assert_eq!(deployed["accounts"][3]["tokens"], "10000000000");
    let told = chain(&["status"]);
    for expected in ["embedded, kept in", "dev3", "10,000.00 tUSD"] {
        assert!(told.stdout.contains(expected), "{}", told.stdout);
    }

    let unsure = chain(&["reset"]);
    assert_eq!(unsure.code, Some(2), "{}", unsure.stdout);
    assert!(unsure.stderr.contains("--yes"), "{}", unsure.stderr);
    let reset = chain(&["reset", "--yes", "--json"]);
    assert_eq!(reset.code, Some(0), "{}", reset.stderr);
    assert_eq!(status()["block"], 0);
    let elsewhere = chain(&["reset", "--yes", "--rpc-url", "http://127.0.0.1:9"]);
    assert_eq!(elsewhere.code, Some(2), "{}", elsewhere.stdout);
}

#[test]
fn a_chain_that_is_in_use_is_refused() {
    let data = tempfile::tempdir().expect("a directory");
    let directory = data.path().join("chain");
    let held = repute_contracts::EmbeddedChain::open(&directory, &Default::default());
    let at = data.path().display().to_string();
    let refused = run(&["chain", "status", "--data-dir", &at], &keys());
    assert_eq!(refused.code, Some(4), "{}", refused.stdout);
    let named = directory.display().to_string();
    assert!(refused.stderr.contains(&named), "{}", refused.stderr);
    drop(held.expect("a new chain"));
    let answered = run(&["chain", "status", "--data-dir", &at], &keys());
    assert_eq!(answered.code, Some(0), "{}", answered.stderr);
}

#[test]
fn what_a_command_lacks_is_told() {
    let run = run(
        &[
            "deploy",
            "--json",
            "--development-keys",
            "--test-token",
            "--min-budget",
            "1",
        ],
        &keys(),
    );
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!(document["error"]["kind"], "usage");
    assert!(run.stderr.contains("REPUTE_RPC_URL"), "{}", run.stderr);
}

#[test]
fn development_accounts_are_for_the_embedded_chain() {
    let data = tempfile::tempdir().expect("a directory");
    let at = data.path().display().to_string();
    let list = ["post", "list", "--as", "dev1", "--json"];
    let here = run(&[&list[..], &["--data-dir", &at]].concat(), &keys());
    assert_eq!(here.code, Some(0), "{}", here.stderr);
    let node = ["--rpc-url", "http://127.0.0.1:9"];
    let elsewhere = run(&[&list[..], &node].concat(), &keys());
    assert_eq!(elsewhere.code, Some(2), "{}", elsewhere.stderr);
    assert!(
        elsewhere.stderr.contains("everybody knows"),
        "{}",
        elsewhere.stderr
    );
}

#[test]
fn completions_and_man_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let Run { code, stdout, .. } = run(&["completions", shell], &keys());
        assert_eq!(code, Some(0), "{shell}");
        assert!(
            stdout.contains("reclaim") && stdout.contains("max-bond"),
            "{shell}"
        );
    }
    let pages = tempfile::tempdir().expect("a directory");
    let directory = pages.path().join("man");
    let name = directory.display().to_string();
    let Run { code, stderr, .. } = run(&["man", &name], &keys());
    assert_eq!(code, Some(0), "{stderr}");
    let page = fs::read_to_string(directory.join("repute-post-create.1")).expect("a page");
    assert!(page.contains("arbiter\\-fee"), "{page}");
    assert!(directory.join("repute.1").exists());
    let file = pages.path().join("file");
    fs::write(&file, "no directory").expect("written");
    let Run { code, stderr, .. } = run(&["man", &file.display().to_string()], &keys());
    assert_eq!(code, Some(4), "{stderr}");
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_possible() {
    for arguments in [
        &["help", "nothing"][..],
        &["dem"],
        &["demo", "--jsn"],
        &["demo", "now"],
    ] {
        let Run {
            code,
            stdout,
            stderr,
        } = run(arguments, &keys());
        assert_eq!(code, Some(2), "{arguments:?}");
        assert_eq!(stdout, "");
        assert!(stderr.contains("Usage: repute"), "{stderr}");
    }
}

#[test]
fn a_damaged_key_is_set_aside_and_made_again() {
    // The shared keys exist after this, and the copy spares making them all.
    assert_eq!(run(&["demo", "--json"], &keys()).code, Some(0));
    let cache = tempfile::tempdir().expect("a directory");
    let stored: Vec<_> = fs::read_dir(keys())
        .expect("a directory")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|end| end == "keys"))
        .collect();
    for path in &stored {
        let name = path.file_name().expect("a file");
        fs::copy(path, cache.path().join(name)).expect("copied");
    }
    let completion = fs::read_dir(cache.path())
        .expect("a directory")
        .map(|entry| entry.expect("readable").path())
        .find(|path| path.to_string_lossy().contains("completion-"))
        .expect("the smallest key");
    let whole = fs::read(&completion).expect("readable");
    let mut bytes = whole.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&completion, bytes).expect("written");

    let Run {
        code,
        stdout,
        stderr,
    } = run(&["demo", "--json"], cache.path());
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("\"ok\": true"));
    assert!(stderr.contains("is damaged"), "{stderr}");
    assert!(stderr.contains("checksum"), "{stderr}");
    // Development keys are the same each time.
    assert!(fs::read(&completion).expect("made again") == whole);
    let mut aside = completion.into_os_string();
    aside.push(".corrupt");
    assert!(Path::new(&aside).exists());
}

#[test]
fn a_cache_that_cannot_be_written_is_told_and_does_no_harm() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("file");
    fs::write(&file, "not a directory").expect("written");
    let Run {
        code,
        stdout,
        stderr,
    } = run(&["demo", "--json"], &file.join("cache"));
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stdout.contains("\"ok\": true"));
    assert!(stderr.contains("the keys were not cached"), "{stderr}");
    assert!(stderr.contains("check the path"), "{stderr}");
    assert_eq!(
        fs::read_to_string(file).expect("still there"),
        "not a directory"
    );
}
