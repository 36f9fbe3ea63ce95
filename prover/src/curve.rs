//! BN254's points as 256-bit words: the only place where coordinates become points.
//!
//! Words are in the order of the EVM's precompiles (EIP-196, EIP-197): x before y, and of an
//! element c0 + c1·u of the quadratic extension c1 before c0.

use alloy_primitives::U256;
use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger256, PrimeField};

/// Words that are no point of BN254's prime-order groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// A coordinate is not below the order of the base field.
    #[error("the coordinate {0:#x} is not below the order of the base field")]
    NotCanonical(U256),
    /// The coordinates satisfy no curve equation.
    #[error("the coordinates are not on the curve")]
    NotOnCurve,
    /// The point is on the twist but outside the group of prime order.
    #[error("the point is not in the group of prime order")]
    WrongSubgroup,
    /// The point at infinity, which no honest proof or key holds.
    #[error("the point is the point at infinity")]
    Infinity,
}

/// The words x, y of a point other than infinity.
pub(crate) fn g1_to_words(point: &G1Affine) -> [U256; 2] {
    [word(point.x), word(point.y)]
}

/// The words x.c1, x.c0, y.c1, y.c0 of a point other than infinity.
pub(crate) fn g2_to_words(point: &G2Affine) -> [U256; 4] {
    let (x, y) = (point.x, point.y);
    [word(x.c1), word(x.c0), word(y.c1), word(y.c0)]
}

/// The point with coordinates x, y.
pub(crate) fn g1_from_words([x, y]: [U256; 2]) -> Result<G1Affine, PointError> {
    let point = G1Affine::new_unchecked(coordinate(x)?, coordinate(y)?);
    check_g1(&point)?;
    Ok(point)
}

/// The point with coordinates x.c1, x.c0, y.c1, y.c0.
pub(crate) fn g2_from_words([x1, x0, y1, y0]: [U256; 4]) -> Result<G2Affine, PointError> {
    let x = Fq2::new(coordinate(x0)?, coordinate(x1)?);
    let y = Fq2::new(coordinate(y0)?, coordinate(y1)?);
    let point = G2Affine::new_unchecked(x, y);
    check_g2(&point)?;
    Ok(point)
}

/// Refuses a point that is not on the curve or is infinity. The curve's order is prime, so every
/// other point is in the group.
pub(crate) fn check_g1(point: &G1Affine) -> Result<(), PointError> {
    // EIP-196 encodes infinity as (0, 0), which is not on the curve.
    if point.is_zero() || (point.x, point.y) == Default::default() {
        return Err(PointError::Infinity);
    }
    if !point.is_on_curve() {
        return Err(PointError::NotOnCurve);
    }
    Ok(())
}

/// Refuses a point that is not on the twist, is infinity or is outside the group of prime order.
pub(crate) fn check_g2(point: &G2Affine) -> Result<(), PointError> {
    check_on_twist(point)?;
    if !point.is_in_correct_subgroup_assuming_on_curve() {
        return Err(PointError::WrongSubgroup);
    }
    Ok(())
}

/// Refuses a point that is not on the twist or is infinity. It may be outside the group of prime order,
/// which is quicker to see for many points together:
/// [`g2_outsider`](crate::engine::msm::g2_outsider).
pub(crate) fn check_on_twist(point: &G2Affine) -> Result<(), PointError> {
    if point.is_zero() || (point.x, point.y) == Default::default() {
        return Err(PointError::Infinity);
    }
    if !point.is_on_curve() {
        return Err(PointError::NotOnCurve);
    }
    Ok(())
}

fn word(coordinate: Fq) -> U256 {
    U256::from_limbs(coordinate.into_bigint().0)
}

fn coordinate(word: U256) -> Result<Fq, PointError> {
    Fq::from_bigint(BigInteger256::new(*word.as_limbs())).ok_or(PointError::NotCanonical(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ark_ec::short_weierstrass::Affine;

    fn modulus() -> U256 {
        U256::from_limbs(Fq::MODULUS.0)
    }

    #[test]
    fn words_are_in_the_order_of_the_precompiles() {
        // EIP-197's generators.
        let one = U256::from(1);
        assert_eq!(g1_to_words(&G1Affine::generator()), [one, one + one]);
        let words = g2_to_words(&G2Affine::generator());
        let decimals = [
            "11559732032986387107991004021392285783925812861821192530917403151452391805634",
            "10857046999023057135944570762232829481370756359578518086990519993285655852781",
            "4082367875863433681332203403145435568316851327593401208105741076214120093531",
            "8495653923123431417604973247489272438418190587263600148770280649306958101930",
        ];
        assert_eq!(
            words,
            decimals.map(|text| text.parse::<U256>().expect("a decimal"))
        );
        assert_eq!(g1_from_words([one, one + one]), Ok(G1Affine::generator()));
        assert_eq!(g2_from_words(words), Ok(G2Affine::generator()));
    }

    #[test]
    fn bad_points_are_refused_each_for_its_reason() {
        let [one, two, zero] = [1u64, 2, 0].map(U256::from);
        assert_eq!(g1_from_words([zero, zero]), Err(PointError::Infinity));
        assert_eq!(g1_from_words([one, one]), Err(PointError::NotOnCurve));
        let x = one + modulus();
        assert_eq!(g1_from_words([x, two]), Err(PointError::NotCanonical(x)));

        let [x1, x0, y1, y0] = g2_to_words(&G2Affine::generator());
        assert_eq!(g2_from_words([zero; 4]), Err(PointError::Infinity));
        assert_eq!(g2_from_words([x0, x1, y1, y0]), Err(PointError::NotOnCurve));
        let y = y0 + modulus();
        assert_eq!(
            g2_from_words([x1, x0, y1, y]),
            Err(PointError::NotCanonical(y))
        );
    }

    #[test]
    fn a_point_of_the_twist_outside_the_group_is_refused() {
        let outside = (1u64..)
            .filter_map(|x| Affine::get_point_from_x_unchecked(Fq2::from(x), false))
            .find(|point: &G2Affine| !point.is_in_correct_subgroup_assuming_on_curve())
            .expect("nearly every point of the twist is outside");
        assert_eq!(
            g2_from_words(g2_to_words(&outside)),
            Err(PointError::WrongSubgroup)
        );
    }
}
