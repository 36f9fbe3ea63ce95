//! Sums over points that are met once, so that tables would not pay: what checks of keys take.

use super::super::backend::Backend;
use super::super::digits::Windows;
use super::super::lanes::Words;
use super::super::points::{G1, G2, Group};
use super::super::table::Table;
use super::{sum, window_sums};
use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::PrimeField;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;

/// Windows of `bits` bits that all have buckets of their own, for the table that is the points.
fn windows(bits: usize) -> Windows {
    let one_set = Windows { bits, stride: 1 };
    Windows {
        bits,
        stride: one_set.count(),
    }
}

/// Bits of a window that suit a number of points: a window takes an addition for each point and one
/// for each of its 2^bits digits.
fn bits_for(points: usize, most: usize) -> usize {
    (points.max(1).ilog2() as usize)
        .saturating_sub(3)
        .clamp(4, most)
}

fn table_of<G: Group>(backend: Backend, points: &[G::Affine], windows: Windows) -> Table<G> {
    Table::new(backend, &[points], windows, &|_| true).expect("nobody stops it")
}

fn sum_of<G: Group>(points: &[G::Affine], scalars: &[Fr]) -> <G::Affine as AffineRepr>::Group {
    assert_eq!(points.len(), scalars.len(), "a scalar for each point");
    let backend = Backend::detect();
    let windows = windows(bits_for(points.len(), 15));
    let table = table_of::<G>(backend, points, windows);
    let integers: Vec<Words> = scalars
        .iter()
        .map(|scalar| scalar.into_bigint().0)
        .collect();
    let tasks = rayon::current_num_threads();
    sum(backend, &table, &[&integers], windows, tasks)
}

/// Σ sᵢ·Pᵢ.
///
/// # Panics
/// Unless there are as many scalars as points.
pub(crate) fn g1_sum(points: &[G1Affine], scalars: &[Fr]) -> G1Affine {
    sum_of::<G1>(points, scalars).into_affine()
}

/// As [`g1_sum`], in G2.
///
/// # Panics
/// As [`g1_sum`].
pub(crate) fn g2_sum(points: &[G2Affine], scalars: &[Fr]) -> G2Affine {
    sum_of::<G2>(points, scalars).into_affine()
}

/// Fewer points are looked at one by one.
const FEW: usize = 64;

/// A digit of so many bits takes no value twice modulo a prime that divides the cofactor.
const DIGIT_BITS: usize = 13;

/// The chance that a point outside the group is missed is at most one in two to the power of this.
const CERTAINTY: usize = 128;

/// The first of some points of the twist, or infinity, that is outside the group of order r. One is
/// missed with a probability of at most 2^-128.
///
/// Looking at one point takes some 128 doublings, so sums with random digits are looked at instead.
/// The twist's group is the direct product of the group of order r and one whose order, the cofactor,
/// has no prime factor below 10,069. If a point has a part Tᵢ ≠ 0 in the latter, then Tᵢ has an order
/// above 2^13, and given all other digits at most one of 2^13 neighbouring digits for Tᵢ makes the sum
/// Σ dᵢ·Tᵢ zero. A sum over digits of b ≤ 13 bits misses it with a probability of at most 2^-b, and
/// 128/b independent ones with 2^-128. (One sum with large random scalars would be missed one time in
/// 10,069, as Boyd and Pavlovski showed of such tests: "Attacking and Repairing Batch Verification
/// Schemes", ASIACRYPT 2000.)
pub(crate) fn g2_outsider(points: &[G2Affine]) -> Option<usize> {
    let outside = |point: &G2Affine| !point.is_in_correct_subgroup_assuming_on_curve();
    if points.len() >= FEW {
        let bits = bits_for(points.len(), DIGIT_BITS);
        let sums = CERTAINTY.div_ceil(bits);
        let windows = windows(bits);
        // The windows of a random integer below 2^(bits·sums) are independent and uniform: so are those of
        // its sum with the recoding's bias, modulo that power of two. It is below 2^141, less than r/2.
        let mut rng = ChaCha20Rng::from_entropy();
        let scalars: Vec<Words> = points
            .iter()
            .map(|_| {
                let top = bits * sums - CERTAINTY;
                [
                    rng.next_u64(),
                    rng.next_u64(),
                    rng.next_u64() & ((1 << top) - 1),
                    0,
                ]
            })
            .collect();
        let backend = Backend::detect();
        let table = table_of::<G2>(backend, points, windows);
        let tasks = rayon::current_num_threads();
        let all_inside = window_sums(backend, &table, &[&scalars], windows, tasks)[..sums]
            .par_iter()
            .all(|sum| !outside(&sum.into_affine()));
        if all_inside {
            return None;
        }
    }
    points.par_iter().position_first(outside)
}

