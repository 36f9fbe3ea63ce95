//! Additions and doublings of many affine points at once.
//!
//! An affine addition needs one field division. Dividing by many numbers takes
//! one inversion and three multiplications each (Montgomery's trick), so that an
//! addition in G1 costs six multiplications, half of a projective one. In G2 the
//! trick runs on norms, in the base field.
//!
//! - [`pairs`]: which points to add;
//! - [`inversions`]: one inversion for a chunk;
//! - [`double`]: doublings of many points.

mod double;
mod inversions;
mod pairs;
#[cfg(test)]
mod tests;

pub(super) use double::Double;
pub(super) use inversions::Scratch;
pub(super) use pairs::{NEGATIVE, Pairs};

use super::backend::Kernel;
use super::lanes::Lanes;
use super::line::{Line, prefetch};
use super::points::{Coordinate, Group};
use ark_bn254::{Fq, Fr};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use inversions::Inversions;
use pairs::{positions, signed_positions};
use std::marker::PhantomData;

/// Additions that share one inversion: their points and the scratch stay within
/// the second-level cache.
pub(super) const CHUNK: usize = 1024;

/// Vectors computed side by side in the second pass, to hide the latency of multiplications.
const ABREAST: usize = 4;

/// How far ahead of use points are fetched, in vectors.
const PREFETCH_DISTANCE: usize = 10;

/// The additions `destination[out] = ±left ± right`, of points of two sources.
pub(super) struct AddPairs<'a, G> {
    pub(super) left: &'a [Line],
    pub(super) right: &'a [Line],
    pub(super) destination: &'a mut [Line],
    pub(super) pairs: &'a mut Pairs,
    pub(super) scratch: &'a mut Scratch,
    pub(super) group: PhantomData<G>,
}

impl<G: Group> Kernel for AddPairs<'_, G> {
    type Output = ();

    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) {
        self.pairs.pad();
        for start in (0..self.pairs.count).step_by(CHUNK) {
            let chunk = Chunk::new(self.pairs, start);
            let batch = chunk.divisors::<G, Q>(self.left, self.right, self.scratch);
            chunk.add::<G, Q>(batch, &self.pairs.out, self.destination, self.scratch);
            for &index in &self.scratch.exceptions {
                let sum = add_exactly::<G, Q>(self.left, self.right, self.pairs, index);
                let out = self.pairs.out[index] as usize * G::LINES;
                G::encode::<Q>(&sum, &mut self.destination[out..out + G::LINES]);
            }
        }
    }
}

/// The additions `sums[out] += ±right`, of points of a source to different sums. The pairs'
/// left position is that of the sum, and `out` is not looked at.
pub(super) struct AddInto<'a, G> {
    pub(super) sums: &'a mut [Line],
    pub(super) source: &'a [Line],
    pub(super) pairs: &'a mut Pairs,
    pub(super) scratch: &'a mut Scratch,
    pub(super) group: PhantomData<G>,
}

impl<G: Group> Kernel for AddInto<'_, G> {
    /// The sums that are infinity now.
    type Output = Vec<u32>;

    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> Vec<u32> {
        self.pairs.pad();
        let mut emptied = Vec::new();
        for start in (0..self.pairs.count).step_by(CHUNK) {
            let chunk = Chunk::new(self.pairs, start);
            let batch = chunk.divisors::<G, Q>(self.sums, self.source, self.scratch);
            // Before the others overwrite the operands.
            let mut exceptions = Vec::new();
            for &index in &self.scratch.exceptions {
                let sum = add_exactly::<G, Q>(self.sums, self.source, self.pairs, index);
                exceptions.push((self.pairs.left[index], sum));
            }
            chunk.add::<G, Q>(batch, &self.pairs.left, self.sums, self.scratch);
            for (out, sum) in exceptions {
                let at = out as usize * G::LINES;
                G::encode::<Q>(&sum, &mut self.sums[at..at + G::LINES]);
                if sum.is_zero() {
                    emptied.push(out);
                }
            }
        }
        emptied
    }
}

