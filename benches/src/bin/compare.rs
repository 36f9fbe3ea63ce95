//! Compares provers on one circuit and one witness, in turns.

use anyhow::{Context, Result, bail, ensure};
use ark_bn254::Bn254;
use ark_groth16::{Groth16, PreparedVerifyingKey, prepare_verifying_key};
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_benches::clock::{Cost, measure};
use repute_benches::contender::{Contender, Ours, Snarkjs, Stock, Taceo};
use repute_benches::statement;
use repute_benches::subject::{self, Subject};
use repute_prover::engine::qap::CircomReduction;
use repute_prover::engine::{Backend, PrepareOptions, PreparedKey, TableMemory};
use serde::Serialize;

/// Proves one statement with several provers, in turns, and prints what each takes.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The statement to prove; without it, a synthetic circuit.
    #[arg(long, conflicts_with = "size")]
    statement: Option<statement::Name>,
    /// Rows of the synthetic circuit, as a power of two.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(6..=20))]
    size: u32,
    /// Threads for one proof and for a batch; CPU time is always taken on one.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Rounds; each prover's fastest is reported.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Proofs in a batch; 0 leaves batches out.
    #[arg(long, default_value_t = 0)]
    batch: usize,
    /// Mebibytes of tables; without it, the prover's standard.
    #[arg(long)]
    table_mib: Option<usize>,
    /// Only this back end of the prover; without it, all that the machine has.
    #[arg(long)]
    backend: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One line of the report; times are in milliseconds.
#[derive(Serialize)]
struct Line {
    prover: String,
    /// One proof on one thread; snarkjs chooses its threads itself, so for it the same as below.
    single: Cost,
    /// One proof on all threads.
    parallel: Cost,
    /// A batch on all threads.
    batch: Option<Cost>,
}

#[derive(Serialize)]
struct Report {
    subject: String,
    constraints: usize,
    variables: usize,
    threads: usize,
    batch: usize,
    /// Computing the witness; a synthetic circuit's is not measured.
    witness: Option<Cost>,
    preparation: Vec<Preparation>,
    provers: Vec<Line>,
}

#[derive(Serialize)]
struct Preparation {
    backend: &'static str,
    cost: Cost,
    table_mib: f64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.threads == 0 || arguments.rounds == 0 {
        bail!("threads and rounds must be at least 1");
    }
    let (subject, witness) = match arguments.statement {
        Some(name) => {
            eprintln!("making a development key for the statement …");
            let (subject, cost) = statement::subject(name)?;
            (subject, Some(cost))
        }
        None => {
            eprintln!("making a key for a circuit of 2^{} rows …", arguments.size);
            (subject::synthetic(arguments.size)?, None)
        }
    };
    let report = Report {
        witness,
        ..compare(&subject, &arguments)?
    };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

fn compare(subject: &Subject, arguments: &Arguments) -> Result<Report> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()?;
    let mut preparation = Vec::new();
    let mut keys = Vec::new();
    let wanted = |backend: &Backend| match &arguments.backend {
        Some(name) => backend.name() == name,
        None => true,
    };
    let backends: Vec<Backend> = Backend::available().into_iter().filter(wanted).collect();
    if let (Some(name), []) = (&arguments.backend, &backends[..]) {
        let names = Backend::available()
            .into_iter()
            .map(|backend| backend.name());
        let names = names.collect::<Vec<_>>().join(" and ");
        bail!("there is no back end {name:?} on this machine; it has {names}");
    }
    for backend in backends.into_iter().rev() {
        eprintln!("preparing the key for {} …", backend.name());
        let options = PrepareOptions {
            memory: arguments
                .table_mib
                .map_or(TableMemory::Standard, |mib| TableMemory::AtMost(mib << 20)),
            backend,
            ..PrepareOptions::default()
        };
        let (key, cost) = measure(|| {
            pool.install(|| PreparedKey::prepare(&subject.key, &subject.r1cs, &options))
        });
        let key = key?;
        preparation.push(Preparation {
            backend: backend.name(),
            cost,
            table_mib: key.table_bytes() as f64 / f64::from(1 << 20),
        });
        keys.push(key);
    }

