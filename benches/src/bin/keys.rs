//! What preparing, storing and loading a key takes, beside one proof.

use anyhow::{Context, Result, bail};
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_benches::clock::{Cost, measure};
use repute_benches::contender::{Contender, Ours, Stock};
use repute_benches::statement;
use repute_benches::subject;
use repute_prover::engine::{Backend, PrepareOptions, PreparedKey};
use serde::Serialize;

/// Prepares a key, stores it and loads it again, and proves with it and with stock ark-groth16.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The statement whose key it is; without it, a synthetic circuit.
    #[arg(long, conflicts_with = "size")]
    statement: Option<statement::Name>,
    /// Rows of the synthetic circuit, as a power of two.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(6..=20))]
    size: u32,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Rounds of loading and proving; the fastest is reported.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    subject: String,
    threads: usize,
    table_mib: f64,
    file_mib: f64,
    prepare: Cost,
    store: Cost,
    load: Cost,
    proof: Cost,
    stock_proof: Cost,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.threads == 0 || arguments.rounds == 0 {
        bail!("threads and rounds must be at least 1");
    }
    let subject = match arguments.statement {
        Some(name) => statement::subject(name)?.0,
        None => subject::synthetic(arguments.size)?,
    };
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()?;
    let options = PrepareOptions::default();
    let prepare = || PreparedKey::prepare(&subject.key, &subject.r1cs, &options);
    let (prepared, prepare) = measure(|| pool.install(prepare));
    let prepared = prepared?;
    let directory = tempfile::TempDir::new()?;
    let path = directory.path().join("key");
    let (stored, store) = measure(|| prepared.store(&path, &[0; 32]));
    stored?;
    drop(prepared);

    let rng = &mut ChaCha20Rng::seed_from_u64(7);
    let stock = Stock::new(&subject, arguments.threads)?;
    let (mut loads, mut proofs, mut stock_proofs) = (Vec::new(), Vec::new(), Vec::new());
    let mut table_bytes = 0;
    for _ in 0..arguments.rounds {
        let load = || PreparedKey::load(&path, &[0; 32], Backend::detect());
        let (key, cost) = measure(|| pool.install(load));
        let key = key?;
        loads.push(cost);
        table_bytes = key.table_bytes();
        let ours = Ours::new(&subject, &key, arguments.threads)?;
        let (proof, cost) = measure(|| ours.prove(rng));
        proof?;
        proofs.push(cost);
        let (proof, cost) = measure(|| stock.prove(rng));
        proof?;
        stock_proofs.push(cost);
    }
    let report = Report {
        subject: subject.name.clone(),
        threads: arguments.threads,
        table_mib: mebibytes(table_bytes as u64),
        file_mib: mebibytes(std::fs::metadata(&path)?.len()),
        prepare,
        store,
        load: fastest(&loads)?,
        proof: fastest(&proofs)?,
        stock_proof: fastest(&stock_proofs)?,
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    println!(
        "{}: {:.0} MiB of tables, {:.0} MiB on disk, {} threads",
        report.subject, report.table_mib, report.file_mib, report.threads
    );
    for (what, cost) in [
        ("prepare", report.prepare),
        ("store", report.store),
        ("load", report.load),
        ("prove", report.proof),
        ("ark-groth16 proves", report.stock_proof),
    ] {
        println!(
            "{what:<19} {:>9.1} ms wall, {:>9.1} ms CPU",
            cost.wall_ms, cost.cpu_ms
        );
    }
    Ok(())
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The cost with the least wall time.
fn fastest(costs: &[Cost]) -> Result<Cost> {
    let least = |a: &&Cost, b: &&Cost| a.wall_ms.total_cmp(&b.wall_ms);
    costs
        .iter()
        .min_by(least)
        .copied()
        .context("no round was run")
}
