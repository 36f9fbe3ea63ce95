//! Multiples of Base8 by a scalar that is only known to exist.
//!
//! The scalar is a sum of digits, `Σ d_j·8^j` with d_j ∈ {±1, ±3, ±5, ±7} for j = 0..=82 and
//! d_83 ∈ {±1, ±3}: all odd integers between −2²⁵¹ and 2²⁵¹, thus every residue modulo ℓ < 2²⁵¹. Two
//! bits select |d_j|. The sign needs no bit: the digit's multiple of Base8 is either of the two points
//! (u, ±v), and `V·V = v²` allows exactly these, with u and v² linear in the two bits and their
//! product. A digit so takes four constraints and its addition three.

use super::{
    MONTGOMERY_A, Montgomery, Wire, difference, edwards_point, invert_all, montgomery_coordinates,
};
use crate::babyjubjub::{Scalar, base8};
use crate::field::Fr;
use crate::gadget::{Bit, System, term};
use alloy_primitives::U256;
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, Field, PrimeField};
use ark_relations::gr1cs::{LinearCombination, Result, Variable};
use std::sync::LazyLock;
use taceo_ark_babyjubjub::EdwardsProjective;

/// Bits of the scalar's representation.
const BITS: usize = 251;
const WINDOW: usize = 3;
const WINDOWS: usize = BITS.div_ceil(WINDOW);

/// The multiples |d|·8^j of Base8 in the Montgomery form, |d| = 1, 3, … ascending: four, two for
/// the last j.
static TABLE: LazyLock<Vec<Vec<(Fr, Fr)>>> = LazyLock::new(|| {
    let mut unit = base8().into_group();
    (0..WINDOWS)
        .map(|j| {
            let twice = unit.double();
            let odd = std::iter::successors(Some(unit), |multiple| Some(*multiple + twice));
            let count = 1 << (window_bits(j) - 1);
            let multiples: Vec<_> = odd.take(count).collect();
            unit = twice.double().double();
            montgomery_coordinates(&multiples)
        })
        .collect()
});

fn window_bits(j: usize) -> usize {
    WINDOW.min(BITS - WINDOW * j)
}

/// One digit of a scalar, as a position in its window of [`TABLE`] and a sign.
#[derive(Clone, Copy)]
struct Digit {
    index: usize,
    negative: bool,
}

/// The digits of `scalar`: its representative k, odd, is `Σ (2·b_i − 1)·2^i` for the bits b_i of
/// (k + 2²⁵¹ − 1)/2, and three such terms make one digit.
fn digits(scalar: Scalar) -> Vec<Digit> {
    let half = Scalar::from(2).inverse().expect("ℓ is odd");
    let shift = Scalar::from(2).pow([BITS as u64]) - Scalar::ONE;
    let bits = U256::from_limbs(((scalar + shift) * half).into_bigint().0);
    (0..WINDOWS)
        .map(|j| {
            let low = window_bits(j) - 1;
            let negative = !bits.bit(WINDOW * j + low);
            let index = (0..low).fold(0, |index, i| {
                index | usize::from(bits.bit(WINDOW * j + i) != negative) << i
            });
            Digit { index, negative }
        })
        .collect()
}

/// k·Base8 for a k ≡ `scalar` (mod ℓ) that the prover chooses; it is not 0 modulo ℓ. 584 constraints.
///
/// No addition meets equal or opposite points. Before window j the sum is s·Base8 with s odd and
/// |s| < 8^j, and |d_j·8^j| ≥ 8^j, so as integers s ≠ ±d_j·8^j; their difference and sum are below
/// 8^(j+1) ≤ 2²⁴⁹ < ℓ for j ≤ 82, so the points differ too. In the last window |s ± d·8^j| may reach
/// ℓ, and one more constraint makes the chord's run invertible. The two residues which that leaves
/// unprovable (0 is one) belong to no signature that can be found: the hash of R8 determines S.
///
/// # Errors
/// As the constraint system's.
pub fn multiply(cs: &System, scalar: Scalar) -> Result<Montgomery> {
    let digits = digits(scalar);
    let chosen: Vec<(Fr, Fr)> = TABLE
        .iter()
        .zip(&digits)
        .map(|(window, digit)| {
            let (u, v) = window[digit.index];
            (u, if digit.negative { -v } else { v })
        })
        .collect();
    let mut sum = EdwardsProjective::default();
    let sums: Vec<_> = chosen
        .iter()
        .map(|point| {
            sum += edwards_point(*point);
            sum
        })
        .collect();
    let sums = montgomery_coordinates(&sums);
    let mut inverses: Vec<_> = chosen[1..]
        .iter()
        .zip(&sums)
        .map(|(point, sum)| point.0 - sum.0)
        .collect();
    invert_all(&mut inverses);

    let mut sum = Operand::lookup(cs, 0, digits[0], chosen[0].1)?;
    for j in 1..WINDOWS - 1 {
        let digit = Operand::lookup(cs, j, digits[j], chosen[j].1)?;
        sum = sum.add(cs, &digit, inverses[j - 1], sums[j])?.into();
    }
    let last = WINDOWS - 1;
    let digit = Operand::lookup(cs, last, digits[last], chosen[last].1)?;
    let inverse = Wire::new(cs, inverses[last - 1])?;
    cs.enforce_r1cs_constraint(
        || plus(&digit.u, -Fr::ONE, &sum.u),
        || inverse.lc(),
        || Variable::One.into(),
    )?;
    sum.add(cs, &digit, inverse.value, sums[last])
}

