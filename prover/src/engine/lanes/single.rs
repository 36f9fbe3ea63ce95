//! One element per vector, in 64-bit words: the portable back end.

use super::carry::{Arithmetic, choose, multiply_add, subtract_once};
use super::{Lanes, RawField, Words};
use crate::engine::inverse;
use crate::engine::line::Line;
use std::marker::PhantomData;

/// One element, below p or p itself.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Single<F, M>(F, PhantomData<M>);

impl<F: RawField, M: Arithmetic> Single<F, M> {
    #[inline(always)]
    fn new(value: F) -> Self {
        Self(value, PhantomData)
    }

    #[inline(always)]
    fn sum_of_products<const N: usize>(a: [&Self; N], b: [&Self; N]) -> Self {
        let a = a.map(|x| x.0.words());
        let b = b.map(|x| x.0.words());
        Self::new(F::from_raw(subtract_once::<F>(M::sum_of_products::<F, N>(
            a, b,
        ))))
    }
}

impl<F: RawField, M: Arithmetic> Lanes for Single<F, M> {
    type Field = F;
    const WIDTH: usize = 1;

    #[inline(always)]
    fn zero() -> Self {
        Self::new(F::zero())
    }
    #[inline(always)]
    fn splat(value: F) -> Self {
        Self::new(value)
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self::new(F::from_raw(M::add::<F>(self.0.words(), other.0.words())))
    }
    #[inline(always)]
    fn sub<const K: u64>(self, other: Self) -> Self {
        Self::new(F::from_raw(M::sub::<F>(self.0.words(), other.0.words())))
    }
    #[inline(always)]
    fn mul_each<const N: usize>(a: &[Self; N], b: &[Self; N]) -> [Self; N] {
        let mut out = *a;
        for n in 0..N {
            out[n] = Self::sum_of_products([&a[n]], [&b[n]]);
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
            out[n] = Self::sum_of_products([&a[n], &c[n]], [&b[n], &d[n]]);
        }
        out
    }
    #[inline(always)]
    fn reduce<const K: u64>(self) -> Self {
        self
    }
    #[inline(always)]
    fn negate_where(self, mask: u8) -> Self {
        // p − x = p + (2^256 − 1 − x) + 1 modulo 2^256.
        let mask = u64::from(mask & 1).wrapping_neg();
        let (x, p) = (self.0.words(), &F::MODULUS_WORDS);
        let mut out = [0; 4];
        let mut carry = u128::from(mask & 1);
        for j in 0..4 {
            let sum = u128::from(x[j] ^ mask) + u128::from(p[j] & mask) + carry;
            out[j] = sum as u64;
            carry = sum >> 64;
        }
        Self::new(F::from_raw(out))
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
        Self::new(F::from_raw(choose(
            mask & 1 == 1,
            yes.0.words(),
            no.0.words(),
        )))
    }
    #[inline(always)]
    fn swap(self, _distance: usize) -> Self {
        self
    }
    #[inline(always)]
    fn transpose(_block: &mut [Self]) {}

    #[inline(always)]
    fn from_field(values: &[F]) -> Self {
        Self::new(values[0])
    }
    #[inline(always)]
    fn raw_one() -> Self {
        Self::new(F::from_raw([1, 0, 0, 0]))
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
        Self::new(F::from_raw(raw) * r2 * r2)
    }

    #[inline(always)]
    unsafe fn load_lines(lines: &[Line], at: &[u32; 8]) -> (Self, Self) {
        let line = &lines[at[0] as usize];
        (
            Self::new(F::from_raw(line.low())),
            Self::new(F::from_raw(line.high())),
        )
    }
    #[inline(always)]
    unsafe fn store_lines(self, high: Self, lines: &mut [Line], at: &[u32; 8], count: usize) {
        if count > 0 {
            lines[at[0] as usize] = Line::new(self.0.to_raw(), high.0.to_raw());
        }
    }

    type Products = [u64; 8];
    /// 16·p² < 2^512.
    const MAX_PRODUCTS: usize = 16;
    #[inline(always)]
    fn no_products() -> Self::Products {
        [0; 8]
    }
    #[inline(always)]
    fn add_product(products: &mut Self::Products, a: Self, b: Self) {
        let (a, b) = (a.0.words(), b.0.words());
        let mut product = [0; 8];
        for i in 0..4 {
            let mut carry = 0;
            for j in 0..4 {
                (product[i + j], carry) = multiply_add(product[i + j], a[j], b[i], carry);
            }
            product[i + 4] = carry;
        }
        let mut carry = 0;
        for k in 0..8 {
            let sum = u128::from(products[k]) + u128::from(product[k]) + carry;
            products[k] = sum as u64;
            carry = sum >> 64;
        }
    }
    #[inline(always)]
    fn reduce_products(mut t: Self::Products) -> Self {
        let p = F::MODULUS_WORDS;
        for i in 0..4 {
            let m = t[i].wrapping_mul(F::NEGATED_INVERSE);
            let mut carry = 0;
            for j in 0..4 {
                (t[i + j], carry) = multiply_add(t[i + j], m, p[j], carry);
            }
            let mut k = i + 4;
            while k < 8 {
                let (sum, over) = t[k].overflowing_add(carry);
                t[k] = sum;
                carry = u64::from(over);
                k += 1;
            }
        }
        // Below (16·p²)/2^256 + p < 5·p < 2^256.
        let mut x = [t[4], t[5], t[6], t[7]];
        for _ in 0..4 {
            x = subtract_once::<F>(x);
        }
        Self::new(F::from_raw(x))
    }

    #[inline(always)]
    fn gather(elements: &[Words], at: &[u32; 8]) -> Self {
        Self::new(F::from_raw(elements[at[0] as usize]))
    }
    #[inline(always)]
    fn scatter(self, elements: &mut [Words], at: &[u32; 8]) {
        elements[at[0] as usize] = self.0.to_raw();
    }

    #[inline(always)]
    fn spill(self, lines: &mut [Line], index: usize) {
        lines[index / 2].0[index % 2 * 4..][..4].copy_from_slice(&self.0.to_raw());
    }
    #[inline(always)]
    fn unspill(lines: &[Line], index: usize) -> Self {
        let line = &lines[index / 2];
        Self::new(F::from_raw(if index.is_multiple_of(2) {
            line.low()
        } else {
            line.high()
        }))
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
