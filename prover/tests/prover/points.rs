//! The points that ceremonies take: those of phase 1, and those of a key's file.

use crate::ceremony::{G1, G2, bytes, outcome, powers, r1cs, read, section};
use ark_bn254::{Bn254, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::Affine;
use repute_prover::ceremony::{CeremonyError, Invalid, contribute, new_zkey, verify};
use repute_prover::iden3::ptau::Ptau;
use repute_prover::iden3::zkey::Zkey;
use std::io::Cursor;

#[test]
fn powers_that_are_none_are_refused() {
    let refused = |change: &dyn Fn(&mut [u8])| {
        let mut file = powers().to_vec();
        change(&mut file);
        let mut powers = Ptau::open(Cursor::new(file)).expect("its layout is right");
        verify(outcome(), &r1cs(), &mut powers, &()).expect_err("a point moved")
    };
    let [in_g1, in_g2] = ["those in G1 are no powers", "those in G2 are others"];
    let multiples = "those with alpha or beta are no multiples";
    let lagrange = ["Lagrange form in G1", "Lagrange form in G2"];
    // Sections, the first of two points that are exchanged, and what is told.
    for (number, first, expected) in [
        (2, 0, "do not start with the generators"),
        (2, 3, in_g1),
        // Of the upper half, which has no counterpart in G2.
        (2, 1500, in_g1),
        (3, 0, "do not start with the generators"),
        (3, 3, in_g2),
        (4, 3, multiples),
        (5, 3, multiples),
        // Behind those of the smaller domains.
        (12, 1023 + 3, lagrange[0]),
        (13, 1023 + 3, lagrange[1]),
        (14, 1023 + 3, lagrange[0]),
        (15, 1023 + 3, lagrange[0]),
    ] {
        let size = if [3, 13].contains(&number) { G2 } else { G1 };
        let at = section(powers(), number).start + first * size;
        let error = refused(&|file| {
            for i in at..at + size {
                file.swap(i, i + 2 * size);
            }
        });
        let told = error.to_string();
        assert!(
            matches!(error, CeremonyError::Phase1(_)) && told.contains(expected),
            "{number}, {first}: {told}"
        );
    }
    let error = refused(&|file| {
        let (to, from) = (section(powers(), 6).start, section(powers(), 3).start);
        file.copy_within(from..from + G2, to);
    });
    assert!(
        error.to_string().contains("beta in G2 is another"),
        "{error}"
    );

    // The double domain's Lagrange points, which the H query is made of: a key that follows from bad ones.
    let mut file = powers().to_vec();
    let at = section(powers(), 12).start + (2047 + 3) * G1;
    for i in at..at + G1 {
        file.swap(i, i + 2 * G1);
    }
    let bad = || Ptau::open(Cursor::new(&file[..])).expect("its layout is right");
    let first = new_zkey(&r1cs(), &mut bad(), &()).expect("they are points");
    let one = contribute(&first, Some("Eve"), b"", &()).expect("they are points");
    assert!(matches!(
        verify(&one, &r1cs(), &mut bad(), &()),
        Err(CeremonyError::Invalid(Invalid::Query("H")))
    ));

    // Powers of one, as snarkjs starts with: nobody contributed.
    let mut file = powers().to_vec();
    let (alpha, tau) = (section(powers(), 4).start, section(powers(), 2).start);
    file.copy_within(tau..tau + G1, alpha);
    let mut ones = Ptau::open(Cursor::new(file)).expect("its layout is right");
    assert!(matches!(
        new_zkey(&r1cs(), &mut ones, &()),
        Err(CeremonyError::NoPhase1)
    ));
}

/// The key's points, of which the engine checks none.
#[test]
fn a_key_has_its_points_checked() {
    let good = bytes(outcome());
    let off = |number: u32| {
        let mut file = good.clone();
        let at = section(&good, number).start + 5 * if number == 7 { G2 } else { G1 };
        file[at] ^= 1;
        read(&file).key()
    };
    for number in [3, 5, 6, 7, 8, 9] {
        off(number).expect_err("it is off the curve");
    }
    // On the twist and outside the group: in a query, in the header, in a contribution.
    let outside = (1u64..)
        .filter_map(|x| Affine::get_point_from_x_unchecked(Fq2::from(x), false))
        .find(|point: &G2Affine| !point.is_in_correct_subgroup_assuming_on_curve())
        .expect("nearly every point of the twist is outside");
    let words = [outside.x.c0, outside.x.c1, outside.y.c0, outside.y.c1];
    // In Montgomery form.
    let outside: Vec<u8> = words
        .iter()
        .flat_map(|word| word.0.0)
        .flat_map(u64::to_le_bytes)
        .collect();
    let with = |at: usize, bytes: &[u8]| {
        let mut file = good.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        Zkey::read(Cursor::new(file)).and_then(|zkey| zkey.key())
    };
    let header = section(&good, 2).start + 2 * 36 + 3 * 4;
    let contribution = section(&good, 10).start + 64 + 4;
    for at in [
        section(&good, 7).start + 5 * G2,
        header + 2 * G1,
        header + 3 * G1 + 2 * G2,
        contribution + 3 * G1,
    ] {
        let error = with(at, &outside).expect_err("it is outside the group");
        let told = error.to_string();
        assert!(told.contains("not in the group of prime order"), "{told}");
    }
    // Infinity, which only queries may have: IC, δ, a contribution's s.
    for at in [
        section(&good, 3).start,
        header + 2 * G1 + 2 * G2,
        contribution + G1,
    ] {
        let error = with(at, &[0; G1]).expect_err("it is at infinity");
        let told = error.to_string();
        assert!(told.contains("point at infinity"), "{told}");
    }
    // A coefficient of a matrix, a row and a wire that the key does not have.
    for field in [0, 4, 8] {
        let place = section(&good, 4).start + 4 + field;
        let mut file = good.clone();
        file[place..place + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        let error = Zkey::read(Cursor::new(file)).expect_err("out of range");
        assert!(error.to_string().contains("section 4"), "{error}");
    }
    let key: ark_groth16::ProvingKey<Bn254> = outcome().key().expect("good points");
    assert_eq!(key.vk.gamma_g2, G2Affine::generator());
    assert_ne!(key.delta_g1, G1Affine::generator());
}
