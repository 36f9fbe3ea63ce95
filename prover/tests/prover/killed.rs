//! A process that makes and prepares keys may die at any moment.

use crate::common::keys;
use repute_circuits::statement::Completion;
use repute_prover::{Event, Store};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Names the store that a child process fills.
const STORE: &str = "REPUTE_TEST_STORE";

/// What the child process runs; on its own it has nothing to do.
#[test]
fn child_process() {
    if let Some(directory) = std::env::var_os(STORE) {
        Store::at(directory)
            .load_or_generate::<Completion>(&())
            .expect("the circuit lays out");
    }
}

fn start(directory: &Path) -> Child {
    let program = std::env::current_exe().expect("this test has a program");
    Command::new(program)
        .args(["--exact", "killed::child_process"])
        .env(STORE, directory)
        .stdout(Stdio::null())
        .spawn()
        .expect("the program runs again")
}

/// The names of the files in a directory, without locks.
fn files(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    let names = entries.map(|entry| entry.expect("readable").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".lock")).collect();
    names.sort();
    names
}

#[test]
fn keys_survive_a_kill_at_any_moment() {
    // How long an undisturbed child takes, and what it leaves.
    let whole = TempDir::new().expect("a temporary directory");
    let begin = Instant::now();
    let status = start(whole.path()).wait().expect("it is our child");
    assert!(status.success());
    let time = begin.elapsed();
    let expected = files(whole.path());
    assert_eq!(expected.len(), 2, "keys and tables: {expected:?}");

    let directory = TempDir::new().expect("a temporary directory");
    // Into one store, then with its tables and at last with everything taken away; the moments are
    // spread over a whole run.
    for moment in 0..12u32 {
        let mut child = start(directory.path());
        std::thread::sleep(time * moment / 12 + Duration::from_micros(700 * u64::from(moment)));
        child.kill().expect("it is our child");
        child.wait().expect("it is our child");
        for name in files(directory.path()) {
            let path = directory.path().join(&name);
            if expected.contains(&name) {
                let good = fs::read(whole.path().join(&name)).expect("it was written");
                assert!(
                    fs::read(&path).expect("readable") == good,
                    "{name} is not whole"
                );
                if name.ends_with("prepared") || moment % 2 == 1 {
                    fs::remove_file(path).expect("the directory is writable");
                }
            } else {
                assert!(name.starts_with('.') && name.ends_with(".part"), "{name}");
            }
        }
    }
    fs::write(directory.path().join(partial_name(&expected[0])), "half").expect("writable");

    let aside = Mutex::new(Vec::new());
    let progress = |event: Event<'_>| {
        if let Event::SetAside { path, .. } = event {
            aside
                .lock()
                .expect("no test panics here")
                .push(path.to_owned());
        }
    };
    let store = Store::at(directory.path());
    let made = store
        .load_or_generate::<Completion>(&progress)
        .expect("the circuit lays out");
    assert!(aside.into_inner().expect("no test panics here").is_empty());
    assert_eq!(made.proving(), keys::<Completion>().proving());
    assert_eq!(
        files(directory.path()),
        expected,
        "what the dead left is removed"
    );
}

/// The name of a file that a process was writing when it died.
fn partial_name(name: &str) -> String {
    let stem = Path::new(name).file_stem().expect("it has a name");
    format!(".{}.abcdef.part", stem.to_string_lossy())
}
