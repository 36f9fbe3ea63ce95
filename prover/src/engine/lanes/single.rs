//! One element per vector, in 64-bit words: the portable back end.

use super::{Lanes, RawField, Words};
use crate::engine::inverse;
use crate::engine::line::Line;

/// One element, always below p.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Single<F>(F);

/// Σ aₙ·bₙ for one or two products, with one Montgomery reduction (the CIOS form of Koç,
/// Acar and Kaliski, IEEE Micro 1996).
///
/// Inlined, two independent calls overlap, which the field library's function calls do
/// not. After each step t is below (N + 1)·p, and 3·p < 2^256 for both moduli; the top
/// word of t plus products is below 2^63, so its carries add up without overflow. The
/// result is below (N·p/2^256 + 1)·p < 2·p.
#[inline(always)]
fn sum_of_products<F: RawField, const N: usize>(a: [Single<F>; N], b: [Single<F>; N]) -> Single<F> {
    const { assert!(N == 1 || N == 2, "the bounds hold for one or two products") };
    let p = F::MODULUS_WORDS;
    let mut t = [0; 4];
    for i in 0..4 {
        let mut top = 0;
        for n in 0..N {
            let (a, b) = (a[n].0.to_raw(), b[n].0.to_raw()[i]);
            let mut carry = 0;
            for j in 0..4 {
                (t[j], carry) = multiply_add(t[j], a[j], b, carry);
            }
            top += carry;
        }
        let m = t[0].wrapping_mul(F::NEGATED_INVERSE);
        let (_, mut carry) = multiply_add(t[0], m, p[0], 0);
        for j in 1..4 {
            (t[j - 1], carry) = multiply_add(t[j], m, p[j], carry);
        }
        t[3] = top + carry;
    }
    let mut reduced = t;
    let mut borrow = false;
    for j in 0..4 {
        let (difference, b1) = t[j].overflowing_sub(p[j]);
        let (difference, b2) = difference.overflowing_sub(u64::from(borrow));
        reduced[j] = difference;
        borrow = b1 | b2;
    }
    Single(F::from_raw(if borrow { t } else { reduced }))
}

/// The low and high words of a + b·c + carry, which cannot overflow 128 bits.
#[inline(always)]
fn multiply_add(a: u64, b: u64, c: u64, carry: u64) -> (u64, u64) {
    let sum = u128::from(a) + u128::from(b) * u128::from(c) + u128::from(carry);
    (sum as u64, (sum >> 64) as u64)
}

impl<F: RawField> Lanes for Single<F> {
    type Field = F;
    const WIDTH: usize = 1;

    #[inline(always)]
    fn zero() -> Self {
        Self(F::zero())
    }
    #[inline(always)]
    fn splat(value: F) -> Self {
        Self(value)
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
    #[inline(always)]
    fn sub<const K: u64>(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
    #[inline(always)]
    fn mul_each<const N: usize>(a: &[Self; N], b: &[Self; N]) -> [Self; N] {
        let mut out = *a;
        for n in 0..N {
            out[n] = sum_of_products([a[n]], [b[n]]);
        }
        out
    }
    #[inline(always)]
    fn dot_each<const N: usize>(
        a: &[Self; N],
        b: &[Self; N],
        c: &[Self; N],
        d: &[Self; N],
    ) -> [Self; N] {
        let mut out = *a;
        for n in 0..N {
            out[n] = sum_of_products([a[n], c[n]], [b[n], d[n]]);
        }
        out
    }
    #[inline(always)]
    fn reduce<const K: u64>(self) -> Self {
        self
    }
    #[inline(always)]
    fn negate_where(self, mask: u8) -> Self {
        if mask & 1 == 1 { Self(-self.0) } else { self }
    }
    #[inline(always)]
    fn equal_lanes(self, other: Self) -> u8 {
        u8::from(self.0 == other.0)
    }
    #[inline(always)]
    fn zero_lanes(self) -> u8 {
        u8::from(self.0.is_zero())
    }
    #[inline(always)]
    fn select(mask: u8, yes: Self, no: Self) -> Self {
        if mask & 1 == 1 { yes } else { no }
    }
    #[inline(always)]
    fn swap(self, _distance: usize) -> Self {
        self
    }
    #[inline(always)]
    fn transpose(_block: &mut [Self]) {}

    #[inline(always)]
    fn from_field(values: &[F]) -> Self {
        Self(values[0])
    }
    #[inline(always)]
    fn raw_one() -> Self {
        Self(F::from_raw([1, 0, 0, 0]))
    }
    #[inline(always)]
    fn store_words(self, out: &mut [Words]) {
        out[0] = self.0.to_raw();
    }
    #[inline(always)]
    fn invert(self) -> Self {
        // raw = x·2^256, so its inverse as an integer is x⁻¹·2^−256; two
        // multiplications by 2^512 in Montgomery form bring back x⁻¹·2^256.
        let raw = inverse::modulo(self.0.to_raw(), F::MODULUS_WORDS);
        let r2 = F::from_raw(F::R2_WORDS);
        Self(F::from_raw(raw) * r2 * r2)
    }

    #[inline(always)]
    fn load_lines(lines: &[Line], at: &[u32]) -> (Self, Self) {
        let line = &lines[at[0] as usize];
        (
            Self(F::from_raw(line.low())),
            Self(F::from_raw(line.high())),
        )
    }
    #[inline(always)]
    fn load_low(lines: &[Line], at: &[u32]) -> Self {
        Self(F::from_raw(lines[at[0] as usize].low()))
    }
    #[inline(always)]
    fn store_lines(self, high: Self, lines: &mut [Line], at: &[u32], count: usize) {
        if count > 0 {
            lines[at[0] as usize] = Line::new(self.0.to_raw(), high.0.to_raw());
        }
    }

    #[inline(always)]
    fn spill(self, lines: &mut [Line], index: usize) {
        lines[index].0[..4].copy_from_slice(&self.0.to_raw());
    }
    #[inline(always)]
    fn unspill(lines: &[Line], index: usize) -> Self {
        Self(F::from_raw(lines[index].low()))
    }

    #[inline(always)]
    fn encode(value: F) -> Words {
        value.to_raw()
    }
    #[inline(always)]
    fn decode(words: Words) -> F {
        F::from_raw(words)
    }
}
