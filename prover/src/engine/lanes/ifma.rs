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
//! # Safety
//!
//! Intrinsics are unsafe to call because the CPU might lack them. The methods of
//! [`Ifma`] run inside kernels alone, and a kernel is instantiated with this type
//! only by `backend::execute_ifma`, which is reached after detection. The
//! functions below that wrap one intrinsic each share this argument.

use super::{Lanes, MAX_BOUND, RawField, Words, product_and_others};
use crate::engine::inverse;
use crate::engine::line::Line;
use std::arch::x86_64::{
    __m512i, __mmask8, _mm256_loadu_si256, _mm512_add_epi64, _mm512_and_si512,
    _mm512_castsi256_si512, _mm512_cmpeq_epi64_mask, _mm512_cmplt_epi64_mask, _mm512_inserti64x4,
    _mm512_loadu_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_blend_epi64,
    _mm512_mask_sub_epi64, _mm512_or_si512, _mm512_permutexvar_epi64, _mm512_set1_epi64,
    _mm512_setzero_si512, _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srai_epi64,
    _mm512_srli_epi64, _mm512_storeu_si512, _mm512_sub_epi64, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi64,
};
use std::marker::PhantomData;

const LIMBS: usize = 5;
const MASK: u64 = (1 << 52) - 1;

/// Eight elements of F.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Ifma<F>([__m512i; LIMBS], PhantomData<F>);

// ---- constants, computed from the modulus at compile time ----

/// Splits 256 bits into 52-bit limbs.
const fn split(x: Words) -> [u64; LIMBS] {
    [
        x[0] & MASK,
        (x[0] >> 52 | x[1] << 12) & MASK,
        (x[1] >> 40 | x[2] << 24) & MASK,
        (x[2] >> 28 | x[3] << 36) & MASK,
        x[3] >> 16,
    ]
}

/// k·p in 52-bit limbs, for k ≤ 64.
const fn multiple(p: Words, k: u64) -> [u64; LIMBS] {
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
const fn negated_inverse(p: Words) -> u64 {
    let mut inverse = p[0]; // correct to three bits, as p is odd
    let mut i = 0;
    while i < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(p[0].wrapping_mul(inverse)));
        i += 1;
    }
    inverse.wrapping_neg() & MASK
}

