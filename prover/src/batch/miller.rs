//! The product of many Miller loops of the optimal ate pairing (Vercauteren, eprint 2008/096).
//!
//! All pairs take each step together: the accumulator is squared once for all of them, and their
//! points stay affine because one inversion serves every pair's slope. A line through T of slope λ,
//! evaluated at P and divided by y_P (a factor in the base field, which the final exponentiation
//! removes), is 1 − λ·(x_P/y_P)·w + (λ·x_T − y_T)/y_P·w³ with w⁶ = 9 + u: its leading one saves
//! three of thirteen multiplications each time the accumulator takes it in.

use ark_bn254::{Config, Fq, Fq2, Fq12, Fq12Config, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ec::bn::BnConfig;
use ark_ff::{AdditiveGroup, Field, Fp12Config, serial_batch_inversion_and_mul};
use rayon::prelude::*;

/// The fewest pairs that share inversions: with fewer, a thread would spend more on those than on
/// the rest.
const SHARE: usize = 128;

/// The product of f(Q, P) over all pairs (P, Q) without a point at infinity, which contribute one.
///
/// Q must be in the group of prime order: then no step meets equal or opposite points, as T is at
/// each step a multiple of Q other than those it is added to. Split over the current rayon pool.
pub(super) fn product(pairs: &[(G1Affine, G2Affine)]) -> Fq12 {
    let share = pairs
        .len()
        .div_ceil(rayon::current_num_threads())
        .max(SHARE);
    pairs.par_chunks(share).map(product_on_one_thread).product()
}

/// A pair under way.
struct Pair {
    /// −x_P/y_P
    x: Fq,
    /// 1/y_P
    y: Fq,
    q: [Fq2; 2],
    t: [Fq2; 2],
}

fn product_on_one_thread(pairs: &[(G1Affine, G2Affine)]) -> Fq12 {
    let finite = pairs.iter().filter(|(p, q)| !p.is_zero() && !q.is_zero());
    let mut inverses: Vec<Fq> = finite.clone().map(|(p, _)| p.y).collect();
    serial_batch_inversion_and_mul(&mut inverses, &Fq::ONE);
    let mut pairs: Vec<Pair> = finite
        .zip(inverses)
        .map(|((p, q), y)| Pair {
            x: -p.x * y,
            y,
            q: [q.x, q.y],
            t: [q.x, q.y],
        })
        .collect();

    let mut f = Fq12::ONE;
    let inverses = &mut Vec::with_capacity(pairs.len());
    for &digit in Config::ATE_LOOP_COUNT.iter().rev().skip(1) {
        f.square_in_place();
        double(&mut f, &mut pairs, inverses);
        match digit {
            1 => add(&mut f, &mut pairs, inverses, |pair| pair.q),
            -1 => add(&mut f, &mut pairs, inverses, |pair| negative(pair.q)),
            _ => {}
        }
    }
    add(&mut f, &mut pairs, inverses, |pair| frobenius(pair.q));
    add(&mut f, &mut pairs, inverses, |pair| {
        negative(frobenius(frobenius(pair.q)))
    });
    f
}

/// Doubles every T and multiplies f by the tangents.
fn double(f: &mut Fq12, pairs: &mut [Pair], inverses: &mut Vec<Fq2>) {
    invert(inverses, pairs.iter().map(|pair| pair.t[1].double()));
    for (pair, inverse) in pairs.iter_mut().zip(inverses) {
        let [x, _] = pair.t;
        let square = x.square();
        let slope = (square.double() + square) * *inverse;
        pair.step(f, slope, x);
    }
}

/// Adds each pair's addend to its T and multiplies f by the chords.
fn add(
    f: &mut Fq12,
    pairs: &mut [Pair],
    inverses: &mut Vec<Fq2>,
    addend: impl Fn(&Pair) -> [Fq2; 2],
) {
    let differences = pairs.iter().map(|pair| addend(pair)[0] - pair.t[0]);
    invert(inverses, differences);
    for (pair, inverse) in pairs.iter_mut().zip(inverses) {
        let [x, y] = addend(pair);
        let slope = (y - pair.t[1]) * *inverse;
        pair.step(f, slope, x);
    }
}

impl Pair {
    /// Multiplies f by the line of this slope through T and another point, whose x is given, and
    /// moves T to the sum of the two.
    fn step(&mut self, f: &mut Fq12, slope: Fq2, other: Fq2) {
        let [x, y] = self.t;
        let mut c3 = slope;
        c3.mul_assign_by_fp(&self.x);
        let mut c4 = slope * x - y;
        c4.mul_assign_by_fp(&self.y);
        multiply(f, &c3, &c4);
        let sum = slope.square() - x - other;
        self.t = [sum, slope * (x - sum) - y];
    }
}

/// f·(1 + c3·w + c4·w³), where the halves of f are elements in v = w².
fn multiply(f: &mut Fq12, c3: &Fq2, c4: &Fq2) {
    let (mut low, mut high) = (f.c1, f.c0);
    low.mul_by_01(c3, c4);
    high.mul_by_01(c3, c4);
    Fq12Config::mul_fp6_by_nonresidue_in_place(&mut low);
    f.c0 += low;
    f.c1 += high;
}

fn invert(inverses: &mut Vec<Fq2>, elements: impl Iterator<Item = Fq2>) {
    inverses.clear();
    inverses.extend(elements);
    serial_batch_inversion_and_mul(inverses, &Fq2::ONE);
}

fn negative([x, y]: [Fq2; 2]) -> [Fq2; 2] {
    [x, -y]
}

/// The q-power Frobenius map of the curve, carried over to its twist.
fn frobenius([mut x, mut y]: [Fq2; 2]) -> [Fq2; 2] {
    x.frobenius_map_in_place(1);
    y.frobenius_map_in_place(1);
    [x * Config::TWIST_MUL_BY_Q_X, y * Config::TWIST_MUL_BY_Q_Y]
}

#[cfg(test)]
mod tests {
    use super::{SHARE, product};
    use ark_bn254::{Bn254, G1Affine, G2Affine};
    use ark_ec::AffineRepr;
    use ark_ec::pairing::{MillerLoopOutput, Pairing};
    use ark_ff::UniformRand;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    #[test]
    fn products_are_those_of_ark() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let mut pairs: Vec<_> = (0..2 * SHARE + 3)
            .map(|_| (G1Affine::rand(rng), G2Affine::rand(rng)))
            .collect();
        pairs[1].0 = G1Affine::zero();
        pairs[2].1 = G2Affine::zero();
        for count in [0, 1, 2, 3, 5, SHARE, SHARE + 1, pairs.len()] {
            let pairs = &pairs[..count];
            let ours = Bn254::final_exponentiation(MillerLoopOutput(product(pairs)));
            let (p, q): (Vec<_>, Vec<_>) = pairs.iter().copied().unzip();
            assert_eq!(ours, Some(Bn254::multi_pairing(p, q)), "{count} pairs");
        }
    }
}
