//! snarkjs itself on what is written for it. Installed by `npm ci` in `prover/tests/snarkjs`.

use crate::common::{completion, keys};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::statement::{Completion, Statement};
use repute_prover::engine::R1cs;
use repute_prover::iden3::{r1cs, wtns, zkey};
use repute_prover::prove::assignment;
use repute_prover::{Keys, prove, snarkjs};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A directory with the files of the statement `completion`.
struct Files {
    directory: TempDir,
    keys: Keys<Completion>,
}

impl Files {
    fn new() -> Self {
        let files = Self {
            directory: TempDir::new().expect("a temporary directory"),
            keys: keys(),
        };
        let circuit = files.circuit();
        let values = assignment(&files.keys, &completion()).expect("it is true");
        r1cs::write(&circuit, files.create("circuit.r1cs")).expect("the disk has room");
        wtns::write(&values, files.create("witness.wtns")).expect("the disk has room");
        let out = files.create("circuit.zkey");
        zkey::write(files.keys.proving(), &circuit, out).expect("the disk has room");
        files
    }

    fn circuit(&self) -> R1cs {
        let shape = self.keys.shape();
        let [a, b, c] = shape.matrices().clone();
        let (instance, witness) = (shape.instance_variables(), shape.witness_variables());
        R1cs::new(a, b, c, instance, witness).expect("a shape's matrices")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn create(&self, name: &str) -> BufWriter<File> {
        BufWriter::new(File::create(self.path(name)).expect("the directory is writable"))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("it was written")
    }

    /// What `snarkjs …` prints, and whether it is content.
    fn snarkjs(&self, arguments: &[&str]) -> (String, bool) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snarkjs");
        let program = root.join("node_modules/snarkjs/build/cli.cjs");
        assert!(
            program.is_file(),
            "snarkjs is not installed: run `npm ci` in {}",
            root.display()
        );
        let output = Command::new("node")
            .arg(program)
            .args(arguments)
            .current_dir(self.directory.path())
            .output()
            .expect("node is installed");
        let text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (text.concat(), output.status.success())
    }
}

#[test]
fn snarkjs_reads_the_circuit_and_accepts_the_witness() {
    let files = Files::new();
    let circuit = files.circuit();
    let (info, ok) = files.snarkjs(&["r1cs", "info", "circuit.r1cs"]);
    assert!(ok, "{info}");
    for (label, count) in [
        ("Wires", circuit.variables()),
        ("Constraints", circuit.constraints()),
        ("Public Inputs", 5),
        ("Private Inputs", circuit.variables() - 6),
        ("Outputs", 0),
    ] {
        assert!(
            info.contains(&format!("{label}: {count}")),
            "{label}: {info}"
        );
    }
    let (told, ok) = files.snarkjs(&["wtns", "check", "circuit.r1cs", "witness.wtns"]);
    assert!(ok && told.contains("WITNESS IS CORRECT"), "{told}");

    // One value changed.
    let mut values = assignment(&files.keys, &completion()).expect("it is true");
    values[100] += repute_circuits::field::Fr::from(1);
    wtns::write(&values, files.create("wrong.wtns")).expect("the disk has room");
    let (told, ok) = files.snarkjs(&["wtns", "check", "circuit.r1cs", "wrong.wtns"]);
    assert!(!ok && told.contains("WITNESS IS NOT CORRECT"), "{told}");
}

#[test]
fn snarkjs_proves_with_the_key_and_each_side_verifies_the_others_proof() {
    let files = Files::new();
    let verifying = files.keys.verifying();
    let inputs = completion().public_inputs();

    let prove_theirs = [
        "groth16",
        "prove",
        "circuit.zkey",
        "witness.wtns",
        "proof.json",
        "public.json",
    ];
    let (told, ok) = files.snarkjs(&prove_theirs);
    assert!(ok, "{told}");
    let theirs = snarkjs::proof_from_json(&files.read("proof.json")).expect("a proof");
    let public = snarkjs::inputs_from_json(&files.read("public.json")).expect("inputs");
    assert_eq!(public, inputs);
    assert_eq!(verifying.verify(&inputs, &theirs), Ok(()));

    // The key that snarkjs finds in the file is ours.
    let (told, ok) = files.snarkjs(&[
        "zkey",
        "export",
        "verificationkey",
        "circuit.zkey",
        "key.json",
    ]);
    assert!(ok, "{told}");
    let exported = snarkjs::verifying_key_from_json(&files.read("key.json")).expect("a key");
    assert_eq!(&exported, verifying);

    let rng = &mut ChaCha20Rng::seed_from_u64(4);
    let ours = prove(&files.keys, &completion(), rng).expect("it is true");
    let key = snarkjs::verifying_key_to_json(verifying);
    fs::write(files.path("ours-key.json"), key).expect("the disk has room");
    fs::write(files.path("ours.json"), snarkjs::proof_to_json(&ours)).expect("the disk has room");
    let verify_ours = [
        "groth16",
        "verify",
        "ours-key.json",
        "public.json",
        "ours.json",
    ];
    let (told, ok) = files.snarkjs(&verify_ours);
    assert!(ok && told.contains("OK!"), "{told}");
    let mut other = inputs;
    other[0] += repute_circuits::field::Fr::from(1);
    fs::write(files.path("public.json"), snarkjs::inputs_to_json(&other))
        .expect("the disk has room");
    let (told, ok) = files.snarkjs(&verify_ours);
    assert!(!ok && told.contains("Invalid proof"), "{told}");
}
