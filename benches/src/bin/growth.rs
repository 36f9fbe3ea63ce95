//! How a proof's time and memory grow with the circuit.

use anyhow::{Context, Result, bail, ensure};
use ark_bn254::Fr;
use ark_groth16::{Groth16, prepare_verifying_key};
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use clap::{Parser, ValueEnum};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_benches::clock::{Cost, measure};
use repute_benches::plot::{Panel, Series, svg};
use repute_benches::subject;
use repute_prover::engine::qap::CircomReduction;
use repute_prover::engine::{Backend, PrepareOptions, PreparedKey, Prover, Randomness};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The project's root.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// Between these lines stands the table in the documentation.
const BEGIN: &str = "<!-- growth: written by the growth benchmark -->\n";
const END: &str = "<!-- growth: end -->\n";

/// Proves synthetic circuits of growing size with standard tables. Each is prepared in one process
/// and proven in another, which loads the prepared key, so that its peak memory is that of proving.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The least size, as a power of two.
    #[arg(long, default_value_t = 12)]
    from: u32,
    /// The greatest size, as a power of two.
    #[arg(long, default_value_t = 19)]
    to: u32,
    /// Threads for wall times; CPU time is always taken on one.
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Proofs of each kind; the fastest is reported.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Keep the results: raw numbers in benches/runs/RUN, table and plot in docs. A date.
    #[arg(long)]
    run: Option<String>,
    /// What a child process does.
    #[arg(long, hide = true, requires = "directory")]
    step: Option<Step>,
    /// Where child processes keep files.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    Prepare,
    Prove,
}

#[derive(Serialize, Deserialize)]
struct Prepared {
    constraints: usize,
    table_mib: f64,
    cpu_ms: f64,
    wall_ms: f64,
}

#[derive(Serialize, Deserialize)]
struct Proven {
    load_ms: f64,
    cpu_ms: f64,
    wall_ms: f64,
    peak_mib: f64,
}

/// One size.
struct Point {
    power: u32,
    prepared: Prepared,
    proven: Proven,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let Arguments { from, to, .. } = arguments;
    if !(6..=20).contains(&from) || !(from + 1..=20).contains(&to) {
        bail!("sizes must ascend and lie between 2^6 and 2^20");
    }
    if arguments.threads == 0 || arguments.rounds == 0 {
        bail!("threads and rounds must be at least 1");
    }
    match (arguments.step, &arguments.directory) {
        (Some(Step::Prepare), Some(directory)) => print_json(&prepare(&arguments, directory)?),
        (Some(Step::Prove), Some(directory)) => print_json(&prove(&arguments, directory)?),
        _ => grow(&arguments),
    }
}

fn print_json(value: &impl Serialize) -> Result<()> {
    println!("{}", serde_json::to_string(value)?);
    Ok(())
}

fn grow(arguments: &Arguments) -> Result<()> {
    let mut points = Vec::new();
    for power in arguments.from..=arguments.to {
        eprintln!("2^{power} …");
        let directory = TempDir::new()?;
        points.push(Point {
            power,
            prepared: child(arguments, power, "prepare", directory.path())?,
            proven: child(arguments, power, "prove", directory.path())?,
        });
    }
    let table = table(&points, arguments.threads);
    print!("{table}");
    if let Some(run) = &arguments.run {
        let directory = Path::new(ROOT).join("benches/runs").join(run);
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("growth.csv"), csv(&points, arguments)?)?;
        fs::write(
            Path::new(ROOT).join("docs/growth.svg"),
            plot(&points, arguments.threads),
        )?;
        let page = Path::new(ROOT).join("docs/performance.md");
        let text = fs::read_to_string(&page)?;
        fs::write(page, replaced(&text, &table)?)?;
    }
    Ok(())
}

