//! Scalars as signed digits, sorted by bucket.
//!
//! A scalar below r is replaced by r − s with the sign flipped where that is
//! smaller, and written in base 2^c with digits in (−2^(c−1), 2^(c−1)]. The digit
//! of window k asks for |digit| · 2^(ck)·P, signed. The key's table holds 2^(ck)·P
//! for windows that are multiples of a *stride*; windows between share the row below
//! and go to a bucket set of their own, which the end of the computation doubles
//! c times more.

use super::addition::NEGATIVE;
use super::lanes::{RawField, Words};
use ark_bn254::Fr;
use zeroize::{Zeroize, Zeroizing};

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

/// For each bucket, the points to add, as positions in the table with
/// [`NEGATIVE`](super::addition::NEGATIVE) for those to subtract.
pub(super) struct Buckets {
    starts: Vec<u32>,
    positions: Vec<u32>,
}

impl Buckets {
    /// Sorts the digits of scalars in [0, r) for points `offset ..` of a table
    /// whose rows hold one point per scalar.
    pub(super) fn sort(scalars: &[Words], windows: Windows, offset: usize) -> Self {
        // Where each window's buckets and row begin; divisions are slow in the loop.
        let origins: Vec<(u32, u32)> = (0..windows.count())
            .map(|window| {
                let set = window % windows.stride * windows.buckets();
                let row = window / windows.stride * scalars.len() + offset;
                (set as u32, row as u32)
            })
            .collect();
        let mut sizes = vec![0u32; windows.all_buckets() + 1];
        let room = scalars.len() * windows.count();
        let mut digits = Zeroizing::new(vec![(0u32, 0u32); room]);
        let mut count = 0;
        for (index, &scalar) in scalars.iter().enumerate() {
            recode(scalar, windows, |window, digit, negative| {
                let (set, row) = origins[window];
                let bucket = set + digit as u32 - 1;
                sizes[bucket as usize] += 1;
                let sign = if negative { NEGATIVE } else { 0 };
                digits[count] = (bucket, (row + index as u32) | sign);
                count += 1;
            });
        }
        // Sizes become starts.
        let mut start = 0;
        for size in &mut sizes {
            start += std::mem::replace(size, start);
        }
        let starts = sizes;
        let mut next = starts.clone();
        let mut positions = vec![0; count];
        for &(bucket, position) in &digits[..count] {
            let at = &mut next[bucket as usize];
            positions[*at as usize] = position;
            *at += 1;
        }
        next.zeroize();
        Self { starts, positions }
    }

    /// Groups given positions into buckets.
    pub(super) fn from_groups(groups: impl IntoIterator<Item = Vec<u32>>) -> Self {
        let mut buckets = Self {
            starts: vec![0],
            positions: Vec::new(),
        };
        for group in groups {
            buckets.positions.extend(group);
            buckets.starts.push(buckets.positions.len() as u32);
        }
        buckets
    }

    /// The positions in a bucket.
    pub(super) fn bucket(&self, bucket: usize) -> &[u32] {
        &self.positions[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }

    /// How many positions the buckets before this one hold.
    pub(super) fn before(&self, bucket: usize) -> usize {
        self.starts[bucket] as usize
    }
}

impl Drop for Buckets {
    fn drop(&mut self) {
        self.starts.zeroize();
        self.positions.zeroize();
    }
}

/// Calls `take(window, |digit|, negative)` for every nonzero digit.
#[inline(always)]
pub(super) fn recode(scalar: Words, windows: Windows, mut take: impl FnMut(usize, usize, bool)) {
    let (scalar, flipped) = smaller_of_s_and_r_minus_s(scalar);
    let bits = windows.bits;
    let half = 1 << (bits - 1);
    let mut carry = 0;
    // Above the highest set bit only a carry can be left.
    let used = 256 - leading_zeros(&scalar);
    for window in 0..windows.count() {
        if window * bits >= used && carry == 0 {
            return;
        }
        let digit = window_bits(&scalar, window * bits, bits) + carry;
        carry = usize::from(digit > half);
        let (value, negative) = if digit > half {
            ((1 << bits) - digit, true)
        } else {
            (digit, false)
        };
        if value != 0 {
            take(window, value, negative != flipped);
        }
    }
    debug_assert!(carry == 0, "the top window has room for the carry");
}

fn smaller_of_s_and_r_minus_s(s: Words) -> (Words, bool) {
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
        (difference, true)
    } else {
        (s, false)
    }
}

fn leading_zeros(x: &Words) -> usize {
    let mut zeros = 0;
    for &word in x.iter().rev() {
        zeros += word.leading_zeros() as usize;
        if word != 0 {
            break;
        }
    }
    zeros
}

/// `count` ≤ 16 bits from bit `start` on; bits past the end are zero.
fn window_bits(x: &Words, start: usize, count: usize) -> usize {
    let (word, shift) = (start / 64, start % 64);
    let Some(&low) = x.get(word) else { return 0 };
    let mut value = low >> shift;
    if shift + count > 64 && word + 1 < 4 {
        value |= x[word + 1] << (64 - shift);
    }
    (value & ((1 << count) - 1)) as usize
}

#[cfg(test)]
mod tests {
    use super::{MAX_WINDOW, Windows, recode};
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
                recode(
                    scalar.into_bigint().0,
                    windows,
                    |window, digit, negative| {
                        assert!(window < windows.count() && digit <= windows.buckets());
                        let term =
                            Fr::from(2u64).pow([(window * bits) as u64]) * Fr::from(digit as u64);
                        sum += if negative { -term } else { term };
                    },
                );
                assert_eq!(sum, scalar, "with {bits} bits");
            }
        }
    }
}
