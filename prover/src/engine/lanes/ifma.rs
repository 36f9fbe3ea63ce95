//! Eight elements per vector: 52-bit limbs and the AVX-512 IFMA multiplier.
//!
//! Limb i of the eight elements sits in vector i, so that element lanes never
//! interact; R = 2^260. `vpmadd52` multiplies the low 52 bits of its operands and
//! adds the low or the high 52 bits of the product to a 64-bit accumulator
//! (Gueron and Krasnov, "Accelerating big integer arithmetic using Intel IFMA
//! extensions", ARITH 2016). A product needs 50 of them, its Montgomery
//! reduction 55.
//!
//! Between operations every limb is below 2^52, so the top limb holds what the
//! bound leaves (64·p < 2^260).
//!
//! - [`bound`]: the check of debug builds;
//! - [`constants`]: numbers in limbs at compile time;
//! - [`instructions`]: what is unsafe, with its argument;
//! - [`layout`]: words, limbs and lanes;
//! - [`product`]: products and their reduction.

mod bound;
mod constants;
mod instructions;
mod layout;
mod product;

use super::{Lanes, MAX_BOUND, RawField, Words, product_and_others};
use crate::engine::inverse;
use crate::engine::line::Line;
use bound::assert_within;
use constants::{Constants, LIMBS, multiple, power_of_two, split};
use instructions::{
    __m512i, add, blend, constants, equal, less, load, load_both, or, permute, shuffle, store, sub,
    sub_where, unpack_high, unpack_low, zeros,
};
use layout::{carry, limbs_to_words, transpose8, words_to_limbs};
use product::{
    accumulate, accumulate_cross, accumulate_squares, double_cross, montgomery, reduced_limbs,
};
use std::marker::PhantomData;

/// Eight elements of F.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Ifma<F>([__m512i; LIMBS], PhantomData<F>);

impl<F: RawField> Ifma<F> {
    #[inline(always)]
    fn new(limbs: [__m512i; LIMBS]) -> Self {
        Self(limbs, PhantomData)
    }

    /// In debug builds, panics unless limbs are normalised and the element is at most bound·p.
    #[inline(always)]
    fn assert_bound(self, bound: u64) -> Self {
        if cfg!(debug_assertions) {
            assert_within(&self.0, &multiple(F::MODULUS_WORDS, bound));
        }
        self
    }

    /// Subtracts K·p where that leaves a nonnegative number.
    #[inline(always)]
    fn subtract_multiple<const K: u64>(self) -> Self {
        let kp = constants(const { multiple(F::MODULUS_WORDS, K) });
        let mut t = self.0;
        for j in 0..LIMBS {
            t[j] = sub(t[j], kp[j]);
        }
        let t = carry(t);
        let negative = less(t[LIMBS - 1], zeros());
        Self::select(negative, self, Self::new(t))
    }

    #[inline(always)]
    fn from_words(w: [__m512i; 4]) -> Self {
        Self::new(words_to_limbs(w))
    }
}

impl<F: RawField> Lanes for Ifma<F> {
    type Field = F;
    const WIDTH: usize = 8;

    #[inline(always)]
    fn zero() -> Self {
        Self::new([zeros(); LIMBS])
    }

    #[inline(always)]
    fn splat(value: F) -> Self {
        Self::new(constants(split(Self::encode(value))))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let mut t = self.0;
        for j in 0..LIMBS {
            t[j] = add(t[j], other.0[j]);
        }
        Self::new(carry(t)).assert_bound(MAX_BOUND)
    }

    #[inline(always)]
    fn sub<const K: u64>(self, other: Self) -> Self {
        other.assert_bound(K);
        let kp = constants(const { multiple(F::MODULUS_WORDS, K) });
        let mut t = self.0;
        for j in 0..LIMBS {
            t[j] = sub(add(t[j], kp[j]), other.0[j]);
        }
        Self::new(carry(t)).assert_bound(MAX_BOUND)
    }

    #[inline(always)]
    fn mul_each<const N: usize>(a: &[Self; N], b: &[Self; N]) -> [Self; N] {
        let mut t = [[zeros(); 2 * LIMBS]; N];
        accumulate(&mut t, a, b);
        montgomery(t)
    }

    #[inline(always)]
    fn dot_each<const N: usize>(
        a: &[Self; N],
        b: &[Self; N],
        c: &[Self; N],
        d: &[Self; N],
    ) -> [Self; N] {
        let mut t = [[zeros(); 2 * LIMBS]; N];
        accumulate(&mut t, a, b);
        accumulate(&mut t, c, d);
        montgomery(t)
    }

    #[inline(always)]
    fn square_each<const N: usize>(a: &[Self; N]) -> [Self; N] {
        let mut t = [[zeros(); 2 * LIMBS]; N];
        accumulate_cross(&mut t, a);
        double_cross(&mut t);
        accumulate_squares(&mut t, a);
        montgomery(t)
    }

