//! The steps of a ceremony, ours and snarkjs' one after the other on the same files.

use anyhow::{Context, Result, ensure};
use ark_bn254::Bn254;
use ark_groth16::ProvingKey;
use clap::Parser;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_benches::clock::{Cost, measure};
use repute_benches::contender::{Contender, Ours};
use repute_benches::statement;
use repute_benches::subject::Subject;
use repute_prover::ceremony::{beacon, contribute, development_powers, new_zkey, verify};
use repute_prover::engine::{PrepareOptions, PreparedKey, R1cs};
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
/// it, and snarkjs' figures include the start of node. In the end proofs with the ceremony's key are
/// compared with those with development keys.
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

#[derive(Serialize)]
struct Report {
    steps: Vec<Step>,
    /// The fastest of some proofs on one thread, with development keys and with the ceremony's.
    proofs: [Cost; 2],
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
    let (subject, _) = statement::subject(arguments.statement)?;
    let circuit = &subject.r1cs;
    let (steps, key) = run(circuit)?;
    let proofs = proofs(&subject, &key)?;
    let report = Report { steps, proofs };
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
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
    } in report.steps
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
    let [development, ceremony] = proofs.map(|cost| cost.cpu_ms);
    println!(
        "a proof: {development:.1} ms CPU with development keys, {ceremony:.1} with the ceremony's"
    );
    Ok(())
}

/// Proofs of either kind of keys.
const PROOFS: usize = 10;

fn proofs(subject: &Subject, ceremony: &ProvingKey<Bn254>) -> Result<[Cost; 2]> {
    let rng = &mut ChaCha20Rng::seed_from_u64(6);
    let prepare = |key| PreparedKey::prepare(key, &subject.r1cs, &PrepareOptions::default());
    let keys = [prepare(&subject.key)?, prepare(ceremony)?];
    let mut prove = |key| -> Result<Cost> {
        let (proof, cost) = measure(|| Ours::new(subject, key, 1)?.prove(rng));
        proof?;
        Ok(cost)
    };
    let mut fastest = [prove(&keys[0])?, prove(&keys[1])?];
    for _ in 1..PROOFS {
        for (key, fastest) in keys.iter().zip(&mut fastest) {
            let cost = prove(key)?;
            if cost.cpu_ms < fastest.cpu_ms {
                *fastest = cost;
            }
        }
    }
    Ok(fastest)
}

fn run(circuit: &R1cs) -> Result<(Vec<Step>, ProvingKey<Bn254>)> {
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
    Ok((steps, Zkey::read(files.open("2.zkey")?)?.key()?))
}
