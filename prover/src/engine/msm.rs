//! Sums Σ sᵢ·Pᵢ over points of the key.
//!
//! The table holds the points' multiples, so a sum is one round of buckets: the points
//! of each digit are added to the digit's bucket as they come ([`scatter`]), then the
//! buckets are added up by weight ([`weigh`]). Both run on batches of affine additions.

mod checks;
mod scatter;
mod tree;
mod weigh;

pub(crate) use checks::{g1_sum, g2_outsider, g2_sum};

pub(super) use tree::{Groups, add_groups};

use super::backend::Backend;
use super::digits::Windows;
use super::lanes::Words;
use super::points::Group;
use super::table::Table;
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Zero};
use rayon::prelude::*;
use scatter::Scatter;
use weigh::weigh;

/// Σ sᵢ·Pᵢ over the first points of the table, for scalars in [0, r) that come in
/// several slices, in at most `tasks` parallel tasks.
///
/// The result depends on neither the back end nor the number of tasks.
pub(super) fn sum<G: Group>(
    backend: Backend,
    table: &Table<G>,
    scalars: &[&[Words]],
    windows: Windows,
    tasks: usize,
) -> <G::Affine as AffineRepr>::Group {
    let mut total = <G::Affine as AffineRepr>::Group::zero();
    for sum in window_sums(backend, table, scalars, windows, tasks)
        .into_iter()
        .rev()
    {
        for _ in 0..windows.bits {
            total.double_in_place();
        }
        total += sum;
    }
    total
}

/// The sums of the digits of windows that share a row of the table: as many as there are bucket
/// sets, the lowest window's first.
fn window_sums<G: Group>(
    backend: Backend,
    table: &Table<G>,
    scalars: &[&[Words]],
    windows: Windows,
    tasks: usize,
) -> Vec<<G::Affine as AffineRepr>::Group> {
    let total: usize = scalars.iter().map(|slice| slice.len()).sum();
    let share = total.div_ceil(tasks).max(1);
    let mut first = 0;
    let mut parts: Vec<(usize, &[Words])> = Vec::new();
    for slice in scalars {
        for part in slice.chunks(share) {
            parts.push((first, part));
            first += part.len();
        }
    }
    let buckets = if tasks == 1 {
        let mut scatter = Scatter::new(backend, table, windows);
        for (first, part) in parts {
            scatter.add(first, part);
        }
        scatter.finish()
    } else {
        parts
            .into_par_iter()
            .map(|(first, part)| {
                let mut scatter = Scatter::new(backend, table, windows);
                scatter.add(first, part);
                scatter.finish()
            })
            .reduce_with(|left, right| left.merge(backend, right))
            .unwrap_or_else(|| Scatter::new(backend, table, windows).finish())
    };
    buckets
        .sums()
        .chunks(windows.buckets() * G::LINES)
        .map(|set| weigh::<G>(backend, set))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::scatter::queue_size;
    use super::sum;
    use crate::engine::addition::CHUNK;
    use crate::engine::backend::Backend;
    use crate::engine::digits::Windows;
    use crate::engine::points::{G1, G2, Group};
    use crate::engine::table::Table;
    use ark_bn254::Fr;
    use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
    use ark_ff::{One, PrimeField, UniformRand, Zero};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    fn check<G: Group>(backend: Backend, windows: Windows, points: &[G::Affine], scalars: &[Fr])
    where
        <G::Affine as AffineRepr>::Group: VariableBaseMSM<MulBase = G::Affine>,
    {
        let expected = <<G::Affine as AffineRepr>::Group as VariableBaseMSM>::msm(points, scalars)
            .expect("same length");
        let integers: Vec<_> = scalars.iter().map(|s| s.into_bigint().0).collect();
        let table = Table::<G>::new(backend, &[points], windows, &|_| true).expect("not cancelled");
        let (left, right) = integers.split_at(integers.len() / 3);
        for tasks in [1, 3] {
            let result = sum::<G>(backend, &table, &[left, right], windows, tasks);
            assert_eq!(
                result.into_affine(),
                expected.into_affine(),
                "{backend:?}, {windows:?}, {} points, {tasks} tasks",
                points.len()
            );
        }
    }

    /// Points with duplicates, opposites and infinity, made cheaply.
    fn points<G: Group>(count: usize, rng: &mut ChaCha20Rng) -> Vec<G::Affine> {
        let mut points: Vec<G::Affine> = Vec::with_capacity(count);
        let base: Vec<G::Affine> = (0..count.min(64)).map(|_| G::Affine::rand(rng)).collect();
        for index in 0..count {
            points.push(match index % 64 {
                60 => G::Affine::zero(),
                61 => (-points[index - 2].into_group()).into_affine(),
                62 => points[index - 3],
                _ => base[index % 64],
            });
        }
        points
    }

    fn kinds(count: usize, rng: &mut ChaCha20Rng) -> Vec<(&'static str, Vec<Fr>)> {
        let bits = |rng: &mut ChaCha20Rng| Fr::from(rng.r#gen::<bool>());
        vec![
            ("random", (0..count).map(|_| Fr::rand(rng)).collect()),
            ("zero", vec![Fr::zero(); count]),
            ("one", vec![Fr::one(); count]),
            ("minus one", vec![-Fr::one(); count]),
            (
                "bits",
                (0..count)
                    .map(|i| if i % 10 < 7 { bits(rng) } else { Fr::rand(rng) })
                    .collect(),
            ),
            ("equal", vec![Fr::rand(rng); count]),
        ]
    }

    fn check_all<G: Group>(backend: Backend, counts: &[usize], windows: &[Windows])
    where
        <G::Affine as AffineRepr>::Group: VariableBaseMSM<MulBase = G::Affine>,
    {
        let rng = &mut ChaCha20Rng::seed_from_u64(9);
        for &count in counts {
            let points = points::<G>(count, rng);
            for (_, scalars) in kinds(count, rng) {
                for &windows in windows {
                    check::<G>(backend, windows, &points, &scalars);
                }
            }
        }
    }

    const SMALL: [Windows; 4] = [
        Windows { bits: 2, stride: 1 },
        Windows { bits: 5, stride: 3 },
        Windows {
            bits: 8,
            stride: 32,
        },
        Windows { bits: 9, stride: 1 },
    ];

    #[test]
    fn agrees_with_ark_on_few_points() {
        for backend in Backend::available() {
            check_all::<G1>(backend, &[1, 2, 7, 8, 9, 65], &SMALL);
            check_all::<G2>(backend, &[1, 3, 16, 17], &SMALL);
        }
    }

    #[test]
    fn agrees_with_ark_around_batches_and_queues() {
        // Ones all go to one bucket: first to the queue, then up a tree.
        let windows = Windows {
            bits: 13,
            stride: 20,
        };
        const QUEUE: usize = queue_size(CHUNK);
        let rng = &mut ChaCha20Rng::seed_from_u64(10);
        for backend in Backend::available() {
            for count in [CHUNK, QUEUE - 1, QUEUE, QUEUE + 1, 2 * QUEUE + 3, 16_385] {
                // Distinct points, as duplicates are slow: k·P by repeated addition.
                let step = ark_bn254::G1Affine::rand(rng);
                let mut sum = step.into_group();
                let points: Vec<_> = (0..count)
                    .map(|_| {
                        sum += step;
                        sum
                    })
                    .collect();
                let points = ark_bn254::G1Projective::normalize_batch(&points);
                check::<G1>(backend, windows, &points, &vec![Fr::one(); count]);
            }
        }
    }
}
