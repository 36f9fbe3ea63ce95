//! Shell completions and man pages, made from the arguments themselves.

use crate::{
    error::{CliError, Kind},
    output::{self, Narrator},
    place::Place,
};
use clap::{Args, Command};
use clap_complete::Shell;
use serde::Serialize;
use std::{fs, io, path::PathBuf};

/// For which shell.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Where man pages go.
#[derive(Debug, Args)]
pub struct Man {
    /// The directory, made where there is none
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

/// What was written, as `--json` prints it.
#[derive(Serialize)]
struct Report {
    ok: bool,
    pages: Vec<String>,
}

impl Completions {
    /// Prints the shell's script.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn run(&self, mut command: Command) -> Result<(), CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "repute", &mut script);
        Ok(io::Write::write_all(&mut io::stdout().lock(), &script)?)
    }
}

impl Man {
    /// Writes a page for each command.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn run(&self, place: &Place, command: Command) -> Result<(), CliError> {
        let path = self.directory.display();
        let failed = |error: io::Error| {
            CliError::new(
                Kind::Environment,
                format!("{path} cannot be written: {error}; check the path and its permissions"),
            )
        };
        fs::create_dir_all(&self.directory).map_err(failed)?;
        clap_mangen::generate_to(command, &self.directory).map_err(failed)?;
        let mut pages: Vec<String> = fs::read_dir(&self.directory)
            .map_err(failed)?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with("repute") && name.ends_with(".1"))
            .collect();
        pages.sort();
        if place.json() {
            return Ok(output::print_json(&Report { ok: true, pages })?);
        }
        let written = format!("Wrote {} pages to {path}", pages.len());
        Ok(Narrator::telling().done(&written, None)?)
    }
}
