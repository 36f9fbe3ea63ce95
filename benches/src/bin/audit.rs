//! How an audit grows with the number of settlements.

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use repute_benches::{
    child,
    clock::{Cost, measure_async},
    market::Market,
};
use repute_contracts::{EmbeddedChain, EmbeddedConfig, deploy::Manifest};
use repute_sdk::{audit::Audit, document::Document};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Makes chains of jobs that are taken, delivered and paid in batches, with proofs that hold, and audits
/// each. Making and auditing are processes of their own, so that the audit's peak memory is its own and
/// that of the chain in its process.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Numbers of settlements.
    #[arg(long, value_delimiter = ',', default_value = "100,1000,10000")]
    settlements: Vec<usize>,
    /// Settlements in one transaction.
    #[arg(long, default_value_t = 25)]
    batch: usize,
    /// Keep the chains here, each in a directory named after its size, and audit those that are there.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// What a child process does.
    #[arg(long, hide = true, requires = "directory")]
    step: Option<Step>,
    /// Where a child process works.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    Make,
    Audit,
}

/// What auditing a chain took.
#[derive(Serialize, Deserialize)]
struct Audited {
    cost: Cost,
    settlements: u64,
    proofs: u64,
    blocks: u64,
    /// Of the proofs, the share that was verified in batches.
    in_batches: f64,
}

#[derive(Serialize)]
struct Point {
    /// Making the chain; `None` where it was there.
    making: Option<Cost>,
    audited: Audited,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    ensure!(
        arguments.batch > 0 && !arguments.settlements.contains(&0),
        "settlements and batch must be at least 1"
    );
    if let (Some(step), Some(directory)) = (arguments.step, &arguments.directory) {
        match step {
            Step::Make => println!("{}", serde_json::to_string(&make(directory, &arguments)?)?),
            Step::Audit => println!("{}", serde_json::to_string(&audit(directory)?)?),
        }
        return Ok(());
    }
    let mut points = Vec::new();
    for settlements in &arguments.settlements {
        let temporary = tempfile::tempdir()?;
        let directory = match &arguments.keep {
            Some(keep) => keep.join(settlements.to_string()),
            None => temporary.path().to_owned(),
        };
        let made = [
            ("--settlements", *settlements),
            ("--batch", arguments.batch),
        ]
        .map(|(name, value)| format!("{name}={value}"));
        let making = match manifest_path(&directory).exists() {
            true => None,
            false => Some(child::run("make", &directory, &made)?),
        };
        points.push(Point {
            making,
            audited: child::run("audit", &directory, &[])?,
        });
    }
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&points)?),
        false => print!("{}", table(&points)),
    }
    Ok(())
}

/// Written when the chain is whole.
fn manifest_path(directory: &Path) -> PathBuf {
    directory.join("manifest.json")
}

fn make(directory: &Path, arguments: &Arguments) -> Result<Cost> {
    EmbeddedChain::reset(directory)?;
    let embedded = EmbeddedChain::open(directory, &EmbeddedConfig::default())?;
    let (manifest, cost) = measure_async(async {
        let mut market = Market::open(&embedded).await?;
        market
            .settle(arguments.settlements[0], arguments.batch)
            .await?;
        Ok::<_, anyhow::Error>(market.chain().manifest().to_json())
    });
    fs::write(manifest_path(directory), manifest?)?;
    Ok(cost)
}

fn audit(directory: &Path) -> Result<Audited> {
    let embedded = EmbeddedChain::open(directory, &EmbeddedConfig::default())?;
    let manifest = fs::read_to_string(manifest_path(directory)).context("the manifest")?;
    let manifest = Manifest::from_json(&manifest)?;
    let audit = Audit::new(embedded.client(), manifest).allow_development_keys();
    let (report, cost) = measure_async(audit.run(&|_| {}));
    let report = report?;
    if let Some(finding) = report.findings.first() {
        bail!("the audit of an honest chain found: {finding}");
    }
    Ok(Audited {
        cost,
        settlements: report.counts.settlements,
        proofs: report.proofs(),
        blocks: report.counts.blocks,
        in_batches: report.counts.proofs_in_batches as f64 / report.proofs().max(1) as f64,
    })
}

fn table(points: &[Point]) -> String {
    let mut text = "| settlements | proofs | in batches | audit, wall s | CPU s | peak MiB |\n|---|---|---|---|---|---|\n".to_owned();
    for Point { audited, .. } in points {
        text += &format!(
            "| {} | {} | {:.1} % | {:.1} | {:.1} | {} |\n",
            audited.settlements,
            audited.proofs,
            100.0 * audited.in_batches,
            audited.cost.wall_ms / 1e3,
            audited.cost.cpu_ms / 1e3,
            audited
                .cost
                .peak_mib
                .map_or("?".to_owned(), |mib| format!("{mib:.0}")),
        );
    }
    text
}
