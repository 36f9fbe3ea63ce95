//! snarkjs itself on what is written for it. Installed by `npm ci` in `prover/tests/snarkjs`.

use crate::ceremony::{outcome, powers};
use crate::common::{completion, keys};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::example::Example;
use repute_circuits::statement::{Accept, Completion, Refresh, Settle, Standing, Window};
use repute_prover::ceremony::{
    CeremonyError, Invalid, beacon, contribute, development_powers, new_zkey, verify,
};
use repute_prover::engine::R1cs;
use repute_prover::iden3::ptau::Ptau;
use repute_prover::iden3::zkey::{self, Beacon, Zkey};
use repute_prover::iden3::{r1cs, wtns};
use repute_prover::keys::ceremony::import;
use repute_prover::keys::circuit;
use repute_prover::prove::assignment;
use repute_prover::{Keys, prove, snarkjs};
use std::fs::{self, File};
use std::io::{BufWriter, Cursor};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A directory with the files of a statement's example.
struct Files<S> {
    directory: Directory,
    keys: Keys<S>,
}

impl<S: Example> Files<S> {
    fn new() -> Self {
        let files = Self {
            directory: Directory::new(),
            keys: keys(),
        };
        let circuit = files.circuit();
        let values = assignment(&files.keys, &S::example()).expect("it is true");
        r1cs::write(&circuit, files.create("circuit.r1cs")).expect("the disk has room");
        wtns::write(&values, files.create("witness.wtns")).expect("the disk has room");
        let out = files.create("circuit.zkey");
        zkey::write(files.keys.proving(), &circuit, out).expect("the disk has room");
        files
    }

    fn circuit(&self) -> R1cs {
        self.keys.r1cs()
    }
}

impl<S> std::ops::Deref for Files<S> {
    type Target = Directory;

    fn deref(&self) -> &Directory {
        &self.directory
    }
}

/// A directory in which snarkjs runs.
struct Directory(TempDir);

