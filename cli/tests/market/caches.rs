//! Key caches that are damaged or can't be written, where a proof needs their keys.

use crate::{common::keys, json, world::World};
use repute_sdk::{completion::CompletionProof, document::Document};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// They are told of, and do no harm.
pub fn key_caches_that_are_not_as_they_should_be(world: &World, job: &str) {
    let completion = ["completion", "--job", job, "--json"];
    let proven = |cache: &Path, complaints: [&str; 2]| {
        let run = world.prove_with(cache, &completion);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        for complaint in complaints {
            assert!(run.stderr.contains(complaint), "{}", run.stderr);
        }
        let proof = CompletionProof::from_json(&json(&run)["proof"].to_string());
        proof.expect("whole");
    };
    let file = world.path("file");
    fs::write(&file, "not a directory").expect("written");
    proven(
        &file.join("cache"),
        ["the keys were not cached", "check the path"],
    );
    let left = fs::read_to_string(file).expect("still there");
    assert_eq!(left, "not a directory");

    // The smallest key, damaged in the middle.
    let kept = fs::read_dir(keys()).expect("a directory");
    let mut kept = kept.map(|entry| entry.expect("readable").path());
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("completion-") && name.ends_with(".keys")
    };
    let kept = kept.find(is_ours).expect("it was made");
    let whole = fs::read(&kept).expect("readable");
    let mut bytes = whole.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let cache = world.path("cache");
    fs::create_dir(&cache).expect("made");
    let damaged = cache.join(kept.file_name().expect("a file"));
    fs::write(&damaged, bytes).expect("written");
    proven(&cache, ["is damaged", "checksum"]);
    // Development keys are the same each time.
    assert!(fs::read(&damaged).expect("made again") == whole);
    let mut aside = damaged.into_os_string();
    aside.push(".corrupt");
    assert!(Path::new(&aside).exists());
}
