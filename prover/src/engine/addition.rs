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
pub(super) const CHUNK: usize = 2048;

/// Running products kept side by side, to hide the latency of multiplications.
const CHAINS: usize = 4;

/// Vectors computed side by side in the second pass, for the same reason.
const ABREAST: usize = 2;

/// How far ahead of use points are fetched, in vectors.
const PREFETCH_DISTANCE: usize = 4;

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

    /// Appends a pair, of at most as many as `start` was told.
    #[inline(always)]
    pub(super) fn push(&mut self, left: u32, right: u32, out: u32) {
        self.left[self.count] = left;
        self.right[self.count] = right;
        self.out[self.count] = out;
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

/// Room for the products of one chunk; holds secrets, so it is wiped on drop.
pub(super) struct Scratch {
    norms: Vec<Line>,
    products: Vec<Line>,
    exceptions: Vec<usize>,
}

impl Scratch {
    pub(super) fn new() -> Self {
        Self {
            norms: vec![Line::ZERO; CHUNK],
            products: vec![Line::ZERO; CHUNK],
            exceptions: Vec::new(),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        super::line::wipe(&mut self.norms);
        super::line::wipe(&mut self.products);
    }
}

/// Adds pairs of points.
pub(super) struct AddPairs<'a, G> {
    pub(super) source: &'a [Line],
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
            add_chunk::<G, Q>(
                self.source,
                self.destination,
                self.pairs,
                start,
                self.scratch,
            );
        }
    }
}

/// The additions from pair `start` on, [`CHUNK`] of them or what is left.
#[inline(always)]
fn add_chunk<G: Group, V: Lanes<Field = Fq>>(
    source: &[Line],
    destination: &mut [Line],
    pairs: &Pairs,
    start: usize,
    scratch: &mut Scratch,
) {
    let count = CHUNK.min(pairs.count - start);
    scratch.exceptions.clear();
    let mut batch = Inversions::<V>::new();
    for index in 0..vectors::<V>(count) {
        let first = start + index * V::WIDTH;
        let ahead = first + PREFETCH_DISTANCE * V::WIDTH;
        if let (Some(left), Some(right)) = (
            pairs.left.get(ahead..ahead + V::WIDTH),
            pairs.right.get(ahead..ahead + V::WIDTH),
        ) {
            for lane in 0..V::WIDTH {
                prefetch(
                    source,
                    (left[lane] & !NEGATIVE) as usize * G::LINES,
                    G::LINES,
                );
                prefetch(
                    source,
                    (right[lane] & !NEGATIVE) as usize * G::LINES,
                    G::LINES,
                );
            }
        }
        let x1 = G::Coordinate::<V>::load_x(source, &positions::<V>(&pairs.left, first));
        let x2 = G::Coordinate::<V>::load_x(source, &positions::<V>(&pairs.right, first));
        // Equal x: a doubling or opposite points. Zero x: perhaps infinity.
        let unusual = x1.equal_lanes(x2) | x1.zero_lanes() | x2.zero_lanes();
        let mut norm = x2.sub::<1>(x1).norm();
        if unusual != 0 {
            norm = V::select(unusual, V::splat(Fq::ONE), norm);
            for lane in 0..V::WIDTH {
                if unusual >> lane & 1 == 1 && first + lane < pairs.count {
                    scratch.exceptions.push(first + lane);
                }
            }
        }
        batch.push(index, norm, scratch);
    }

    batch.invert();
    for index in (0..vectors::<V>(count)).step_by(ABREAST).rev() {
        let inverse_norms = batch.pop_both(index, scratch);
        let first = start + index * V::WIDTH;
        let live = count - (index * V::WIDTH).min(count);
        add_abreast::<G, V>(source, destination, pairs, first, live, inverse_norms);
    }

    for &index in &scratch.exceptions {
        add_exactly::<G, V>(source, destination, pairs, index);
    }
}

/// The second pass for two vectors from pair `first` on, `live` lanes of which are
/// stored.
#[inline(always)]
fn add_abreast<G: Group, V: Lanes<Field = Fq>>(
    source: &[Line],
    destination: &mut [Line],
    pairs: &Pairs,
    first: usize,
    live: usize,
    inverse_norms: [V; ABREAST],
) {
    let zero = G::Coordinate::<V>::zero();
    let (mut x1, mut y1) = ([zero; ABREAST], [zero; ABREAST]);
    let (mut x2, mut y2) = ([zero; ABREAST], [zero; ABREAST]);
    for k in 0..ABREAST {
        let first = first + k * V::WIDTH;
        let (left, left_signs) = signed_positions::<V>(&pairs.left, first);
        let (right, right_signs) = signed_positions::<V>(&pairs.right, first);
        (x1[k], y1[k]) = G::Coordinate::<V>::load(source, &left);
        (x2[k], y2[k]) = G::Coordinate::<V>::load(source, &right);
        if left_signs | right_signs != 0 {
            y1[k] = y1[k].negate_where(left_signs);
            y2[k] = y2[k].negate_where(right_signs);
        }
    }
    let (mut dx, mut dy) = ([zero; ABREAST], [zero; ABREAST]);
    for k in 0..ABREAST {
        dx[k] = x2[k].sub::<1>(x1[k]);
        dy[k] = y2[k].sub::<1>(y1[k]);
    }
    let slope = G::Coordinate::<V>::divide_both(dy, dx, inverse_norms);
    let (x3, y3) = chord::<G, V>(slope, x1, y1, x2);
    for k in 0..ABREAST {
        let first = first + k * V::WIDTH;
        G::Coordinate::<V>::store(
            x3[k],
            y3[k],
            destination,
            &positions::<V>(&pairs.out, first),
            live.saturating_sub(k * V::WIDTH),
        );
    }
}

