//! Files from elsewhere that are cut off, altered or made up: refused, without a panic and without
//! memory that their size does not justify.

use crate::ceremony::{outcome, powers, sections};
use crate::common::{completion, keys};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::statement::{Completion, Statement};
use repute_prover::ceremony::verify;
use repute_prover::engine::R1cs;
use repute_prover::iden3::ptau::Ptau;
use repute_prover::iden3::zkey::Zkey;
use repute_prover::iden3::{ReadError, r1cs, wtns};
use repute_prover::keys::circuit;
use repute_prover::prove::witness;
use repute_prover::{ProofFile, prove};
use std::io::Cursor;
use std::sync::OnceLock;

/// A kind of file, an example, and whether bytes are taken for a good one.
struct Format {
    name: &'static str,
    example: Vec<u8>,
    takes: fn(&[u8]) -> bool,
}

fn completion_circuit() -> &'static R1cs {
    static CIRCUIT: OnceLock<R1cs> = OnceLock::new();
    CIRCUIT.get_or_init(|| circuit::<Completion>().expect("the circuit lays out"))
}

/// Whether a circuit is completion's.
fn is_completion(found: &R1cs) -> bool {
    let good = completion_circuit();
    (found.a(), found.b(), found.c()) == (good.a(), good.b(), good.c())
        && found.instance_variables() == good.instance_variables()
}

fn takes_r1cs(bytes: &[u8]) -> bool {
    r1cs::read(Cursor::new(bytes)).is_ok_and(|found| is_completion(&found))
}

fn takes_wtns(bytes: &[u8]) -> bool {
    wtns::read(Cursor::new(bytes)).is_ok_and(|found| {
        let good = witness(&completion()).expect("it is true");
        found == good
    })
}

fn takes_zkey(bytes: &[u8]) -> bool {
    Zkey::read(Cursor::new(bytes)).is_ok_and(|zkey| {
        let mut powers = Ptau::open(Cursor::new(powers())).expect("the powers are good");
        // What a transcript's names say is bound by its digest alone.
        zkey.transcript().digest() == outcome().transcript().digest()
            && verify(&zkey, completion_circuit(), &mut powers, &()).is_ok()
    })
}

fn takes_ptau(bytes: &[u8]) -> bool {
    Ptau::open(Cursor::new(bytes))
        .is_ok_and(|mut powers| verify(outcome(), completion_circuit(), &mut powers, &()).is_ok())
}

fn takes_proof(bytes: &[u8]) -> bool {
    let file = std::str::from_utf8(bytes)
        .ok()
        .and_then(|text| ProofFile::from_json(text).ok());
    file.is_some_and(|file| {
        let (made_with, keys) = (file.made_with(), keys::<Completion>());
        made_with.keys == keys.provenance()
            && made_with.circuit == keys.circuit_hash()
            && file.verify::<Completion>(keys.verifying()).is_ok()
    })
}

fn formats() -> &'static [Format] {
    static FORMATS: OnceLock<Vec<Format>> = OnceLock::new();
    FORMATS.get_or_init(|| {
        let (mut circuit, mut values, mut key) = (Vec::new(), Vec::new(), Vec::new());
        r1cs::write(completion_circuit(), &mut circuit).expect("memory takes it");
        let assignment = witness(&completion()).expect("it is true");
        wtns::write(&assignment, &mut values).expect("memory takes it");
        outcome().write(&mut key).expect("memory takes it");
        let keys = keys::<Completion>();
        let rng = &mut ChaCha20Rng::seed_from_u64(8);
        let proof = prove(&keys, &completion(), rng).expect("it is true");
        let proof = ProofFile::new(&keys, &completion().public_inputs(), proof);
        let format = |name, example, takes| Format {
            name,
            example,
            takes,
        };
        vec![
            format("r1cs", circuit, takes_r1cs as fn(&[u8]) -> bool),
            format("wtns", values, takes_wtns),
            format("zkey", key, takes_zkey),
            format("ptau", powers().to_vec(), takes_ptau),
            format("proof", proof.to_json().into_bytes(), takes_proof),
        ]
    })
}

#[test]
fn good_files_are_taken() {
    for format in formats() {
        assert!((format.takes)(&format.example), "{}", format.name);
    }
}

#[test]
fn files_that_are_cut_off_or_too_long_are_refused() {
    for format in formats() {
        let example = &format.example;
        let mut ends = vec![0, 1, 4, 11, 12, 13, example.len() / 2, example.len() - 1];
        if format.name != "proof" {
            for (_, range) in sections(example) {
                ends.extend([
                    range.start - 12,
                    range.start - 1,
                    range.start,
                    range.end - 1,
                ]);
                ends.push(range.start + range.len() / 2);
            }
        }
        for end in ends {
            assert!(!(format.takes)(&example[..end]), "{} {end}", format.name);
        }
        let longer = [&example[..], &[1]].concat();
        assert!(!(format.takes)(&longer), "{}", format.name);
    }
}

