//! Set-ups with several parties: native steps, what they refuse, and keys that come of them.

use crate::common::completion;
use ark_bn254::{Fr, G1Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{FftField, Field};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::statement::{Completion, Refresh, Statement};
use repute_prover::ceremony::{
    CeremonyError, Invalid, beacon, contribute, development_powers, new_zkey, verify,
};
use repute_prover::engine::R1cs;
use repute_prover::iden3::ptau::Ptau;
use repute_prover::iden3::zkey::{Beacon, Zkey};
use repute_prover::keys::ceremony::{ImportError, import};
use repute_prover::keys::{circuit, store};
use repute_prover::{Keys, KeysError, Provenance, VerifyingKeyError, prove};
use std::io::Cursor;
use std::sync::OnceLock;

/// Development powers of tau for 2^10 rows, which completion has.
pub fn powers() -> &'static [u8] {
    static POWERS: OnceLock<Vec<u8>> = OnceLock::new();
    POWERS.get_or_init(|| {
        let mut file = Vec::new();
        development_powers(10, &mut file, &()).expect("memory takes it");
        file
    })
}

fn phase1() -> Ptau<Cursor<&'static [u8]>> {
    Ptau::open(Cursor::new(powers())).expect("it was written so")
}

pub fn r1cs() -> R1cs {
    circuit::<Completion>().expect("the circuit lays out")
}

/// A public random value.
pub fn public_value() -> Beacon {
    Beacon::new(vec![7; 32], 10).expect("in range")
}

/// A key that two parties and a beacon contributed to, made once.
pub fn outcome() -> &'static Zkey {
    static OUTCOME: OnceLock<Zkey> = OnceLock::new();
    OUTCOME.get_or_init(|| {
        let first = new_zkey(&r1cs(), &mut phase1(), &()).expect("the powers suffice");
        let one = contribute(&first, Some("Ada"), b"dice", &()).expect("a good key");
        let two = contribute(&one, None, b"", &()).expect("a good key");
        beacon(&two, Some("beacon"), &public_value(), &()).expect("a good key")
    })
}

pub fn bytes(zkey: &Zkey) -> Vec<u8> {
    let mut file = Vec::new();
    zkey.write(&mut file).expect("memory takes it");
    file
}

pub fn read(bytes: &[u8]) -> Zkey {
    Zkey::read(Cursor::new(bytes)).expect("a key")
}

fn check(zkey: &Zkey) -> Result<(), CeremonyError> {
    verify(zkey, &r1cs(), &mut phase1(), &()).map(drop)
}

