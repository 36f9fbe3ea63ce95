//! docs/tutorial.md, run as written: on the embedded chain and on a node.

mod common;

use alloy::primitives::U256;
use common::{keys, run_with};
use repute_contracts::{
    anvil::Anvil, bindings::TestToken, deploy::Manifest, dev::dev_signers, provider::http_client,
};
use repute_sdk::{chain::Chain, document::Document};
use std::{fs, path::Path, process::Command};

/// The commands of the page, in order.
fn commands() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tutorial.md");
    let page = fs::read_to_string(page).expect("the page");
    let blocks = page.split("```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.collect::<Vec<_>>().join("\n")
}

/// Runs the session in a directory, and returns what it printed.
fn run(environment: &[(&str, &str)], directory: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_repute"));
    let path = format!(
        "{}:{}",
        program.parent().expect("a directory").display(),
        std::env::var("PATH").expect("a path")
    );
    let mut bash = Command::new("bash");
    for name in [
        "REPUTE_RPC_URL",
        "REPUTE_MANIFEST",
        "REPUTE_WALLET",
        "REPUTE_KEY",
    ] {
        bash.env_remove(name);
    }
    let output = bash
        .args(["-euo", "pipefail", "-c", &commands()])
        .current_dir(directory)
        .env("PATH", path)
        .env("REPUTE_CACHE_DIR", keys())
        .envs(environment.iter().copied())
        .output()
        .expect("bash runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let (told, complained) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{told}\n{complained}");
    told
}

/// What the session must have told.
fn is_as_told(told: &str) {
    for expected in [
        "Where you stand",
        "Posted job 1",
        "250.00 tUSD",
        "What this reveals",
        "Fewer than 20 agents",
        "Done: take job 1",
        "Done: submit job 1",
        "ask for a release",
        "Done: settle job 1",
        "The record meets completed>=1",
        "Valid: every check ran",
        "The agent is back: 2 changes of its record",
        "Done: refresh",
        "repute job status --wallet agent",
        "the agent has a newer record",
    ] {
        assert!(
            told.contains(expected),
            "{expected:?} is missing in\n{told}"
        );
    }
}

/// The client's tokens, which the embedded chain's accounts have from the start.
async fn give_tokens(url: &str, manifest: &Path) {
    let manifest = fs::read_to_string(manifest).expect("a manifest");
    let manifest = Manifest::from_json(&manifest).expect("whole");
    let token = manifest.token.address;
    let node = http_client(url).expect("an address");
    let chain = Chain::connect(node, manifest).await.expect("it connects");
    let client = dev_signers()[1].clone();
    let mint = TestToken::mintCall {
        to: client.address(),
        amount: U256::from(1_000_000_000),
    };
    let sent = chain.account(client).send(token, &mint).await;
    sent.expect("anyone can mint");
}

#[test]
fn the_tutorial_runs_on_the_embedded_chain() {
    let directory = tempfile::tempdir().expect("a directory");
    is_as_told(&run(&[], directory.path()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tutorial_runs_on_a_node() {
    let anvil = Anvil::start().await.expect("anvil starts");
    let directory = tempfile::tempdir().expect("a directory");
    let manifest = directory.path().join("manifest.json").display().to_string();
    let key = dev_signers()[0].to_bytes().to_string();
    let environment = [
        ("REPUTE_RPC_URL", anvil.url()),
        ("REPUTE_MANIFEST", manifest.as_str()),
    ];
    let deployed = run_with(
        &[
            "deploy",
            "--development-keys",
            "--test-token",
            "--min-budget",
            "10",
        ],
        &keys(),
        &[&environment[..], &[("REPUTE_KEY", &key)]].concat(),
    );
    let told = format!("{}{}", deployed.stdout, deployed.stderr);
    assert_eq!(deployed.code, Some(0), "{told}");
    give_tokens(anvil.url(), Path::new(&manifest)).await;
    is_as_told(&run(&environment, directory.path()));
}