    #[inline(always)]
    fn sum_of_squares(a: Self, b: Self) -> Self {
        let mut t = [[zeros(); 2 * LIMBS]; 1];
        accumulate_cross(&mut t, &[a]);
        accumulate_cross(&mut t, &[b]);
        double_cross(&mut t);
        accumulate_squares(&mut t, &[a]);
        accumulate_squares(&mut t, &[b]);
        let [sum] = montgomery(t);
        sum
    }

    #[inline(always)]
    fn sub_ends(self, x1: Self, dx: Self) -> Self {
        x1.assert_bound(1);
        dx.assert_bound(2);
        // 2·x1 + dx = x1 + x2 + p, as `sub` added p to dx.
        let thrice_p = constants(const { multiple(F::MODULUS_WORDS, 3) });
        let mut t = self.0;
        for j in 0..LIMBS {
            let ends = add(add(x1.0[j], x1.0[j]), dx.0[j]);
            t[j] = sub(add(t[j], thrice_p[j]), ends);
        }
        Self::new(carry(t)).assert_bound(MAX_BOUND)
    }

    #[inline(always)]
    fn reduce<const K: u64>(self) -> Self {
        let mut x = self.assert_bound(K);
        if K > 32 {
            x = x.subtract_multiple::<32>();
        }
        if K > 16 {
            x = x.subtract_multiple::<16>();
        }
        if K > 8 {
            x = x.subtract_multiple::<8>();
        }
        if K > 4 {
            x = x.subtract_multiple::<4>();
        }
        if K > 2 {
            x = x.subtract_multiple::<2>();
        }
        x.subtract_multiple::<1>().assert_bound(1)
    }

    #[inline(always)]
    fn negate_where(self, mask: u8) -> Self {
        let p = constants(Constants::<F>::P);
        let mut t = self.0;
        for j in 0..LIMBS {
            t[j] = sub_where(t[j], mask, p[j], t[j]);
        }
        Self::new(carry(t)).assert_bound(1)
    }

    #[inline(always)]
    fn equal_lanes(self, other: Self) -> u8 {
        let mut mask = 0xff;
        for j in 0..LIMBS {
            mask &= equal(self.0[j], other.0[j]);
        }
        mask
    }

    #[inline(always)]
    fn zero_lanes(self) -> u8 {
        let mut any = self.0[0];
        for j in 1..LIMBS {
            any = or(any, self.0[j]);
        }
        equal(any, zeros())
    }

    #[inline(always)]
    fn select(mask: u8, yes: Self, no: Self) -> Self {
        let mut t = no.0;
        for j in 0..LIMBS {
            t[j] = blend(mask, no.0[j], yes.0[j]);
        }
        Self::new(t)
    }

    #[inline(always)]
    fn swap(self, distance: usize) -> Self {
        let d = distance as u64;
        let index = load(&[d, 1 ^ d, 2 ^ d, 3 ^ d, 4 ^ d, 5 ^ d, 6 ^ d, 7 ^ d]);
        let mut t = self.0;
        for j in 0..LIMBS {
            t[j] = permute(index, t[j]);
        }
        Self::new(t)
    }

    #[inline(always)]
    fn transpose(block: &mut [Self]) {
        for j in 0..LIMBS {
            let mut rows = [zeros(); 8];
            for i in 0..8 {
                rows[i] = block[i].0[j];
            }
            let rows = transpose8(rows);
            for i in 0..8 {
                block[i].0[j] = rows[i];
            }
        }
    }

    #[inline(always)]
    fn from_field(values: &[F]) -> Self {
        let mut columns = [[0; 8]; 4];
        for lane in 0..8 {
            let words = values[lane].to_raw();
            for i in 0..4 {
                columns[i][lane] = words[i];
            }
        }
        let raw = Self::from_words([
            load(&columns[0]),
            load(&columns[1]),
            load(&columns[2]),
            load(&columns[3]),
        ]);
        raw.mul(Self::new(constants(Constants::<F>::FROM_RAW)))
    }

    #[inline(always)]
    fn raw_one() -> Self {
        Self::new(constants([1, 0, 0, 0, 0]))
    }

    #[inline(always)]
    fn store_words(self, out: &mut [Words]) {
        let words = limbs_to_words(self.reduce::<2>().0);
        let mut columns = [[0; 8]; 4];
        for i in 0..4 {
            store(&mut columns[i], words[i]);
        }
        for lane in 0..8 {
            for i in 0..4 {
                out[lane][i] = columns[i][lane];
            }
        }
    }

    #[inline(always)]
    fn invert(self) -> Self {
        let (product, others) = product_and_others(self);
        // All lanes hold the same product: invert that of lane 0.
        let words = limbs_to_words(product.reduce::<2>().0);
        let mut column = [0; 8];
        let mut lane = [0; 4];
        for i in 0..4 {
            store(&mut column, words[i]);
            lane[i] = column[0];
        }
        let inverse = split(inverse::modulo(lane, F::MODULUS_WORDS));
        let inverse = Self::new(constants(inverse));
        let scale = Self::new(constants(Constants::<F>::FROM_INVERSE));
        inverse.mul(scale).mul(others)
    }