/// 2^k mod p, by doubling.
const fn power_of_two(p: Words, k: u32) -> Words {
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
struct Constants<F>(PhantomData<F>);

impl<F: RawField> Constants<F> {
    const P: [u64; LIMBS] = split(F::MODULUS_WORDS);
    const NEGATED_INVERSE: u64 = negated_inverse(F::MODULUS_WORDS);
    /// Multiplying by it takes R = 2^256 to R = 2^260.
    const FROM_RAW: [u64; LIMBS] = split(power_of_two(F::MODULUS_WORDS, 264));
    /// Multiplying by it takes (x·R)⁻¹ as an integer to x⁻¹·R.
    const FROM_INVERSE: [u64; LIMBS] = split(power_of_two(F::MODULUS_WORDS, 780));
}

// ---- single instructions; see the module's safety argument ----

macro_rules! instructions {
    ($($name:ident = $intrinsic:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {
        $(
            #[inline(always)]
            fn $name($($arg: $ty),*) -> $out {
                // SAFETY: the CPU has the instruction, by the module's argument.
                unsafe { $intrinsic($($arg),*) }
            }
        )*
    };
}

instructions! {
    add = _mm512_add_epi64(a: __m512i, b: __m512i) -> __m512i;
    sub = _mm512_sub_epi64(a: __m512i, b: __m512i) -> __m512i;
    and = _mm512_and_si512(a: __m512i, b: __m512i) -> __m512i;
    or = _mm512_or_si512(a: __m512i, b: __m512i) -> __m512i;
    low_product = _mm512_madd52lo_epu64(sum: __m512i, a: __m512i, b: __m512i) -> __m512i;
    high_product = _mm512_madd52hi_epu64(sum: __m512i, a: __m512i, b: __m512i) -> __m512i;
    set1 = _mm512_set1_epi64(x: i64) -> __m512i;
    zeros = _mm512_setzero_si512() -> __m512i;
    blend = _mm512_mask_blend_epi64(mask: __mmask8, a: __m512i, b: __m512i) -> __m512i;
    sub_where = _mm512_mask_sub_epi64(src: __m512i, mask: __mmask8, a: __m512i, b: __m512i) -> __m512i;
    equal = _mm512_cmpeq_epi64_mask(a: __m512i, b: __m512i) -> __mmask8;
    less = _mm512_cmplt_epi64_mask(a: __m512i, b: __m512i) -> __mmask8;
    unpack_low = _mm512_unpacklo_epi64(a: __m512i, b: __m512i) -> __m512i;
    unpack_high = _mm512_unpackhi_epi64(a: __m512i, b: __m512i) -> __m512i;
    permute = _mm512_permutexvar_epi64(index: __m512i, a: __m512i) -> __m512i;
}

#[inline(always)]
fn constant(x: u64) -> __m512i {
    set1(x as i64)
}

#[inline(always)]
fn constants(x: [u64; LIMBS]) -> [__m512i; LIMBS] {
    [
        constant(x[0]),
        constant(x[1]),
        constant(x[2]),
        constant(x[3]),
        constant(x[4]),
    ]
}

macro_rules! shifts {
    ($($name:ident = $intrinsic:ident;)*) => {
        $(
            #[inline(always)]
            fn $name<const BITS: u32>(a: __m512i) -> __m512i {
                // SAFETY: the CPU has the instruction, by the module's argument.
                unsafe { $intrinsic::<BITS>(a) }
            }
        )*
    };
}

shifts! {
    shift_left = _mm512_slli_epi64;
    shift_right = _mm512_srli_epi64;
    shift_right_signed = _mm512_srai_epi64;
}

#[inline(always)]
fn shuffle<const PATTERN: i32>(a: __m512i, b: __m512i) -> __m512i {
    // SAFETY: the CPU has the instruction, by the module's argument.
    unsafe { _mm512_shuffle_i64x2::<PATTERN>(a, b) }
}

#[inline(always)]
fn load(from: &[u64; 8]) -> __m512i {
    // SAFETY: reads exactly the 64 bytes of the reference, at any alignment.
    unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
}

#[inline(always)]
fn store(to: &mut [u64; 8], x: __m512i) {
    // SAFETY: writes exactly the 64 bytes of the reference, at any alignment.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), x) }
}

/// Two elements side by side.
#[inline(always)]
fn load_both(a: &Words, b: &Words) -> __m512i {
    // SAFETY: each load reads the 32 bytes of its reference.
    unsafe {
        let a = _mm256_loadu_si256(a.as_ptr().cast());
        let b = _mm256_loadu_si256(b.as_ptr().cast());
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(a), b)
    }
}

/// Transposes eight rows of eight 64-bit words.
#[inline(always)]
fn transpose8(r: [__m512i; 8]) -> [__m512i; 8] {
    // Words of one 128-bit block of two neighbouring rows …
    let t0 = unpack_low(r[0], r[1]);
    let t1 = unpack_high(r[0], r[1]);
    let t2 = unpack_low(r[2], r[3]);
    let t3 = unpack_high(r[2], r[3]);
    let t4 = unpack_low(r[4], r[5]);
    let t5 = unpack_high(r[4], r[5]);
    let t6 = unpack_low(r[6], r[7]);
    let t7 = unpack_high(r[6], r[7]);
    // … then the blocks themselves, as a 4 × 4 transpose: first even and odd blocks
    // of rows 0–3 and 4–7, then their halves.
    let u0 = shuffle::<0x88>(t0, t2);
    let u1 = shuffle::<0x88>(t1, t3);
    let u2 = shuffle::<0xdd>(t0, t2);
    let u3 = shuffle::<0xdd>(t1, t3);
    let u4 = shuffle::<0x88>(t4, t6);
    let u5 = shuffle::<0x88>(t5, t7);
    let u6 = shuffle::<0xdd>(t4, t6);
    let u7 = shuffle::<0xdd>(t5, t7);
    [
        shuffle::<0x88>(u0, u4),
        shuffle::<0x88>(u1, u5),
        shuffle::<0x88>(u2, u6),
        shuffle::<0x88>(u3, u7),
        shuffle::<0xdd>(u0, u4),
        shuffle::<0xdd>(u1, u5),
        shuffle::<0xdd>(u2, u6),
        shuffle::<0xdd>(u3, u7),
    ]
}

/// Four vectors of words to five of 52-bit limbs.
#[inline(always)]
fn words_to_limbs(w: [__m512i; 4]) -> [__m512i; LIMBS] {
    let mask = constant(MASK);
    [
        and(w[0], mask),
        and(or(shift_right::<52>(w[0]), shift_left::<12>(w[1])), mask),
        and(or(shift_right::<40>(w[1]), shift_left::<24>(w[2])), mask),
        and(or(shift_right::<28>(w[2]), shift_left::<36>(w[3])), mask),
        shift_right::<16>(w[3]),
    ]
}

/// The inverse of `words_to_limbs`, for limbs below 2^52 of a number below 2^256.
#[inline(always)]
fn limbs_to_words(l: [__m512i; LIMBS]) -> [__m512i; 4] {
    [
        or(l[0], shift_left::<52>(l[1])),
        or(shift_right::<12>(l[1]), shift_left::<40>(l[2])),
        or(shift_right::<24>(l[2]), shift_left::<28>(l[3])),
        or(shift_right::<36>(l[3]), shift_left::<16>(l[4])),
    ]
}

/// Propagates carries, also negative ones, so that all limbs but the top one are
/// in [0, 2^52); the number must be nonnegative and below 2^260.
#[inline(always)]
fn carry(mut t: [__m512i; LIMBS]) -> [__m512i; LIMBS] {
    let mask = constant(MASK);
    for i in 0..LIMBS - 1 {
        t[i + 1] = add(t[i + 1], shift_right_signed::<52>(t[i]));
        t[i] = and(t[i], mask);
    }
    t
}

/// N products before reduction; limb k counts 2^(52k).
type Products<const N: usize> = [[__m512i; 2 * LIMBS]; N];

/// t += a·b, limb by limb without carries.
///
/// The N products are independent of each other and their instructions alternate,
/// because one alone spends most of its time waiting for the multiplier's latency.
#[inline(always)]
fn accumulate<F: RawField, const N: usize>(
    t: &mut Products<N>,
    a: &[Ifma<F>; N],
    b: &[Ifma<F>; N],
) {
    for i in 0..LIMBS {
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j] = low_product(t[n][i + j], a[n].0[j], b[n].0[i]);
            }
        }
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j + 1] = high_product(t[n][i + j + 1], a[n].0[j], b[n].0[i]);
            }
        }
    }
}

