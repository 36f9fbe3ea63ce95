//! The key's form without C: the matrix's part of the quotient moves into the L query.
//!
//! A proof's C element needs Σᵢ (a·b − c)(xᵢ)·Hᵢ over the coset points xᵢ, with c the
//! polynomial of C·w. Row k of C contributes (C·w)_k·L_k to c, with L_k the Lagrange
//! polynomial of the domain, so
//!
//! Σᵢ c(xᵢ)·Hᵢ = Σ_k (C·w)_k·R_k, where R_k = Σᵢ L_k(xᵢ)·Hᵢ,
//!
//! and subtracting Σ_k C_{k,j}·R_k from the L query's point of variable j takes c out of
//! the sum. For a key whose secrets are unknown the R_k come from the H query alone:
//! with xᵢ = g·ωⁱ, L_k(xᵢ) = 1/n·Σ_m g^m·ω^(im)·ω^(−km), which is a transform of the
//! points Hᵢ, a multiplication by g^m/n, and an inverse transform. This takes some n·log n
//! products of a point and a scalar, once per key.

use super::addition::{AddPairs, CHUNK, NEGATIVE, Pairs, Scratch};
use super::backend::Backend;
use super::columns::{self, Part};
use super::line::Line;
use super::points::{G1, encode};
use super::scale::scale_all;
use super::table::Stopped;
use ark_bn254::{Fr, G1Affine};
use ark_ff::{FftField, Field, One};
use ark_relations::gr1cs::Matrix;
use rayon::prelude::*;
use std::marker::PhantomData;

/// Products of a point and a scalar that folding takes, for its progress.
pub(super) fn products(c: &Matrix<Fr>, domain: usize) -> usize {
    domain / 2 * 2 * domain.ilog2() as usize + domain + columns::products(c)
}

/// The L query with C folded in, one point per variable; `l` has one per witness
/// variable, and the instance variables come first.
pub(super) fn folded_l(
    backend: Backend,
    c: &Matrix<Fr>,
    l: &[G1Affine],
    h: &[G1Affine],
    instance_variables: usize,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<G1Affine>, Stopped> {
    let rows = row_points(backend, h, progress)?;
    let mut start = vec![Line::ZERO; instance_variables + l.len()];
    encode::<G1>(backend, l, &mut start[instance_variables..]);
    let part = Part {
        rows: &rows,
        matrix: c,
        subtract: true,
    };
    columns::sums::<G1>(backend, &start, &[part], progress)
}

/// R_k for every row k of the domain.
fn row_points(
    backend: Backend,
    h: &[G1Affine],
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<Vec<Line>, Stopped> {
    let n = h.len();
    let log = n.ilog2();
    let g = Fr::get_root_of_unity(2 * n as u64).expect("the caller's domain has a coset");
    let omega = g.square();
    let inverse = omega.inverse().expect("roots of unity are not zero");
    let reverse = |i: usize, bits: u32| {
        if bits == 0 {
            0
        } else {
            i.reverse_bits() >> (usize::BITS - bits)
        }
    };
    let powers = |base: Fr| -> Vec<Fr> {
        std::iter::successors(Some(Fr::one()), |&power| Some(power * base))
            .take(n)
            .collect()
    };

    let mut points = vec![Line::ZERO; n];
    encode::<G1>(backend, h, &mut points);
    // To bit-reversed order: block k of any stage has one factor.
    let forward = powers(omega);
    let mut half = n / 2;
    while half > 0 {
        let factor = |left: usize| forward[reverse(left / (2 * half), log - 1)];
        stage(backend, &mut points, half, factor, progress)?;
        half /= 2;
    }
    let scale = Fr::from(n as u64)
        .inverse()
        .expect("n is below the modulus");
    let shift = powers(g);
    let shifts: Vec<Fr> = (0..n).map(|i| shift[reverse(i, log)] * scale).collect();
    scale_all::<G1>(backend, &mut points, &shifts, progress)?;
    // Back to natural order.
    let backward = powers(inverse);
    half = 1;
    while half < n {
        let factor = |left: usize| backward[left % half * (n / 2 / half)];
        stage(backend, &mut points, half, factor, progress)?;
        half *= 2;
    }
    Ok(points)
}

/// Butterflies (P, Q) → (P + w·Q, P − w·Q) of points `half` apart.
fn stage(
    backend: Backend,
    points: &mut [Line],
    half: usize,
    factor: impl Fn(usize) -> Fr,
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(), Stopped> {
    let lefts: Vec<usize> = (0..points.len()).filter(|i| i & half == 0).collect();
    // Factors of one are common in the outer stages and cost nothing.
    let (ones, others): (Vec<usize>, Vec<usize>) =
        lefts.iter().partition(|&&left| factor(left).is_one());
    let mut scaled: Vec<Line> = others.iter().map(|&left| points[left + half]).collect();
    let scalars: Vec<Fr> = others.iter().map(|&left| factor(left)).collect();
    scale_all::<G1>(backend, &mut scaled, &scalars, progress)?;
    if !progress(ones.len()) {
        return Err(Stopped);
    }
    for (&left, &product) in others.iter().zip(&scaled) {
        points[left + half] = product;
    }
    let sums: Vec<Vec<Line>> = lefts
        .par_chunks(CHUNK)
        .map(|lefts| {
            let mut pairs = Pairs::default();
            pairs.start(2 * lefts.len());
            for (i, &left) in lefts.iter().enumerate() {
                let (left, right) = (left as u32, (left + half) as u32);
                pairs.push(left, right, 2 * i as u32);
                pairs.push(left, right | NEGATIVE, 2 * i as u32 + 1);
            }
            let mut sums = vec![Line::ZERO; 2 * lefts.len()];
            backend.execute(AddPairs::<G1> {
                left: points,
                right: points,
                destination: &mut sums,
                pairs: &mut pairs,
                scratch: &mut Scratch::new(),
                group: PhantomData,
            });
            sums
        })
        .collect();
    for (&left, pair) in lefts.iter().zip(sums.concat().chunks_exact(2)) {
        (points[left], points[left + half]) = (pair[0], pair[1]);
    }
    Ok(())
}