    #[inline(always)]
    unsafe fn load_lines(lines: &[Line], at: &[u32; 8]) -> (Self, Self) {
        let mut rows = [zeros(); 8];
        for lane in 0..8 {
            debug_assert!((at[lane] as usize) < lines.len());
            // SAFETY: the caller's.
            rows[lane] = load(unsafe { &lines.get_unchecked(at[lane] as usize).0 });
        }
        let w = transpose8(rows);
        (
            Self::from_words([w[0], w[1], w[2], w[3]]),
            Self::from_words([w[4], w[5], w[6], w[7]]),
        )
    }

    #[inline(always)]
    unsafe fn store_lines(self, high: Self, lines: &mut [Line], at: &[u32; 8], count: usize) {
        let low = limbs_to_words(self.assert_bound(1).0);
        let high = limbs_to_words(high.assert_bound(1).0);
        let rows = transpose8([
            low[0], low[1], low[2], low[3], high[0], high[1], high[2], high[3],
        ]);
        for lane in 0..8 {
            if lane < count {
                debug_assert!((at[lane] as usize) < lines.len());
                // SAFETY: the caller's.
                store(
                    unsafe { &mut lines.get_unchecked_mut(at[lane] as usize).0 },
                    rows[lane],
                );
            }
        }
    }

    type Products = [__m512i; 2 * LIMBS];
    /// A limb takes at most ten terms below 2^52 of each product, ten of the reduction and a
    /// carry: below 2^62 in all. The sum is below 100·p², so its reduction is below
    /// (100·0.0119 + 1)·p < 4·p.
    const MAX_PRODUCTS: usize = 100;
    #[inline(always)]
    fn no_products() -> Self::Products {
        [zeros(); 2 * LIMBS]
    }
    #[inline(always)]
    fn add_product(products: &mut Self::Products, a: Self, b: Self) {
        let mut t = [*products];
        accumulate(&mut t, &[a.assert_bound(1)], &[b.assert_bound(1)]);
        [*products] = t;
    }
    #[inline(always)]
    fn reduce_products(products: Self::Products) -> Self {
        let [sum] = reduced_limbs::<F, 1>([products]);
        Self::new(sum).assert_bound(4)
    }

    #[inline(always)]
    fn gather(elements: &[Words], at: &[u32; 8]) -> Self {
        let word = |lane: usize| &elements[at[lane] as usize];
        // Rows pair lanes (0, 2), (1, 3), (4, 6), (5, 7), which makes unpacking give
        // the words of lanes in order within blocks.
        let r0 = load_both(word(0), word(2));
        let r1 = load_both(word(1), word(3));
        let r2 = load_both(word(4), word(6));
        let r3 = load_both(word(5), word(7));
        // Blocks: [w0 of 0,1 | w2 of 0,1 | w0 of 2,3 | w2 of 2,3] and so on.
        let (even01, odd01) = (unpack_low(r0, r1), unpack_high(r0, r1));
        let (even45, odd45) = (unpack_low(r2, r3), unpack_high(r2, r3));
        Self::from_words([
            shuffle::<0x88>(even01, even45),
            shuffle::<0x88>(odd01, odd45),
            shuffle::<0xdd>(even01, even45),
            shuffle::<0xdd>(odd01, odd45),
        ])
    }
    #[inline(always)]
    fn scatter(self, elements: &mut [Words], at: &[u32; 8]) {
        let words = limbs_to_words(self.assert_bound(1).0);
        let mut columns = [[0; 8]; 4];
        for i in 0..4 {
            store(&mut columns[i], words[i]);
        }
        for lane in 0..8 {
            for i in 0..4 {
                elements[at[lane] as usize][i] = columns[i][lane];
            }
        }
    }

    #[inline(always)]
    fn spill(self, lines: &mut [Line], index: usize) {
        let lines = &mut lines[index * LIMBS..][..LIMBS];
        for j in 0..LIMBS {
            store(&mut lines[j].0, self.0[j]);
        }
    }
    #[inline(always)]
    fn unspill(lines: &[Line], index: usize) -> Self {
        let lines = &lines[index * LIMBS..][..LIMBS];
        let mut t = [zeros(); LIMBS];
        for j in 0..LIMBS {
            t[j] = load(&lines[j].0);
        }
        Self::new(t)
    }

    #[inline(always)]
    fn encode(value: F) -> Words {
        // x·2^260 is sixteen times x·2^256.
        value.double().double().double().double().to_raw()
    }

    #[inline(always)]
    fn decode(words: Words) -> F {
        // The words as they stand are 16 times the element; 2^252 is 1/16 there.
        F::from_raw(words) * F::from_raw(const { power_of_two(F::MODULUS_WORDS, 252) })
    }
}
