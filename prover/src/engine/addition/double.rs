//! Doublings of many points at once.

use super::inversions::{Inversions, Scratch};
use super::{CHUNK, abscissae, ordinates, vectors};
use crate::engine::backend::Kernel;
use crate::engine::lanes::Lanes;
use crate::engine::line::Line;
use crate::engine::points::{Coordinate, Group};
use ark_bn254::{Fq, Fr};
use ark_ff::Field;
use std::marker::PhantomData;

/// Doubles points `times` times: `points[i] = 2^times · points[i]`.
pub(in crate::engine) struct Double<'a, G> {
    pub(in crate::engine) points: &'a mut [Line],
    pub(in crate::engine) times: usize,
    pub(in crate::engine) scratch: &'a mut Scratch,
    pub(in crate::engine) group: PhantomData<G>,
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
