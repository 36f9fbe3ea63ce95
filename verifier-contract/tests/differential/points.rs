//! Points of BN254 as the words of EIP-196 and EIP-197, good and bad ones.

use alloy::primitives::U256;
use ark_bn254::{Fq, Fq2, Fr, G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{PrimeField, UniformRand};
use rand::RngCore;

/// The base field's modulus.
pub const Q: U256 = U256::from_limbs(Fq::MODULUS.0);

fn word(coordinate: Fq) -> U256 {
    U256::from_limbs(coordinate.into_bigint().0)
}

/// x, y; zeros for infinity.
pub fn g1_words(point: G1Affine) -> [U256; 2] {
    point
        .xy()
        .map_or([U256::ZERO; 2], |(x, y)| [word(x), word(y)])
}

/// x.c1, x.c0, y.c1, y.c0; zeros for infinity.
pub fn g2_words(point: G2Affine) -> [U256; 4] {
    point.xy().map_or([U256::ZERO; 4], |(x, y)| {
        [word(x.c1), word(x.c0), word(y.c1), word(y.c0)]
    })
}

/// Any point of G1 but infinity.
pub fn random_g1(rng: &mut impl RngCore) -> G1Affine {
    (G1Projective::from(G1Affine::generator()) * (Fr::rand(rng))).into_affine()
}

/// Any point of G2's group but infinity.
pub fn random_g2(rng: &mut impl RngCore) -> G2Affine {
    (G2Affine::generator() * Fr::rand(rng)).into_affine()
}

/// A point on the twist, but outside the group of order r: nearly all points are.
pub fn random_outside(rng: &mut impl RngCore) -> G2Affine {
    loop {
        let x = Fq2::rand(rng);
        let found = G2Affine::get_point_from_x_unchecked(x, rng.next_u32() & 1 == 1);
        if let Some(point) = found
            && !point.is_in_correct_subgroup_assuming_on_curve()
            && !point.is_zero()
        {
            return point;
        }
    }
}