/// Coordinates of two vectors of points.
type Both<G, V> = [<G as Group>::Coordinate<V>; ABREAST];

/// The third point, reflected, of the line through (x1, y1) of the given slope that
/// also meets the curve at x2; all bounds 1, the slope's 2.
#[inline(always)]
fn chord<G: Group, V: Lanes<Field = Fq>>(
    slope: Both<G, V>,
    x1: Both<G, V>,
    y1: Both<G, V>,
    x2: Both<G, V>,
) -> (Both<G, V>, Both<G, V>) {
    let mut x3 = G::Coordinate::<V>::square_both(slope);
    let mut dx = x3;
    for k in 0..2 {
        x3[k] = x3[k].sub_two(x1[k], x2[k]); // bound 4
        dx[k] = x1[k].sub::<4>(x3[k]); // bound 5
    }
    let mut y3 = G::Coordinate::<V>::mul_both::<5>(slope, dx);
    for k in 0..2 {
        y3[k] = y3[k].sub::<1>(y1[k]).reduce::<4>(); // from bound 3
        x3[k] = x3[k].reduce::<4>();
    }
    (x3, y3)
}

/// The complete addition, for the few pairs the affine formula cannot do.
#[inline(never)]
fn add_exactly<G: Group, V: Lanes<Field = Fq>>(
    source: &[Line],
    destination: &mut [Line],
    pairs: &Pairs,
    index: usize,
) {
    let point = |position: u32| {
        let start = (position & !NEGATIVE) as usize * G::LINES;
        let point = G::decode::<V>(&source[start..start + G::LINES]).into_group();
        if position & NEGATIVE == 0 {
            point
        } else {
            -point
        }
    };
    let sum = (point(pairs.left[index]) + point(pairs.right[index])).into_affine();
    let start = pairs.out[index] as usize * G::LINES;
    G::encode::<V>(&sum, &mut destination[start..start + G::LINES]);
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
    fn pop_both(&mut self, index: usize, scratch: &Scratch) -> [V; ABREAST] {
        let chain = index % CHAINS;
        let running = [self.running[chain], self.running[chain + 1]];
        let mut products = running;
        let mut norms = running;
        for k in 0..ABREAST {
            products[k] = V::unspill(&scratch.products, index + k);
            norms[k] = V::unspill(&scratch.norms, index + k);
        }
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
        let (_, y) = G::Coordinate::<V>::load(points, &at);
        let infinite = y.zero_lanes(); // no point of odd order has y = 0
        let norm = y.add(y).norm();
        let norm = V::select(infinite, V::splat(Fq::ONE), norm);
        batch.push(group, norm, scratch);
    }
    batch.invert();
    for first in (0..groups).step_by(ABREAST).rev() {
        let inverse_norms = batch.pop_both(first, scratch);
        let zero = G::Coordinate::<V>::zero();
        let (mut x, mut y, mut twice_y) = ([zero; 2], [zero; 2], [zero; 2]);
        for k in 0..ABREAST {
            let (at, _) = consecutive::<V>(first + k, count);
            (x[k], y[k]) = G::Coordinate::<V>::load(points, &at);
            twice_y[k] = y[k].add(y[k]);
        }
        let mut numerator = G::Coordinate::<V>::square_both(x);
        for k in 0..ABREAST {
            numerator[k] = numerator[k].add(numerator[k]).add(numerator[k]); // bound 6
        }
        let slope = G::Coordinate::<V>::divide_both(numerator, twice_y, inverse_norms);
        let (x3, y3) = chord::<G, V>(slope, x, y, x);
        for k in 0..ABREAST {
            let (at, live) = consecutive::<V>(first + k, count);
            let infinite = y[k].zero_lanes();
            G::Coordinate::<V>::store(
                G::Coordinate::<V>::select(infinite, zero, x3[k]),
                G::Coordinate::<V>::select(infinite, zero, y3[k]),
                points,
                &at,
                live,
            );
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
                source: &source,
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