/// Up to [`CHUNK`] additions.
struct Chunk<'a> {
    pairs: &'a Pairs,
    start: usize,
    count: usize,
}

impl<'a> Chunk<'a> {
    #[inline(always)]
    fn new(pairs: &'a Pairs, start: usize) -> Self {
        let count = CHUNK.min(pairs.count - start);
        Self {
            pairs,
            start,
            count,
        }
    }

    /// The first pass: loads the operands, keeps what the second one needs of them, and
    /// inverts the divisors together.
    #[inline(always)]
    fn divisors<G: Group, V: Lanes<Field = Fq>>(
        &self,
        left: &[Line],
        right: &[Line],
        scratch: &mut Scratch,
    ) -> Inversions<V> {
        scratch.exceptions.clear();
        self.check_positions::<V>(&self.pairs.left, left.len() / G::LINES);
        self.check_positions::<V>(&self.pairs.right, right.len() / G::LINES);
        let mut batch = Inversions::<V>::new();
        for index in 0..vectors::<V>(self.count) {
            let first = self.start + index * V::WIDTH;
            self.prefetch::<G, V>(left, right, first + PREFETCH_DISTANCE * V::WIDTH);
            let (left_at, left_signs) = signed_positions::<V>(&self.pairs.left, first);
            let (right_at, right_signs) = signed_positions::<V>(&self.pairs.right, first);
            // SAFETY: the positions were checked just before.
            let ((x1, y1), (x2, y2)) = unsafe {
                (
                    G::Coordinate::<V>::load(left, &left_at),
                    G::Coordinate::<V>::load(right, &right_at),
                )
            };
            let y1 = y1.negate_where(left_signs);
            let y2 = y2.negate_where(right_signs);
            // Equal x: a doubling or opposite points. Zero x: perhaps infinity.
            let unusual = x1.equal_lanes(x2) | x1.zero_lanes() | x2.zero_lanes();
            let dx = x2.sub::<1>(x1);
            let mut norm = dx.norm();
            if unusual != 0 {
                norm = V::select(unusual, V::splat(Fq::ONE), norm);
                for lane in 0..V::WIDTH {
                    if unusual >> lane & 1 == 1 && first + lane < self.start + self.count {
                        scratch.exceptions.push(first + lane);
                    }
                }
            }
            for (slot, value) in [x1, y1, dx, y2.sub::<1>(y1)].into_iter().enumerate() {
                value.spill(&mut scratch.operands, 4 * index + slot);
            }
            batch.push(index, norm, scratch);
        }
        batch.invert();
        batch
    }

    /// Panics unless there are points at all positions of the chunk. Looking at every
    /// position where it is used would cost more.
    #[inline(always)]
    fn check_positions<V: Lanes>(&self, column: &[u32], points: usize) {
        let mut largest = 0;
        for &position in &column[self.start..self.start + vectors::<V>(self.count) * V::WIDTH] {
            largest = largest.max(position & !NEGATIVE);
        }
        assert!((largest as usize) < points, "positions are those of points");
    }

    /// Brings operands into the first-level cache.
    #[inline(always)]
    fn prefetch<G: Group, V: Lanes<Field = Fq>>(
        &self,
        left: &[Line],
        right: &[Line],
        first: usize,
    ) {
        if first + V::WIDTH <= self.start + self.count {
            for lane in first..first + V::WIDTH {
                let position = |column: &[u32]| (column[lane] & !NEGATIVE) as usize * G::LINES;
                prefetch(left, position(&self.pairs.left), G::LINES);
                prefetch(right, position(&self.pairs.right), G::LINES);
            }
        }
    }

