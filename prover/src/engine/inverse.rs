//! The inverse of a 256-bit integer modulo an odd number, several times faster
//! than the field library's.
//!
//! Pornin, "Optimized Binary GCD for Modular Inversion" (eprint 2020/972),
//! algorithm 2 with k = 32: 31 binary steps at a time run on 64-bit
//! approximations of the two numbers, then their net effect, a 2×2 matrix of small
//! integers, is applied to the numbers and to the cofactors. The running time
//! depends on the value.

use super::lanes::Words;

/// Steps per batch.
const STEPS: u32 = 31;

/// The inverse of `value` modulo `modulus`.
///
/// `modulus` is an odd prime below 2^255 and 0 < `value` < `modulus`.
pub(super) fn modulo(value: Words, modulus: Words) -> Words {
    debug_assert!(value != [0; 4], "zero has no inverse");
    let neg_inverse = negated_inverse_mod_2_to_31(modulus[0]);
    // Invariant: a ≡ value·u and b ≡ value·v; b stays odd and gcd(a, b) = 1.
    let mut a = value;
    let mut b = modulus;
    let mut u: Words = [1, 0, 0, 0];
    let mut v: Words = [0; 4];
    while a != [0; 4] {
        let [f0, g0, f1, g1] = steps(&a, &b);
        let (new_a, a_negative) = combine(&a, &b, f0, g0);
        let (new_b, b_negative) = combine(&a, &b, f1, g1);
        let (f0, g0) = if a_negative { (-f0, -g0) } else { (f0, g0) };
        let (f1, g1) = if b_negative { (-f1, -g1) } else { (f1, g1) };
        (a, b) = (new_a, new_b);
        let new_u = combine_modulo(&u, &v, f0, g0, &modulus, neg_inverse);
        let new_v = combine_modulo(&u, &v, f1, g1, &modulus, neg_inverse);
        (u, v) = (new_u, new_v);
    }
    debug_assert!(b == [1, 0, 0, 0], "the modulus is prime");
    v
}

