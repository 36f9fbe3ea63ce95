//! What ceremonies hash: BLAKE2b-512 over points as big-endian coordinates, c1 before c0, and zeros
//! for infinity.

use crate::curve::{g1_to_words, g2_to_words};
use crate::iden3::zkey::{Contribution, Hash512, Transcript};
use alloy_primitives::U256;
use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;
use blake2::{Blake2b512, Digest as _};

/// A hash in the making.
#[derive(Clone)]
pub(super) struct Hasher(Blake2b512);

impl Hasher {
    pub(super) fn new() -> Self {
        Self(Blake2b512::new())
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(bytes);
        self
    }

    pub(super) fn g1(&mut self, point: &G1Affine) -> &mut Self {
        let words = if point.is_zero() {
            [U256::ZERO; 2]
        } else {
            g1_to_words(point)
        };
        self.words(&words)
    }

    pub(super) fn g2(&mut self, point: &G2Affine) -> &mut Self {
        let words = if point.is_zero() {
            [U256::ZERO; 4]
        } else {
            g2_to_words(point)
        };
        self.words(&words)
    }

    /// How many points come, and the points.
    pub(super) fn all_g1(&mut self, points: &[G1Affine]) -> &mut Self {
        self.count(points.len());
        for point in points {
            self.g1(point);
        }
        self
    }

    /// As [`Self::all_g1`].
    pub(super) fn all_g2(&mut self, points: &[G2Affine]) -> &mut Self {
        self.count(points.len());
        for point in points {
            self.g2(point);
        }
        self
    }

    pub(super) fn count(&mut self, count: usize) {
        self.bytes(&(count as u32).to_be_bytes());
    }

    fn contribution(&mut self, contribution: &Contribution) -> &mut Self {
        self.g1(&contribution.delta_after)
            .g1(&contribution.s)
            .g1(&contribution.sx)
            .g2(&contribution.spx)
            .bytes(&contribution.challenge.0)
    }

    fn words(&mut self, words: &[U256]) -> &mut Self {
        for word in words {
            self.bytes(&word.to_be_bytes::<32>());
        }
        self
    }

    pub(super) fn finish(self) -> Hash512 {
        Hash512(self.0.finalize().into())
    }
}

impl Contribution {
    /// The hash that its maker publishes.
    #[must_use]
    pub fn hash(&self) -> Hash512 {
        let mut hasher = Hasher::new();
        hasher.contribution(self);
        hasher.finish()
    }
}

/// The hash of the circuit and of the first `count` contributions, to be gone on with.
pub(super) fn accumulated(transcript: &Transcript, count: usize) -> Hasher {
    let mut hasher = Hasher::new();
    hasher.bytes(&transcript.circuit.0);
    for contribution in &transcript.contributions[..count] {
        hasher.contribution(contribution);
    }
    hasher
}

/// What a contribution's challenge has to be.
pub(super) fn challenge(mut accumulated: Hasher, s: &G1Affine, sx: &G1Affine) -> Hash512 {
    accumulated.g1(s).g1(sx);
    accumulated.finish()
}
