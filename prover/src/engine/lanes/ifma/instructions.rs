//! Single instructions as functions on vectors of 64-bit words.
//!
//! # Safety
//!
//! Intrinsics are unsafe to call because the CPU might lack them. What uses this module runs inside
//! kernels alone, and a kernel is instantiated with [`Ifma`](super::Ifma) only by
//! `backend::execute_ifma`, which is reached after detection.

use super::constants::LIMBS;
use crate::engine::lanes::Words;
pub(super) use std::arch::x86_64::__m512i;
use std::arch::x86_64::{
    __mmask8, _mm256_loadu_si256, _mm512_add_epi64, _mm512_and_si512, _mm512_castsi256_si512,
    _mm512_cmpeq_epi64_mask, _mm512_cmplt_epi64_mask, _mm512_inserti64x4, _mm512_loadu_si512,
    _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_blend_epi64, _mm512_mask_sub_epi64,
    _mm512_or_si512, _mm512_permutexvar_epi64, _mm512_set1_epi64, _mm512_setzero_si512,
    _mm512_shuffle_i64x2, _mm512_slli_epi64, _mm512_srai_epi64, _mm512_srli_epi64,
    _mm512_storeu_si512, _mm512_sub_epi64, _mm512_unpackhi_epi64, _mm512_unpacklo_epi64,
};

macro_rules! instructions {
    ($($name:ident = $intrinsic:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {
        $(
            #[inline(always)]
            pub(super) fn $name($($arg: $ty),*) -> $out {
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
pub(super) fn constant(x: u64) -> __m512i {
    set1(x as i64)
}

#[inline(always)]
pub(super) fn constants(x: [u64; LIMBS]) -> [__m512i; LIMBS] {
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
            pub(super) fn $name<const BITS: u32>(a: __m512i) -> __m512i {
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
pub(super) fn shuffle<const PATTERN: i32>(a: __m512i, b: __m512i) -> __m512i {
    // SAFETY: the CPU has the instruction, by the module's argument.
    unsafe { _mm512_shuffle_i64x2::<PATTERN>(a, b) }
}

#[inline(always)]
pub(super) fn load(from: &[u64; 8]) -> __m512i {
    // SAFETY: reads exactly the 64 bytes of the reference, at any alignment.
    unsafe { _mm512_loadu_si512(from.as_ptr().cast()) }
}

#[inline(always)]
pub(super) fn store(to: &mut [u64; 8], x: __m512i) {
    // SAFETY: writes exactly the 64 bytes of the reference, at any alignment.
    unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), x) }
}

/// Two elements side by side.
#[inline(always)]
pub(super) fn load_both(a: &Words, b: &Words) -> __m512i {
    // SAFETY: each load reads the 32 bytes of its reference.
    unsafe {
        let a = _mm256_loadu_si256(a.as_ptr().cast());
        let b = _mm256_loadu_si256(b.as_ptr().cast());
        _mm512_inserti64x4::<1>(_mm512_castsi256_si512(a), b)
    }
}
