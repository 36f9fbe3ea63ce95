//! Baby Jubjub as constraints: multiples of points in the Montgomery form, sums in the Edwards form.
//!
//! The curve `168700·x² + y² = 1 + 168696·x²y²` is, by u = (1 + y)/(1 − y) and v = u/x, the
//! Montgomery curve `v² = u³ + 168698·u² + u` (Bernstein et al., *Twisted Edwards Curves*,
//! <https://eprint.iacr.org/2008/013>, theorem 3.2). There an addition costs three constraints, one
//! for the slope λ of the chord and one for each coordinate, but it knows no sum of equal or
//! opposite points: `λ·(u₁ − u₂) = v₁ − v₂` leaves λ free where both sides are 0. So each use of it says
//! why that does not happen.
//!
//! Two facts carry these arguments. 168700 is a square of F and 168696 is not, so
//! - 168698² − 4 = 168700·168696 is no square either, u² + 168698·u + 1 has no root, and the only
//!   point with v = 0 is (0, 0), of order two;
//! - no point has u = −1, where v² would be 168698 − 2 = 168696.

pub mod digits;
pub mod fixed_base;
pub mod ladder;

use super::{A, D};
use crate::field::Fr;
use crate::gadget::{Num, System, combination, term, value};
use ark_ec::twisted_edwards::MontCurveConfig;
use ark_ff::{AdditiveGroup, Field, serial_batch_inversion_and_mul};
use ark_r1cs_std::fields::fp::AllocatedFp;
use ark_relations::gr1cs::{LinearCombination, Result, Variable};
use taceo_ark_babyjubjub::{EdwardsConfig, EdwardsProjective};

/// The Montgomery form's coefficient of u².
const MONTGOMERY_A: Fr = <EdwardsConfig as MontCurveConfig>::COEFF_A;

/// A witness variable and its value.
#[derive(Clone, Copy, Debug)]
pub struct Wire {
    value: Fr,
    variable: Variable,
}

impl Wire {
    fn new(cs: &System, value: Fr) -> Result<Self> {
        let variable = cs.new_witness_variable(|| Ok(value))?;
        Ok(Self { value, variable })
    }

    fn lc(self) -> LinearCombination<Fr> {
        self.variable.into()
    }

    fn num(self, cs: &System) -> Num {
        AllocatedFp::new(Some(self.value), self.variable, cs.clone()).into()
    }
}

/// `Σ coefficient·variable`.
fn sum<const N: usize>(terms: [(Fr, Variable); N]) -> LinearCombination<Fr> {
    let mut lc = LinearCombination(terms.to_vec());
    lc.compactify();
    lc
}

/// `a − b`.
fn difference(a: Wire, b: Wire) -> LinearCombination<Fr> {
    sum([(Fr::ONE, a.variable), (-Fr::ONE, b.variable)])
}

/// A point (u, v) of the Montgomery form other than the identity, which has no such coordinates.
#[derive(Clone, Copy, Debug)]
pub struct Montgomery {
    u: Wire,
    v: Wire,
}

/// Enforces that (x, y) is on the curve: 3 constraints.
///
/// # Errors
/// As the constraint system's, or a missing value.
pub fn enforce_on_curve(cs: &System, x: &Num, y: &Num) -> Result<()> {
    let (x2, y2) = (value(x)?.square(), value(y)?.square());
    let (x2, y2) = (Wire::new(cs, x2)?, Wire::new(cs, y2)?);
    cs.enforce_r1cs_constraint(|| combination(x), || combination(x), || x2.lc())?;
    cs.enforce_r1cs_constraint(|| combination(y), || combination(y), || y2.lc())?;
    // D·x²·y² = A·x² + y² − 1
    cs.enforce_r1cs_constraint(
        || (D, x2.variable).into(),
        || y2.lc(),
        || {
            sum([
                (A, x2.variable),
                (Fr::ONE, y2.variable),
                (-Fr::ONE, Variable::One),
            ])
        },
    )
}

impl Montgomery {
    fn new(cs: &System, (u, v): (Fr, Fr)) -> Result<Self> {
        Ok(Self {
            u: Wire::new(cs, u)?,
            v: Wire::new(cs, v)?,
        })
    }

    /// The coordinate v, which is not 0.
    pub(crate) fn v(&self) -> Wire {
        self.v
    }

