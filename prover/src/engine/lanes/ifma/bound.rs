//! The check that debug builds make after each operation.

use super::constants::LIMBS;
use super::instructions::{__m512i, constants, equal, less, or, shift_right, sub, zeros};
use super::layout::carry;

/// Panics unless every limb is below 2^52 and every lane at most `limit`.
#[inline(always)]
pub(super) fn assert_within(x: &[__m512i; LIMBS], limit: &[u64; LIMBS]) {
    // SAFETY: the CPU has AVX-512, by the argument of `instructions`.
    let within = unsafe { is_within(x, limit) };
    assert!(
        within,
        "an element is over its bound, or a limb over 52 bits"
    );
}

/// A function of its own: inlined at every operation it would fill most of a kernel.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512ifma")]
fn is_within(x: &[__m512i; LIMBS], limit: &[u64; LIMBS]) -> bool {
    let mut room = constants(*limit);
    let mut over = zeros();
    for j in 0..LIMBS {
        over = or(over, shift_right::<52>(x[j]));
        room[j] = sub(room[j], x[j]);
    }
    let negative = less(carry(room)[LIMBS - 1], zeros());
    equal(over, zeros()) == 0xff && negative == 0
}
