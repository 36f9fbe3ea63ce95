//! Help, wrong usage, and key caches that are not as they should be.

mod common;

use common::{Run, keys, run};
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
    for (file, arguments) in [
        ("repute.txt", &["--help"][..]),
        ("demo.txt", &["demo", "--help"]),
        ("deploy.txt", &["deploy", "--help"]),
        ("keys.txt", &["keys", "--help"]),
        ("keys-contribute.txt", &["keys", "contribute", "--help"]),
        ("keys-import-zkey.txt", &["keys", "import-zkey", "--help"]),
        ("prove.txt", &["prove", "--help"]),
        ("prove-window.txt", &["prove", "window", "--help"]),
        ("prove-standing.txt", &["prove", "standing", "--help"]),
        ("prove-completion.txt", &["prove", "completion", "--help"]),
        ("verify.txt", &["verify", "--help"]),
        ("audit.txt", &["audit", "--help"]),
    ] {
        let Run { code, stdout, .. } = run(arguments, &keys());
        assert_eq!(code, Some(0));
        is_as_committed(file, &stdout);
    }
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_possible() {
    for arguments in [&[][..], &["dem"], &["demo", "--jsn"], &["demo", "now"]] {
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