#[cfg(test)]
mod tests {
    use super::{DIGIT_BITS, FEW, g1_sum, g2_outsider, g2_sum};
    use ark_bn254::{Fq2, Fr, G1Affine, G1Projective, G2Affine, G2Projective, g2};
    use ark_ec::short_weierstrass::Affine;
    use ark_ec::{AffineRepr, CurveConfig, CurveGroup, VariableBaseMSM};
    use ark_ff::{UniformRand, Zero};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    #[test]
    fn sums_agree_with_ark() {
        let rng = &mut ChaCha20Rng::seed_from_u64(41);
        for count in [0, 1, 100, 3000] {
            let mut g1: Vec<G1Affine> = (0..count.min(100)).map(|_| G1Affine::rand(rng)).collect();
            let mut g2: Vec<G2Affine> = (0..count.min(100)).map(|_| G2Affine::rand(rng)).collect();
            for i in g1.len()..count {
                g1.push((g1[i - 1] + g1[i - 100]).into_affine());
                g2.push((g2[i - 1] + g2[i - 100]).into_affine());
            }
            let mut scalars: Vec<Fr> = (0..count).map(|_| Fr::rand(rng)).collect();
            for (i, scalar) in scalars.iter_mut().enumerate().filter(|(i, _)| i % 3 == 0) {
                *scalar = Fr::from(u128::MAX - i as u128);
            }
            if count > 1 {
                (g1[1], g2[1], scalars[2]) = (G1Affine::zero(), G2Affine::zero(), Fr::zero());
            }
            let expected = G1Projective::msm(&g1, &scalars).expect("same length");
            assert_eq!(g1_sum(&g1, &scalars), expected.into_affine(), "{count}");
            let expected = G2Projective::msm(&g2, &scalars).expect("same length");
            assert_eq!(g2_sum(&g2, &scalars), expected.into_affine(), "{count}");
        }
    }

    #[test]
    fn digits_are_below_every_prime_factor_of_the_cofactor() {
        let remainder = |divisor: u64| {
            g2::Config::COFACTOR
                .iter()
                .rev()
                .fold(0u128, |rest, &word| {
                    ((rest << 64) | u128::from(word)) % u128::from(divisor)
                })
        };
        let least = (2..20_000).find(|&divisor| remainder(divisor) == 0);
        assert_eq!(least, Some(10_069));
        const { assert!(1 << DIGIT_BITS < 10_069) };
    }

    #[test]
    fn a_point_outside_the_group_is_found() {
        let rng = &mut ChaCha20Rng::seed_from_u64(42);
        let outside = (1u64..)
            .filter_map(|x| Affine::get_point_from_x_unchecked(Fq2::from(x), false))
            .find(|point: &G2Affine| !point.is_in_correct_subgroup_assuming_on_curve())
            .expect("nearly every point of the twist is outside");
        // r and all of the cofactor but its least factor: what is left has order 10,069.
        let r = <Fr as ark_ff::PrimeField>::MODULUS;
        let mut quotient = [0; 4];
        let mut rest = 0u128;
        for (digit, &word) in quotient.iter_mut().zip(g2::Config::COFACTOR).rev() {
            let value = (rest << 64) | u128::from(word);
            *digit = (value / 10_069) as u64;
            rest = value % 10_069;
        }
        let times = |point: G2Affine, scalar: &[u64]| {
            ark_ec::scalar_mul::double_and_add_affine(&point, scalar).into_affine()
        };
        let small = times(times(outside, r.as_ref()), &quotient);
        assert!(!small.is_zero() && times(small, &[10_069]).is_zero());

        let good: Vec<G2Affine> = (0..20).map(|_| G2Affine::rand(rng)).collect();
        for count in [1, FEW - 1, FEW, 1000] {
            let mut points: Vec<G2Affine> = good.iter().cycle().take(count).copied().collect();
            points[count / 3] = G2Affine::zero();
            assert_eq!(g2_outsider(&points), None, "{count}");
            for bad in [outside, small] {
                let at = count - 1;
                points[at] = (good[at % 20] + bad).into_affine();
                assert_eq!(g2_outsider(&points), Some(at), "{count}");
            }
            // Two that cancel each other in a plain sum.
            if count > 2 {
                points[0] = (good[0] + small).into_affine();
                points[count - 1] = (good[1] - small).into_affine();
                assert_eq!(g2_outsider(&points), Some(0), "{count}");
            }
        }
    }
}
