//! Help, and wrong usage.

mod common;

use common::{Run, keys, run, run_with};
use repute_contracts::dev::dev_signers;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

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

/// A command's help.
fn help(command: &[String]) -> String {
    let arguments: Vec<&str> = command.iter().map(String::as_str).collect();
    let run = run(&[&arguments[..], &["--help"]].concat(), &keys());
    assert_eq!(run.code, Some(0), "{command:?}");
    run.stdout
}

/// Every command by its words, those that have others under them too, with its help.
fn commands() -> BTreeMap<Vec<String>, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![Vec::new()];
    while let Some(command) = left.pop() {
        let text = help(&command);
        let listed = text.split("Commands:\n").nth(1).unwrap_or_default();
        let names = listed.lines().map_while(|line| line.strip_prefix("  "));
        // Lines that go on are indented further.
        let names = names.filter_map(|line| line.split(' ').next().filter(|name| !name.is_empty()));
        for name in names.filter(|name| *name != "help") {
            left.push([&command[..], &[name.to_owned()]].concat());
        }
        found.insert(command, text);
    }
    found
}

#[test]
fn help_is_as_committed_and_each_document_is_told_of() {
    let commands = commands();
    let mut files = BTreeSet::new();
    for (command, help) in &commands {
        let name = match command.is_empty() {
            true => "repute.txt".to_owned(),
            false => format!("{}.txt", command.join("-")),
        };
        is_as_committed(&name, help);
        files.insert(name);
    }
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/help");
    let kept = fs::read_dir(kept).expect("a directory");
    let kept = kept.map(|file| file.expect("readable").file_name());
    let kept: BTreeSet<_> = kept.filter_map(|name| name.into_string().ok()).collect();
    assert_eq!(kept, files, "a file without its command");

    let is_above = |command: &&Vec<String>| {
        let mut others = commands.keys();
        others.any(|other| other.len() > command.len() && other.starts_with(command))
    };
    let mut leaves: BTreeSet<String> = commands
        .keys()
        .filter(|command| !is_above(command))
        .map(|command| command.join(" "))
        .collect();
    // A script and no document.
    assert!(leaves.remove("completions"));
    leaves.extend(["repute", "audit"].map(str::to_owned));
    assert_eq!(documents(), leaves);
}

/// The commands whose documents docs/cli.md tells of.
fn documents() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/cli.md");
    let page = fs::read_to_string(page).expect("the page");
    let table = page.split("| command | document").nth(1).expect("a table");
    let rows = table
        .lines()
        .skip(2)
        .map_while(|line| line.strip_prefix('|'));
    let mut told = BTreeSet::new();
    for row in rows {
        let mut group = String::new();
        // Every other part is between backticks.
        for name in row
            .split('|')
            .next()
            .unwrap_or_default()
            .split('`')
            .skip(1)
            .step_by(2)
        {
            let is_word = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
            let words: Vec<&str> = name.split(' ').take_while(is_word).collect();
            match &words[..] {
                [above, _] => {
                    group = format!("{above} ");
                    told.insert(words.join(" "));
                }
                [word] => drop(told.insert(format!("{group}{word}"))),
                _ => panic!("{name} is no command"),
            }
        }
    }
    told
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
    for expected in [
        "data directory",
        "10,000.00 tUSD",
        "repute post create",
        "repute agent new",
    ] {
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
