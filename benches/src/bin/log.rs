//! How reading, opening and using the log grows with the number of leaves.

use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use repute_benches::{
    child,
    clock::{Cost, measure, measure_async},
    invented::Inventor,
};
use repute_contracts::{EmbeddedChain, dev::dev_signers};
use repute_prover::Store;
use repute_sdk::{
    chain::{
        Chain,
        local::{deploy, development},
    },
    keys::Keyring,
    log::{Leaf, Log},
};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Paths that are taken at each size.
const PATHS: u64 = 1_000;

/// Reads invented logs of growing size into a database, opens each again, and takes paths. Each step
/// is a process of its own, so that its peak memory is that of the step.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Numbers of leaves.
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000")]
    leaves: Vec<u64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// What a child process does.
    #[arg(long, hide = true, requires = "directory")]
    step: Option<Step>,
    /// Where child processes keep files.
    #[arg(long, hide = true)]
    directory: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Step {
    Read,
    Open,
}

/// What a step took.
#[derive(Serialize, Deserialize)]
struct Measured {
    cost: Cost,
    /// Bytes of the database.
    bytes: u64,
    /// One path, in microseconds; of the opening step.
    path_us: f64,
    /// Siblings of the longest path.
    siblings: usize,
}

#[derive(Serialize)]
struct Point {
    leaves: u64,
    read: Measured,
    open: Measured,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    ensure!(
        arguments.leaves.iter().all(|leaves| *leaves > 0),
        "there must be at least one leaf"
    );
    if let (Some(step), Some(directory)) = (arguments.step, &arguments.directory) {
        let measured = run(step, arguments.leaves[0], directory).await?;
        println!("{}", serde_json::to_string(&measured)?);
        return Ok(());
    }
    let mut points = Vec::new();
    for leaves in arguments.leaves {
        eprintln!("{leaves} leaves …");
        let directory = tempfile::tempdir()?;
        let arguments = ["--leaves".to_owned(), leaves.to_string()];
        points.push(Point {
            leaves,
            read: child::run("read", directory.path(), &arguments)?,
            open: child::run("open", directory.path(), &arguments)?,
        });
    }
    match arguments.json {
        true => println!("{}", serde_json::to_string_pretty(&points)?),
        false => print!("{}", table(&points)),
    }
    Ok(())
}

/// A board on an embedded chain, and the inventor between them.
async fn chain() -> Result<(Inventor, Chain)> {
    let embedded = EmbeddedChain::default();
    let keyring = Keyring::deferred(&Store::of_user()?);
    let [deployer, other, ..] = dev_signers();
    let config = development(&keyring, other.address(), other.address());
    let real = deploy(&embedded, &deployer, config).await?;
    let inventor = Inventor::over(&embedded.client());
    let chain = Chain::connect(inventor.client(), real.manifest().clone()).await?;
    Ok((inventor, chain))
}

async fn run(step: Step, leaves: u64, directory: &Path) -> Result<Measured> {
    let path = directory.join("log.sqlite");
    let (inventor, chain) = chain().await?;
    let (log, cost) = match step {
        Step::Read => {
            inventor.invent(&chain, leaves);
            let mut log = Log::open(&path, &chain)?;
            let (read, cost) = measure_async(log.sync(&chain));
            read?;
            (log, cost)
        }
        Step::Open => {
            let (log, cost) = measure(|| Log::open(&path, &chain));
            (log?, cost)
        }
    };
    ensure!(log.rebuilt().is_none(), "the database is damaged");
    ensure!(log.leaf_count() == leaves, "leaves are missing");
    // Spread over the tree, in no order.
    let places = (0..PATHS).map(|i| Leaf {
        tree: 0,
        index: i * 7_919_777 % leaves,
    });
    let places: Vec<Leaf> = places.collect();
    let (paths, taking) = measure(|| {
        let paths = places.iter().map(|leaf| log.path(*leaf));
        paths.collect::<Option<Vec<_>>>()
    });
    let paths = paths.context("a leaf has no path")?;
    for (leaf, path) in places.iter().zip(&paths) {
        let commitment = log.commitment(*leaf).context("a leaf has no commitment")?;
        ensure!(
            Some(path.root(commitment)) == log.root(),
            "a path leads elsewhere"
        );
    }
    drop(log);
    Ok(Measured {
        cost,
        bytes: fs::metadata(&path)?.len(),
        path_us: taking.cpu_ms * 1e3 / PATHS as f64,
        siblings: paths
            .iter()
            .map(|path| path.siblings.len())
            .max()
            .unwrap_or(0),
    })
}

fn table(points: &[Point]) -> String {
    let mut text =
        "| leaves | read, CPU s | peak MiB | database, MiB | open, CPU s | peak MiB | a path, µs | \
                    siblings |\n|---|---|---|---|---|---|---|---|\n"
            .to_owned();
    for Point { leaves, read, open } in points {
        let peak = |cost: &Cost| {
            cost.peak_mib
                .map_or("?".to_owned(), |mib| format!("{mib:.0}"))
        };
        text += &format!(
            "| {leaves} | {:.1} | {} | {:.1} | {:.2} | {} | {:.1} | {} |\n",
            read.cost.cpu_ms / 1e3,
            peak(&read.cost),
            open.bytes as f64 / f64::from(1 << 20),
            open.cost.cpu_ms / 1e3,
            peak(&open.cost),
            open.path_us,
            open.siblings,
        );
    }
    text
}
