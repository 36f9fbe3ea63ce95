//! `repute audit`: a whole deployment replayed and compared, trusting nothing.

mod progress;
mod report;

use crate::{
    error::{CliError, Kind},
    file, output,
};
use alloy::rpc::client::RpcClient;
use clap::Args;
use repute_contracts::{deploy::Manifest, provider::http_client};
use repute_sdk::{
    audit::{self as sdk, AuditError, Report},
    document::Document,
};
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

/// Which deployment, and where the report goes.
#[derive(Debug, Args)]
#[command(after_long_help = CODES)]
pub struct Audit {
    /// A node's JSON-RPC address
    ///
    /// Its answers are compared with each other wherever they can be. A node that offers
    /// debug_traceTransaction lets transactions through other contracts be derived again too.
    #[arg(
        long,
        value_name = "URL",
        env = "REPUTE_RPC_URL",
        hide_env_values = true,
        value_parser = http_client,
        help_heading = "Chain"
    )]
    rpc_url: RpcClient,
    /// The deployment's manifest
    #[arg(
        long,
        value_name = "FILE",
        env = "REPUTE_MANIFEST",
        help_heading = "Chain"
    )]
    manifest: PathBuf,
    /// Keep in this file how far the audit got, and go on from there
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Take INSECURE development keys, which are a fault otherwise
    #[arg(long)]
    allow_development_keys: bool,
    /// Also write the report as one web page that needs nothing else
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    /// Print one JSON document
    ///
    /// `ok` is true where nothing was found. `findings` have `fault` (a stable name), `place` with
    /// `block`, `transaction`, `log` and `job` where known, and `words`. `checked` are sentences,
    /// `notChecked` have `what` and `times`. `counts` says how much was looked at, `moved` has the sum of
    /// all transfers by `reason`, `held` what the contracts still hold, `series` the totals over time.
    /// Amounts are hexadecimal base units, times unix seconds.
    #[arg(long, help_heading = "Output")]
    json: bool,
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
    pub async fn run(&self) -> Result<ExitCode, CliError> {
        let text = file::read("the manifest", &self.manifest)?;
        let manifest = Manifest::from_json(&text).map_err(|error| {
            let path = self.manifest.display();
            CliError::new(Kind::Environment, format!("{path}: {error}"))
        })?;
        let mut audit = sdk::Audit::new(self.rpc_url.clone(), manifest);
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
        match self.json {
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