    /// The second pass: the sums themselves.
    #[inline(always)]
    fn add<G: Group, V: Lanes<Field = Fq>>(
        &self,
        mut batch: Inversions<V>,
        out: &[u32],
        destination: &mut [Line],
        scratch: &Scratch,
    ) {
        self.check_positions::<V>(out, destination.len() / G::LINES);
        let kept = |slot: usize| G::Coordinate::<V>::unspill(&scratch.operands, slot);
        let zero = G::Coordinate::<V>::zero();
        let (mut slope, mut x3, mut down) = ([zero; ABREAST], [zero; ABREAST], [zero; ABREAST]);
        for index in (0..vectors::<V>(self.count)).step_by(ABREAST).rev() {
            // Each step is done for all before the next one, so that they overlap.
            for k in (0..ABREAST).step_by(2) {
                let inverse_norms = batch.pop_both(index + k, scratch);
                let slot = 4 * (index + k);
                let (dx, dy) = (
                    [kept(slot + 2), kept(slot + 6)],
                    [kept(slot + 3), kept(slot + 7)],
                );
                [slope[k], slope[k + 1]] = G::Coordinate::<V>::divide_both(dy, dx, inverse_norms);
            }
            for k in (0..ABREAST).step_by(2) {
                let slot = 4 * (index + k);
                let (x1, dx) = (
                    [kept(slot), kept(slot + 4)],
                    [kept(slot + 2), kept(slot + 6)],
                );
                ([x3[k], x3[k + 1]], [down[k], down[k + 1]]) =
                    abscissae::<G, V>([slope[k], slope[k + 1]], x1, dx);
            }
            for k in (0..ABREAST).step_by(2) {
                let slot = 4 * (index + k);
                let y1 = [kept(slot + 1), kept(slot + 5)];
                let y3 = ordinates::<G, V>([slope[k], slope[k + 1]], [down[k], down[k + 1]], y1);
                for half in 0..2 {
                    let first = (index + k + half) * V::WIDTH;
                    let at = positions::<V>(out, self.start + first);
                    let live = self.count.saturating_sub(first);
                    let x3 = x3[k + half].reduce::<4>();
                    // SAFETY: the positions were checked above.
                    unsafe { G::Coordinate::<V>::store(x3, y3[half], destination, &at, live) };
                }
            }
        }
    }
}

/// Coordinates of two vectors of points.
type Both<G, V> = [<G as Group>::Coordinate<V>; 2];

/// x3, of bound 4, and x1 − x3, of bound 5, for the third point of the line of the given
/// slope that meets the curve at x1 and x1 + dx; bounds 2, 1 and 2.
#[inline(always)]
fn abscissae<G: Group, V: Lanes<Field = Fq>>(
    slope: Both<G, V>,
    x1: Both<G, V>,
    dx: Both<G, V>,
) -> (Both<G, V>, Both<G, V>) {
    let square = G::Coordinate::<V>::square_both(slope);
    let x3 = [
        square[0].sub_ends(x1[0], dx[0]),
        square[1].sub_ends(x1[1], dx[1]),
    ];
    (x3, [x1[0].sub::<4>(x3[0]), x1[1].sub::<4>(x3[1])])
}

/// The reflected ordinate, of bound 1, given x1 − x3.
#[inline(always)]
fn ordinates<G: Group, V: Lanes<Field = Fq>>(
    slope: Both<G, V>,
    down: Both<G, V>,
    y1: Both<G, V>,
) -> Both<G, V> {
    let product = G::Coordinate::<V>::mul_both::<5>(slope, down);
    // From bound 3.
    [
        product[0].sub::<1>(y1[0]).reduce::<4>(),
        product[1].sub::<1>(y1[1]).reduce::<4>(),
    ]
}

/// The complete addition, for the few pairs the affine formula cannot do.
#[inline(never)]
fn add_exactly<G: Group, V: Lanes<Field = Fq>>(
    left: &[Line],
    right: &[Line],
    pairs: &Pairs,
    index: usize,
) -> G::Affine {
    let point = |source: &[Line], position: u32| {
        let start = (position & !NEGATIVE) as usize * G::LINES;
        let point = G::decode::<V>(&source[start..start + G::LINES]).into_group();
        if position & NEGATIVE == 0 {
            point
        } else {
            -point
        }
    };
    (point(left, pairs.left[index]) + point(right, pairs.right[index])).into_affine()
}

/// Vectors that hold `count` lanes, a multiple of `ABREAST`.
#[inline(always)]
fn vectors<V: Lanes>(count: usize) -> usize {
    count.div_ceil(V::WIDTH).next_multiple_of(ABREAST)
}
