//! `repute audit record`: one agent's whole record, with the viewing key that it gave.

use super::{CODES, FAULTS};
use crate::{
    error::{CliError, Kind},
    file,
    output::{self, Narrator, amount},
    place::Place,
};
use alloy::primitives::U256;
use clap::Args;
use repute_sdk::{
    audit::{RecordReport, Row, audit_record},
    chain::Token,
    utc::utc,
    wallet::ViewingKey,
};
use std::{io, path::PathBuf, process::ExitCode};

/// Which agent, and where the table goes.
#[derive(Debug, Args)]
#[command(after_long_help = CODES)]
pub struct Record {
    /// The key that the agent gave, from `repute agent viewing-key`
    #[arg(long, value_name = "FILE")]
    viewing_key: PathBuf,
    /// Also write the record as CSV, amounts in base units and times in unix seconds
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    csv: Option<PathBuf>,
}

impl Record {
    /// Rebuilds the record, and prints and writes it.
    ///
    /// # Errors
    /// Where a file or the node cannot be read, or the key reads no record of this deployment.
    pub async fn run(&self, place: &Place) -> Result<ExitCode, CliError> {
        let key: ViewingKey = file::read_document("the viewing key", &self.viewing_key)?;
        let (chain, log) = place.open().await?;
        if (key.chain_id, key.ledger) != (log.chain_id(), log.ledger()) {
            return Err(CliError::new(
                Kind::Refused,
                format!(
                    "the viewing key is for ledger {} on chain {}: name that deployment",
                    key.ledger, key.chain_id
                ),
            ));
        }
        let report = audit_record(&key.reader(), &log)
            .map_err(|error| CliError::new(Kind::Refused, error))?;
        if let Some(path) = &self.csv {
            file::write("the table", path, report.to_csv().trim_end())?;
        }
        match place.json() {
            true => output::print_json(&report)?,
            false => tell(&report, chain.token())?,
        }
        Ok(match report.ok {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(FAULTS),
        })
    }
}

fn tell(report: &RecordReport, token: &Token) -> io::Result<()> {
    let mut tell = Narrator::telling();
    tell.title(&format!("The record of the agent {:#x}", report.identity))?;
    for row in &report.rows {
        tell.item(&line(row, token))?;
    }
    if let Some(last) = report.rows.last() {
        let volume = amount(U256::from(last.volume), token);
        tell.title("In all")?;
        tell.say(&format!(
            "{} jobs taken, {} completed for {volume}, {} called off, ratings add up to {}",
            last.accepted, last.completed, last.cancelled, last.rating_sum
        ))?;
    }
    for job in &report.unresolved {
        tell.item(&format!(
            "job {} counts as not completed: {}",
            job.job, job.stage
        ))?;
    }
    for finding in &report.findings {
        let what = format!("{} at {}", finding.fault, finding.place);
        tell.refused(&what, &finding.words)?;
    }
    let sum = format!(
        "{} commitments derived again and found on the ledger",
        report.commitments
    );
    match report.ok {
        true => tell.done(&sum, None),
        false => tell.say(&sum),
    }
}

fn line(row: &Row, token: &Token) -> String {
    let mut line = row.entry.name().to_owned();
    if let Some(job) = row.job {
        line += &format!(" job {job}");
    }
    if let Some(at) = row.at {
        line += &format!(" at {}", utc(at));
    }
    if let Some(category) = row.category {
        line += &format!(", category {category}");
    }
    if let Some(budget) = row.budget {
        line += &format!(", {}", amount(U256::from(budget), token));
    }
    if let Some(rating) = row.rating {
        line += &format!(", rated {rating}");
    }
    line + &format!(" ({})", row.leaf)
}
