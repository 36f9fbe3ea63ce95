//! Numbers in 52-bit limbs, and the constants of one modulus, at compile time.

use crate::engine::lanes::{RawField, Words};
use std::marker::PhantomData;

pub(super) const LIMBS: usize = 5;
pub(super) const MASK: u64 = (1 << 52) - 1;

/// Splits 256 bits into 52-bit limbs.
pub(super) const fn split(x: Words) -> [u64; LIMBS] {
    [
        x[0] & MASK,
        (x[0] >> 52 | x[1] << 12) & MASK,
        (x[1] >> 40 | x[2] << 24) & MASK,
        (x[2] >> 28 | x[3] << 36) & MASK,
        x[3] >> 16,
    ]
}

/// k·p in 52-bit limbs, for k ≤ 64.
pub(super) const fn multiple(p: Words, k: u64) -> [u64; LIMBS] {
    let limbs = split(p);
    let mut out = [0; LIMBS];
    let mut carry = 0;
    let mut i = 0;
    while i < LIMBS {
        let sum = limbs[i] * k + carry; // below 2^58 + 2^6
        out[i] = sum & MASK;
        carry = sum >> 52;
        i += 1;
    }
    assert!(carry == 0, "the multiple fits 260 bits");
    out
}

/// −p⁻¹ mod 2^52, by Newton's iteration.
pub(super) const fn negated_inverse(p: Words) -> u64 {
    let mut inverse = p[0]; // correct to three bits, as p is odd
    let mut i = 0;
    while i < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(p[0].wrapping_mul(inverse)));
        i += 1;
    }
    inverse.wrapping_neg() & MASK
}

/// 2^k mod p, by doubling.
pub(super) const fn power_of_two(p: Words, k: u32) -> Words {
    let mut x: Words = [1, 0, 0, 0];
    let mut step = 0;
    while step < k {
        // 2x < 2^255, as p < 2^254.
        let doubled = [
            x[0] << 1,
            x[1] << 1 | x[0] >> 63,
            x[2] << 1 | x[1] >> 63,
            x[3] << 1 | x[2] >> 63,
        ];
        let mut difference = [0; 4];
        let mut borrow = false;
        let mut i = 0;
        while i < 4 {
            let (d, b1) = doubled[i].overflowing_sub(p[i]);
            let (d, b2) = d.overflowing_sub(borrow as u64);
            difference[i] = d;
            borrow = b1 | b2;
            i += 1;
        }
        x = if borrow { doubled } else { difference };
        step += 1;
    }
    x
}

/// Constants of one modulus.
pub(super) struct Constants<F>(PhantomData<F>);

impl<F: RawField> Constants<F> {
    pub(super) const P: [u64; LIMBS] = split(F::MODULUS_WORDS);
    pub(super) const NEGATED_INVERSE: u64 = negated_inverse(F::MODULUS_WORDS);
    /// Multiplying by it takes R = 2^256 to R = 2^260.
    pub(super) const FROM_RAW: [u64; LIMBS] = split(power_of_two(F::MODULUS_WORDS, 264));
    /// Multiplying by it takes (x·R)⁻¹ as an integer to x⁻¹·R.
    pub(super) const FROM_INVERSE: [u64; LIMBS] = split(power_of_two(F::MODULUS_WORDS, 780));
}