/// What a step in a process of its own tells.
fn child<T: for<'a> Deserialize<'a>>(
    arguments: &Arguments,
    power: u32,
    step: &str,
    directory: &Path,
) -> Result<T> {
    let output = Command::new(std::env::current_exe()?)
        .args(["--step", step, "--from", &power.to_string()])
        .args(["--to", &(power + 1).to_string()])
        .args(["--threads", &arguments.threads.to_string()])
        .args(["--rounds", &arguments.rounds.to_string()])
        .arg("--directory")
        .arg(directory)
        .stderr(Stdio::inherit())
        .output()?;
    ensure!(output.status.success(), "step {step} of 2^{power} failed");
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn prepare(arguments: &Arguments, directory: &Path) -> Result<Prepared> {
    let subject = subject::synthetic(arguments.from)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(arguments.threads)
        .build()?;
    let options = PrepareOptions::default();
    let prepare = || PreparedKey::prepare(&subject.key, &subject.r1cs, &options);
    let (key, cost) = measure(|| pool.install(prepare));
    let key = key?;
    key.store(&directory.join("key"), &[0; 32])?;
    let file = File::create(directory.join("assignment"))?;
    subject.assignment.serialize_uncompressed(file)?;
    Ok(Prepared {
        constraints: subject.r1cs.constraints(),
        table_mib: key.table_bytes() as f64 / f64::from(1 << 20),
        cpu_ms: cost.cpu_ms,
        wall_ms: cost.wall_ms,
    })
}

fn prove(arguments: &Arguments, directory: &Path) -> Result<Proven> {
    let bytes = fs::read(directory.join("assignment"))?;
    let assignment: Vec<Fr> = CanonicalDeserialize::deserialize_uncompressed_unchecked(&bytes[..])?;
    drop(bytes);
    let path = directory.join("key");
    let load = || PreparedKey::load(&path, &[0; 32], Backend::detect());
    let (key, load) = measure(load);
    let key = key?;
    let verifying = prepare_verifying_key(key.verifying_key());
    let inputs = &assignment[1..key.verifying_key().gamma_abc_g1.len()];
    let rng = &mut ChaCha20Rng::seed_from_u64(9);
    let mut fastest = |threads| -> Result<Cost> {
        let prover = Prover::new(threads)?;
        let mut best: Option<Cost> = None;
        for _ in 0..arguments.rounds {
            let randomness = Randomness::new(rng);
            let (proof, cost) = measure(|| prover.prove(&key, &assignment, randomness));
            let valid = Groth16::<_, CircomReduction>::verify_proof(&verifying, &proof?, inputs)?;
            ensure!(valid, "a proof does not verify");
            let peak = greater(best.and_then(|best| best.peak_mib), cost.peak_mib);
            let faster = best.is_none_or(|best| cost.wall_ms < best.wall_ms);
            best = Some(Cost {
                peak_mib: peak,
                ..if faster { cost } else { best.unwrap_or(cost) }
            });
        }
        best.context("no round was run")
    };
    let single = fastest(1)?;
    let parallel = fastest(arguments.threads)?;
    Ok(Proven {
        load_ms: load.wall_ms,
        cpu_ms: single.cpu_ms,
        wall_ms: parallel.wall_ms,
        peak_mib: greater(single.peak_mib, parallel.peak_mib)
            .context("the system does not tell a process's peak memory")?,
    })
}

/// The greater of what is known.
fn greater(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).reduce(f64::max)
}

fn table(points: &[Point], threads: usize) -> String {
    let mut out = format!(
        "| rows | constraints | prove, CPU ms | prove, wall ms on {threads} threads | peak MiB | tables, MiB \
         (`TableMemory::Standard`) | prepare, CPU s | load, ms |\n|---|---|---|---|---|---|---|---|\n"
    );
    for Point {
        power,
        prepared,
        proven,
    } in points
    {
        out += &format!(
            "| 2^{power} | {} | {:.1} | {:.1} | {:.0} | {:.0} | {:.1} | {:.0} |\n",
            prepared.constraints,
            proven.cpu_ms,
            proven.wall_ms,
            proven.peak_mib,
            prepared.table_mib,
            prepared.cpu_ms / 1e3,
            proven.load_ms
        );
    }
    out
}

fn csv(points: &[Point], arguments: &Arguments) -> Result<String> {
    let mut out = format!(
        "# machine: {}\n# commit: {}\n# command: cargo run --release -p repute-benches --bin growth -- \
         --from {} --to {} --threads {} --rounds {}\n# back end: {}\n\
         log2_rows,constraints,table_mib,prepare_cpu_ms,prepare_wall_ms,load_wall_ms,prove_cpu_ms,\
         prove_wall_ms,prove_peak_mib\n",
        machine(),
        commit()?,
        arguments.from,
        arguments.to,
        arguments.threads,
        arguments.rounds,
        Backend::detect().name()
    );
    for Point {
        power,
        prepared,
        proven,
    } in points
    {
        out += &format!(
            "{power},{},{:.1},{:.1},{:.1},{:.1},{:.2},{:.2},{:.1}\n",
            prepared.constraints,
            prepared.table_mib,
            prepared.cpu_ms,
            prepared.wall_ms,
            proven.load_ms,
            proven.cpu_ms,
            proven.wall_ms,
            proven.peak_mib
        );
    }
    Ok(out)
}

/// The processor's name and the number of threads, as far as the system tells.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    format!("{name}, {threads} threads")
}

fn commit() -> Result<String> {
    let output = Command::new("git")
        .args(["-C", ROOT, "describe", "--always", "--dirty"])
        .output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn plot(points: &[Point], threads: usize) -> String {
    let series = |label: &str, value: fn(&Point) -> f64| Series {
        label: label.to_owned(),
        points: points
            .iter()
            .map(|point| (point.power, value(point)))
            .collect(),
    };
    svg(&[
        Panel {
            title: "one proof, ms, by rows",
            series: vec![
                series("CPU, 1 thread", |point| point.proven.cpu_ms),
                series(&format!("wall, {threads} threads"), |point| {
                    point.proven.wall_ms
                }),
            ],
        },
        Panel {
            title: "memory, MiB, by rows",
            series: vec![
                series("peak", |point| point.proven.peak_mib),
                series("tables", |point| point.prepared.table_mib),
            ],
        },
    ])
}

/// The page with a new table between the marks.
fn replaced(page: &str, table: &str) -> Result<String> {
    let (before, rest) = page
        .split_once(BEGIN)
        .context("docs/performance.md has no place for the table")?;
    let (_, after) = rest
        .split_once(END)
        .context("the place for the table has no end")?;
    Ok(format!("{before}{BEGIN}{table}{END}{after}"))
}