    let contenders = |threads| -> Result<Vec<Box<dyn Contender + '_>>> {
        let mut all: Vec<Box<dyn Contender>> = Vec::new();
        for key in &keys {
            all.push(Box::new(Ours::new(subject, key, threads)?));
        }
        all.push(Box::new(Stock::new(subject, threads)?));
        all.push(Box::new(Taceo::new(subject, threads)?));
        Ok(all)
    };
    let verifying = prepare_verifying_key(&subject.key.vk);
    let rng = &mut ChaCha20Rng::seed_from_u64(3);
    let single = rounds(&contenders(1)?, subject, &verifying, arguments, 0, rng)?;
    let mut on_all = contenders(arguments.threads)?;
    let batches = match arguments.batch {
        0 => vec![None; on_all.len()],
        count => {
            let costs = rounds(&on_all, subject, &verifying, arguments, count, rng)?;
            costs.into_iter().map(Some).collect()
        }
    };
    match Snarkjs::new(subject)? {
        Some(snarkjs) => on_all.push(Box::new(snarkjs)),
        None => eprintln!("snarkjs is left out: run `npm ci` in prover/tests/snarkjs to have it"),
    }
    let parallel = rounds(&on_all, subject, &verifying, arguments, 0, rng)?;
    let mut single = single.into_iter();
    let mut batches = batches.into_iter();
    let provers = on_all
        .iter()
        .zip(parallel)
        .map(|(contender, parallel)| Line {
            prover: contender.name(),
            single: single.next().unwrap_or(parallel),
            parallel,
            batch: batches.next().flatten(),
        })
        .collect();
    Ok(Report {
        subject: subject.name.clone(),
        constraints: subject.r1cs.constraints(),
        variables: subject.r1cs.variables(),
        threads: arguments.threads,
        batch: arguments.batch,
        witness: None,
        preparation,
        provers,
    })
}

/// Each contender's cheapest round, the contenders taking turns; `batch` = 0 stands for
/// single proofs. The first proof of each is verified.
fn rounds(
    contenders: &[Box<dyn Contender + '_>],
    subject: &Subject,
    verifying: &PreparedVerifyingKey<Bn254>,
    arguments: &Arguments,
    batch: usize,
    rng: &mut ChaCha20Rng,
) -> Result<Vec<Cost>> {
    let mut best: Vec<Option<Cost>> = vec![None; contenders.len()];
    // A batch is long enough to be measured once.
    let rounds = if batch == 0 { arguments.rounds } else { 1 };
    for round in 0..rounds {
        for (contender, best) in contenders.iter().zip(&mut best) {
            let (proof, cost) = if batch == 0 {
                measure(|| contender.prove(rng))
            } else {
                let (proofs, cost) = measure(|| contender.prove_batch(batch, rng));
                (
                    proofs.and_then(|proofs| proofs.first().cloned().context("no proof")),
                    cost,
                )
            };
            let proof = proof?;
            let cost = Cost {
                peak_mib: contender.peak_mib().or(cost.peak_mib),
                ..cost
            };
            if round == 0 {
                let valid = Groth16::<Bn254, CircomReduction>::verify_proof(
                    verifying,
                    &proof,
                    &subject.inputs,
                )?;
                ensure!(
                    valid,
                    "{} made a proof that does not verify",
                    contender.name()
                );
            }
            if best.is_none_or(|best| cost.cpu_ms < best.cpu_ms) {
                *best = Some(cost);
            }
        }
    }
    best.into_iter()
        .map(|cost| cost.context("no round was run"))
        .collect()
}

fn print(report: &Report) {
    println!(
        "{}: {} constraints, {} variables, {} threads",
        report.subject, report.constraints, report.variables, report.threads
    );
    if let Some(witness) = report.witness {
        println!("witness: {:.1} ms CPU", witness.cpu_ms);
    }
    for Preparation {
        backend,
        cost,
        table_mib,
    } in &report.preparation
    {
        println!(
            "key prepared for {backend}: {:.0} ms CPU, {:.0} ms wall, {table_mib:.0} MiB of tables",
            cost.cpu_ms, cost.wall_ms
        );
    }
    let stock = |line: &Line| line.prover == "ark-groth16";
    let Some(stock) = report.provers.iter().find(|line| stock(line)) else {
        return;
    };
    println!(
        "{:<18} {:>9} {:>6} {:>12} {:>6} {:>12} {:>6} {:>10}",
        "prover", "CPU ms", "×", "wall ms", "×", "proofs/s", "×", "peak MiB"
    );
    for line in &report.provers {
        let rate = |cost: &Option<Cost>| cost.map(|cost| report.batch as f64 / cost.wall_ms * 1e3);
        let shown =
            |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1}"));
        println!(
            "{:<18} {:>9.1} {:>6.1} {:>12.1} {:>6.1} {:>12} {:>6} {:>10}",
            line.prover,
            line.single.cpu_ms,
            stock.single.cpu_ms / line.single.cpu_ms,
            line.parallel.wall_ms,
            stock.parallel.wall_ms / line.parallel.wall_ms,
            shown(rate(&line.batch)),
            shown(
                rate(&line.batch)
                    .zip(rate(&stock.batch))
                    .map(|(ours, theirs)| ours / theirs)
            ),
            shown(line.single.peak_mib),
        );
    }
}
