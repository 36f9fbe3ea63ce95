//! The steps of a ceremony, ours and snarkjs' one after the other on the same files.

use anyhow::{Context, Result, ensure};
use clap::Parser;
use repute_benches::clock::{Cost, measure};
use repute_benches::statement;
use repute_prover::ceremony::{beacon, contribute, development_powers, new_zkey, verify};
use repute_prover::engine::R1cs;
use repute_prover::iden3::ptau::Ptau;
use repute_prover::iden3::r1cs;
use repute_prover::iden3::zkey::{Beacon, Zkey};
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Makes a key, contributes to it, ends with a beacon and verifies the outcome, natively and by
/// snarkjs, which `npm ci` in `prover/tests/snarkjs` installs. Files are read and written in all of
/// it, and snarkjs' figures include the start of node.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The statement that is set up.
    #[arg(long, default_value = "settle")]
    statement: statement::Name,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Step {
    name: &'static str,
    ours: Cost,
    snarkjs: Cost,
}

struct Files(TempDir);

impl Files {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn open(&self, name: &str) -> Result<BufReader<File>> {
        Ok(BufReader::new(File::open(self.path(name))?))
    }

    fn write<E: Into<anyhow::Error>>(
        &self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
    ) -> Result<()> {
        let mut out = BufWriter::new(File::create(self.path(name))?);
        write(&mut out).map_err(Into::into)?;
        Ok(out.flush()?)
    }

    fn save(&self, name: &str, zkey: &Zkey) -> Result<()> {
        self.write(name, |out| zkey.write(out))
    }

    fn snarkjs(&self, arguments: &[&str]) -> Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../prover/tests/snarkjs");
        let status = Command::new("node")
            .arg(root.join("node_modules/snarkjs/build/cli.cjs"))
            .args(arguments)
            .current_dir(self.0.path())
            .stdout(Stdio::null())
            .status()
            .context("starting node")?;
        ensure!(status.success(), "snarkjs {arguments:?} failed");
        Ok(())
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let circuit = statement::subject(arguments.statement)?.0.r1cs;
    let steps = run(&circuit)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&steps)?);
        return Ok(());
    }
    println!(
        "{} constraints, a domain of 2^{}",
        circuit.constraints(),
        circuit.domain_size().ilog2()
    );
    println!("step         ours CPU ms  wall ms  snarkjs CPU ms  wall ms   CPU ×  wall ×");
    for Step {
        name,
        ours,
        snarkjs,
    } in steps
    {
        println!(
            "{name:<12} {:>11.0} {:>8.0} {:>15.0} {:>8.0} {:>7.1} {:>7.1}",
            ours.cpu_ms,
            ours.wall_ms,
            snarkjs.cpu_ms,
            snarkjs.wall_ms,
            snarkjs.cpu_ms / ours.cpu_ms,
            snarkjs.wall_ms / ours.wall_ms,
        );
    }
    Ok(())
}

fn run(circuit: &R1cs) -> Result<Vec<Step>> {
    let files = Files(TempDir::new()?);
    let log = circuit.domain_size().ilog2();
    files.write("circuit.r1cs", |out| r1cs::write(circuit, out))?;
    let power = log + u32::from(log > 14);
    files.write("powers.ptau", |out| development_powers(power, out, &()))?;
    let value = Beacon::new(vec![1, 2, 3, 4], 10)?;
    let mut steps = Vec::new();
    let mut step = |name, ours: &dyn Fn() -> Result<()>, snarkjs: &[&str]| -> Result<()> {
        let (done, ours) = measure(ours);
        done?;
        let (done, snarkjs) = measure(|| files.snarkjs(snarkjs));
        done?;
        steps.push(Step {
            name,
            ours,
            snarkjs,
        });
        Ok(())
    };
    step(
        "first key",
        &|| {
            let circuit = r1cs::read(files.open("circuit.r1cs")?)?;
            let mut powers = Ptau::open(files.open("powers.ptau")?)?;
            files.save("0.zkey", &new_zkey(&circuit, &mut powers, &())?)
        },
        &[
            "groth16",
            "setup",
            "circuit.r1cs",
            "powers.ptau",
            "theirs.zkey",
        ],
    )?;
    step(
        "contribute",
        &|| {
            let zkey = Zkey::read(files.open("0.zkey")?)?;
            files.save("1.zkey", &contribute(&zkey, Some("Ada"), b"dice", &())?)
        },
        &[
            "zkey",
            "contribute",
            "0.zkey",
            "theirs.zkey",
            "--name=Ada",
            "-e=dice",
        ],
    )?;
    step(
        "beacon",
        &|| {
            let zkey = Zkey::read(files.open("1.zkey")?)?;
            files.save("2.zkey", &beacon(&zkey, None, &value, &())?)
        },
        &["zkey", "beacon", "1.zkey", "theirs.zkey", "01020304", "10"],
    )?;
    step(
        "verify",
        &|| {
            let circuit = r1cs::read(files.open("circuit.r1cs")?)?;
            let mut powers = Ptau::open(files.open("powers.ptau")?)?;
            let zkey = Zkey::read(files.open("2.zkey")?)?;
            verify(&zkey, &circuit, &mut powers, &())?;
            Ok(())
        },
        &["zkey", "verify", "circuit.r1cs", "powers.ptau", "2.zkey"],
    )?;
    Ok(steps)
}
