//! What a division leaves to be argued by hand.

use crate::system::{Combination, ONE};
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::babyjubjub::D;
use repute_circuits::field::Fr;
use std::fmt;

/// Why a factor is not 0, by its form. `docs/statements.md` has the argument for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obligation {
    /// 1 − y, of a point of the curve with x ≠ 0.
    EdwardsHeight,
    /// 2v, of the point that is doubled.
    Tangent,
    /// u − u′, of a chord through a sum and the ladder's point.
    Chord,
    /// u − u′ of a sum and the third point of its chord, in the ladder's second slope.
    SecondChord,
    /// u − u′ of a sum and a point looked up in the fixed base's table.
    TableChord,
    /// v, of a point that is turned into the Edwards form.
    MontgomeryHeight,
    /// u + 1, of a point that is turned into the Edwards form.
    MontgomeryPole,
    /// 1 ± D·x₁x₂y₁y₂ in the complete addition.
    Addition,
    /// v, the magnitude of the signed digits.
    Magnitude,
    /// The inverse in an is-zero pair is free where x = 0; it stands in no other row.
    FreeInverse,
    /// None of these: nobody has argued for it.
    Unexplained,
}

impl Obligation {
    /// The obligation `denominator ≠ 0` of a row that defines a part of `quotient`.
    pub fn of(denominator: &Combination, quotient: &Combination) -> Self {
        let (one, two) = (Fr::ONE, Fr::from(2));
        let coefficients: Vec<Fr> = denominator.iter().map(|(c, _)| *c).collect();
        let affine = denominator.first().is_some_and(|(_, wire)| *wire == ONE);
        match coefficients[..] {
            [c] if c == one && !affine => Self::MontgomeryHeight,
            [c] if c == two && !affine => Self::Tangent,
            [k, c] if affine && k == one && c == -one => Self::EdwardsHeight,
            [k, c] if affine && k == one && c == one => Self::MontgomeryPole,
            [k, c] if affine && k == one && (c == D || c == -D) => Self::Addition,
            [a, b] if !affine && a + b == Fr::ZERO && (a == one || b == one) => {
                if quotient.len() == 1 {
                    Self::Chord
                } else {
                    Self::SecondChord
                }
            }
            _ if affine && coefficients.len() >= 4 => Self::TableChord,
            _ => Self::Unexplained,
        }
    }
}

impl fmt::Display for Obligation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EdwardsHeight => "1 − y ≠ 0",
            Self::Tangent => "2v ≠ 0",
            Self::Chord => "u − u′ ≠ 0, ladder's first slope",
            Self::SecondChord => "u − u′ ≠ 0, ladder's second slope",
            Self::TableChord => "u − u′ ≠ 0, fixed base",
            Self::MontgomeryHeight => "v ≠ 0",
            Self::MontgomeryPole => "u + 1 ≠ 0",
            Self::Addition => "1 ± D·x₁x₂y₁y₂ ≠ 0",
            Self::Magnitude => "v ≠ 0, signed digits",
            Self::FreeInverse => "inverse free where x = 0",
            Self::Unexplained => "unexplained",
        })
    }
}
