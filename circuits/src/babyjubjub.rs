//! Baby Jubjub, the twisted Edwards curve `168700·x² + y² = 1 + 168696·x²y²` over F.
//!
//! [ERC-2494](https://eips.ethereum.org/EIPS/eip-2494). Its points number 8·ℓ with ℓ prime; signatures
//! live in the subgroup of order ℓ that [`base8`] generates. This is the form circomlib uses; the
//! curve of `ark-ed-on-bn254` is isomorphic to it but has other coordinates.

pub mod gadget;

use crate::field::Fr;
use alloy_primitives::U256;
use ark_ec::{AffineRepr, CurveConfig, CurveGroup, twisted_edwards::TECurveConfig};
use ark_ff::{AdditiveGroup, BigInteger256, PrimeField};
use taceo_ark_babyjubjub::EdwardsConfig;

/// A point in affine coordinates; on the curve wherever a function of this module returned it.
pub type Point = taceo_ark_babyjubjub::EdwardsAffine;

/// An integer modulo the subgroup order ℓ.
pub type Scalar = taceo_ark_babyjubjub::Fr;

/// The coefficient a.
pub const A: Fr = EdwardsConfig::COEFF_A;

/// The coefficient d, a non-square, so that the addition law has no exceptions.
pub const D: Fr = EdwardsConfig::COEFF_D;

/// 1/8 modulo ℓ; 8 is the cofactor.
pub const EIGHTH: Scalar = EdwardsConfig::COFACTOR_INV;

/// The order ℓ of the subgroup, a prime of 251 bits.
pub const SUBGROUP_ORDER: U256 = U256::from_limbs(Scalar::MODULUS.0);

/// A pair of coordinates, or a packed point, that is no point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// The coordinates do not satisfy the curve's equation.
    #[error(
        "the coordinates are not on Baby Jubjub; give x and y of circomlib's form (a = 168700)"
    )]
    OffCurve,
    /// The bytes are not what [`pack`] gives for any point.
    #[error(
        "the 32 bytes are not a packed Baby Jubjub point (y little-endian, sign of x in the top bit)"
    )]
    Packing,
}

/// A word that is not below the subgroup order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not below Baby Jubjub's subgroup order; give the scalar reduced")]
pub struct ScalarTooLarge(pub U256);

/// circomlib's `Base8`, the generator of the subgroup.
pub fn base8() -> Point {
    Point::generator()
}

/// The point with these coordinates, anywhere on the curve.
///
/// # Errors
/// [`PointError::OffCurve`].
pub fn point(x: Fr, y: Fr) -> Result<Point, PointError> {
    let point = Point::new_unchecked(x, y);
    if point.is_on_curve() {
        Ok(point)
    } else {
        Err(PointError::OffCurve)
    }
}

/// Whether 8·`point` is the identity, which holds for eight points of the curve.
#[must_use]
pub fn has_low_order(point: Point) -> bool {
    times_eight(point).is_zero()
}

/// 8·`point`.
pub fn times_eight(point: Point) -> Point {
    point.into_group().double().double().double().into_affine()
}

/// The scalar of a canonical word.
///
/// # Errors
/// [`ScalarTooLarge`] when `word` ≥ ℓ.
pub fn scalar(word: U256) -> Result<Scalar, ScalarTooLarge> {
    Scalar::from_bigint(BigInteger256::new(*word.as_limbs())).ok_or(ScalarTooLarge(word))
}

/// The canonical word of a scalar.
#[must_use]
pub fn scalar_word(scalar: Scalar) -> U256 {
    U256::from_limbs(scalar.into_bigint().0)
}

/// A field element, as an integer below r, reduced modulo ℓ.
#[must_use]
pub fn reduce(element: Fr) -> Scalar {
    let word = crate::field::to_word(element) % SUBGROUP_ORDER;
    Scalar::from(BigInteger256::new(*word.as_limbs()))
}