fn invalid(zkey: &Zkey) -> Invalid {
    match check(zkey) {
        Err(CeremonyError::Invalid(invalid)) => invalid,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn a_ceremony_gives_keys_that_prove_and_say_where_they_come_from() {
    let zkey = outcome();
    assert_eq!(&read(&bytes(zkey)), zkey);
    let transcript = zkey.transcript();
    let names: Vec<_> = transcript
        .contributions
        .iter()
        .map(|contribution| contribution.name.as_deref())
        .collect();
    assert_eq!(names, [Some("Ada"), None, Some("beacon")]);
    assert_eq!(transcript.contributions[2].beacon, Some(public_value()));

    let (keys, verified) = import::<Completion>(zkey, &mut phase1(), &()).expect("it is right");
    assert!(verified.is_rehearsal(), "the powers are development's");
    assert_eq!(verified.phase1(), [None; 0]);
    let provenance = Provenance::Rehearsal {
        transcript: transcript.digest(),
    };
    assert_eq!(keys.provenance(), provenance);
    assert!(provenance.is_insecure());

    let statement = completion();
    let proof = prove(&keys, &statement, &mut ChaCha20Rng::seed_from_u64(5)).expect("it is true");
    let inputs = statement.public_inputs();
    assert_eq!(keys.verifying().verify(&inputs, &proof), Ok(()));
    let other = crate::common::keys::<Completion>();
    assert!(other.verifying().verify(&inputs, &proof).is_err());

    // In the file too.
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("completion.keys");
    store::save(&path, &keys).expect("the disk has room");
    let again: Keys<Completion> = store::load(&path).expect("it was stored");
    assert_eq!(again.provenance(), provenance);
    assert_eq!(again.verifying(), keys.verifying());
}

#[test]
fn contributions_differ_and_beacons_do_not() {
    let first = new_zkey(&r1cs(), &mut phase1(), &()).expect("the powers suffice");
    let one = contribute(&first, Some("Ada"), b"dice", &()).expect("a good key");
    let other = contribute(&first, Some("Ada"), b"dice", &()).expect("a good key");
    assert_ne!(one, other, "the system's random numbers are in it");
    let ended = beacon(&one, None, &public_value(), &()).expect("a good key");
    assert_eq!(
        ended,
        beacon(&one, None, &public_value(), &()).expect("the same")
    );
    assert!(matches!(
        contribute(&ended, None, b"", &()),
        Err(CeremonyError::Over)
    ));
    for name in ["", "two\nlines", &"x".repeat(65), &"𝔵".repeat(64)] {
        assert!(matches!(
            contribute(&one, Some(name), b"", &()),
            Err(CeremonyError::Name)
        ));
    }
}

#[test]
fn a_key_that_nobody_contributed_to_is_refused() {
    let first = new_zkey(&r1cs(), &mut phase1(), &()).expect("the powers suffice");
    assert_eq!(invalid(&first), Invalid::NoContribution);
    let key = first.key().expect("good points");
    assert!(matches!(
        Keys::<Completion>::new(
            repute_circuits::shape::Shape::of::<Completion>().expect("it lays out"),
            key,
            Provenance::Development
        ),
        Err(KeysError::Verifying(VerifyingKeyError::Forgeable))
    ));
}

#[test]
fn another_circuit_and_too_few_powers_are_refused() {
    let refresh = circuit::<Refresh>().expect("the circuit lays out");
    assert!(matches!(
        new_zkey(&refresh, &mut phase1(), &()),
        Err(CeremonyError::Power {
            power: 10,
            needed: 14
        })
    ));
    assert!(matches!(
        import::<Refresh>(outcome(), &mut phase1(), &()),
        Err(ImportError::Ceremony(CeremonyError::Invalid(Invalid::Size)))
    ));
    // Same size, one coefficient more.
    let good = r1cs();
    let [mut a, b, c] = [good.a().clone(), good.b().clone(), good.c().clone()];
    a[7][0].0 += Fr::from(1);
    let (instance, variables) = (good.instance_variables(), good.variables());
    let other = R1cs::new(a, b, c, instance, variables - instance).expect("the wires exist");
    assert!(matches!(
        verify(outcome(), &other, &mut phase1(), &()),
        Err(CeremonyError::Invalid(Invalid::Matrices))
    ));
    // C is in no section; it shows in what the powers give.
    let [a, b, mut c] = [good.a().clone(), good.b().clone(), good.c().clone()];
    c[7][0].0 += Fr::from(1);
    let other = R1cs::new(a, b, c, instance, variables - instance).expect("the wires exist");
    assert!(matches!(
        verify(outcome(), &other, &mut phase1(), &()),
        Err(CeremonyError::Invalid(Invalid::Circuit))
    ));
}

/// Where the content of each section of a container begins and ends, by number.
pub fn sections(file: &[u8]) -> Vec<(u32, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 12;
    while at < file.len() {
        let number = u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
        let length = u64::from_le_bytes(file[at + 4..at + 12].try_into().expect("eight bytes"));
        let start = at + 12;
        at = start + length as usize;
        found.push((number, start..at));
    }
    found
}

/// The content of a section.
pub fn section(file: &[u8], number: u32) -> std::ops::Range<usize> {
    let found = sections(file);
    let of = |(of, range): &(u32, std::ops::Range<usize>)| (*of == number).then(|| range.clone());
    found.iter().find_map(of).expect("every number is there")
}

/// The bytes of a point of G1.
pub const G1: usize = 64;
/// The bytes of a point of G2.
pub const G2: usize = 128;

/// The file with two pieces of equal length exchanged.
fn swapped(file: &[u8], one: usize, other: usize, length: usize) -> Zkey {
    let mut file = file.to_vec();
    for i in 0..length {
        file.swap(one + i, other + i);
    }
    read(&file)
}

#[test]
fn every_part_of_an_outcome_is_checked() {
    let good = bytes(outcome());
    check(outcome()).expect("it is right");
    let at = |number| section(&good, number).start;
    let header = at(2) + 2 * 36 + 3 * 4;
    // α and β in G1, β and γ in G2, δ and its predecessor.
    let cases = [
        (header, header + G1, G1, Invalid::Fixed("alpha")),
        (
            header + 2 * G1,
            header + 2 * G1 + G2,
            G2,
            Invalid::Fixed("beta in G2"),
        ),
        (at(3), at(3) + G1, G1, Invalid::Fixed("IC")),
        (
            at(5) + 7 * G1,
            at(5) + 9 * G1,
            G1,
            Invalid::Fixed("A query"),
        ),
        (
            at(5),
            at(6),
            section(&good, 5).len(),
            Invalid::Fixed("A query"),
        ),
        (
            at(6) + 7 * G1,
            at(6) + 9 * G1,
            G1,
            Invalid::Fixed("B query in G1"),
        ),
        (
            at(7) + 7 * G2,
            at(7) + 9 * G2,
            G2,
            Invalid::Fixed("B query in G2"),
        ),
        (at(8) + 7 * G1, at(8) + 9 * G1, G1, Invalid::Query("L")),
        (at(9) + 7 * G1, at(9) + 9 * G1, G1, Invalid::Query("H")),
    ];
    for (one, other, length, expected) in cases {
        assert_ne!(
            good[one..one + length],
            good[other..other + length],
            "{expected}"
        );
        assert_eq!(invalid(&swapped(&good, one, other, length)), expected);
    }
    // β in G1 and γ, with everything that is looked at before them intact.
    for (to, from, length, expected) in [
        (header + G1, header, G1, "beta in G1"),
        (header + 2 * G1 + G2, header + 2 * G1, G2, "gamma"),
    ] {
        let mut file = good.clone();
        file.copy_within(from..from + length, to);
        assert_eq!(invalid(&read(&file)), Invalid::Fixed(expected));
    }
    // Another ceremony's δ: first in G1 and G2, then in G2 alone.
    let second = {
        let first = new_zkey(&r1cs(), &mut phase1(), &()).expect("the powers suffice");
        bytes(&contribute(&first, Some("Eve"), b"", &()).expect("a good key"))
    };
    let delta = header + 2 * G1 + 2 * G2;
    let theirs = section(&second, 2).start + (delta - at(2));
    for from in [0, G1] {
        let mut file = good.clone();
        let length = G1 + G2 - from;
        file[delta + from..delta + G1 + G2]
            .copy_from_slice(&second[theirs + from..theirs + from + length]);
        assert_eq!(invalid(&read(&file)), Invalid::Delta);
    }
    // H with x_k·G added at each point x_k of the coset: no quotient of degree n − 2 or less notices, for
    // Σ x_k·x_k^i is zero for i < n − 1, but the points are not those of the first key over δ.
    let mut file = good.clone();
    let h = outcome().key().expect("good points").h_query;
    let shift = Fr::get_root_of_unity(2 * h.len() as u64).expect("the domain has a coset");
    let mut x = shift;
    for (index, point) in h.into_iter().enumerate() {
        let other = (point + G1Affine::generator() * x).into_affine();
        let place = at(9) + index * G1;
        let words = [other.x, other.y].into_iter().flat_map(|word| word.0.0);
        let bytes: Vec<u8> = words.flat_map(u64::to_le_bytes).collect();
        file[place..place + G1].copy_from_slice(&bytes);
        x *= shift.square();
    }
    assert_eq!(invalid(&read(&file)), Invalid::Query("H"));
    // A coefficient.
    let mut file = good.clone();
    file[at(4) + 4 + 12] ^= 1;
    assert_eq!(invalid(&read(&file)), Invalid::Matrices);
}

#[test]
fn every_part_of_a_transcript_is_checked() {
    let good = bytes(outcome());
    let start = section(&good, 10).start;
    let mut file = good.clone();
    file[start] ^= 1;
    // The first challenge is a hash of the circuit's.
    let contribution = |number, reason| Invalid::Contribution { number, reason };
    let does_not_follow = "it does not follow the ones before it";
    assert_eq!(invalid(&read(&file)), contribution(1, does_not_follow));

    let first = start + 64 + 4;
    let fixed = 3 * G1 + G2 + 64 + 8;
    let second = first + fixed + 2 + "Ada".len();
    let third = second + fixed;
    // δ, s, s·x, s'·x and the challenge, each exchanged with another contribution's.
    let not_known = "its maker did not know its secret";
    let not_its_secret = "delta changed by something else than its secret";
    for (offset, length, expected) in [
        (0, G1, contribution(1, not_its_secret)),
        (G1, G1, contribution(1, does_not_follow)),
        (2 * G1, G1, contribution(1, does_not_follow)),
        (3 * G1, G2, contribution(1, not_known)),
        (3 * G1 + G2, 64, contribution(1, does_not_follow)),
        (0, fixed - 8, contribution(1, does_not_follow)),
    ] {
        let changed = swapped(&good, first + offset, second + offset, length);
        assert_eq!(invalid(&changed), expected);
    }
    // A beacon that another value gives.
    let mut file = good.clone();
    let value = third + fixed + 2 + "beacon".len() + 2 + 2;
    assert_eq!(file[value..value + 32], [7; 32]);
    file[value] ^= 1;
    assert_eq!(
        invalid(&read(&file)),
        contribution(3, "it is not what its beacon gives")
    );

    // One contribution less: δ is not the last one's any more.
    let mut file = good[..third].to_vec();
    file[start + 64] = 2;
    let length = (third - start) as u64;
    file[start - 8..start].copy_from_slice(&length.to_le_bytes());
    assert_eq!(invalid(&read(&file)), Invalid::Delta);

    // Names are what their owners say; nothing binds them but the digest.
    let mut file = good.clone();
    file[first + fixed + 2] = b'E';
    let renamed = read(&file);
    check(&renamed).expect("the same ceremony");
    assert_ne!(
        renamed.transcript().digest(),
        outcome().transcript().digest()
    );
}
