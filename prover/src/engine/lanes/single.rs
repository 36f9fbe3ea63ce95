//! One element per vector, in 64-bit words: the portable back end.

use super::carry::{Multiplier, multiply_add};
use super::{Lanes, RawField, Words};
use crate::engine::inverse;
use crate::engine::line::Line;
use std::marker::PhantomData;

/// One element, below p or p itself.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Single<F, M>(F, PhantomData<M>);

// What follows has no branches: on random elements half of them would be mispredicted.

/// x − y and whether it borrows.
#[inline(always)]
fn difference(x: &Words, y: &Words) -> (Words, bool) {
    let mut out = [0; 4];
    let mut borrow = false;
    for j in 0..4 {
        let (d, b1) = x[j].overflowing_sub(y[j]);
        let (d, b2) = d.overflowing_sub(u64::from(borrow));
        out[j] = d;
        borrow = b1 | b2;
    }
    (out, borrow)
}

/// x + y, which must be below 2^256.
#[inline(always)]
fn sum(x: &Words, y: &Words) -> Words {
    let mut out = [0; 4];
    let mut carry = false;
    for j in 0..4 {
        let (s, c1) = x[j].overflowing_add(y[j]);
        let (s, c2) = s.overflowing_add(u64::from(carry));
        out[j] = s;
        carry = c1 | c2;
    }
    out
}

/// `yes` or `no`, word by word.
#[inline(always)]
fn choose(condition: bool, yes: &Words, no: &Words) -> Words {
    let mask = u64::from(condition).wrapping_neg();
    let mut out = [0; 4];
    for j in 0..4 {
        out[j] = no[j] ^ ((yes[j] ^ no[j]) & mask);
    }
    out
}

/// x − p where that is not negative.
#[inline(always)]
fn subtract_once<F: RawField>(x: Words) -> Words {
    let (reduced, borrow) = difference(&x, &F::MODULUS_WORDS);
    choose(borrow, &x, &reduced)
}

impl<F: RawField, M: Multiplier> Single<F, M> {
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

impl<F: RawField, M: Multiplier> Lanes for Single<F, M> {
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
        let sum = sum(self.0.words(), other.0.words());
        Self::new(F::from_raw(subtract_once::<F>(sum)))
    }
    #[inline(always)]
    fn sub<const K: u64>(self, other: Self) -> Self {
        let (difference, borrow) = difference(self.0.words(), other.0.words());
        let p = choose(borrow, &F::MODULUS_WORDS, &[0; 4]);
        Self::new(F::from_raw(sum(&difference, &p)))
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
        let mut carry = mask & 1;
        for j in 0..4 {
            let (s, c1) = (x[j] ^ mask).overflowing_add(p[j] & mask);
            let (s, c2) = s.overflowing_add(carry);
            out[j] = s;
            carry = u64::from(c1 | c2);
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
        let (a, b) = (a.0.to_raw(), b.0.to_raw());
        for i in 0..4 {
            let mut carry = 0;
            for j in 0..4 {
                (products[i + j], carry) = multiply_add(products[i + j], a[j], b[i], carry);
            }
            let mut k = i + 4;
            while k < 8 {
                let (sum, over) = products[k].overflowing_add(carry);
                products[k] = sum;
                carry = u64::from(over);
                k += 1;
            }
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
