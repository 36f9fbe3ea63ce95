//! A field element, canonically, as the signed digits that [`ladder`](super::ladder) walks along.

use super::{Montgomery, Wire};
use crate::babyjubjub::SUBGROUP_ORDER;
use crate::field::{Fr, ORDER, power_of_two, reduce_word, to_word};
use crate::gadget::{Bit, Num, System, enforce_width, linear, term, value, witness};
use alloy_primitives::U256;
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::{LinearCombination, Result, Variable};
use std::sync::LazyLock;

/// Signed digits.
pub(super) const COUNT: usize = 253;

/// How many of the highest digits are compared with the bounds of the canonical range.
const COMPARED: usize = 128;

/// An integer `n = 2²⁵³ + u` with 0 ≤ u < 2²⁵⁴, by the bits of u: u = 2·Σ c_j·2^j + u₀ for
/// j = 0..=252.
pub struct Digits {
    /// (2·c_j − 1)·magnitude and c_j, from j = 252 down.
    pub(super) signed: Vec<(Wire, bool)>,
    /// u₀.
    pub(super) lowest: Bit,
}

/// What is added to an element to get u: 6ℓ − 2²⁵³, so that n is the element plus 6ℓ.
pub(crate) static OFFSET: LazyLock<U256> =
    LazyLock::new(|| SUBGROUP_ORDER * U256::from(6) - (U256::ONE << COUNT));

/// The digits of the integer `x + 6ℓ` with 0 ≤ x < r, each a multiple ±v of `point`'s coordinate v:
/// 513 constraints.
///
/// The sign of a digit is a choice between the two roots of `d·d = v²`, so that the digit itself can
/// stand for ±v where the ladder needs it. v is not 0.
///
/// u is held to 6ℓ − 2²⁵³ < u < 6ℓ − 2²⁵³ + r by its 128 highest bits alone: they must lie strictly
/// between those of the two bounds. As u ≡ x + 6ℓ − 2²⁵³ (mod r), that leaves exactly one u for each x
/// and none for the 2¹²⁷ of the r ≈ 2²⁵⁴ elements whose u agrees with a bound in the 128 highest bits.
/// To find an input whose hash is one of these takes 2¹²⁶ hashes.
///
/// # Errors
/// As the constraint system's, or a missing value.
pub fn canonical(cs: &System, x: &Num, point: &Montgomery) -> Result<Digits> {
    lay_out(cs, x, point, to_word(value(x)?) + *OFFSET)
}

/// [`canonical`] with u given, so that tests can give a wrong one.
pub(crate) fn lay_out(cs: &System, x: &Num, point: &Montgomery, u: U256) -> Result<Digits> {
    let magnitude = point.v();
    let square = Wire::new(cs, magnitude.value.square())?;
    cs.enforce_r1cs_constraint(|| magnitude.lc(), || magnitude.lc(), || square.lc())?;
    let mut signed = Vec::with_capacity(COUNT);
    for j in (0..COUNT).rev() {
        let is_set = u.bit(j + 1);
        let digit = Wire::new(
            cs,
            if is_set {
                magnitude.value
            } else {
                -magnitude.value
            },
        )?;
        cs.enforce_r1cs_constraint(|| digit.lc(), || digit.lc(), || square.lc())?;
        signed.push((digit, is_set));
    }
    let lowest = Bit::witness(cs, u.bit(0))?;

    // Σ d_j·2^j = v·Σ (2·c_j − 1)·2^j = v·(u − u₀ − (2²⁵³ − 1)), with u = x + OFFSET
    let constant = reduce_word(*OFFSET) - all_ones(COUNT);
    let (x_scale, x_variable) = term(x);
    let (bit_scale, bit) = term(lowest.num());
    cs.enforce_r1cs_constraint(
        || {
            super::sum([
                (x_scale, x_variable),
                (-bit_scale, bit),
                (constant, Variable::One),
            ])
        },
        || magnitude.lc(),
        || weighted(&signed),
    )?;

    // The same for the 128 highest digits defines the number that the highest bits of u make …
    let dropped = COUNT + 1 - COMPARED;
    let high = witness(cs, reduce_word(u >> dropped))?;
    let doubled = linear(cs, &[(Fr::from(2), &high)], -all_ones(COMPARED))?;
    cs.enforce_r1cs_constraint(
        || crate::gadget::combination(&doubled),
        || magnitude.lc(),
        || weighted(&signed[..COMPARED]),
    )?;
    // … which lies strictly between the bounds'.
    let lower = reduce_word(*OFFSET >> dropped);
    let upper = reduce_word((*OFFSET + ORDER) >> dropped);
    let above = linear(cs, &[(Fr::ONE, &high)], -lower - Fr::ONE)?;
    let below = linear(cs, &[(-Fr::ONE, &high)], upper - Fr::ONE)?;
    enforce_width(cs, &above, COMPARED)?;
    enforce_width(cs, &below, COMPARED)?;
    Ok(Digits { signed, lowest })
}

/// The digits as those of a number with digits ±v, the last with weight 1.
fn weighted(signed: &[(Wire, bool)]) -> LinearCombination<Fr> {
    let mut weight = Fr::ONE;
    let mut lc = LinearCombination(Vec::with_capacity(signed.len()));
    for (digit, _) in signed.iter().rev() {
        lc.0.push((weight, digit.variable));
        weight.double_in_place();
    }
    lc.compactify();
    lc
}

/// 2^count − 1.
fn all_ones(count: usize) -> Fr {
    power_of_two(count as u64) - Fr::ONE
}
