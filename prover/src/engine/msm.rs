//! Sums Σ sᵢ·Pᵢ over points of the key.
//!
//! The table holds the points' multiples, so a sum is one round of buckets
//! ([`digits`](super::digits)): add up the points of each bucket, then the buckets
//! by weight. Both run on batches of affine additions.

use super::addition::{AddPairs, NEGATIVE, Pairs, Scratch};
use super::backend::Backend;
use super::digits::{Buckets, Windows};
use super::line::{Line, prefetch, wipe};
use super::points::{Group, decode, negate};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Zero};
use rayon::prelude::*;
use std::marker::PhantomData;
use zeroize::Zeroize;

/// Points that are added up together, so that partial sums stay in the cache.
const BLOCK: usize = 16_384;

/// What is to be added up: sorted digits, and which points are not at infinity.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) buckets: &'a Buckets,
    /// One bit per position of the table; none if all are present.
    pub(super) present: &'a [u64],
}

impl Terms<'_> {
    /// Appends the bucket's positions that hold points.
    #[inline(always)]
    fn extend(&self, bucket: usize, members: &mut Vec<u32>) {
        let positions = self.buckets.bucket(bucket);
        if self.present.is_empty() {
            members.extend_from_slice(positions);
            return;
        }
        for &position in positions {
            let index = (position & !NEGATIVE) as usize;
            if self.present[index / 64] >> (index % 64) & 1 == 1 {
                members.push(position);
            }
        }
    }
}

