//! `repute keys`: a ceremony of the smallest statement from first to last, and what is refused on the
//! way.

mod common;

use common::{Run, keys, run, run_with};
use serde_json::Value;
use std::{fs, path::Path};

/// Runs `repute keys …` in a directory, and gives the JSON that it prints.
fn json(directory: &Path, arguments: &[&str]) -> Value {
    let Run {
        code,
        stdout,
        stderr,
    } = at(directory, &[arguments, &["--json"]].concat());
    assert_eq!(code, Some(0), "{arguments:?}: {stderr}{stdout}");
    let document: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(document["ok"], true);
    document
}

fn at(directory: &Path, arguments: &[&str]) -> Run {
    // Names of files in the directory, wherever an argument has a dot.
    let named: Vec<String> = arguments
        .iter()
        .map(|argument| match argument.starts_with("./") {
            true => directory.join(&argument[2..]).display().to_string(),
            false => (*argument).to_owned(),
        })
        .collect();
    let mut all = vec!["keys"];
    all.extend(named.iter().map(String::as_str));
    let data = directory.join("data").display().to_string();
    run_with(&all, &keys(), &[("REPUTE_DATA_DIR", &data)])
}

fn refused(directory: &Path, arguments: &[&str], code: i32, expected: &str) {
    let run = at(directory, arguments);
    assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
    assert!(
        run.stderr.contains(expected),
        "{expected:?}: {}",
        run.stderr
    );
}

