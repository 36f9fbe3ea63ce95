//! Steps of a benchmark in processes of their own, so that a step's peak memory is its own.

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Runs this program again with `--step STEP --directory DIRECTORY` and `arguments`, and reads what it prints
/// as JSON. What it writes to stderr is shown.
///
/// # Errors
/// Where the step can't be started, fails, or prints something else.
pub fn run<T: DeserializeOwned>(step: &str, directory: &Path, arguments: &[String]) -> Result<T> {
    let output = Command::new(std::env::current_exe()?)
        .args(["--step", step, "--directory"])
        .arg(directory)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "the step {step} failed");
    serde_json::from_slice(&output.stdout).context("a step prints JSON")
}
