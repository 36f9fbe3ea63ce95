//! The last step of a sum: buckets by their weights.

use super::super::addition::{AddPairs, Pairs, Scratch};
use super::super::backend::Backend;
use super::super::line::{Line, wipe};
use super::super::points::{Group, decode};
use super::tree::{Groups, add_groups};
use ark_ec::AffineRepr;
use ark_ff::AdditiveGroup;
use std::marker::PhantomData;

/// Σ b·S_b over one set of buckets S_1, S_2, …, S_n with n a power of two.
///
/// With X_b = S_b for b < n and X_0 = 0, one halving gives
/// Σ b·X_b = Σ X_odd + 2·Σ j·(X_2j + X_2j+1), and S_n joins at the last level: n
/// additions for the halvings, as many for the odd ones, all in batches.
pub(super) fn weigh<G: Group>(backend: Backend, sums: &[Line]) -> <G::Affine as AffineRepr>::Group {
    let size = sums.len() / G::LINES;
    let top = &sums[sums.len() - G::LINES..];
    // Level l starts at point 2·size − 2·size/2^l and has size/2^l points.
    let mut levels = vec![Line::ZERO; 2 * sums.len()];
    levels[G::LINES..sums.len()].copy_from_slice(&sums[..sums.len() - G::LINES]);
    let (mut pairs, scratch) = (Pairs::default(), &mut Scratch::new());
    let mut odd = Groups::new();
    let mut start = 0;
    let mut length = size;
    while length > 1 {
        let (level, below) = levels[start * G::LINES..].split_at_mut(length * G::LINES);
        let is_zero = |index: usize| {
            level[index * G::LINES..(index + 1) * G::LINES]
                .iter()
                .all(|l| *l == Line::ZERO)
        };
        pairs.start(length / 2);
        for j in 0..length / 2 {
            // Empty buckets take no addition.
            let single = match (is_zero(2 * j), is_zero(2 * j + 1)) {
                (false, false) => {
                    pairs.push(2 * j as u32, 2 * j as u32 + 1, j as u32);
                    continue;
                }
                (false, true) => 2 * j,
                (true, _) => 2 * j + 1,
            };
            below[j * G::LINES..(j + 1) * G::LINES]
                .copy_from_slice(&level[single * G::LINES..(single + 1) * G::LINES]);
        }
        backend.execute(AddPairs::<G> {
            left: level,
            right: level,
            destination: below,
            pairs: &mut pairs,
            scratch,
            group: PhantomData,
        });
        odd.push(
            (0..length / 2)
                .map(|j| 2 * j + 1)
                .filter(|&index| !is_zero(index))
                .map(|index| (start + index) as u32),
        );
        start += length;
        length /= 2;
    }

    let mut odd_sums = add_groups::<G>(backend, &levels, &odd, 1);
    let mut total = decode::<G>(backend, top).into_group();
    for odd_sum in odd_sums.chunks(G::LINES).rev() {
        total.double_in_place();
        total += decode::<G>(backend, odd_sum);
    }
    wipe(&mut levels);
    wipe(&mut odd_sums);
    total
}
