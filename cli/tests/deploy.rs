//! `repute deploy`, on a local node.

mod common;

use common::{Run, keys, run_with};
use repute_contracts::{anvil::Anvil, deploy::Manifest, dev::dev_signers, provider::http_client};
use repute_sdk::{chain::Chain, document::Document};
use std::{fs, path::Path};

const ADDRESS: &str = "0x0707070707070707070707070707070707070707";

fn deploy(url: &str, manifest: &Path, more: &[&str], key: &str) -> Run {
    let path = manifest.display().to_string();
    let fixed = [
        "deploy",
        "--rpc-url",
        url,
        "--manifest",
        &path,
        "--development-keys",
        "--min-budget",
        "10.5",
    ];
    let all = [&fixed[..], more].concat();
    run_with(&all, &keys(), &[("REPUTE_KEY", key)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_one_command_and_its_manifest_opens_it() {
    let anvil = Anvil::start().await.expect("anvil starts");
    let url = anvil.url();
    let files = tempfile::tempdir().expect("a directory");
    let key = dev_signers()[0].to_bytes().to_string();
    let at = |name: &str| files.path().join(name);

    // Nothing is sent for what can be refused before.
    for (more, key, code, expected) in [
        (&["--test-token"][..], "0x1234", 3, "no private key"),
        (&["--test-token", "--grace", "1h"], &key, 4, "grace"),
        (
            &["--test-token", "--gate-fee", "0.0000001"],
            &key,
            3,
            "more decimals than tUSD",
        ),
        (&["--token", ADDRESS], &key, 4, ADDRESS),
        (
            &["--test-token", "--erc8004-registry", ADDRESS],
            &key,
            4,
            "ERC-8004 registry",
        ),
    ] {
        let refused = deploy(url, &at("none"), more, key);
        assert_eq!(refused.code, Some(code), "{more:?}: {}", refused.stderr);
        let text = refused.stderr.to_lowercase();
        assert!(text.contains(&expected.to_lowercase()), "{text}");
        assert!(!text.contains("0x1234"), "{text}");
        assert!(!at("none").exists());
    }
    // A budget that fees would eat up.
    let unpayable = deploy(
        url,
        &at("none"),
        &[
            "--test-token",
            "--record-fee",
            "10.5",
            "--record-fee-recipient",
            ADDRESS,
        ],
        &key,
    );
    assert_eq!(unpayable.code, Some(4), "{}", unpayable.stderr);

    let fees = [
        "--test-token",
        "--platform-fee",
        "250",
        "--treasury",
        ADDRESS,
        "--gate-fee",
        "2",
        "--record-fee",
        "0.5",
        "--record-fee-recipient",
        ADDRESS,
        "--min-review",
        "2d",
    ];
    let done = deploy(url, &at("manifest"), &fees, &key);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stdout.contains("INSECURE"), "{}", done.stdout);
    let text = fs::read_to_string(at("manifest")).expect("written");
    let manifest = Manifest::from_json(&text).expect("whole");
    let node = http_client(url).expect("an address");
    let chain = Chain::connect(node, manifest).await.expect("as it says");
    let rules = chain.rules();
    assert_eq!(
        (rules.min_budget, rules.record_fee, rules.min_review),
        (10_500_000, 500_000, 2 * 86_400)
    );

    // The manifest of a deployment is not lost to the next one.
    let again = deploy(url, &at("manifest"), &fees, &key);
    assert_eq!(again.code, Some(4), "{}", again.stderr);
    assert_eq!(fs::read_to_string(at("manifest")).expect("there"), text);

    let json = deploy(url, &at("other"), &["--test-token", "--json"], &key);
    assert_eq!(json.code, Some(0), "{}", json.stderr);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(document["ok"], true);
    assert_eq!(document["manifest"]["chainId"], 31_337);
}
