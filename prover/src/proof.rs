//! Proofs: three points that are valid from the moment they exist.

mod file;
mod made_with;
mod text;

pub use file::{ProofFile, ProofFileError};
pub use made_with::{MadeWith, OtherKeys};

use crate::curve::{
    PointError, check_g1, check_g2, g1_from_words, g1_to_words, g2_from_words, g2_to_words,
};
use alloy_primitives::U256;
use ark_bn254::{Bn254, G1Affine, G2Affine};

/// A Groth16 proof over BN254, its points in the groups of prime order and none at infinity.
///
/// Proofs can be re-randomized by anyone: two different proofs of one statement say the same, and
/// proof bytes must never serve as an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    a: G1Affine,
    b: G2Affine,
    c: G1Affine,
}

/// Bytes or words that are no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The encoding has the wrong length.
    #[error("a proof is 256 bytes and this is {0}; it was cut off or is something else")]
    Length(usize),
    /// A point is bad.
    #[error("point {point} of the proof is bad: {error}")]
    Point {
        /// A, B or C.
        point: char,
        /// What is wrong with it.
        error: PointError,
    },
}

impl Proof {
    /// The length of a proof in bytes.
    pub const BYTES: usize = 256;

    /// Checks and keeps the points.
    ///
    /// # Errors
    /// [`ProofError::Point`] for a point off the curve, outside the group or at infinity.
    pub fn new(a: G1Affine, b: G2Affine, c: G1Affine) -> Result<Self, ProofError> {
        check_g1(&a).map_err(at('A'))?;
        check_g2(&b).map_err(at('B'))?;
        check_g1(&c).map_err(at('C'))?;
        Ok(Self { a, b, c })
    }

    /// The point A.
    pub fn a(&self) -> G1Affine {
        self.a
    }

    /// The point B.
    pub fn b(&self) -> G2Affine {
        self.b
    }

    /// The point C.
    pub fn c(&self) -> G1Affine {
        self.c
    }

    /// The proof as ark-groth16 has it.
    #[must_use]
    pub fn to_ark(&self) -> ark_groth16::Proof<Bn254> {
        let Self { a, b, c } = *self;
        ark_groth16::Proof { a, b, c }
    }

    /// The words that contracts take: A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y.
    #[must_use]
    pub fn to_words(&self) -> [U256; 8] {
        let ([ax, ay], [cx, cy]) = (g1_to_words(&self.a), g1_to_words(&self.c));
        let [bx1, bx0, by1, by0] = g2_to_words(&self.b);
        [ax, ay, bx1, bx0, by1, by0, cx, cy]
    }

    /// Reads a proof from the words of [`Self::to_words`].
    ///
    /// # Errors
    /// [`ProofError::Point`] names the bad point.
    pub fn from_words([ax, ay, bx1, bx0, by1, by0, cx, cy]: [U256; 8]) -> Result<Self, ProofError> {
        Ok(Self {
            a: g1_from_words([ax, ay]).map_err(at('A'))?,
            b: g2_from_words([bx1, bx0, by1, by0]).map_err(at('B'))?,
            c: g1_from_words([cx, cy]).map_err(at('C'))?,
        })
    }

    /// The words of [`Self::to_words`], each 32 bytes big-endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (chunk, word) in bytes.chunks_exact_mut(32).zip(self.to_words()) {
            chunk.copy_from_slice(&word.to_be_bytes::<32>());
        }
        bytes
    }

    /// Reads a proof from the bytes of [`Self::to_bytes`].
    ///
    /// # Errors
    /// [`ProofError::Length`] unless there are [`Self::BYTES`] bytes; [`ProofError::Point`] names
    /// the bad point.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() != Self::BYTES {
            return Err(ProofError::Length(bytes.len()));
        }
        Self::from_words(std::array::from_fn(|i| {
            U256::from_be_slice(&bytes[32 * i..32 * (i + 1)])
        }))
    }
}

/// Names the point that is bad.
fn at(point: char) -> impl FnOnce(PointError) -> ProofError {
    move |error| ProofError::Point { point, error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_ff::PrimeField;

    fn proof() -> Proof {
        let g = G1Affine::generator();
        Proof::new(g, G2Affine::generator(), (g + g).into_affine()).expect("valid points")
    }

    #[test]
    fn encodings_round_trip() {
        let proof = proof();
        assert_eq!(Proof::from_words(proof.to_words()), Ok(proof));
        assert_eq!(Proof::from_bytes(&proof.to_bytes()), Ok(proof));
        assert_eq!(proof.to_bytes()[31], 1, "the generator's x comes first");
    }

    #[test]
    fn other_lengths_are_refused() {
        let bytes = proof().to_bytes();
        for length in [0, 128, 255] {
            assert_eq!(
                Proof::from_bytes(&bytes[..length]),
                Err(ProofError::Length(length))
            );
        }
        let longer = [&bytes[..], &[0]].concat();
        assert_eq!(Proof::from_bytes(&longer), Err(ProofError::Length(257)));
    }

    #[test]
    fn each_point_is_checked_and_named() {
        let modulus = U256::from_limbs(ark_bn254::Fq::MODULUS.0);
        for (position, point) in "AABBBBCC".chars().enumerate() {
            let mut words = proof().to_words();
            words[position] += modulus;
            let error = PointError::NotCanonical(words[position]);
            assert_eq!(
                Proof::from_words(words),
                Err(ProofError::Point { point, error })
            );

            let mut words = proof().to_words();
            words[position] += U256::from(1);
            let error = PointError::NotOnCurve;
            assert_eq!(
                Proof::from_words(words),
                Err(ProofError::Point { point, error })
            );
        }
        let (a, b, o) = (proof().a, proof().b, G1Affine::zero());
        let error = PointError::Infinity;
        assert_eq!(
            Proof::new(o, b, a),
            Err(ProofError::Point { point: 'A', error })
        );
        assert_eq!(
            Proof::new(a, b, o),
            Err(ProofError::Point { point: 'C', error })
        );
        let o = G2Affine::zero();
        assert_eq!(
            Proof::new(a, o, a),
            Err(ProofError::Point { point: 'B', error })
        );
    }
}