/// A point whose u-coordinate is a linear combination.
struct Operand {
    u: LinearCombination<Fr>,
    v: Wire,
}

impl From<Montgomery> for Operand {
    fn from(point: Montgomery) -> Self {
        Self {
            u: point.u.lc(),
            v: point.v,
        }
    }
}

impl Operand {
    /// The point of window `j` that the digit selects, whose v-coordinate is `v`: a constraint for
    /// each bit of the digit's index, one for their product and one for v.
    fn lookup(cs: &System, j: usize, digit: Digit, v: Fr) -> Result<Self> {
        // The monomials 1, s₀, s₁, s₀s₁; the last window has 1 and s₀ only.
        let mut monomials = vec![Variable::One];
        for i in 0..window_bits(j) - 1 {
            let bit = Bit::witness(cs, digit.index >> i & 1 == 1)?;
            monomials.push(term(bit.num()).1);
        }
        if let [_, s0, s1] = monomials[..] {
            let both = Wire::new(cs, Fr::from(digit.index == 3))?;
            cs.enforce_r1cs_constraint(|| s0.into(), || s1.into(), || both.lc())?;
            monomials.push(both.variable);
        }
        let window = &TABLE[j];
        let v = Wire::new(cs, v)?;
        cs.enforce_r1cs_constraint(
            || v.lc(),
            || v.lc(),
            || interpolate(window.iter().map(|(_, v)| v.square()), &monomials),
        )?;
        let u = interpolate(window.iter().map(|(u, _)| *u), &monomials);
        Ok(Self { u, v })
    }

    /// self + other, given that their u-coordinates differ and `1/(other.u − self.u)`: 3 constraints.
    fn add(&self, cs: &System, other: &Self, inverse: Fr, sum: (Fr, Fr)) -> Result<Montgomery> {
        let slope = Wire::new(cs, (other.v.value - self.v.value) * inverse)?;
        let sum = Montgomery::new(cs, sum)?;
        cs.enforce_r1cs_constraint(
            || plus(&other.u, -Fr::ONE, &self.u),
            || slope.lc(),
            || difference(other.v, self.v),
        )?;
        cs.enforce_r1cs_constraint(
            || slope.lc(),
            || slope.lc(),
            || {
                let known = super::sum([(MONTGOMERY_A, Variable::One), (Fr::ONE, sum.u.variable)]);
                plus(&plus(&self.u, Fr::ONE, &other.u), Fr::ONE, &known)
            },
        )?;
        cs.enforce_r1cs_constraint(
            || plus(&self.u, -Fr::ONE, &sum.u.lc()),
            || slope.lc(),
            || super::sum([(Fr::ONE, self.v.variable), (Fr::ONE, sum.v.variable)]),
        )?;
        Ok(sum)
    }
}

/// The combination of the monomials 1, s₀ (and s₁, s₀s₁) that has these values at 0, 1 (and 2, 3).
fn interpolate(values: impl Iterator<Item = Fr>, monomials: &[Variable]) -> LinearCombination<Fr> {
    let values: Vec<_> = values.collect();
    let mut coefficients = values.clone();
    for (i, coefficient) in coefficients.iter_mut().enumerate().skip(1) {
        *coefficient -= values[0];
        if i == 3 {
            *coefficient -= (values[1] - values[0]) + (values[2] - values[0]);
        }
    }
    let terms = coefficients.into_iter().zip(monomials.iter().copied());
    let mut lc = LinearCombination(terms.collect());
    lc.compactify();
    lc
}

/// `a + scale·b`.
fn plus(a: &LinearCombination<Fr>, scale: Fr, b: &LinearCombination<Fr>) -> LinearCombination<Fr> {
    let scaled = b.iter().map(|(coefficient, x)| (scale * coefficient, *x));
    let mut lc = LinearCombination(a.iter().copied().chain(scaled).collect());
    lc.compactify();
    lc
}