    /// The Montgomery form of a point of the curve with x ≠ 0, which this enforces: 3 constraints.
    ///
    /// # Errors
    /// As the constraint system's, or a missing value.
    pub fn from_edwards(cs: &System, x: &Num, y: &Num) -> Result<Self> {
        let (x_value, y_value) = (value(x)?, value(y)?);
        let inverse = x_value.inverse().unwrap_or_default();
        let u = (Fr::ONE + y_value) * (Fr::ONE - y_value).inverse().unwrap_or_default();
        let point = Self::new(cs, (u, u * inverse))?;
        let inverse = Wire::new(cs, inverse)?;
        let (y_scale, y) = term(y);
        // x ≠ 0 leaves out the identity (0, 1) and (0, −1), the points for which v is not defined.
        cs.enforce_r1cs_constraint(|| combination(x), || inverse.lc(), || Variable::One.into())?;
        // y = 1 only with x = 0, so u is determined …
        cs.enforce_r1cs_constraint(
            || sum([(Fr::ONE, Variable::One), (-y_scale, y)]),
            || point.u.lc(),
            || sum([(Fr::ONE, Variable::One), (y_scale, y)]),
        )?;
        // … and so is v = u/x.
        cs.enforce_r1cs_constraint(|| point.u.lc(), || inverse.lc(), || point.v.lc())?;
        Ok(point)
    }

    /// 2·self, enforcing that self has another order than two: 4 constraints.
    ///
    /// The tangent's slope is `(3u² + 2·168698·u + 1)/2v`. Where v = 0, that is at (0, 0), its
    /// numerator is 1 and no slope satisfies the constraint.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn double(&self, cs: &System) -> Result<Self> {
        let (u, v) = (self.u, self.v);
        let square = Wire::new(cs, u.value.square())?;
        let numerator = square.value * Fr::from(3) + u.value * MONTGOMERY_A.double() + Fr::ONE;
        let slope = numerator * v.value.double().inverse().unwrap_or_default();
        let u3 = slope.square() - MONTGOMERY_A - u.value.double();
        let v3 = slope * (u.value - u3) - v.value;
        let slope = Wire::new(cs, slope)?;
        let twice = Self::new(cs, (u3, v3))?;
        cs.enforce_r1cs_constraint(|| u.lc(), || u.lc(), || square.lc())?;
        cs.enforce_r1cs_constraint(
            || (Fr::from(2), v.variable).into(),
            || slope.lc(),
            || {
                sum([
                    (Fr::from(3), square.variable),
                    (MONTGOMERY_A.double(), u.variable),
                    (Fr::ONE, Variable::One),
                ])
            },
        )?;
        cs.enforce_r1cs_constraint(
            || slope.lc(),
            || slope.lc(),
            || {
                sum([
                    (MONTGOMERY_A, Variable::One),
                    (Fr::from(2), u.variable),
                    (Fr::ONE, twice.u.variable),
                ])
            },
        )?;
        enforce_on_line(cs, slope, *self, twice)?;
        Ok(twice)
    }

    /// (x, y) of a point of odd order: 2 constraints.
    ///
    /// Odd order gives v ≠ 0, and u = −1 is on no point, so both quotients are determined.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn to_edwards(&self, cs: &System) -> Result<Edwards> {
        let (u, v) = (self.u, self.v);
        let x = u.value * v.value.inverse().unwrap_or_default();
        let y = (u.value - Fr::ONE) * (u.value + Fr::ONE).inverse().unwrap_or_default();
        let (x, y) = (Wire::new(cs, x)?, Wire::new(cs, y)?);
        cs.enforce_r1cs_constraint(|| x.lc(), || v.lc(), || u.lc())?;
        cs.enforce_r1cs_constraint(
            || sum([(Fr::ONE, u.variable), (Fr::ONE, Variable::One)]),
            || y.lc(),
            || sum([(Fr::ONE, u.variable), (-Fr::ONE, Variable::One)]),
        )?;
        Ok(Edwards { x, y })
    }
}

/// Enforces that the opposite of `result` lies on the line through `point` with this slope:
/// `λ·(u − u') = v + v'`, 1 constraint.
fn enforce_on_line(cs: &System, slope: Wire, point: Montgomery, result: Montgomery) -> Result<()> {
    cs.enforce_r1cs_constraint(
        || difference(point.u, result.u),
        || slope.lc(),
        || sum([(Fr::ONE, point.v.variable), (Fr::ONE, result.v.variable)]),
    )
}

