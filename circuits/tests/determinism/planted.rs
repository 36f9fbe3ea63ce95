//! Small circuits with and without a bug; the checker tells them apart.

use crate::analysis::Analysis;
use crate::checker::{Declared, Outcome, determine};
use crate::obligation::Obligation;
use crate::system::Rows;
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::Result;
use repute_circuits::field::Fr;
use repute_circuits::gadget::{
    Bit, Num, System, enforce_equal, enforce_product, enforce_width, input, is_zero, linear,
    one_hot, pack, powers_of_two, product, witness,
};

/// Whether a circuit is laid out as it should be or with its bug.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    Right,
    Wrong,
}
use Version::{Right, Wrong};

/// What the checker says of a circuit; its first `declared` witnesses are declared.
fn outcome(declared: usize, lay_out: impl FnOnce(&System) -> Result<()>) -> Outcome {
    let rows = Rows::lay_out(lay_out);
    let values = (rows.instance..rows.instance + declared).collect();
    let declared = Declared {
        values,
        ..Declared::default()
    };
    determine(&Analysis::new(&rows), &declared, None)
}

/// Whether a circuit without declared secrets is determined throughout, with no obligation.
fn determined(lay_out: impl FnOnce(&System) -> Result<()>) -> bool {
    let outcome = outcome(0, lay_out);
    outcome.undetermined.is_empty() && outcome.obligations.is_empty()
}

fn zero() -> Num {
    Num::Constant(Fr::ZERO)
}

fn bit(cs: &System, is_bit: bool) -> Result<Num> {
    let x = witness(cs, Fr::ZERO)?;
    if is_bit {
        Bit::enforce(cs, x.clone())?;
    }
    Ok(x)
}

fn split(cs: &System, width: usize, unheld: Option<usize>) -> Result<()> {
    let x = input(cs, Fr::ZERO)?;
    let bits = (0..width)
        .map(|i| bit(cs, Some(i) != unheld))
        .collect::<Result<Vec<_>>>()?;
    let weights = powers_of_two(width);
    let terms: Vec<_> = weights.iter().copied().zip(&bits).collect();
    enforce_equal(cs, &linear(cs, &terms, Fr::ZERO)?, &x)
}

#[test]
fn a_dropped_booleanity() {
    assert!(determined(|cs| split(cs, 8, None)));
    for unheld in 0..8 {
        assert!(!determined(|cs| split(cs, 8, Some(unheld))), "bit {unheld}");
    }
}

/// 254 bits make numbers beyond r: x and x + r have the same value.
#[test]
fn a_split_that_is_not_strict() {
    assert!(determined(|cs| split(cs, 253, None)));
    assert!(!determined(|cs| split(cs, 254, None)));
}

#[test]
fn a_free_selector() {
    let select = |version| {
        outcome(0, move |cs| {
            let (x, a) = (input(cs, Fr::ZERO)?, input(cs, Fr::ONE)?);
            let selector = match version {
                Right => is_zero(cs, &x)?,
                Wrong => Bit::witness(cs, false)?,
            };
            selector.select(cs, &a, &x).map(drop)
        })
    };
    assert_eq!(select(Right).undetermined, []);
    assert_eq!(select(Right).obligations, [(0, Obligation::FreeInverse)]);
    // The selector and the selected value.
    assert_eq!(select(Wrong).undetermined.len(), 2);
}

#[test]
fn a_missing_width() {
    let packed = |version| {
        determined(move |cs: &System| {
            let word = input(cs, Fr::ZERO)?;
            let (low, high) = (witness(cs, Fr::ZERO)?, witness(cs, Fr::ZERO)?);
            enforce_width(cs, &low, 32)?;
            if version == Right {
                enforce_width(cs, &high, 40)?;
            }
            enforce_equal(cs, &pack(cs, &[(&low, 0), (&high, 32)])?, &word)
        })
    };
    assert!(packed(Right));
    assert!(!packed(Wrong));
}

/// Parts whose places overlap have several readings.
#[test]
fn overlapping_places() {
    let packed = |offset| {
        determined(move |cs: &System| {
            let word = input(cs, Fr::ZERO)?;
            let (low, high) = (witness(cs, Fr::ZERO)?, witness(cs, Fr::ZERO)?);
            enforce_width(cs, &low, 32)?;
            enforce_width(cs, &high, 40)?;
            enforce_equal(cs, &pack(cs, &[(&low, 0), (&high, offset)])?, &word)
        })
    };
    assert!(packed(32));
    assert!(!packed(31));
}

