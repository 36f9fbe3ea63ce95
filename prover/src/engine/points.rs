//! Points of G1 and G2: how they lie in memory, and the arithmetic of their
//! coordinates, a field over the vectors of [`Lanes`].

use super::backend::{Backend, Kernel};
use super::lanes::{Lanes, RawField};
use super::line::Line;
use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::Zero;
use std::marker::PhantomData;

/// One of the two groups, for code that serves both.
pub(super) trait Group: Copy + Send + Sync + 'static {
    /// Its points, as arkworks has them.
    type Affine: AffineRepr<ScalarField = ark_bn254::Fr>;
    /// Lines per point.
    const LINES: usize;
    /// Its coordinates over vectors V.
    type Coordinate<V: Lanes<Field = Fq>>: Coordinate<V>;

    /// Writes a point to `LINES` lines in V's stored form.
    fn encode<V: Lanes<Field = Fq>>(point: &Self::Affine, lines: &mut [Line]);
    /// The inverse of `encode`.
    fn decode<V: Lanes<Field = Fq>>(lines: &[Line]) -> Self::Affine;
}

/// The group of points over Fq.
#[derive(Clone, Copy)]
pub(super) struct G1;

/// The group of points over Fq² = Fq\[u\]/(u² + 1).
#[derive(Clone, Copy)]
pub(super) struct G2;

impl Group for G1 {
    type Affine = G1Affine;
    const LINES: usize = 1;
    type Coordinate<V: Lanes<Field = Fq>> = Linear<V>;

    fn encode<V: Lanes<Field = Fq>>(point: &G1Affine, lines: &mut [Line]) {
        lines[0] = match point.xy() {
            Some((x, y)) => Line::new(V::encode(x), V::encode(y)),
            None => Line::ZERO,
        };
    }

    fn decode<V: Lanes<Field = Fq>>(lines: &[Line]) -> G1Affine {
        if lines[0] == Line::ZERO {
            return G1Affine::identity();
        }
        G1Affine::new_unchecked(V::decode(lines[0].low()), V::decode(lines[0].high()))
    }
}

impl Group for G2 {
    type Affine = G2Affine;
    const LINES: usize = 2;
    type Coordinate<V: Lanes<Field = Fq>> = Quadratic<V>;

    fn encode<V: Lanes<Field = Fq>>(point: &G2Affine, lines: &mut [Line]) {
        let (x, y) = point.xy().unwrap_or((Fq2::zero(), Fq2::zero()));
        lines[0] = Line::new(V::encode(x.c0), V::encode(x.c1));
        lines[1] = Line::new(V::encode(y.c0), V::encode(y.c1));
    }

    fn decode<V: Lanes<Field = Fq>>(lines: &[Line]) -> G2Affine {
        if lines[..2] == [Line::ZERO; 2] {
            return G2Affine::identity();
        }
        let element = |line: &Line| Fq2::new(V::decode(line.low()), V::decode(line.high()));
        G2Affine::new_unchecked(element(&lines[0]), element(&lines[1]))
    }
}

/// Stores points in the back end's form, one after the other.
pub(super) fn encode<G: Group>(backend: Backend, points: &[G::Affine], lines: &mut [Line]) {
    backend.execute(Encode::<G> { points, lines });
}

/// The point stored at the start of `lines`.
pub(super) fn decode<G: Group>(backend: Backend, lines: &[Line]) -> G::Affine {
    backend.execute(Decode::<G> {
        lines,
        group: PhantomData,
    })
}

struct Encode<'a, G: Group> {
    points: &'a [G::Affine],
    lines: &'a mut [Line],
}

impl<G: Group> Kernel for Encode<'_, G> {
    type Output = ();
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) {
        for (point, lines) in self.points.iter().zip(self.lines.chunks_mut(G::LINES)) {
            G::encode::<Q>(point, lines);
        }
    }
}

struct Decode<'a, G> {
    lines: &'a [Line],
    group: PhantomData<G>,
}

