//! The unit in which points lie in memory.

use super::lanes::Words;
use zeroize::Zeroize;

/// Two field elements in one cache line, and in one AVX-512 register.
///
/// A point of G1 is the line (x, y); a point of G2 is the line of x followed by
/// that of y. The point at infinity is all zeros: (0, 0) is on neither curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub(super) struct Line(pub(super) [u64; 8]);

impl Line {
    pub(super) const ZERO: Self = Self([0; 8]);

    /// A line of two stored elements.
    pub(super) fn new(low: Words, high: Words) -> Self {
        let [a, b, c, d] = low;
        let [e, f, g, h] = high;
        Self([a, b, c, d, e, f, g, h])
    }

    /// The first element.
    #[inline(always)]
    pub(super) fn low(&self) -> Words {
        [self.0[0], self.0[1], self.0[2], self.0[3]]
    }

    /// The second element.
    #[inline(always)]
    pub(super) fn high(&self) -> Words {
        [self.0[4], self.0[5], self.0[6], self.0[7]]
    }
}

impl Default for Line {
    fn default() -> Self {
        Self::ZERO
    }
}

impl zeroize::DefaultIsZeroes for Line {}

/// Asks the CPU to bring `count` lines from `start` on into the first-level cache; lines that
/// do not exist are no error.
#[inline(always)]
pub(super) fn prefetch(lines: &[Line], start: usize, count: usize) {
    #[cfg(target_arch = "x86_64")]
    for index in start..start + count {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of x86-64, and a prefetch reads nothing, wherever it points.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(lines.as_ptr().wrapping_add(index).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (lines, start, count);
}

/// Overwrites secrets so that the compiler cannot leave the writes out.
pub(super) fn wipe(lines: &mut [Line]) {
    lines.zeroize();
}
