//! Running the program.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// What a run did.
pub struct Run {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said on the side.
    pub stderr: String,
}

/// The keys that all tests share.
pub fn keys() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).to_owned()
}

/// Runs `repute` with its key cache in `cache`.
#[allow(dead_code, reason = "some tests set more of the environment")]
pub fn run(arguments: &[&str], cache: &Path) -> Run {
    run_with(arguments, cache, &[])
}

/// [`run`] with more in the environment, which else names nothing that the program reads.
pub fn run_with(arguments: &[&str], cache: &Path, environment: &[(&str, &str)]) -> Run {
    let mut command = prepared(arguments, cache);
    let output = command
        .envs(environment.iter().copied())
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// The program, about to run with nothing in the environment but its key cache.
pub fn prepared(arguments: &[&str], cache: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repute"));
    for name in [
        "REPUTE_RPC_URL",
        "REPUTE_KEYS",
        "REPUTE_MANIFEST",
        "REPUTE_WALLET",
        "REPUTE_WORDS",
        "REPUTE_KEY",
    ] {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .env("REPUTE_CACHE_DIR", cache)
        // Where the user of this machine has none of its own.
        .env("REPUTE_DATA_DIR", keys().join("no data"))
        .env("COLUMNS", "100");
    command
}