/// t += 2·(the products of two different limbs of a), by 20 multiplications; the caller
/// adds the squares of limbs.
#[inline(always)]
fn accumulate_cross<F: RawField, const N: usize>(t: &mut Products<N>, a: &[Ifma<F>; N]) {
    for i in 0..LIMBS {
        for j in i + 1..LIMBS {
            for n in 0..N {
                t[n][i + j] = low_product(t[n][i + j], a[n].0[j], a[n].0[i]);
                t[n][i + j + 1] = high_product(t[n][i + j + 1], a[n].0[j], a[n].0[i]);
            }
        }
    }
}

/// Doubles the cross products, the limbs 1 to 8.
#[inline(always)]
fn double_cross<const N: usize>(t: &mut Products<N>) {
    for k in 1..2 * LIMBS - 1 {
        for n in 0..N {
            t[n][k] = add(t[n][k], t[n][k]);
        }
    }
}

/// t += the squares of the limbs of a.
#[inline(always)]
fn accumulate_squares<F: RawField, const N: usize>(t: &mut Products<N>, a: &[Ifma<F>; N]) {
    for i in 0..LIMBS {
        for n in 0..N {
            t[n][2 * i] = low_product(t[n][2 * i], a[n].0[i], a[n].0[i]);
            t[n][2 * i + 1] = high_product(t[n][2 * i + 1], a[n].0[i], a[n].0[i]);
        }
    }
}