impl<G: Group> Kernel for Decode<'_, G> {
    type Output = G::Affine;
    #[inline(always)]
    fn run<Q: Lanes<Field = Fq>, R: Lanes<Field = Fr>>(self) -> G::Affine {
        G::decode::<Q>(self.lines)
    }
}

/// −P of a stored point; the representation of P must be reduced.
pub(super) fn negate<G: Group>(lines: &mut [Line]) {
    let half = G::LINES * 4;
    // y is the second half of the point's words: one element or two.
    for element in half / 4..half / 2 {
        let line = &mut lines[element / 2].0;
        let words = &mut line[element % 2 * 4..][..4];
        if words.iter().all(|&word| word == 0) {
            continue;
        }
        let mut borrow = false;
        for (word, modulus) in words.iter_mut().zip(Fq::MODULUS_WORDS) {
            let (difference, b1) = modulus.overflowing_sub(*word);
            let (difference, b2) = difference.overflowing_sub(u64::from(borrow));
            *word = difference;
            borrow = b1 | b2;
        }
    }
}

/// An element of a group's coordinate field in each lane.
///
/// Bounds are those of [`Lanes`], for every component. Multiplications come in pairs,
/// for [`Lanes::mul_each`]'s sake.
pub(super) trait Coordinate<V: Lanes>: Copy {
    /// Zero in all lanes.
    fn zero() -> Self;
    /// Sum.
    fn add(self, other: Self) -> Self;
    /// Difference; `other` has bound K.
    fn sub<const K: u64>(self, other: Self) -> Self;
    /// self − x1 − x2 for x1 of bound 1 and dx = x2.sub::<1>(x1); adds 2 to the bound.
    fn sub_ends(self, x1: Self, dx: Self) -> Self;
    /// Two products, for A·B + A·K ≤ 64 where `other` has bound B ≤ K.
    fn mul_both<const K: u64>(values: [Self; 2], others: [Self; 2]) -> [Self; 2];
    /// Two squares, for bounds up to 4.
    fn square_both(values: [Self; 2]) -> [Self; 2];
    /// Brings bound K down to 1.
    fn reduce<const K: u64>(self) -> Self;
    /// −x in the lanes of the mask, for bound 1.
    fn negate_where(self, mask: u8) -> Self;
    /// Lanes that are equal, for bound 1.
    fn equal_lanes(self, other: Self) -> u8;
    /// Lanes that are zero, for bound 1.
    fn zero_lanes(self) -> u8;
    /// `yes` in the lanes of the mask, `no` in the others.
    fn select(mask: u8, yes: Self, no: Self) -> Self;

    /// The norm to the base field, zero for zero alone; for bound 2.
    fn norm(self) -> V;
    /// Two quotients, given the inverses of the denominators' norms. Bounds
    /// A·D ≤ 16 and 2.
    fn divide_both(values: [Self; 2], denominators: [Self; 2], inverse_norms: [V; 2]) -> [Self; 2];

    /// Both coordinates of the points at the given positions.
    ///
    /// # Safety
    /// There are points there.
    unsafe fn load(lines: &[Line], at: &[u32; 8]) -> (Self, Self);
    /// Writes the first `count` lanes, of bound 1, as points.
    ///
    /// # Safety
    /// There are points there.
    unsafe fn store(x: Self, y: Self, lines: &mut [Line], at: &[u32; 8], count: usize);
    /// Keeps a coordinate of any bound in memory, as the `index`-th of its kind.
    fn spill(self, lines: &mut [Line], index: usize);
    /// The inverse of `spill`.
    fn unspill(lines: &[Line], index: usize) -> Self;
}

/// Fq itself.
#[derive(Clone, Copy)]
pub(super) struct Linear<V>(V);

