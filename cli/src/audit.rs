//! `repute audit`: a whole deployment replayed and compared, trusting nothing.

mod progress;
mod record;
mod report;

use crate::{
    error::{CliError, Kind},
    file, output,
    place::Place,
};
use clap::{Args, Subcommand};
use repute_sdk::audit::{self as sdk, AuditError, Report};
use std::{path::PathBuf, process::ExitCode};

/// How `--help` ends.
const CODES: &str = "\
Exit codes:
  0   nothing was found
  1   the program is wrong: please report it
  2   the command line was not understood
  4   the environment failed: files, node, memory
  10  faults were found; the report names each";

/// The exit code where faults were found.
const FAULTS: u8 = 10;

/// What is audited instead of the deployment.
#[derive(Debug, Subcommand)]
enum Part {
    /// One agent's whole record, with the viewing key that it gave to its auditor
    ///
    /// Rebuilds every state from the chain, private ratings included, and reconciles each with the
    /// commitment that the ledger holds, and each job with the board's. With `--json`, `ok` is true where
    /// all of it is as the record says, else `findings` say what is not; `rows` are the changes, oldest
    /// first, each with the totals after it; `unresolved` the jobs that count as not completed. Amounts
    /// are base units, times unix seconds.
    Record(record::Record),
}

/// Which deployment, and where the report goes.
#[derive(Debug, Args)]
#[command(after_long_help = CODES, args_conflicts_with_subcommands = true)]
pub struct Audit {
    #[command(subcommand)]
    part: Option<Part>,
    /// Keep in this file how far the audit got, and go on from there
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Take INSECURE development keys, which are a fault otherwise
    #[arg(long)]
    allow_development_keys: bool,
    /// Also write the report as one web page that needs nothing else
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
}

impl From<AuditError> for CliError {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Chain(error) => error.into(),
            AuditError::Checkpoint { .. } => Self::new(Kind::Environment, error),
        }
    }
}

impl Audit {
    /// Audits, and prints and writes the report.
    ///
    /// # Errors
    /// Where there is nothing to report; faults are no error and have an exit code of their own.
    pub async fn run(&self, place: &Place) -> Result<ExitCode, CliError> {
        if let Some(Part::Record(record)) = &self.part {
            return record.run(place).await;
        }
        let node = place.node()?;
        let manifest = place.manifest(&node).await?;
        let mut audit = sdk::Audit::new(node, manifest);
        if let Some(path) = &self.checkpoint {
            audit = audit.with_checkpoint(path.clone());
        }
        if self.allow_development_keys {
            audit = audit.allow_development_keys();
        }
        let bar = progress::Bar::new();
        let report = audit.run(&|step| bar.show(step)).await?;
        bar.clear();
        if let Some(path) = &self.html {
            file::write("the page", path, &report.to_html())?;
        }
        match place.json() {
            true => output::print_json(&report)?,
            false => report::tell(&report)?,
        }
        Ok(code(&report))
    }
}

fn code(report: &Report) -> ExitCode {
    match report.ok {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(FAULTS),
    }
}