/// −m⁻¹ mod 2^31, by Newton's iteration.
fn negated_inverse_mod_2_to_31(m: u64) -> u64 {
    let mut inverse = m; // correct to three bits, as m is odd
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(m.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg() & ((1 << STEPS) - 1)
}

/// The matrix [f0, g0, f1, g1] of 31 steps, scaled by 2^31.
fn steps(a: &Words, b: &Words) -> [i64; 4] {
    let (mut x, mut y) = approximations(a, b);
    let (mut f0, mut g0, mut f1, mut g1) = (1i64, 0i64, 0i64, 1i64);
    for _ in 0..STEPS {
        // Branches would be mispredicted half of the time: use masks.
        let odd = (x & 1).wrapping_neg();
        let swap = odd & u64::from(x < y).wrapping_neg();
        let t = (x ^ y) & swap;
        x ^= t;
        y ^= t;
        let t = (f0 ^ f1) & swap as i64;
        f0 ^= t;
        f1 ^= t;
        let t = (g0 ^ g1) & swap as i64;
        g0 ^= t;
        g1 ^= t;
        x = x.wrapping_sub(y & odd) >> 1;
        f0 -= f1 & odd as i64;
        g0 -= g1 & odd as i64;
        f1 <<= 1;
        g1 <<= 1;
    }
    [f0, g0, f1, g1]
}

/// The low 31 bits and the top 33 bits, both numbers cut at the longer one's
/// length; the numbers themselves when both fit 64 bits.
fn approximations(a: &Words, b: &Words) -> (u64, u64) {
    let mut top = 3;
    while top > 0 && (a[top] | b[top]) == 0 {
        top -= 1;
    }
    if top == 0 {
        return (a[0], b[0]);
    }
    let shift = (a[top] | b[top]).leading_zeros();
    let cut = |x: &Words| {
        let high = ((u128::from(x[top]) << 64 | u128::from(x[top - 1])) << shift >> 64) as u64;
        (high & !((1 << STEPS) - 1)) | (x[0] & ((1 << STEPS) - 1))
    };
    (cut(a), cut(b))
}

/// |f·a + g·b| / 2^31 and whether the sum is negative; the division is exact.
fn combine(a: &Words, b: &Words, f: i64, g: i64) -> (Words, bool) {
    let mut out = [0u64; 5];
    let mut carry = 0i128;
    for i in 0..4 {
        // |f| + |g| ≤ 2^31, so each sum stays far below 2^127.
        let sum = i128::from(a[i]) * i128::from(f) + i128::from(b[i]) * i128::from(g) + carry;
        out[i] = sum as u64;
        carry = sum >> 64;
    }
    out[4] = carry as u64;
    let negative = carry < 0;
    let mut result = shift_right(&out);
    if negative {
        let mut borrow = true;
        for word in &mut result {
            (*word, borrow) = (!*word).overflowing_add(u64::from(borrow));
        }
    }
    (result, negative)
}

/// (f·u + g·v) / 2^31 modulo m, in [0, m), for u and v in [0, m).
fn combine_modulo(u: &Words, v: &Words, f: i64, g: i64, m: &Words, neg_inverse: u64) -> Words {
    let low = (u[0].wrapping_mul(f as u64)).wrapping_add(v[0].wrapping_mul(g as u64));
    // Adding q·m clears the low 31 bits.
    let q = i128::from(low.wrapping_mul(neg_inverse) & ((1 << STEPS) - 1));
    let mut out = [0u64; 5];
    let mut carry = 0i128;
    for i in 0..4 {
        let sum = i128::from(u[i]) * i128::from(f)
            + i128::from(v[i]) * i128::from(g)
            + i128::from(m[i]) * q
            + carry;
        out[i] = sum as u64;
        carry = sum >> 64;
    }
    out[4] = carry as u64;
    // |f·u + g·v| < 2^31·m and 0 ≤ q·m < 2^31·m: the quotient is in (−m, 2m).
    let negative = carry < 0;
    let mut result = shift_right(&out);
    if negative {
        let mut over = false;
        for (word, &m) in result.iter_mut().zip(m) {
            let (sum, c1) = word.overflowing_add(m);
            let (sum, c2) = sum.overflowing_add(u64::from(over));
            *word = sum;
            over = c1 | c2;
        }
        return result;
    }
    let mut reduced = result;
    let mut borrow = false;
    for (word, &m) in reduced.iter_mut().zip(m) {
        let (difference, b1) = word.overflowing_sub(m);
        let (difference, b2) = difference.overflowing_sub(u64::from(borrow));
        *word = difference;
        borrow = b1 | b2;
    }
    if borrow { result } else { reduced }
}

/// The low 256 bits of a 320-bit two's complement number shifted right by 31.
fn shift_right(x: &[u64; 5]) -> Words {
    std::array::from_fn(|i| x[i] >> STEPS | x[i + 1] << (64 - STEPS))
}

#[cfg(test)]
mod tests {
    use super::modulo;
    use ark_bn254::{Fq, Fr};
    use ark_ff::{BigInt, Field, One, PrimeField, UniformRand};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    fn check<F: PrimeField<BigInt = BigInt<4>>>(x: F) {
        let inverse = modulo(x.into_bigint().0, F::MODULUS.0);
        assert_eq!(F::from_bigint(BigInt(inverse)), x.inverse(), "of {x}");
    }

    #[test]
    fn agrees_with_ark() {
        let rng = &mut ChaCha20Rng::seed_from_u64(5);
        for _ in 0..2_000 {
            check(Fq::rand(rng));
            check(Fr::rand(rng));
        }
        for k in 1..300u64 {
            for x in [
                Fq::from(k),
                -Fq::from(k),
                Fq::from(2u64).pow([k]),
                -Fq::from(2u64).pow([k]),
            ] {
                check(x);
                check(x - Fq::one() + Fq::from(u64::from(x.is_one())));
            }
        }
    }
}
