//! Products sᵢ·Pᵢ of many points with a scalar each, for the preparation of keys.

use super::addition::{AddPairs, CHUNK, Double, NEGATIVE, Pairs, Scratch};
use super::backend::Backend;
use super::digits::{Recoder, Windows};
use super::line::Line;
use super::points::{Group, negate};
use super::table::Stopped;
use ark_bn254::Fr;
use ark_ff::PrimeField;
use rayon::prelude::*;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};

/// Digits of four bits: eight multiples of every point.
const WINDOWS: Windows = Windows { bits: 4, stride: 1 };

/// Replaces each point by its product with its scalar, in parallel. `progress` gets
/// the number of products done since its last call and says whether to go on.
pub(super) fn scale_all<G: Group>(
    backend: Backend,
    points: &mut [Line],
    scalars: &[Fr],
    progress: &(dyn Fn(usize) -> bool + Sync),
) -> Result<(), Stopped> {
    let stopped = AtomicBool::new(false);
    points
        .par_chunks_mut(CHUNK * G::LINES)
        .zip(scalars.par_chunks(CHUNK))
        .for_each(|(points, scalars)| {
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            scale_chunk::<G>(backend, points, scalars);
            if !progress(scalars.len()) {
                stopped.store(true, Ordering::Relaxed);
            }
        });
    if stopped.into_inner() {
        Err(Stopped)
    } else {
        Ok(())
    }
}

/// Multiplies the `count` points at the start by 2, 3, … as far as there is room: the multiple m of
/// point i will lie at position (m − 1)·count + i.
pub(super) fn fill_multiples<G: Group>(
    backend: Backend,
    multiples: &mut [Line],
    count: usize,
    scratch: &mut Scratch,
) {
    let size = count * G::LINES;
    let mut pairs = Pairs::default();
    for m in 2..=multiples.len().checked_div(size).unwrap_or(0) {
        let (before, after) = multiples.split_at_mut((m - 1) * size);
        if m == 2 {
            after[..size].copy_from_slice(before);
            backend.execute(Double::<G> {
                points: &mut after[..size],
                times: 1,
                scratch,
                group: PhantomData,
            });
            continue;
        }
        pairs.start(count);
        for i in 0..count {
            pairs.push(i as u32, ((m - 2) * count + i) as u32, i as u32);
        }
        backend.execute(AddPairs::<G> {
            left: before,
            right: before,
            destination: after,
            pairs: &mut pairs,
            scratch,
            group: PhantomData,
        });
    }
}

fn scale_chunk<G: Group>(backend: Backend, points: &mut [Line], scalars: &[Fr]) {
    let count = scalars.len();
    let size = points.len();
    let scratch = &mut Scratch::new();
    let mut multiples = vec![Line::ZERO; WINDOWS.buckets() * size];
    multiples[..size].copy_from_slice(points);
    fill_multiples::<G>(backend, &mut multiples, count, scratch);

    let recoder = Recoder::new(WINDOWS);
    // For each window, the position of the multiple to add to each product.
    let mut digits = vec![None; WINDOWS.count() * count];
    for (i, scalar) in scalars.iter().enumerate() {
        recoder.digits(scalar.into_bigint().0, |window, digit, sign| {
            let position = ((digit - 1) * count + i) as u32;
            digits[window * count + i] = Some(position | sign);
        });
    }

    let mut pairs = Pairs::default();
    // The products in progress lie behind the multiples, so that a sum takes both
    // operands from one slice.
    let products = multiples.len() / G::LINES;
    multiples.resize(multiples.len() + size, Line::ZERO);
    let mut sums = vec![Line::ZERO; size];
    for window in digits.chunks(count).rev() {
        backend.execute(Double::<G> {
            points: &mut multiples[products * G::LINES..],
            times: WINDOWS.bits,
            scratch,
            group: PhantomData,
        });
        sums.copy_from_slice(&multiples[products * G::LINES..]);
        pairs.start(count);
        for (i, digit) in window.iter().enumerate() {
            let Some(position) = *digit else { continue };
            let sum = &mut sums[i * G::LINES..(i + 1) * G::LINES];
            if sum.iter().all(|line| *line == Line::ZERO) {
                let from = (position & !NEGATIVE) as usize * G::LINES;
                sum.copy_from_slice(&multiples[from..from + G::LINES]);
                if position & NEGATIVE != 0 {
                    negate::<G>(sum);
                }
            } else {
                pairs.push((products + i) as u32, position, i as u32);
            }
        }
        backend.execute(AddPairs::<G> {
            left: &multiples,
            right: &multiples,
            destination: &mut sums,
            pairs: &mut pairs,
            scratch,
            group: PhantomData,
        });
        multiples[products * G::LINES..].copy_from_slice(&sums);
    }
    points.copy_from_slice(&sums);
}

#[cfg(test)]
mod tests {
    use super::scale_all;
    use crate::engine::addition::CHUNK;
    use crate::engine::backend::Backend;
    use crate::engine::line::Line;
    use crate::engine::points::{G1, Group, decode, encode};
    use ark_bn254::{Fr, G1Affine};
    use ark_ec::CurveGroup;
    use ark_ff::{One, UniformRand, Zero};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    #[test]
    fn products_agree_with_ark() {
        let rng = &mut ChaCha20Rng::seed_from_u64(12);
        let base: Vec<G1Affine> = (0..50).map(|_| G1Affine::rand(rng)).collect();
        for backend in Backend::available() {
            for count in [1, 9, CHUNK + 3] {
                let mut points: Vec<G1Affine> = base.iter().cycle().take(count).copied().collect();
                points[0] = if count > 1 {
                    G1Affine::identity()
                } else {
                    points[0]
                };
                let mut scalars: Vec<Fr> = (0..count)
                    .map(|i| {
                        if i < 100 {
                            Fr::rand(rng)
                        } else {
                            Fr::from(i as u64)
                        }
                    })
                    .collect();
                for (scalar, value) in
                    scalars
                        .iter_mut()
                        .skip(1)
                        .zip([Fr::zero(), Fr::one(), -Fr::one()])
                {
                    *scalar = value;
                }
                let mut lines = vec![Line::ZERO; count];
                encode::<G1>(backend, &points, &mut lines);
                scale_all::<G1>(backend, &mut lines, &scalars, &|_| true).expect("not stopped");
                for i in 0..count {
                    let product = decode::<G1>(backend, &lines[i * G1::LINES..]);
                    assert_eq!(
                        product,
                        (points[i] * scalars[i]).into_affine(),
                        "{backend:?} {i}"
                    );
                }
            }
        }
    }
}
