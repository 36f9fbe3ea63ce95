//! Which points to add to which.

use super::ABREAST;
use crate::engine::lanes::Lanes;
use zeroize::Zeroize;

/// Set in a position to subtract the point that lies there.
pub(in crate::engine) const NEGATIVE: u32 = 1 << 31;

/// The additions `destination[out] = ±source[left] ± source[right]`; positions count
/// points and have [`NEGATIVE`] set for a minus. Kept by column, as vectors take them.
#[derive(Default)]
pub(in crate::engine) struct Pairs {
    pub(super) left: Vec<u32>,
    pub(super) right: Vec<u32>,
    pub(super) out: Vec<u32>,
    pub(super) count: usize,
}

impl Pairs {
    /// Forgets all pairs and makes room for `count` new ones.
    pub(in crate::engine) fn start(&mut self, count: usize) {
        let room = count.next_multiple_of(8 * ABREAST);
        for column in [&mut self.left, &mut self.right, &mut self.out] {
            if column.len() < room {
                column.resize(room, 0);
            }
        }
        self.count = 0;
    }

    /// How many there are.
    pub(in crate::engine) fn len(&self) -> usize {
        self.count
    }

    /// Appends a pair, of at most as many as `start` was told.
    #[inline(always)]
    pub(in crate::engine) fn push(&mut self, left: u32, right: u32, out: u32) {
        self.left[self.count] = left;
        self.right[self.count] = right;
        self.out[self.count] = out;
        self.count += 1;
    }

    /// Appends the addition of a point to a sum, which is the left operand and the result.
    #[inline(always)]
    pub(in crate::engine) fn push_into(&mut self, sum: u32, right: u32) {
        self.left[self.count] = sum;
        self.right[self.count] = right;
        self.count += 1;
    }

    /// Repeats the last pair until whole steps of vectors are filled.
    pub(super) fn pad(&mut self) {
        if self.count > 0 {
            let end = self.count.next_multiple_of(8 * ABREAST);
            for column in [&mut self.left, &mut self.right, &mut self.out] {
                let last = column[self.count - 1];
                column[self.count..end].fill(last);
            }
        }
    }
}

impl Drop for Pairs {
    fn drop(&mut self) {
        self.left.zeroize();
        self.right.zeroize();
        self.out.zeroize();
    }
}

/// The positions of one vector, without signs.
#[inline(always)]
pub(super) fn positions<V: Lanes>(column: &[u32], first: usize) -> [u32; 8] {
    let column = &column[first..first + V::WIDTH];
    let mut at = [0; 8];
    for lane in 0..V::WIDTH {
        at[lane] = column[lane] & !NEGATIVE;
    }
    at
}

/// The positions of one vector, and the mask of those with a minus.
#[inline(always)]
pub(super) fn signed_positions<V: Lanes>(column: &[u32], first: usize) -> ([u32; 8], u8) {
    let at = positions::<V>(column, first);
    let column = &column[first..first + V::WIDTH];
    let mut signs = 0;
    for lane in 0..V::WIDTH {
        signs |= ((column[lane] >> 31) as u8) << lane;
    }
    (at, signs)
}