impl Directory {
    fn new() -> Self {
        Self(TempDir::new().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
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
            .current_dir(self.0.path())
            .output()
            .expect("node is installed");
        let text = [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        (text.concat(), output.status.success())
    }
}

#[test]
fn snarkjs_reads_the_circuit_and_accepts_the_witness() {
    let files = Files::<Completion>::new();
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

/// snarkjs proves with the key as it is exported, and each side verifies the other's proof.
fn each_side_verifies_the_others_proof<S: Example>() {
    let files = Files::<S>::new();
    let verifying = files.keys.verifying();
    let inputs = S::example().public_inputs();

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
    let ours = prove(&files.keys, &S::example(), rng).expect("it is true");
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

#[test]
fn proofs_of_every_statement_are_verified_by_both() {
    each_side_verifies_the_others_proof::<Accept>();
    each_side_verifies_the_others_proof::<Settle>();
    each_side_verifies_the_others_proof::<Refresh>();
    each_side_verifies_the_others_proof::<Standing>();
    each_side_verifies_the_others_proof::<Completion>();
    each_side_verifies_the_others_proof::<Window<16>>();
}

/// What `snarkjs …` must be content with.
fn must(directory: &Directory, arguments: &[&str]) -> String {
    let (told, ok) = directory.snarkjs(arguments);
    assert!(ok, "snarkjs {arguments:?}: {told}");
    told
}

/// A ceremony in which snarkjs and the native commands take turns, and both verify the outcome.
fn ceremony_of_both<S: Example>(power: u32) {
    let files = Directory::new();
    let circuit = circuit::<S>().expect("the circuit lays out");
    r1cs::write(&circuit, files.create("circuit.r1cs")).expect("the disk has room");
    development_powers(power, files.create("powers.ptau"), &()).expect("the disk has room");
    let open = |name: &str| File::open(files.path(name)).expect("it was written");
    let load = |name: &str| Zkey::read(open(name)).expect("a key");
    let save = |zkey: &Zkey, name: &str| zkey.write(files.create(name)).expect("the disk has room");
    let mut powers = Ptau::open(open("powers.ptau")).expect("it was written so");

    // The first key is the same, byte for byte.
    let setup = [
        "groth16",
        "setup",
        "circuit.r1cs",
        "powers.ptau",
        "theirs-0.zkey",
    ];
    must(&files, &setup);
    let first = new_zkey(&circuit, &mut powers, &()).expect("the powers suffice");
    save(&first, "ours-0.zkey");
    let [ours, theirs] = ["ours-0.zkey", "theirs-0.zkey"]
        .map(|name| fs::read(files.path(name)).expect("it was written"));
    assert!(ours == theirs, "the first keys differ");

    let one = contribute(&load("theirs-0.zkey"), Some("Ada"), b"dice", &()).expect("a good key");
    save(&one, "ours-1.zkey");
    must(
        &files,
        &[
            "zkey",
            "contribute",
            "ours-1.zkey",
            "theirs-2.zkey",
            "--name=Bob",
            "-e=coins",
        ],
    );
    let two = load("theirs-2.zkey");
    save(&two, "ours-2.zkey");
    let value = "0102030405060708";
    must(
        &files,
        &[
            "zkey",
            "beacon",
            "ours-2.zkey",
            "theirs-3.zkey",
            value,
            "10",
            "-n=beacon",
        ],
    );
    // Nothing in a beacon's contribution is free, so both make the same file.
    let public = Beacon::new((1..=8).collect(), 10).expect("in range");
    let last = beacon(&two, Some("beacon"), &public, &()).expect("a good key");
    save(&last, "ours-3.zkey");
    let [ours, theirs] = ["ours-3.zkey", "theirs-3.zkey"]
        .map(|name| fs::read(files.path(name)).expect("it was written"));
    assert!(ours == theirs, "the beacons differ");

    let verify = [
        "zkey",
        "verify",
        "circuit.r1cs",
        "powers.ptau",
        "ours-3.zkey",
    ];
    let told = must(&files, &verify);
    assert!(told.contains("ZKey Ok!"), "{told}");
    let told: String = told.split_whitespace().collect();
    assert!(told.contains(&last.transcript().circuit.to_string()));
    for contribution in &last.transcript().contributions {
        assert!(told.contains(&contribution.hash().to_string()));
    }

    let (keys, verified) = import::<S>(&last, &mut powers, &()).expect("it is right");
    let names: Vec<_> = verified
        .transcript()
        .contributions
        .iter()
        .map(|contribution| contribution.name.as_deref())
        .collect();
    assert_eq!(names, [Some("Ada"), Some("Bob"), Some("beacon")]);
    let statement = S::example();
    let proof = prove(&keys, &statement, &mut ChaCha20Rng::seed_from_u64(9)).expect("it is true");
    let export = [
        "zkey",
        "export",
        "verificationkey",
        "theirs-3.zkey",
        "key.json",
    ];
    must(&files, &export);
    let exported = snarkjs::verifying_key_from_json(&files.read("key.json")).expect("a key");
    assert_eq!(&exported, keys.verifying());
    assert_eq!(exported.verify(&statement.public_inputs(), &proof), Ok(()));
}

#[test]
fn completion_is_set_up_by_both() {
    ceremony_of_both::<Completion>(10);
}

#[test]
fn what_snarkjs_adds_after_a_beacon_is_refused() {
    let files = Directory::new();
    outcome()
        .write(files.create("ended.zkey"))
        .expect("the disk has room");
    must(
        &files,
        &[
            "zkey",
            "contribute",
            "ended.zkey",
            "after.zkey",
            "--name=Eve",
            "-e=x",
        ],
    );
    let after = File::open(files.path("after.zkey")).expect("it was written");
    let after = Zkey::read(after).expect("a key");
    let mut powers = Ptau::open(Cursor::new(powers())).expect("good powers");
    let circuit = circuit::<Completion>().expect("the circuit lays out");
    let refused = verify(&after, &circuit, &mut powers, &()).expect_err("it was over");
    assert!(matches!(
        refused,
        CeremonyError::Invalid(Invalid::AfterBeacon(4))
    ));
}

#[test]
fn refresh_is_set_up_by_both() {
    ceremony_of_both::<Refresh>(14);
}
