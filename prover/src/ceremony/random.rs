//! Random numbers and points exactly as snarkjs 0.7 draws them, so that beacons and challenges are
//! the same for both.

use crate::iden3::zkey::{Beacon, Hash512};
use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine, g1, g2};
use ark_ec::scalar_mul::double_and_add_affine;
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ec::{CurveConfig, CurveGroup};
use ark_ff::{BigInt, Field, PrimeField};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// ChaCha20 from a zero nonce, read word by word.
pub(super) struct Stream(ChaCha20Rng);

impl Stream {
    /// From the first 32 bytes of a hash, whose words are big-endian.
    pub(super) fn new(hash: &[u8; 32]) -> Self {
        let mut seed = Zeroizing::new(*hash);
        for word in seed.chunks_exact_mut(4) {
            word.reverse();
        }
        Self(ChaCha20Rng::from_seed(*seed))
    }

    /// From a hash, of which half counts.
    pub(super) fn of_hash(hash: &Hash512) -> Self {
        let (first, _) = hash.0.split_first_chunk().expect("64 bytes hold 32");
        Self::new(first)
    }

    /// From a beacon: SHA-256 over and over, 2^`iterations_log2` times, which takes long by design.
    pub(super) fn of_beacon(beacon: &Beacon, mut progress: impl FnMut(u64, u64)) -> Self {
        let total = 1u64 << beacon.iterations_log2();
        let mut hash: [u8; 32] = Sha256::digest(beacon.value()).into();
        for done in 1..total {
            hash = Sha256::digest(hash).into();
            if done % (1 << 18) == 0 {
                progress(done, total);
            }
        }
        Self::new(&hash)
    }

    /// A scalar.
    pub(super) fn scalar(&mut self) -> Fr {
        Fr::new_unchecked(self.below(Fr::MODULUS))
    }

    /// A point of G1.
    pub(super) fn g1(&mut self) -> G1Affine {
        loop {
            let (x, greatest) = (self.base(), self.bit());
            let square = x.square() * x + g1::Config::COEFF_B;
            if let Some(y) = square.sqrt() {
                return G1Affine::new_unchecked(x, with_sign(y, greatest));
            }
        }
    }

    /// A point of G2.
    pub(super) fn g2(&mut self) -> G2Affine {
        loop {
            let (c0, c1) = (self.base(), self.base());
            let (x, greatest) = (Fq2::new(c0, c1), self.bit());
            let square = x.square() * x + g2::Config::COEFF_B;
            if let Some(y) = square.sqrt() {
                let point = G2Affine::new_unchecked(x, with_sign(y, greatest));
                // Not by a method that takes points of the prime-order group for granted.
                return double_and_add_affine(&point, g2::Config::COFACTOR).into_affine();
            }
        }
    }

    fn base(&mut self) -> Fq {
        Fq::new_unchecked(self.below(Fq::MODULUS))
    }

    fn bit(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    /// An integer below a modulus of 254 bits. It serves as the element's Montgomery form.
    fn below(&mut self, modulus: BigInt<4>) -> BigInt<4> {
        loop {
            let mut words = [0; 4];
            for word in &mut words {
                let high = u64::from(self.0.next_u32());
                *word = high << 32 | u64::from(self.0.next_u32());
            }
            words[3] &= (1 << 62) - 1;
            let integer = BigInt(words);
            if integer < modulus {
                return integer;
            }
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // The generator cannot be zeroized; its state is overwritten where the compiler must
        // expect it to be read.
        self.0 = ChaCha20Rng::from_seed([0; 32]);
        std::hint::black_box(&self.0);
    }
}

/// The greater of y and −y, or the smaller.
fn with_sign<F: Field>(y: F, greatest: bool) -> F {
    if (y > -y) == greatest { y } else { -y }
}
