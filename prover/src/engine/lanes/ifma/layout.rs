//! Between words, limbs and lanes.

use super::constants::{LIMBS, MASK};
use super::instructions::{
    __m512i, add, and, constant, or, shift_left, shift_right, shift_right_signed, shuffle,
    unpack_high, unpack_low,
};

/// Transposes eight rows of eight 64-bit words.
#[inline(always)]
pub(super) fn transpose8(r: [__m512i; 8]) -> [__m512i; 8] {
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
pub(super) fn words_to_limbs(w: [__m512i; 4]) -> [__m512i; LIMBS] {
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
pub(super) fn limbs_to_words(l: [__m512i; LIMBS]) -> [__m512i; 4] {
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
pub(super) fn carry(mut t: [__m512i; LIMBS]) -> [__m512i; LIMBS] {
    let mask = constant(MASK);
    for i in 0..LIMBS - 1 {
        t[i + 1] = add(t[i + 1], shift_right_signed::<52>(t[i]));
        t[i] = and(t[i], mask);
    }
    t
}