/// Montgomery's reduction: t/2^260 modulo p, normalised.
///
/// Step i adds the multiple of p that clears limb i. A limb takes at most ten
/// terms of each product accumulated, ten of the multiples of p, each below 2^52,
/// and one carry below 2^12: with two products below 31·2^52 < 2^57.
#[inline(always)]
fn montgomery<F: RawField, const N: usize>(t: Products<N>) -> [Ifma<F>; N] {
    let limbs = reduced_limbs::<F, N>(t);
    let mut out = [Ifma::new([zeros(); LIMBS]); N];
    for n in 0..N {
        out[n] = Ifma::new(limbs[n]).assert_bound(2);
    }
    out
}

/// The limbs of Montgomery's reduction, whose bound depends on what was added up.
#[inline(always)]
fn reduced_limbs<F: RawField, const N: usize>(mut t: Products<N>) -> [[__m512i; LIMBS]; N] {
    let p = constants(Constants::<F>::P);
    let negated_inverse = constant(Constants::<F>::NEGATED_INVERSE);
    let mut m = [zeros(); N];
    for i in 0..LIMBS {
        for n in 0..N {
            m[n] = low_product(zeros(), t[n][i], negated_inverse);
        }
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j] = low_product(t[n][i + j], m[n], p[j]);
            }
        }
        for j in 0..LIMBS {
            for n in 0..N {
                t[n][i + j + 1] = high_product(t[n][i + j + 1], m[n], p[j]);
            }
        }
        for n in 0..N {
            t[n][i + 1] = add(t[n][i + 1], shift_right::<52>(t[n][i]));
        }
    }
    let mask = constant(MASK);
    for i in LIMBS..2 * LIMBS - 1 {
        for n in 0..N {
            t[n][i + 1] = add(t[n][i + 1], shift_right::<52>(t[n][i]));
            t[n][i] = and(t[n][i], mask);
        }
    }
    let mut out = [[zeros(); LIMBS]; N];
    for n in 0..N {
        out[n] = [t[n][5], t[n][6], t[n][7], t[n][8], t[n][9]];
    }
    out
}

impl<F: RawField> Ifma<F> {
    #[inline(always)]
    fn new(limbs: [__m512i; LIMBS]) -> Self {
        Self(limbs, PhantomData)
    }

    /// The engine's own tests, built with debug assertions, check that limbs are normalised and the
    /// bound holds. Elsewhere the check would cost more than all the arithmetic.
    #[inline(always)]
    fn assert_bound(self, bound: u64) -> Self {
        #[cfg(all(test, debug_assertions))]
        self.check_bound(bound);
        #[cfg(not(all(test, debug_assertions)))]
        let _ = bound;
        self
    }

    #[cfg(all(test, debug_assertions))]
    #[inline(never)]
    fn check_bound(&self, bound: u64) {
        assert!(bound <= MAX_BOUND, "bound {bound} is over the limit");
        let mut limbs = [[0; 8]; LIMBS];
        for (out, &limb) in limbs.iter_mut().zip(&self.0) {
            store(out, limb);
        }
        let limit = multiple(F::MODULUS_WORDS, bound);
        for lane in 0..8 {
            let value: [u64; LIMBS] = std::array::from_fn(|i| limbs[i][lane]);
            assert!(value.iter().all(|&limb| limb <= MASK), "limb over 52 bits");
            assert!(
                value.iter().rev().le(limit.iter().rev()),
                "element over {bound} p"
            );
        }
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
