//! Additions and doublings of many affine points at once.
//!
//! An affine addition needs one field division. Dividing by many numbers takes
//! one inversion and three multiplications each (Montgomery's trick), so that an
//! addition in G1 costs six multiplications, half of a projective one. In G2 the
//! trick runs on norms, in the base field.

use super::backend::Kernel;
use super::lanes::Lanes;
use super::line::{Line, prefetch};
use super::points::{Coordinate, Group};
use ark_bn254::{Fq, Fr};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::Field;
use std::marker::PhantomData;
use zeroize::Zeroize;

/// Set in a position to subtract the point that lies there.
pub(super) const NEGATIVE: u32 = 1 << 31;

/// Additions that share one inversion: their points and the scratch stay within
/// the second-level cache.
pub(super) const CHUNK: usize = 1024;

/// Running products kept side by side, to hide the latency of multiplications.
const CHAINS: usize = 4;

/// Vectors computed side by side in the second pass, for the same reason.
const ABREAST: usize = 4;

/// How far ahead of use points are fetched, in vectors.
const PREFETCH_DISTANCE: usize = 10;

/// The additions `destination[out] = ±source[left] ± source[right]`; positions count
/// points and have [`NEGATIVE`] set for a minus. Kept by column, as vectors take them.
#[derive(Default)]
pub(super) struct Pairs {
    left: Vec<u32>,
    right: Vec<u32>,
    out: Vec<u32>,
    count: usize,
}

impl Pairs {
    /// Forgets all pairs and makes room for `count` new ones.
    pub(super) fn start(&mut self, count: usize) {
        let room = count.next_multiple_of(8 * ABREAST);
        for column in [&mut self.left, &mut self.right, &mut self.out] {
            if column.len() < room {
                column.resize(room, 0);
            }
        }
        self.count = 0;
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Appends a pair, of at most as many as `start` was told.
    #[inline(always)]
    pub(super) fn push(&mut self, left: u32, right: u32, out: u32) {
        self.left[self.count] = left;
        self.right[self.count] = right;
        self.out[self.count] = out;
        self.count += 1;
    }

    /// Appends the addition of a point to a sum, which is the left operand and the result.
    #[inline(always)]
    pub(super) fn push_into(&mut self, sum: u32, right: u32) {
        self.left[self.count] = sum;
        self.right[self.count] = right;
        self.count += 1;
    }

    /// Repeats the last pair until whole steps of vectors are filled.
    fn pad(&mut self) {
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

/// What the first pass over a chunk leaves for the second; holds secrets, so it is wiped on
/// drop.
pub(super) struct Scratch {
    norms: Vec<Line>,
    products: Vec<Line>,
    operands: Vec<Line>,
    exceptions: Vec<usize>,
}

/// Lines that hold what is kept of one addition in G2; G1 needs half.
const OPERAND_LINES: usize = 8;

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            norms: vec![Line::ZERO; CHUNK],
            products: vec![Line::ZERO; CHUNK],
            operands: vec![Line::ZERO; CHUNK * OPERAND_LINES],
            exceptions: Vec::new(),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        super::line::wipe(&mut self.norms);
        super::line::wipe(&mut self.products);
        super::line::wipe(&mut self.operands);
    }
}

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

/// The positions of one vector, without signs.
#[inline(always)]
fn positions<V: Lanes>(column: &[u32], first: usize) -> [u32; 8] {
    let column = &column[first..first + V::WIDTH];
    let mut at = [0; 8];
    for lane in 0..V::WIDTH {
        at[lane] = column[lane] & !NEGATIVE;
    }
    at
}

/// The positions of one vector, and the mask of those with a minus.
#[inline(always)]
fn signed_positions<V: Lanes>(column: &[u32], first: usize) -> ([u32; 8], u8) {
    let at = positions::<V>(column, first);
    let column = &column[first..first + V::WIDTH];
    let mut signs = 0;
    for lane in 0..V::WIDTH {
        signs |= ((column[lane] >> 31) as u8) << lane;
    }
    (at, signs)
}

/// Vectors that hold `count` lanes, a multiple of `ABREAST`.
#[inline(always)]
fn vectors<V: Lanes>(count: usize) -> usize {
    count.div_ceil(V::WIDTH).next_multiple_of(ABREAST)
}

/// Montgomery's trick over vectors: `push` each number in order, `invert` once,
/// then `pop` the inverses in reverse.
struct Inversions<V> {
    running: [V; CHAINS],
}

impl<V: Lanes> Inversions<V> {
    #[inline(always)]
    fn new() -> Self {
        Self {
            running: [V::splat(V::Field::ONE); CHAINS],
        }
    }