/// Σ over all terms, in at most `tasks` parallel tasks.
///
/// The result depends on neither the back end nor the number of tasks.
pub(super) fn sum<G: Group>(
    backend: Backend,
    table: &[Line],
    terms: &[Terms<'_>],
    windows: Windows,
    tasks: usize,
) -> <G::Affine as AffineRepr>::Group {
    let mut sums = vec![Line::ZERO; windows.all_buckets() * G::LINES];
    add_buckets::<G>(backend, table, terms, &mut sums, tasks);
    let mut total = <G::Affine as AffineRepr>::Group::zero();
    for set in sums.chunks(windows.buckets() * G::LINES).rev() {
        for _ in 0..windows.bits {
            total.double_in_place();
        }
        total += weigh::<G>(backend, set);
    }
    wipe(&mut sums);
    total
}

/// Adds up every bucket, one for each of `sums`, in at most `tasks` parallel tasks.
pub(super) fn add_buckets<G: Group>(
    backend: Backend,
    table: &[Line],
    terms: &[Terms<'_>],
    sums: &mut [Line],
    tasks: usize,
) {
    let count = sums.len() / G::LINES;
    let before = |bucket| {
        terms
            .iter()
            .map(|t| t.buckets.before(bucket))
            .sum::<usize>()
    };
    let share = before(count).div_ceil(tasks);
    let mut ranges = Vec::with_capacity(tasks);
    let mut rest = sums;
    let mut start = 0;
    while start < count {
        let limit = before(start) + share;
        let mut end = start + 1;
        while end < count && before(end + 1) <= limit {
            end += 1;
        }
        let (sums, tail) = rest.split_at_mut((end - start) * G::LINES);
        ranges.push((start, sums));
        rest = tail;
        start = end;
    }
    if let [(start, sums)] = &mut ranges[..] {
        Adder::<G>::new(backend).add_range(table, terms, *start, sums);
    } else {
        ranges.into_par_iter().for_each(|(start, sums)| {
            Adder::<G>::new(backend).add_range(table, terms, start, sums);
        });
    }
}

/// Partial sums of a bucket: where they start in the buffer, and how many.
#[derive(Clone, Copy)]
struct Partial {
    bucket: u32,
    start: u32,
    count: u32,
}

/// Adds up buckets, block by block.
struct Adder<G> {
    backend: Backend,
    scratch: Scratch,
    pairs: Pairs,
    /// The points of one bucket.
    members: Vec<u32>,
    /// Single points to copy, from a position of the table to one of this round.
    copies: Vec<(u32, u32)>,
    /// Partial sums of this round and of the next.
    current: Vec<Line>,
    next: Vec<Line>,
    partials: Vec<Partial>,
    group: PhantomData<G>,
}

impl<G: Group> Adder<G> {
    fn new(backend: Backend) -> Self {
        Self {
            backend,
            scratch: Scratch::new(),
            pairs: Pairs::default(),
            members: Vec::new(),
            copies: Vec::new(),
            current: Vec::new(),
            next: Vec::new(),
            partials: Vec::new(),
            group: PhantomData,
        }
    }

    /// Buckets `start ..`, one for each of `sums`.
    fn add_range(&mut self, table: &[Line], terms: &[Terms<'_>], start: usize, sums: &mut [Line]) {
        let end = start + sums.len() / G::LINES;
        let before = |bucket| {
            terms
                .iter()
                .map(|t| t.buckets.before(bucket))
                .sum::<usize>()
        };
        let mut first = start;
        while first < end {
            let limit = before(first) + BLOCK;
            let mut last = first + 1;
            while last < end && before(last + 1) <= limit {
                last += 1;
            }
            let block = &mut sums[(first - start) * G::LINES..(last - start) * G::LINES];
            self.add_block(table, terms, first, block);
            first = last;
        }
    }

    fn add_block(&mut self, table: &[Line], terms: &[Terms<'_>], first: usize, sums: &mut [Line]) {
        self.pair_up_terms(table, terms, first, sums);
        self.backend.execute(AddPairs::<G> {
            source: table,
            destination: &mut self.current,
            pairs: &mut self.pairs,
            scratch: &mut self.scratch,
            group: PhantomData,
        });
        while !self.partials.is_empty() {
            self.pair_up_partials(sums);
            self.backend.execute(AddPairs::<G> {
                source: &self.current,
                destination: &mut self.next,
                pairs: &mut self.pairs,
                scratch: &mut self.scratch,
                group: PhantomData,
            });
            std::mem::swap(&mut self.current, &mut self.next);
        }
    }

    /// The first round: pairs of points of the table. A single point is copied.
    fn pair_up_terms(&mut self, table: &[Line], terms: &[Terms<'_>], first: usize, sums: &[Line]) {
        let buckets = sums.len() / G::LINES;
        let before = |bucket| {
            terms
                .iter()
                .map(|t| t.buckets.before(bucket))
                .sum::<usize>()
        };
        let points = before(first + buckets) - before(first);
        self.pairs.start(points / 2);
        self.partials.clear();
        self.copies.clear();
        // Each bucket leaves half of its points, rounded up.
        let room = (points + buckets).div_ceil(2) * G::LINES;
        for buffer in [&mut self.current, &mut self.next] {
            if buffer.len() < room {
                buffer.resize(room, Line::ZERO);
            }
        }
        let mut out = 0;
        for bucket in 0..buckets {
            let members = match terms {
                [terms] if terms.present.is_empty() => terms.buckets.bucket(first + bucket),
                _ => {
                    self.members.clear();
                    for terms in terms {
                        terms.extend(first + bucket, &mut self.members);
                    }
                    &self.members
                }
            };
            if members.is_empty() {
                continue;
            }
            let start = out;
            let (pairs, single) = members.as_chunks::<2>();
            for &[left, right] in pairs {
                self.pairs.push(left, right, out);
                out += 1;
            }
            if let [position] = *single {
                prefetch(table, (position & !NEGATIVE) as usize * G::LINES, G::LINES);
                self.copies.push((position, out));
                out += 1;
            }
            self.partials.push(Partial {
                bucket: bucket as u32,
                start,
                count: out - start,
            });
        }
        for &(position, out) in &self.copies {
            let from = (position & !NEGATIVE) as usize * G::LINES;
            let to = &mut self.current[out as usize * G::LINES..][..G::LINES];
            to.copy_from_slice(&table[from..from + G::LINES]);
            if position & NEGATIVE != 0 {
                negate::<G>(to);
            }
        }
    }

    /// A further round: pairs of partial sums. A bucket with one left is finished.
    fn pair_up_partials(&mut self, sums: &mut [Line]) {
        let line = |index: u32| index as usize * G::LINES..(index as usize + 1) * G::LINES;
        let total = self
            .partials
            .last()
            .map_or(0, |last| last.start + last.count);
        self.pairs.start(total as usize / 2);
        let mut out = 0;
        let mut kept = 0;
        for index in 0..self.partials.len() {
            let partial = self.partials[index];
            if partial.count == 1 {
                sums[line(partial.bucket)].copy_from_slice(&self.current[line(partial.start)]);
                continue;
            }
            let start = out;
            let mut left = partial.start;
            let end = partial.start + partial.count;
            while left + 1 < end {
                self.pairs.push(left, left + 1, out);
                left += 2;
                out += 1;
            }
            if left < end {
                self.next[line(out)].copy_from_slice(&self.current[line(left)]);
                out += 1;
            }
            self.partials[kept] = Partial {
                bucket: partial.bucket,
                start,
                count: out - start,
            };
            kept += 1;
        }
        self.partials.truncate(kept);
    }
}

impl<G> Drop for Adder<G> {
    fn drop(&mut self) {
        wipe(&mut self.current);
        wipe(&mut self.next);
        self.members.zeroize();
        self.copies.zeroize();
    }
}

/// Σ b·S_b over one set of buckets S_1, S_2, …, S_n with n a power of two.
///
/// With X_b = S_b for b < n and X_0 = 0, one halving gives
/// Σ b·X_b = Σ X_odd + 2·Σ j·(X_2j + X_2j+1), and S_n joins at the last level: n
/// additions for the halvings, as many for the odd ones, all in batches.
fn weigh<G: Group>(backend: Backend, sums: &[Line]) -> <G::Affine as AffineRepr>::Group {
    let size = sums.len() / G::LINES;
    let top = &sums[sums.len() - G::LINES..];
    // Level l starts at point 2·size − 2·size/2^l and has size/2^l points.
    let mut levels = vec![Line::ZERO; 2 * sums.len()];
    levels[G::LINES..sums.len()].copy_from_slice(&sums[..sums.len() - G::LINES]);
    let mut adder = Adder::<G>::new(backend);
    let mut odd = Vec::new();
    let mut start = 0;
    let mut length = size;
    while length > 1 {
        let (level, below) = levels[start * G::LINES..].split_at_mut(length * G::LINES);
        let is_zero = |index: usize| {
            level[index * G::LINES..(index + 1) * G::LINES]
                .iter()
                .all(|l| *l == Line::ZERO)
        };
        adder.pairs.start(length / 2);
        for j in 0..length / 2 {
            // Empty buckets take no addition.
            let single = match (is_zero(2 * j), is_zero(2 * j + 1)) {
                (false, false) => {
                    adder.pairs.push(2 * j as u32, 2 * j as u32 + 1, j as u32);
                    continue;
                }
                (false, true) => 2 * j,
                (true, _) => 2 * j + 1,
            };
            below[j * G::LINES..(j + 1) * G::LINES]
                .copy_from_slice(&level[single * G::LINES..(single + 1) * G::LINES]);
        }
        backend.execute(AddPairs::<G> {
            source: level,
            destination: below,
            pairs: &mut adder.pairs,
            scratch: &mut adder.scratch,
            group: PhantomData,
        });
        odd.push(
            (0..length / 2)
                .map(|j| 2 * j + 1)
                .filter(|&index| !is_zero(index))
                .map(|index| (start + index) as u32)
                .collect(),
        );
        start += length;
        length /= 2;
    }

    let groups = Buckets::from_groups(odd);
    let mut odd_sums = vec![Line::ZERO; (size.ilog2() as usize) * G::LINES];
    let terms = Terms {
        buckets: &groups,
        present: &[],
    };
    adder.add_range(&levels, &[terms], 0, &mut odd_sums);

    let mut total = decode::<G>(backend, top).into_group();
    for odd_sum in odd_sums.chunks(G::LINES).rev() {
        total.double_in_place();
        total += decode::<G>(backend, odd_sum);
    }
    wipe(&mut levels);
    wipe(&mut odd_sums);
    total
}

#[cfg(test)]
mod tests {
    use super::{BLOCK, Terms, sum};
    use crate::engine::addition::CHUNK;
    use crate::engine::backend::Backend;
    use crate::engine::digits::{Buckets, Windows};
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
        let buckets = Buckets::sort(&integers, windows, 0);
        let terms = Terms {
            buckets: &buckets,
            present: table.present(),
        };
        for tasks in [1, 3] {
            let result = sum::<G>(backend, table.lines(), &[terms], windows, tasks);
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
    fn agrees_with_ark_around_blocks_and_chunks() {
        // With one-bit scalars the number of additions of the first round is half
        // the number of points, so these counts straddle a chunk and a block.
        let windows = Windows {
            bits: 13,
            stride: 20,
        };
        let rng = &mut ChaCha20Rng::seed_from_u64(10);
        for backend in Backend::available() {
            for count in [2 * CHUNK - 1, 2 * CHUNK + 1, BLOCK, BLOCK + 1] {
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