impl<V: Lanes> Coordinate<V> for Linear<V> {
    #[inline(always)]
    fn zero() -> Self {
        Self(V::zero())
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0))
    }
    #[inline(always)]
    fn sub<const K: u64>(self, other: Self) -> Self {
        Self(self.0.sub::<K>(other.0))
    }
    #[inline(always)]
    fn sub_ends(self, x1: Self, dx: Self) -> Self {
        Self(self.0.sub_ends(x1.0, dx.0))
    }
    #[inline(always)]
    fn mul_both<const K: u64>(values: [Self; 2], others: [Self; 2]) -> [Self; 2] {
        let [a, b] = V::mul_each(&[values[0].0, values[1].0], &[others[0].0, others[1].0]);
        [Self(a), Self(b)]
    }
    #[inline(always)]
    fn square_both(values: [Self; 2]) -> [Self; 2] {
        let [a, b] = V::square_each(&[values[0].0, values[1].0]);
        [Self(a), Self(b)]
    }
    #[inline(always)]
    fn reduce<const K: u64>(self) -> Self {
        Self(self.0.reduce::<K>())
    }
    #[inline(always)]
    fn negate_where(self, mask: u8) -> Self {
        Self(self.0.negate_where(mask))
    }
    #[inline(always)]
    fn equal_lanes(self, other: Self) -> u8 {
        self.0.equal_lanes(other.0)
    }
    #[inline(always)]
    fn zero_lanes(self) -> u8 {
        self.0.zero_lanes()
    }
    #[inline(always)]
    fn select(mask: u8, yes: Self, no: Self) -> Self {
        Self(V::select(mask, yes.0, no.0))
    }
    #[inline(always)]
    fn norm(self) -> V {
        self.0
    }
    #[inline(always)]
    fn divide_both(values: [Self; 2], _: [Self; 2], inverse_norms: [V; 2]) -> [Self; 2] {
        let [a, b] = V::mul_each(&[values[0].0, values[1].0], &inverse_norms);
        [Self(a), Self(b)]
    }
    #[inline(always)]
    unsafe fn load(lines: &[Line], at: &[u32; 8]) -> (Self, Self) {
        // SAFETY: a point is one line.
        let (x, y) = unsafe { V::load_lines(lines, at) };
        (Self(x), Self(y))
    }
    #[inline(always)]
    unsafe fn store(x: Self, y: Self, lines: &mut [Line], at: &[u32; 8], count: usize) {
        // SAFETY: a point is one line.
        unsafe { x.0.store_lines(y.0, lines, at, count) };
    }
    #[inline(always)]
    fn spill(self, lines: &mut [Line], index: usize) {
        self.0.spill(lines, index);
    }
    #[inline(always)]
    fn unspill(lines: &[Line], index: usize) -> Self {
        Self(V::unspill(lines, index))
    }
}

/// Fq², c0 + c1·u with u² = −1.
#[derive(Clone, Copy)]
pub(super) struct Quadratic<V> {
    c0: V,
    c1: V,
}