#[test]
fn sections_that_are_missing_doubled_or_exchanged_are_refused() {
    for format in formats().iter().filter(|format| format.name != "proof") {
        let example = &format.example;
        let found = sections(example);
        for (index, (number, range)) in found.iter().enumerate() {
            // Under another number.
            for other in [0, found[(index + 1) % found.len()].0, 99, u32::MAX] {
                let mut file = example.clone();
                file[range.start - 12..range.start - 8].copy_from_slice(&other.to_le_bytes());
                assert!(
                    !(format.takes)(&file),
                    "{} {number} as {other}",
                    format.name
                );
            }
            // The numbers of two sections exchanged.
            let (next, next_range) = &found[(index + 1) % found.len()];
            let mut file = example.clone();
            file[range.start - 12..range.start - 8].copy_from_slice(&next.to_le_bytes());
            file[next_range.start - 12..next_range.start - 8]
                .copy_from_slice(&number.to_le_bytes());
            assert!(
                !(format.takes)(&file),
                "{} {number} and {next}",
                format.name
            );
            // A length that lies.
            for length in [0, range.len() as u64 + 1, 1 << 40, u64::MAX] {
                let mut file = example.clone();
                file[range.start - 8..range.start].copy_from_slice(&length.to_le_bytes());
                assert!(!(format.takes)(&file), "{} {number} {length}", format.name);
            }
            // Gone, with the number of sections told right.
            let mut file = example[..range.start - 12].to_vec();
            file.extend(&example[range.end..]);
            file[8] -= 1;
            assert!(!(format.takes)(&file), "{} without {number}", format.name);
        }
    }
}

/// A file of small sections whose header announces four billion of everything.
#[test]
fn counts_that_the_size_does_not_justify_allocate_nothing() {
    let container = |kind: &[u8; 4], version: u32, content: &[(u32, Vec<u8>)]| {
        let mut file = kind.to_vec();
        file.extend(version.to_le_bytes());
        file.extend((content.len() as u32).to_le_bytes());
        for (number, bytes) in content {
            file.extend(number.to_le_bytes());
            file.extend((bytes.len() as u64).to_le_bytes());
            file.extend(bytes);
        }
        Cursor::new(file)
    };
    let field = |name: &str| {
        let format = formats().iter().find(|format| format.name == name);
        let example = &format.expect("every name is there").example;
        let start = sections(example)[0].1.start;
        example[start..start + 36].to_vec()
    };
    let all = |count: usize| [0xff].repeat(4 * count);
    let scalar = field("r1cs");
    // 2^32 − 1 wires of which 2^32 − 2 are public, labels and rows.
    let header = [
        &scalar[..],
        &u32::MAX.to_le_bytes(),
        &0u32.to_le_bytes(),
        &(u32::MAX - 1).to_le_bytes(),
        &0u32.to_le_bytes(),
        &u64::from(u32::MAX).to_le_bytes(),
        &u32::MAX.to_le_bytes(),
    ]
    .concat();
    let file = container(b"r1cs", 1, &[(1, header), (2, all(9)), (3, all(2))]);
    assert!(matches!(
        r1cs::read(file),
        Err(ReadError::Length { section: 3, .. })
    ));
    // One wire, 2^32 − 1 rows, and a row of 2^32 − 1 terms.
    for (rows, content) in [(u32::MAX, all(9)), (1, all(9))] {
        let header = [
            &scalar[..],
            &1u32.to_le_bytes(),
            &[0; 12],
            &1u64.to_le_bytes(),
            &rows.to_le_bytes(),
        ]
        .concat();
        let file = container(b"r1cs", 1, &[(1, header), (2, content), (3, vec![0; 8])]);
        assert!(matches!(
            r1cs::read(file),
            Err(ReadError::Content { section: 2, .. })
        ));
    }
    let header = [&scalar[..], &u32::MAX.to_le_bytes()].concat();
    let file = container(b"wtns", 2, &[(1, header), (2, all(8))]);
    assert!(matches!(
        wtns::read(file),
        Err(ReadError::Length { section: 2, .. })
    ));
    // The largest power, with no points.
    let mut content = vec![(1, [field("ptau"), 27u32.to_le_bytes().repeat(2)].concat())];
    content.extend([2, 3, 4, 5, 6, 7, 12, 13, 14, 15].map(|number| (number, all(1))));
    let file = container(b"ptau", 1, &content);
    assert!(matches!(
        Ptau::open(file),
        Err(ReadError::Length { section: 2, .. })
    ));
    // A good header's points with counts of 2^32 − 1.
    let key = &formats()[2].example;
    let range = &sections(key)[1].1;
    let mut header = key[range.clone()].to_vec();
    header[72..84].copy_from_slice(&all(3));
    let mut content = vec![(1, vec![1, 0, 0, 0]), (2, header)];
    content.extend([3, 4, 5, 6, 7, 8, 9, 10].map(|number| (number, all(1))));
    let told = Zkey::read(container(b"zkey", 1, &content));
    assert!(matches!(told, Err(ReadError::Header(_))), "{told:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn altered_files_are_refused(
        index in 0usize..5,
        place in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let format = &formats()[index];
        let mut file = format.example.clone();
        let at = place.index(file.len());
        file[at] ^= 1 << bit;
        // Of powers of tau, completion needs some; JSON may be laid out in several ways.
        let unused = format.name == "ptau" || format.name == "proof";
        let taken = (format.takes)(&file);
        prop_assert!(!taken || unused, "{} at {}, bit {}", format.name, at, bit);
    }

    #[test]
    fn noise_is_refused(index in 0usize..5, noise in prop::collection::vec(any::<u8>(), 0..400)) {
        let format = &formats()[index];
        prop_assert!(!(format.takes)(&noise));
        // Behind a good beginning.
        let keep = format.example.len().min(100);
        let file = [&format.example[..keep], &noise].concat();
        prop_assert!(!(format.takes)(&file));
    }
}