/// A point (x, y) of the Edwards form.
#[derive(Clone, Copy, Debug)]
pub struct Edwards {
    x: Wire,
    y: Wire,
}

impl Edwards {
    /// self − other for any two points of the curve: 6 constraints.
    ///
    /// The Edwards addition law has no exceptions since D is no square: 1 ± D·x₁x₂y₁y₂ is never 0 for
    /// points of the curve.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn minus(&self, cs: &System, other: &Self) -> Result<(Num, Num)> {
        let (x1, y1, x2, y2) = (self.x, self.y, other.x, other.y);
        let product = |a: Fr, b: Fr| Wire::new(cs, a * b);
        let beta = product(x1.value, y2.value)?;
        let gamma = product(y1.value, x2.value)?;
        let delta = product(y1.value + A * x1.value, x2.value + y2.value)?;
        let tau = product(beta.value, gamma.value)?;
        let d_tau = D * tau.value;
        let x = (beta.value - gamma.value) * (Fr::ONE - d_tau).inverse().unwrap_or_default();
        let y = (delta.value - gamma.value - A * beta.value)
            * (Fr::ONE + d_tau).inverse().unwrap_or_default();
        let (x, y) = (Wire::new(cs, x)?, Wire::new(cs, y)?);

        cs.enforce_r1cs_constraint(|| x1.lc(), || y2.lc(), || beta.lc())?;
        cs.enforce_r1cs_constraint(|| y1.lc(), || x2.lc(), || gamma.lc())?;
        // y₁y₂ + A·x₁x₂ = δ − γ − A·β
        cs.enforce_r1cs_constraint(
            || sum([(Fr::ONE, y1.variable), (A, x1.variable)]),
            || sum([(Fr::ONE, x2.variable), (Fr::ONE, y2.variable)]),
            || delta.lc(),
        )?;
        cs.enforce_r1cs_constraint(|| beta.lc(), || gamma.lc(), || tau.lc())?;
        // x·(1 − D·τ) = x₁y₂ − y₁x₂
        cs.enforce_r1cs_constraint(
            || sum([(Fr::ONE, Variable::One), (-D, tau.variable)]),
            || x.lc(),
            || difference(beta, gamma),
        )?;
        // y·(1 + D·τ) = y₁y₂ + A·x₁x₂
        cs.enforce_r1cs_constraint(
            || sum([(Fr::ONE, Variable::One), (D, tau.variable)]),
            || y.lc(),
            || {
                sum([
                    (Fr::ONE, delta.variable),
                    (-Fr::ONE, gamma.variable),
                    (-A, beta.variable),
                ])
            },
        )?;
        Ok((x.num(cs), y.num(cs)))
    }
}

/// The Montgomery coordinates of many points with one inversion; (0, 0) for the identity and for
/// (0, −1), which makes constraints that need them fail.
fn montgomery_coordinates(points: &[EdwardsProjective]) -> Vec<(Fr, Fr)> {
    // u = (Z + Y)/(Z − Y) and v = u·Z/X share the denominator (Z − Y)·X.
    let mut inverses: Vec<_> = points.iter().map(|p| (p.z - p.y) * p.x).collect();
    invert_all(&mut inverses);
    points
        .iter()
        .zip(inverses)
        .map(|(p, inverse)| {
            let scaled = (p.z + p.y) * inverse;
            (scaled * p.x, scaled * p.z)
        })
        .collect()
}

/// The point with these Montgomery coordinates; meaningless where v = 0.
fn edwards_point((u, v): (Fr, Fr)) -> EdwardsProjective {
    // x = u/v and y = (u − 1)/(u + 1), over the common denominator Z = v·(u + 1); T = XY/Z.
    let (plus, minus) = (u + Fr::ONE, u - Fr::ONE);
    EdwardsProjective::new_unchecked(u * plus, v * minus, u * minus, v * plus)
}

/// Inverts all elements but zeros, on this thread.
fn invert_all(elements: &mut [Fr]) {
    serial_batch_inversion_and_mul(elements, &Fr::ONE);
}

#[cfg(test)]
pub(crate) mod tests;