/// A slope with its chord is a quotient, which the checker hands on; without it, nothing holds it.
#[test]
fn a_free_slope() {
    let step = |version| {
        outcome(4, move |cs| {
            let [u1, v1, u2, v2] = [(); 4].map(|()| witness(cs, Fr::ZERO));
            let (u1, v1, u2, v2) = (u1?, v1?, u2?, v2?);
            let slope = witness(cs, Fr::ZERO)?;
            let (u3, v3) = (witness(cs, Fr::ZERO)?, witness(cs, Fr::ZERO)?);
            if version == Right {
                enforce_product(cs, &(&u2 - &u1), &slope, &(&v2 - &v1))?;
            }
            enforce_product(cs, &slope, &slope, &(&u1 + &u2 + &u3))?;
            enforce_product(cs, &(&u1 - &u3), &slope, &(&v1 + &v3))
        })
    };
    let right = step(Right);
    assert_eq!(right.undetermined, []);
    assert_eq!(right.obligations, [(0, Obligation::Chord)]);
    assert_eq!(step(Wrong).undetermined.len(), 3);
}

/// A chosen bit is taken for given only if a row makes it a bit.
#[test]
fn a_chosen_bit_that_is_none() {
    for is_bit in [true, false] {
        let rows = Rows::lay_out(|cs| {
            let chosen = bit(cs, is_bit)?;
            product(cs, &chosen, &chosen).map(drop)
        });
        let numbers = [(rows.instance, 1)].into();
        let declared = Declared {
            numbers,
            ..Declared::default()
        };
        let outcome = determine(&Analysis::new(&rows), &declared, None);
        assert_eq!(outcome.undetermined.is_empty(), is_bit);
    }
}

#[test]
fn a_selection_that_is_not_one_hot() {
    assert!(determined(|cs| {
        let x = input(cs, Fr::ZERO)?;
        one_hot(cs, &x, 5).map(drop)
    }));
    // Without the sum, 3 is 3 and 1 + 2.
    assert!(!determined(|cs| {
        let x = input(cs, Fr::ZERO)?;
        let selectors = (0..5).map(|_| bit(cs, true)).collect::<Result<Vec<_>>>()?;
        let weights: Vec<_> = (0..5u64).map(Fr::from).collect();
        let terms: Vec<_> = weights.iter().copied().zip(&selectors).collect();
        enforce_equal(cs, &linear(cs, &terms, Fr::ZERO)?, &x)
    }));
}

/// Half an is-zero pair says nothing: z = 1 − x·inverse for any inverse, or z = 0.
#[test]
fn half_an_is_zero_pair() {
    for kept in [0, 1] {
        let outcome = outcome(0, |cs| {
            let x = input(cs, Fr::ZERO)?;
            let (z, inverse) = (witness(cs, Fr::ZERO)?, witness(cs, Fr::ZERO)?);
            match kept {
                0 => enforce_product(cs, &x, &inverse, &(Num::Constant(Fr::ONE) - &z)),
                _ => enforce_product(cs, &x, &z, &zero()),
            }
        });
        let explained = outcome
            .obligations
            .iter()
            .all(|(_, o)| *o != Obligation::Unexplained && *o != Obligation::MontgomeryHeight);
        assert!(
            !outcome.undetermined.is_empty() || !explained,
            "half {kept}"
        );
    }
}

/// The inverse of an is-zero pair is free where x = 0, so it must not be used anywhere else.
#[test]
fn a_free_inverse_that_is_used() {
    let outcome = outcome(0, |cs| {
        let x = input(cs, Fr::ZERO)?;
        let (z, inverse) = (witness(cs, Fr::ZERO)?, witness(cs, Fr::ZERO)?);
        enforce_product(cs, &x, &inverse, &(Num::Constant(Fr::ONE) - &z))?;
        enforce_product(cs, &x, &z, &zero())?;
        product(cs, &inverse, &inverse).map(drop)
    });
    assert!(!outcome.obligations.is_empty() && outcome.obligations[0].1 != Obligation::FreeInverse);
}

#[test]
fn a_root_whose_sign_nobody_declared() {
    let lay_out = |cs: &System| {
        let x = input(cs, Fr::ONE)?;
        let root = witness(cs, Fr::ONE)?;
        enforce_product(cs, &root, &root, &x)
    };
    assert!(!determined(lay_out));
    let rows = Rows::lay_out(lay_out);
    let signs = [rows.instance].into();
    let declared = Declared {
        signs,
        ..Declared::default()
    };
    let analysis = Analysis::new(&rows);
    assert_eq!(determine(&analysis, &declared, None).undetermined, []);
}