impl<V: Lanes> Coordinate<V> for Quadratic<V> {
    #[inline(always)]
    fn zero() -> Self {
        Self {
            c0: V::zero(),
            c1: V::zero(),
        }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self {
            c0: self.c0.add(other.c0),
            c1: self.c1.add(other.c1),
        }
    }
    #[inline(always)]
    fn sub<const K: u64>(self, other: Self) -> Self {
        Self {
            c0: self.c0.sub::<K>(other.c0),
            c1: self.c1.sub::<K>(other.c1),
        }
    }
    #[inline(always)]
    fn sub_ends(self, x1: Self, dx: Self) -> Self {
        Self {
            c0: self.c0.sub_ends(x1.c0, dx.c0),
            c1: self.c1.sub_ends(x1.c1, dx.c1),
        }
    }
    #[inline(always)]
    fn mul_both<const K: u64>(values: [Self; 2], others: [Self; 2]) -> [Self; 2] {
        let mut out = values;
        for k in 0..2 {
            // Four products with two reductions cost less than three with three.
            let (a, b) = (values[k], others[k]);
            let negated = V::zero().sub::<K>(b.c1);
            let [c0, c1] = V::dot_each(
                &[a.c0, a.c0],
                &[b.c0, b.c1],
                &[a.c1, a.c1],
                &[negated, b.c0],
            );
            out[k] = Self { c0, c1 };
        }
        out
    }
    #[inline(always)]
    fn square_both(values: [Self; 2]) -> [Self; 2] {
        let mut out = values;
        for k in 0..2 {
            // (c0 + c1)(c0 − c1) and 2·c0·c1: bounds 2A·(A + 4) ≤ 64 and 2A² ≤ 32.
            let Self { c0, c1 } = values[k];
            let [c0, c1] = V::mul_each(&[c0.add(c1), c0.add(c0)], &[c0.sub::<4>(c1), c1]);
            out[k] = Self { c0, c1 };
        }
        out
    }
    #[inline(always)]
    fn reduce<const K: u64>(self) -> Self {
        Self {
            c0: self.c0.reduce::<K>(),
            c1: self.c1.reduce::<K>(),
        }
    }
    #[inline(always)]
    fn negate_where(self, mask: u8) -> Self {
        // A zero component becomes p, which has bound 1 too.
        Self {
            c0: self.c0.negate_where(mask),
            c1: self.c1.negate_where(mask),
        }
    }
    #[inline(always)]
    fn equal_lanes(self, other: Self) -> u8 {
        self.c0.equal_lanes(other.c0) & self.c1.equal_lanes(other.c1)
    }
    #[inline(always)]
    fn zero_lanes(self) -> u8 {
        self.c0.zero_lanes() & self.c1.zero_lanes()
    }
    #[inline(always)]
    fn select(mask: u8, yes: Self, no: Self) -> Self {
        Self {
            c0: V::select(mask, yes.c0, no.c0),
            c1: V::select(mask, yes.c1, no.c1),
        }
    }
    #[inline(always)]
    fn norm(self) -> V {
        V::sum_of_squares(self.c0, self.c1)
    }
    #[inline(always)]
    fn divide_both(values: [Self; 2], denominators: [Self; 2], inverse_norms: [V; 2]) -> [Self; 2] {
        let mut out = values;
        for k in 0..2 {
            // 1/(d0 + d1·u) = (d0 − d1·u)/(d0² + d1²)
            let (a, d) = (values[k], denominators[k]);
            let negated = V::zero().sub::<2>(d.c1);
            let numerator = V::dot_each(
                &[a.c0, a.c1],
                &[d.c0, d.c0],
                &[a.c1, a.c0],
                &[d.c1, negated],
            );
            let [c0, c1] = V::mul_each(&numerator, &[inverse_norms[k]; 2]);
            out[k] = Self { c0, c1 };
        }
        out
    }
    #[inline(always)]
    unsafe fn load(lines: &[Line], at: &[u32; 8]) -> (Self, Self) {
        let mut x_at = [0; 8];
        let mut y_at = [0; 8];
        for lane in 0..V::WIDTH {
            x_at[lane] = 2 * at[lane];
            y_at[lane] = 2 * at[lane] + 1;
        }
        // SAFETY: a point is two lines.
        let ((x0, x1), (y0, y1)) =
            unsafe { (V::load_lines(lines, &x_at), V::load_lines(lines, &y_at)) };
        (Self { c0: x0, c1: x1 }, Self { c0: y0, c1: y1 })
    }
    #[inline(always)]
    unsafe fn store(x: Self, y: Self, lines: &mut [Line], at: &[u32; 8], count: usize) {
        let mut x_at = [0; 8];
        let mut y_at = [0; 8];
        for lane in 0..V::WIDTH {
            x_at[lane] = 2 * at[lane];
            y_at[lane] = 2 * at[lane] + 1;
        }
        // SAFETY: a point is two lines.
        unsafe {
            x.c0.store_lines(x.c1, lines, &x_at, count);
            y.c0.store_lines(y.c1, lines, &y_at, count);
        }
    }
    #[inline(always)]
    fn spill(self, lines: &mut [Line], index: usize) {
        self.c0.spill(lines, 2 * index);
        self.c1.spill(lines, 2 * index + 1);
    }
    #[inline(always)]
    fn unspill(lines: &[Line], index: usize) -> Self {
        Self {
            c0: V::unspill(lines, 2 * index),
            c1: V::unspill(lines, 2 * index + 1),
        }
    }
}
