//! What an agent waits for: loading keys, and one proof with all its checks.

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_benches::clock::{Cost, measure};
use repute_benches::statement::{self, Visitor};
use repute_circuits::statement::Statement;
use repute_prover::Store;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Proves a statement as a program that embeds the prover does: with keys from a store, default
/// settings and all threads. One process fills the store, another loads the keys and proves, so that
/// its peak memory is that of proving.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The statement to prove.
    #[arg(long, default_value = "settle")]
    statement: statement::Name,
    /// Proofs; the fastest is reported.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// What a child process does.
    #[arg(long, hide = true, requires = "directory")]
    step: Option<Step>,
    /// The store that child processes use.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    Fill,
    Prove,
}

/// What the proving process tells.
#[derive(Serialize, Deserialize)]
struct Report {
    statement: String,
    /// Laying out the circuit, loading the keys and the prepared keys.
    load: Cost,
    /// Checking the statement, computing and checking the witness, proving, verifying.
    prove: Cost,
    /// The process's peak memory, in MiB.
    peak_mib: f64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.rounds == 0 {
        bail!("rounds must be at least 1");
    }
    let Some((step, directory)) = arguments.step.zip(arguments.directory.clone()) else {
        return parent(&arguments);
    };
    let store = Store::at(directory);
    match step {
        Step::Fill => statement::visit(arguments.statement, Fill(store)),
        Step::Prove => {
            let rounds = arguments.rounds;
            let report = statement::visit(arguments.statement, Prove { store, rounds })?;
            println!("{}", serde_json::to_string(&report)?);
            Ok(())
        }
    }
}

fn parent(arguments: &Arguments) -> Result<()> {
    let directory = TempDir::new()?;
    let child = |step| {
        Command::new(std::env::current_exe()?)
            .args(["--step", step, "--statement", arguments.statement.name()])
            .args(["--rounds", &arguments.rounds.to_string()])
            .arg("--directory")
            .arg(directory.path())
            .stderr(Stdio::inherit())
            .output()
    };
    eprintln!("making keys …");
    ensure!(child("fill")?.status.success(), "the keys were not made");
    let output = child("prove")?;
    ensure!(output.status.success(), "there was no proof");
    let report: Report = serde_json::from_slice(&output.stdout)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!(
            "{}: keys loaded in {:.0} ms wall, proven in {:.1} ms wall ({:.1} ms CPU), peak {:.0} MiB",
            report.statement,
            report.load.wall_ms,
            report.prove.wall_ms,
            report.prove.cpu_ms,
            report.peak_mib
        );
    }
    Ok(())
}

struct Fill(Store);

impl Visitor for Fill {
    type Output = ();

    fn visit<S: Statement>(self, _: &S) -> Result<()> {
        self.0.load_or_generate::<S>(&())?;
        Ok(())
    }
}

struct Prove {
    store: Store,
    rounds: usize,
}

impl Visitor for Prove {
    type Output = Report;

    fn visit<S: Statement>(self, statement: &S) -> Result<Report> {
        let (keys, load) = measure(|| self.store.load_or_generate::<S>(&()));
        let keys = keys?;
        let rng = &mut ChaCha20Rng::seed_from_u64(10);
        let mut proofs = Vec::new();
        for _ in 0..self.rounds {
            let (proof, cost) = measure(|| repute_prover::prove(&keys, statement, rng));
            proof.map_err(|error| anyhow::anyhow!("{error}"))?;
            proofs.push(cost);
        }
        let peaks = proofs
            .iter()
            .chain([&load])
            .filter_map(|cost| cost.peak_mib);
        let least = |a: &&Cost, b: &&Cost| a.wall_ms.total_cmp(&b.wall_ms);
        Ok(Report {
            statement: S::NAME.to_owned(),
            load,
            prove: *proofs.iter().min_by(least).context("no round was run")?,
            peak_mib: peaks
                .reduce(f64::max)
                .context("the system does not tell a process's peak memory")?,
        })
    }
}