    #[inline(always)]
    fn push(&mut self, index: usize, number: V, scratch: &mut Scratch) {
        let running = &mut self.running[index % CHAINS];
        number.spill(&mut scratch.norms, index);
        running.spill(&mut scratch.products, index);
        *running = running.mul(number);
    }

    #[inline(always)]
    fn invert(&mut self) {
        let [a, b, c, d] = self.running;
        let (ab, cd) = (a.mul(b), c.mul(d));
        let inverse = ab.mul(cd).invert();
        let (inverse_ab, inverse_cd) = (inverse.mul(cd), inverse.mul(ab));
        self.running = [
            inverse_ab.mul(b),
            inverse_ab.mul(a),
            inverse_cd.mul(d),
            inverse_cd.mul(c),
        ];
    }

    /// The inverses of numbers `index` and `index + 1`, for even `index`.
    #[inline(always)]
    fn pop_both(&mut self, index: usize, scratch: &Scratch) -> [V; 2] {
        let chain = index % CHAINS;
        let running = [self.running[chain], self.running[chain + 1]];
        let products = [
            V::unspill(&scratch.products, index),
            V::unspill(&scratch.products, index + 1),
        ];
        let norms = [
            V::unspill(&scratch.norms, index),
            V::unspill(&scratch.norms, index + 1),
        ];
        [self.running[chain], self.running[chain + 1]] = V::mul_each(&running, &norms);
        V::mul_each(&running, &products)
    }
}

/// Doubles points `times` times: `points[i] = 2^times · points[i]`.
pub(super) struct Double<'a, G> {
    pub(super) points: &'a mut [Line],
    pub(super) times: usize,
    pub(super) scratch: &'a mut Scratch,
    pub(super) group: PhantomData<G>,
}

impl<G: Group> Kernel for Double<'_, G> {
    type Output = ();

    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) {
        for chunk in self.points.chunks_mut(CHUNK * G::LINES) {
            for _ in 0..self.times {
                double_chunk::<G, Q>(chunk, self.scratch);
            }
        }
    }
}

#[inline(always)]
fn double_chunk<G: Group, V: Lanes<Field = Fq>>(points: &mut [Line], scratch: &mut Scratch) {
    let count = points.len() / G::LINES;
    let groups = vectors::<V>(count);
    let mut batch = Inversions::<V>::new();
    for group in 0..groups {
        let (at, _) = consecutive::<V>(group, count);
        // SAFETY: `consecutive` gives positions below `count`.
        let (_, y) = unsafe { G::Coordinate::<V>::load(points, &at) };
        let infinite = y.zero_lanes(); // no point of odd order has y = 0
        let norm = y.add(y).norm();
        let norm = V::select(infinite, V::splat(Fq::ONE), norm);
        batch.push(group, norm, scratch);
    }
    batch.invert();
    for first in (0..groups).step_by(2).rev() {
        let inverse_norms = batch.pop_both(first, scratch);
        let zero = G::Coordinate::<V>::zero();
        let (mut x, mut y, mut twice_y) = ([zero; 2], [zero; 2], [zero; 2]);
        for k in 0..2 {
            let (at, _) = consecutive::<V>(first + k, count);
            // SAFETY: as above.
            (x[k], y[k]) = unsafe { G::Coordinate::<V>::load(points, &at) };
            twice_y[k] = y[k].add(y[k]);
        }
        let mut numerator = G::Coordinate::<V>::square_both(x);
        for k in 0..2 {
            numerator[k] = numerator[k].add(numerator[k]).add(numerator[k]); // bound 6
        }
        let slope = G::Coordinate::<V>::divide_both(numerator, twice_y, inverse_norms);
        // The line touches the curve at x twice.
        let dx = [x[0].sub::<1>(x[0]), x[1].sub::<1>(x[1])];
        let (x3, down) = abscissae::<G, V>(slope, x, dx);
        let y3 = ordinates::<G, V>(slope, down, y);
        for k in 0..2 {
            let (at, live) = consecutive::<V>(first + k, count);
            let infinite = y[k].zero_lanes();
            let x3 = G::Coordinate::<V>::select(infinite, zero, x3[k].reduce::<4>());
            let y3 = G::Coordinate::<V>::select(infinite, zero, y3[k]);
            // SAFETY: as above.
            unsafe { G::Coordinate::<V>::store(x3, y3, points, &at, live) };
        }
    }
}

