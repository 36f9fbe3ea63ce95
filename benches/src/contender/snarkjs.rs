//! snarkjs, run as its users run it: node on files.

use super::Contender;
use crate::subject::Subject;
use anyhow::{Context, Result, bail, ensure};
use ark_bn254::Bn254;
use ark_groth16::Proof;
use rand_chacha::ChaCha20Rng;
use repute_prover::iden3::{wtns, zkey};
use repute_prover::snarkjs::proof_from_json;
use std::cell::Cell;
use std::fs::{File, read_to_string};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Where `npm ci` puts it.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../prover/tests/snarkjs");

/// `snarkjs groth16 prove` on the subject's key and witness. It uses as many threads as it likes,
/// and its costs include the start of node and the reading of files.
pub struct Snarkjs {
    program: PathBuf,
    files: TempDir,
    peak_mib: Cell<Option<f64>>,
}

impl Snarkjs {
    /// Writes the files it takes; `None` where node or snarkjs is not installed.
    pub fn new(subject: &Subject) -> Result<Option<Self>> {
        let program = Path::new(ROOT).join("node_modules/snarkjs/build/cli.cjs");
        let node = Command::new("node").arg("--version").output();
        if !program.is_file() || node.is_err() {
            return Ok(None);
        }
        let files = TempDir::new()?;
        let create = |name| File::create(files.path().join(name)).map(BufWriter::new);
        zkey::write(&subject.key, &subject.r1cs, create("key.zkey")?)?;
        wtns::write(&subject.assignment, create("witness.wtns")?)?;
        Ok(Some(Self {
            program,
            files,
            peak_mib: Cell::new(None),
        }))
    }
}

impl Contender for Snarkjs {
    fn name(&self) -> String {
        "snarkjs".to_owned()
    }

    fn prove(&self, _: &mut ChaCha20Rng) -> Result<Proof<Bn254>> {
        let mut child = Command::new("node")
            .arg(&self.program)
            .args(["groth16", "prove", "key.zkey", "witness.wtns"])
            .args(["proof.json", "public.json"])
            .current_dir(self.files.path())
            .stdout(Stdio::null())
            .spawn()
            .context("starting node")?;
        let status = loop {
            // The high-water mark only grows, so the last look before the end tells it.
            let peak = crate::clock::peak_of(&child.id().to_string());
            self.peak_mib.set(peak.or(self.peak_mib.get()));
            match child.try_wait()? {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        ensure!(status.success(), "snarkjs made no proof");
        let json = read_to_string(self.files.path().join("proof.json"))?;
        Ok(proof_from_json(&json)?.to_ark())
    }

    fn prove_batch(&self, _: usize, _: &mut ChaCha20Rng) -> Result<Vec<Proof<Bn254>>> {
        bail!("snarkjs has no batches")
    }

    fn peak_mib(&self) -> Option<f64> {
        self.peak_mib.get()
    }
}