#[test]
fn a_ceremony_ends_in_keys_that_are_listed_and_exported() {
    let files = tempfile::tempdir().expect("a directory");
    let d = files.path();
    fs::write(d.join("typed"), "dice: 4 6 1").expect("written");
    let powers = ["powers", "10", "--out", "./powers.ptau"];
    assert_eq!(json(d, &powers)["insecure"], true);
    refused(d, &powers, 4, "there is a file at");

    let from = ["--powers", "./powers.ptau"];
    let begin = [
        "new-zkey",
        "completion",
        "--powers",
        "./powers.ptau",
        "--out",
        "./0.zkey",
    ];
    let first = json(d, &begin);
    assert_eq!(first["ceremony"]["contributions"], serde_json::json!([]));
    refused(
        d,
        &[
            "new-zkey",
            "refresh",
            "--powers",
            "./powers.ptau",
            "--out",
            "./r.zkey",
        ],
        3,
        "needs 2^14",
    );
    refused(
        d,
        &[&["verify-transcript", "completion", "./0.zkey"][..], &from].concat(),
        5,
        "nobody contributed",
    );
    let next = |from: &str, to: &str, name: &str| {
        json(
            d,
            &[
                "contribute",
                from,
                "--name",
                name,
                "--typed-from",
                "./typed",
                "--out",
                to,
            ],
        )
    };
    next("./0.zkey", "./1.zkey", "Ada");
    let second = next("./1.zkey", "./2.zkey", "Ben");
    let hashes = |document: &Value| -> Vec<String> {
        let list = document["ceremony"]["contributions"]
            .as_array()
            .expect("a list");
        list.iter()
            .map(|one| one["hash"].as_str().expect("a text").to_owned())
            .collect()
    };
    let beacon = [
        "beacon",
        "./2.zkey",
        "--value",
        "00ff",
        "--iterations",
        "10",
        "--out",
        "./3.zkey",
    ];
    refused(
        d,
        &["beacon", "./2.zkey", "--value", "0x0", "--out", "./b.zkey"],
        3,
        "hexadecimal",
    );
    let last = json(d, &beacon);
    assert_eq!(hashes(&last)[..2], hashes(&second)[..]);
    assert_eq!(
        last["ceremony"]["contributions"][2]["beacon"]["value"],
        "00ff"
    );
    refused(
        d,
        &[
            "contribute",
            "./3.zkey",
            "--typed-from",
            "./typed",
            "--out",
            "./4.zkey",
        ],
        3,
        "the ceremony is over",
    );

    let verify = [&["verify-transcript", "completion", "./3.zkey"][..], &from].concat();
    let verified = json(d, &verify);
    assert_eq!(hashes(&verified), hashes(&last));
    assert_eq!(verified["insecure"], true);
    refused(
        d,
        &[&["import-zkey", "refresh", "./3.zkey"][..], &from].concat(),
        5,
        "another size",
    );
    let good = fs::read(d.join("3.zkey")).expect("written");
    fs::write(d.join("cut.zkey"), &good[..good.len() / 2]).expect("written");
    refused(
        d,
        &[&["import-zkey", "completion", "./cut.zkey"][..], &from].concat(),
        5,
        "cut.zkey: the file is damaged or cut off",
    );
    let mut altered = good.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    fs::write(d.join("altered.zkey"), altered).expect("written");
    let import = [&["import-zkey", "completion", "./altered.zkey"][..], &from].concat();
    refused(d, &import, 5, "altered.zkey");

    let import = [&["import-zkey", "completion", "./3.zkey"][..], &from].concat();
    let imported = json(d, &import);
    let provenance = imported["keys"].as_str().expect("a text").to_owned();
    let transcript = imported["ceremony"]["transcript"].as_str().expect("a text");
    assert_eq!(provenance, format!("INSECURE rehearsal {transcript}"));

    let listed = json(d, &["list"]);
    let entry = &listed["keys"][0];
    assert_eq!(entry["statement"], "completion");
    assert_eq!(entry["keys"], provenance.as_str());
    assert_eq!(entry["insecure"], true);
    assert_eq!(entry["verifyingKey"], imported["verifyingKey"]);
    assert!(entry["version"].is_string(), "{entry}");
    let text = at(d, &["list"]).stdout;
    assert!(text.contains("INSECURE rehearsal"), "{text}");

    let exported = json(d, &["export-vkey", "completion", "--out", "./vkey.json"]);
    assert_eq!(exported["verifyingKey"], imported["verifyingKey"]);
    let text = fs::read_to_string(d.join("vkey.json")).expect("written");
    assert!(text.contains("\"nPublic\": 5"), "{text}");
    let development = [
        "export-vkey",
        "completion",
        "--development-keys",
        "--out",
        "./dev.json",
    ];
    let development = json(d, &development);
    assert_eq!(development["keys"], "INSECURE development keys");
    assert_ne!(development["verifyingKey"], imported["verifyingKey"]);
    refused(
        d,
        &["export-vkey", "settle", "--out", "./settle.json"],
        4,
        "there are no keys for settle",
    );
    json(d, &["export-r1cs", "completion", "--out", "./circuit.r1cs"]);
    json(d, &["export-wtns", "completion", "--out", "./witness.wtns"]);
    for (name, start) in [("circuit.r1cs", "r1cs"), ("witness.wtns", "wtns")] {
        let bytes = fs::read(d.join(name)).expect("written");
        assert_eq!(&bytes[..4], start.as_bytes());
    }

    // A deployment takes keys of every statement.
    let directory = d.join("data/keys").display().to_string();
    let manifest = d.join("manifest.json").display().to_string();
    let deploy = [
        "deploy",
        "--rpc-url",
        "http://127.0.0.1:1",
        "--manifest",
        &manifest,
        "--keys",
        &directory,
        "--test-token",
        "--min-budget",
        "1",
    ];
    let key = "0x".to_owned() + &"11".repeat(32);
    let run = run_with(&deploy, &keys(), &[("REPUTE_KEY", &key)]);
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(
        run.stderr.contains("there are no keys for accept"),
        "{}",
        run.stderr
    );

    // A damaged file is told, and the others are listed all the same.
    let path = entry["file"].as_str().expect("a path");
    let mut bytes = fs::read(path).expect("there");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).expect("written");
    let listed = json(d, &["list"]);
    let damaged = listed["damaged"].as_array().expect("a list");
    assert_eq!(damaged.len(), 1);
    assert!(
        damaged[0]
            .as_str()
            .is_some_and(|text| text.contains("checksum")),
        "{damaged:?}"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let Run { code, stderr, .. } = run(
        &["keys", "contribute", "/none.zkey", "--out", "/none"],
        &keys(),
    );
    assert_eq!(code, Some(4), "{stderr}");
    assert!(stderr.contains("/none.zkey cannot be read"), "{stderr}");
}