/// The positions of one vector of consecutive points, the last one repeated.
#[inline(always)]
fn consecutive<V: Lanes>(group: usize, count: usize) -> ([u32; 8], usize) {
    let start = group * V::WIDTH;
    let live = V::WIDTH.min(count.saturating_sub(start));
    let mut at = [0; 8];
    for lane in 0..V::WIDTH {
        at[lane] = (start + lane).min(count - 1) as u32;
    }
    (at, live)
}

#[cfg(test)]
mod tests {
    use super::{AddPairs, CHUNK, Double, NEGATIVE, Pairs, Scratch};
    use crate::engine::backend::{Backend, Kernel};
    use crate::engine::lanes::Lanes;
    use crate::engine::line::Line;
    use crate::engine::points::{G1, G2, Group, negate};
    use ark_bn254::{Fq, Fr};
    use ark_ec::{AffineRepr, CurveGroup};
    use ark_ff::UniformRand;
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;
    use std::marker::PhantomData;

    /// Runs additions, doublings and negations against ark.
    struct Against<G: Group> {
        points: Vec<G::Affine>,
        pairs: Vec<[u32; 3]>,
    }

    impl<G: Group> Kernel for Against<G> {
        type Output = ();
        #[inline(always)]
        fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) {
            let mut source = vec![Line::ZERO; self.points.len() * G::LINES];
            for (point, lines) in self.points.iter().zip(source.chunks_mut(G::LINES)) {
                G::encode::<Q>(point, lines);
                assert_eq!(G::decode::<Q>(lines), *point);
            }
            let mut sums = vec![Line::ZERO; self.pairs.len() * G::LINES];
            let scratch = &mut Scratch::new();
            let mut pairs = Pairs::default();
            pairs.start(self.pairs.len());
            for &[left, right, out] in &self.pairs {
                pairs.push(left, right, out);
            }
            AddPairs::<G> {
                left: &source,
                right: &source,
                destination: &mut sums,
                pairs: &mut pairs,
                scratch,
                group: PhantomData,
            }
            .run::<Q, R>();
            let operand = |position: u32| {
                let point = self.points[(position & !NEGATIVE) as usize];
                if position & NEGATIVE == 0 {
                    point.into_group()
                } else {
                    -point.into_group()
                }
            };
            for &[left, right, out] in &self.pairs {
                let at = out as usize * G::LINES;
                let sum = G::decode::<Q>(&sums[at..at + G::LINES]);
                assert_eq!(sum, (operand(left) + operand(right)).into_affine());
            }
            for (point, lines) in self.points.iter().zip(source.chunks_mut(G::LINES)) {
                let before = lines.to_vec();
                negate::<G>(lines);
                assert_eq!(G::decode::<Q>(lines), (-point.into_group()).into_affine());
                lines.copy_from_slice(&before);
            }
            Double::<G> {
                points: &mut source,
                times: 2,
                scratch,
                group: PhantomData,
            }
            .run::<Q, R>();
            for (point, lines) in self.points.iter().zip(source.chunks(G::LINES)) {
                let four = point.into_group() + point + point + point;
                assert_eq!(G::decode::<Q>(lines), four.into_affine());
            }
        }
    }

    fn check<G: Group>(backend: Backend, count: usize) {
        let rng = &mut ChaCha20Rng::seed_from_u64(count as u64);
        let mut points: Vec<G::Affine> = (0..24).map(|_| G::Affine::rand(rng)).collect();
        points.push(G::Affine::zero());
        points.push((-points[0].into_group()).into_affine());
        points.push(points[1]);
        let pairs = (0..count)
            .map(|out| {
                let mut position = || {
                    let sign = if rng.r#gen() { NEGATIVE } else { 0 };
                    rng.gen_range(0..points.len()) as u32 | sign
                };
                [position(), position(), (count - 1 - out) as u32]
            })
            .collect();
        // The points are repeated so that doublings cross a chunk too.
        let points = points.iter().cycle().take(count.max(27)).copied().collect();
        backend.execute(Against::<G> { points, pairs });
    }

    #[test]
    fn sums_and_doubles_agree_with_ark_around_every_boundary() {
        for backend in Backend::available() {
            for count in [
                1,
                2,
                7,
                8,
                9,
                31,
                32,
                33,
                63,
                65,
                CHUNK - 1,
                CHUNK,
                CHUNK + 1,
            ] {
                check::<G1>(backend, count);
                check::<G2>(backend, count);
            }
        }
    }
}
