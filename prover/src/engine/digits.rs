//! Scalars as signed digits.
//!
//! A scalar below r is replaced by r − s with the sign flipped where that is
//! smaller, and written in base 2^c with digits from −2^(c−1) to 2^(c−1). The digit
//! of window k asks for |digit| · 2^(ck)·P, signed. The key's table holds 2^(ck)·P
//! for windows that are multiples of a *stride*; windows between share the row below
//! and go to a bucket set of their own, which the end of the computation doubles
//! c times more.

use super::addition::NEGATIVE;
use super::lanes::{RawField, Words};
use ark_bn254::Fr;

/// Bits of |s| after the choice between s and r − s.
const SCALAR_BITS: usize = 253;

/// The largest window: bucket numbers of one set fit 16 bits.
pub(super) const MAX_WINDOW: usize = 16;

/// How scalars are cut into digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    /// Bits per window, 2 to [`MAX_WINDOW`].
    pub(super) bits: usize,
    /// Windows per row of the table, which is the number of bucket sets.
    pub(super) stride: usize,
}

impl Windows {
    /// Windows per scalar; the top one absorbs the last carry.
    pub(super) fn count(self) -> usize {
        (SCALAR_BITS + 1).div_ceil(self.bits)
    }

    /// Rows of the table.
    pub(super) fn rows(self) -> usize {
        self.count().div_ceil(self.stride)
    }

    /// Buckets per set: one for each absolute value of a nonzero digit.
    pub(super) fn buckets(self) -> usize {
        1 << (self.bits - 1)
    }

    /// Buckets of all sets.
    pub(super) fn all_buckets(self) -> usize {
        self.buckets() * self.stride
    }
}

/// Cuts scalars into digits.
pub(super) struct Recoder {
    windows: Windows,
    /// Half a window's range at every window but the top one.
    bias: Words,
}

impl Recoder {
    pub(super) fn new(windows: Windows) -> Self {
        let mut bias = [0; 4];
        for window in 0..windows.count() - 1 {
            // Below 2^254, for the top window starts there or before.
            let bit = window * windows.bits + windows.bits - 1;
            bias[bit / 64] |= 1 << (bit % 64);
        }
        Self { windows, bias }
    }

    /// Calls `take(window, |digit|, sign)` for every nonzero digit of a scalar in [0, r), with
    /// sign 0 or [`NEGATIVE`].
    ///
    /// Digits decide no branches, which would be mispredicted half of the time. The bias
    /// is added to the scalar and half a window's range subtracted from the bits of each
    /// window, which gives signed digits; the addition does the carries between windows.
    /// The top window has bits to spare, and takes the last carry.
    #[inline(always)]
    pub(super) fn digits(&self, scalar: Words, mut take: impl FnMut(usize, usize, u32)) {
        let (scalar, flip) = smaller_of_s_and_r_minus_s(scalar);
        let bits = self.windows.bits;
        let half = self.windows.buckets();
        if scalar[1] | scalar[2] | scalar[3] == 0 && scalar[0] < half as u64 {
            // Bits are common and have one digit.
            if scalar[0] != 0 {
                take(0, scalar[0] as usize, flip);
            }
            return;
        }
        let mut biased = [0; WINDOW_BYTES];
        let mut carry = 0;
        for i in 0..4 {
            let sum = u128::from(scalar[i]) + u128::from(self.bias[i]) + carry;
            biased[8 * i..8 * i + 8].copy_from_slice(&(sum as u64).to_le_bytes());
            carry = sum >> 64;
        }
        let top = self.windows.count() - 1;
        for window in 0..top {
            let digit = window_bits(&biased, window * bits, bits) as i32 - half as i32;
            let minus = digit >> 31;
            if digit != 0 {
                let size = (digit ^ minus) - minus;
                take(window, size as usize, flip ^ (minus as u32 & NEGATIVE));
            }
        }
        let digit = window_bits(&biased, top * bits, bits);
        if digit != 0 {
            take(top, digit as usize, flip);
        }
    }
}

/// The smaller one, and [`NEGATIVE`] if it is r − s.
#[inline(always)]
fn smaller_of_s_and_r_minus_s(s: Words) -> (Words, u32) {
    let mut difference = [0; 4];
    let mut borrow = false;
    for i in 0..4 {
        let (d, b1) = Fr::MODULUS_WORDS[i].overflowing_sub(s[i]);
        let (d, b2) = d.overflowing_sub(u64::from(borrow));
        difference[i] = d;
        borrow = b1 | b2;
    }
    debug_assert!(!borrow, "scalars are reduced");
    if difference.iter().rev().lt(s.iter().rev()) {
        (difference, NEGATIVE)
    } else {
        (s, 0)
    }
}

/// A scalar's bytes, and room to read a window of bits as one word.
const WINDOW_BYTES: usize = 32 + 3;

/// `count` ≤ 16 bits from bit `start` < 256 on; bits past the end are zero.
#[inline(always)]
fn window_bits(bytes: &[u8; WINDOW_BYTES], start: usize, count: usize) -> u32 {
    let first = start / 8;
    let word = [
        bytes[first],
        bytes[first + 1],
        bytes[first + 2],
        bytes[first + 3],
    ];
    (u32::from_le_bytes(word) >> (start % 8)) & ((1 << count) - 1)
}

#[cfg(test)]
mod tests {
    use super::{MAX_WINDOW, NEGATIVE, Recoder, Windows};
    use ark_bn254::Fr;
    use ark_ff::{Field, One, PrimeField, UniformRand, Zero};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    #[test]
    fn digits_add_up_to_the_scalar() {
        let rng = &mut ChaCha20Rng::seed_from_u64(2);
        let half = Fr::from(2u64).inverse().expect("odd modulus");
        let mut scalars = vec![
            Fr::zero(),
            Fr::one(),
            -Fr::one(),
            half,
            half - Fr::one(),
            -half,
        ];
        for k in [15u64, 16, 63, 64, 65, 127, 252, 253] {
            let power = Fr::from(2u64).pow([k]);
            scalars.extend([power, power - Fr::one(), -power]);
        }
        scalars.extend((0..200).map(|_| Fr::rand(rng)));
        for bits in 2..=MAX_WINDOW {
            let windows = Windows { bits, stride: 1 };
            for &scalar in &scalars {
                let mut sum = Fr::zero();
                Recoder::new(windows).digits(scalar.into_bigint().0, |window, digit, sign| {
                    assert!(window < windows.count() && digit <= windows.buckets());
                    let term =
                        Fr::from(2u64).pow([(window * bits) as u64]) * Fr::from(digit as u64);
                    sum += if sign == NEGATIVE { -term } else { term };
                });
                assert_eq!(sum, scalar, "with {bits} bits");
            }
        }
    }
}
