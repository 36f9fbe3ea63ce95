//! Random coefficients of 128 bits that cost 64 doublings.
//!
//! BN254's G1 has the endomorphism φ(x, y) = (ζ·x, y) with ζ³ = 1, which multiplies by a λ with
//! λ² + λ + 1 = 0 modulo r (Gallant, Lambert, Vanstone, *Faster point multiplication on elliptic
//! curves with efficient endomorphisms*). A coefficient is a + b·λ for random 64-bit a and b.
//!
//! No two pairs (a, b) give the same coefficient, so that there are 2^128 of them: for the
//! difference (d, e) of two pairs with d + e·λ = 0, d² − d·e + e² = e²·(λ² + λ + 1) = 0 modulo r,
//! but it is below 3·2^128 < r, so it is 0 as an integer, and then d = e = 0.

use ark_bn254::g1::Config;
use ark_bn254::{Fr, G1Affine, G1Projective};
use ark_ec::VariableBaseMSM;
use ark_ec::scalar_mul::glv::GLVConfig;
use ark_ff::AdditiveGroup;
use rand::{CryptoRng, Rng, RngCore};

/// a + b·λ
#[derive(Clone, Copy)]
pub(super) struct Coefficient {
    a: u64,
    b: u64,
}

impl Coefficient {
    /// A uniformly random coefficient.
    pub(super) fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let (a, b) = rng.r#gen();
        Self { a, b }
    }

    pub(super) fn to_field(self) -> Fr {
        Fr::from(self.a) + Fr::from(self.b) * Config::LAMBDA
    }

    /// The point times the coefficient. Takes a time that depends on the coefficient.
    pub(super) fn times(self, point: G1Affine) -> G1Projective {
        let image = Config::endomorphism_affine(&point);
        // P + φ(P) = −φ²(P), whose x is ζ²·x_P.
        let both = -Config::endomorphism_affine(&image);
        let mut sum = G1Projective::ZERO;
        for bit in (0..64).rev() {
            sum.double_in_place();
            match (self.a >> bit & 1, self.b >> bit & 1) {
                (0, 0) => {}
                (_, 0) => sum += point,
                (0, _) => sum += image,
                (_, _) => sum += both,
            }
        }
        sum
    }

    /// The sum of the points, each times its coefficient.
    pub(super) fn combine(coefficients: &[Self], points: &[G1Affine]) -> G1Projective {
        let part = |part: fn(&Self) -> u64| {
            let scalars: Vec<u64> = coefficients.iter().map(part).collect();
            G1Projective::msm_u64(points, &scalars)
        };
        let image = Config::endomorphism(&part(|coefficient| coefficient.b));
        part(|coefficient| coefficient.a) + image
    }
}

#[cfg(test)]
mod tests {
    use super::Coefficient;
    use ark_bn254::g1::Config;
    use ark_bn254::{Fr, G1Affine, G1Projective};
    use ark_ec::AffineRepr;
    use ark_ec::scalar_mul::glv::GLVConfig;
    use ark_ff::{AdditiveGroup, Field, UniformRand};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    #[test]
    fn points_are_multiplied_by_the_field_element() {
        assert_eq!(Config::LAMBDA.square() + Config::LAMBDA + Fr::ONE, Fr::ZERO);
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let mut coefficients = Vec::new();
        for (a, b) in [(0, 0), (1, 0), (0, 1), (1, 1), (u64::MAX, u64::MAX)] {
            coefficients.push(Coefficient { a, b });
        }
        coefficients.extend((0..50).map(|_| Coefficient::random(rng)));
        let points: Vec<G1Affine> = coefficients.iter().map(|_| G1Affine::rand(rng)).collect();
        let mut sum = G1Projective::ZERO;
        for (coefficient, point) in coefficients.iter().zip(&points) {
            let expected = point.into_group() * coefficient.to_field();
            assert_eq!(coefficient.times(*point), expected);
            sum += expected;
        }
        assert_eq!(Coefficient::combine(&coefficients, &points), sum);
    }
}