/// circomlib's packed form: y as 32 little-endian bytes, the top bit set where x > (r − 1)/2.
#[must_use]
pub fn pack(point: Point) -> [u8; 32] {
    let mut bytes = crate::field::to_word(point.y).to_le_bytes::<32>();
    if is_negative(point.x) {
        bytes[31] |= 0x80;
    }
    bytes
}

/// The point [`pack`] gives these bytes for; there is one encoding of each point.
///
/// # Errors
/// [`PointError::Packing`] when y ≥ r, when no point has this y, and for a sign on x = 0.
pub fn unpack(bytes: [u8; 32]) -> Result<Point, PointError> {
    let mut ordinate = bytes;
    let negative = ordinate[31] & 0x80 != 0;
    ordinate[31] &= 0x7f;
    let y =
        crate::field::from_word(U256::from_le_bytes(ordinate)).map_err(|_| PointError::Packing)?;
    let point = Point::get_point_from_y_unchecked(y, negative).ok_or(PointError::Packing)?;
    if is_negative(point.x) == negative {
        Ok(point)
    } else {
        Err(PointError::Packing)
    }
}

fn is_negative(x: Fr) -> bool {
    x.into_bigint() > Fr::MODULUS_MINUS_ONE_DIV_TWO
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use ark_ff::{Field, LegendreSymbol};

    /// The eight points of order 1, 2, 4 or 8, the identity first.
    pub(crate) fn low_order_points() -> Vec<Point> {
        // ℓ·P has an order that divides 8; walk over y until one of order 8 turns up.
        let torsion = (2u64..)
            .filter_map(|y| Point::get_point_from_y_unchecked(Fr::from(y), false))
            .map(|p| p.mul_bigint(Scalar::MODULUS))
            .find(|p| !p.double().double().into_affine().is_zero())
            .expect("a quarter of all points do")
            .into_affine();
        (0u64..8)
            .map(|k| torsion.mul_bigint([k]).into_affine())
            .collect()
    }

    #[test]
    fn the_addition_law_is_complete() {
        assert_eq!(A.legendre(), LegendreSymbol::QuadraticResidue);
        assert_eq!(D.legendre(), LegendreSymbol::QuadraticNonResidue);
    }

    #[test]
    fn eight_points_have_low_order() {
        let points = low_order_points();
        for (i, p) in points.iter().enumerate() {
            assert!(p.is_on_curve() && has_low_order(*p));
            assert!(!points[..i].contains(p));
        }
        assert!(!has_low_order(base8()));
    }

    #[test]
    fn packing_round_trips_and_is_canonical() {
        let mut points = low_order_points();
        points.push(base8());
        points.push(-base8());
        for p in points {
            assert_eq!(unpack(pack(p)), Ok(p));
        }
        let mut signed_identity = pack(Point::zero());
        signed_identity[31] |= 0x80;
        assert_eq!(unpack(signed_identity), Err(PointError::Packing));
        let r_plus_one = crate::field::ORDER + U256::from(1);
        assert_eq!(unpack(r_plus_one.to_le_bytes()), Err(PointError::Packing));
    }

    #[test]
    fn scalars_are_canonical_below_the_subgroup_order() {
        let largest = SUBGROUP_ORDER - U256::from(1);
        assert_eq!(scalar(largest), Ok(-Scalar::ONE));
        assert_eq!(scalar(SUBGROUP_ORDER), Err(ScalarTooLarge(SUBGROUP_ORDER)));
        assert_eq!(scalar_word(-Scalar::ONE), largest);
        assert_eq!(
            reduce(crate::field::reduce_word(SUBGROUP_ORDER)),
            Scalar::ZERO
        );
    }

    #[test]
    fn coordinates_off_the_curve_are_refused() {
        assert_eq!(point(Fr::ONE, Fr::ONE), Err(PointError::OffCurve));
        assert_eq!(point(base8().x, base8().y), Ok(base8()));
    }
}
