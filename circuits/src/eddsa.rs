//! EdDSA over Baby Jubjub with Poseidon, exactly as circomlib and `@zk-kit/eddsa-poseidon` have it.
//!
//! A signature (R8, S) of M under A satisfies `S·Base8 = R8 + h·8·A` with
//! `h = P_5(R8x, R8y, Ax, Ay, M)`. Keys and nonces come from BLAKE-512 (the packages' `blake-1`) with
//! Ed25519's clamping (RFC 8032, section 5.1.5).

mod blake;
pub mod gadget;
mod unverified;

pub use unverified::{Refusal, Unverified};

use crate::{
    babyjubjub::{
        self, Point, PointError, Scalar, ScalarTooLarge, base8, has_low_order, times_eight,
    },
    field::{self, Fr},
    poseidon,
};
use alloy_primitives::U256;
use ark_ec::CurveGroup;
use ark_ff::PrimeField;
use blake::blake512;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// A private key; wiped when dropped, and silent when printed.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct PrivateKey {
    /// The clamped integer s modulo ℓ; the public key is (s/8)·Base8.
    scalar: Scalar,
    /// What nonces are derived from.
    prefix: [u8; 32],
    #[zeroize(skip)]
    public: PublicKey,
}

/// A public key: a point of the curve that is not of low order.
///
/// The point may lie outside the prime-order subgroup, as circomlib allows: the cofactor in the
/// verification equation removes what lies outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey(Point);

/// A signature, of the right form but not yet verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signature {
    r8: Point,
    s: Scalar,
}

/// Why coordinates or bytes are no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// No point of the curve.
    #[error("the public key is no point of the curve: {0}")]
    Point(#[from] PointError),
    /// Every message would have signatures that anyone can make.
    #[error(
        "the public key has low order, so anyone could sign for it; use a key derived from a private key"
    )]
    LowOrder,
}

/// Why numbers or bytes are no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// R8 is no point of the curve.
    #[error("the signature's R8 is no point of the curve: {0}")]
    Point(#[from] PointError),
    /// S is not below the subgroup order, which would make a second encoding of one signature.
    #[error("the signature's S is not canonical: {0}")]
    Scalar(#[from] ScalarTooLarge),
}

/// The signature does not belong to the message and the public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not one of this message by this key; check which key signed what")]
pub struct InvalidSignature;

impl PrivateKey {
    /// Derives the key from 32 secret bytes, which the caller wipes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        let mut hash = Zeroizing::new(blake512(bytes));
        hash[0] &= 0xf8;
        hash[31] &= 0x7f;
        hash[31] |= 0x40;
        let scalar = Scalar::from_le_bytes_mod_order(&hash[..32]);
        // s is a multiple of 8 as an integer, and ℓ is odd, so dividing modulo ℓ gives the same point
        // as shifting s. That it is the identity has the odds of guessing the key.
        let eighth_scalar = Zeroizing::new(scalar * babyjubjub::EIGHTH);
        let public = PublicKey((base8() * *eighth_scalar).into_affine());
        let mut prefix = [0; 32];
        prefix.copy_from_slice(&hash[32..]);
        Self {
            scalar,
            prefix,
            public,
        }
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.public
    }

    /// Signs `message`; the same message always gets the same signature.
    #[must_use]
    pub fn sign(&self, message: Fr) -> Signature {
        let mut preimage = Zeroizing::new([0u8; 64]);
        preimage[..32].copy_from_slice(&self.prefix);
        preimage[32..].copy_from_slice(&field::to_word(message).to_le_bytes::<32>());
        let hash = Zeroizing::new(blake512(&*preimage));
        let nonce = Zeroizing::new(Scalar::from_le_bytes_mod_order(&*hash));
        let r8 = (base8() * *nonce).into_affine();
        let challenge = babyjubjub::reduce(challenge(r8, self.public, message));
        Signature {
            r8,
            s: *nonce + challenge * self.scalar,
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

impl PublicKey {
    /// The key with these coordinates.
    ///
    /// # Errors
    /// [`PublicKeyError`] off the curve and for the eight points of low order.
    pub fn from_coordinates(x: Fr, y: Fr) -> Result<Self, PublicKeyError> {
        Self::from_point(babyjubjub::point(x, y)?)
    }

    /// Reads the 32-byte packed form of `@zk-kit/eddsa-poseidon` (little-endian).
    ///
    /// # Errors
    /// [`PublicKeyError`] for bytes that [`to_bytes`](Self::to_bytes) gives for no key.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, PublicKeyError> {
        Self::from_point(babyjubjub::unpack(bytes)?)
    }

    fn from_point(point: Point) -> Result<Self, PublicKeyError> {
        if has_low_order(point) {
            return Err(PublicKeyError::LowOrder);
        }
        Ok(Self(point))
    }

    /// The 32-byte packed form.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        babyjubjub::pack(self.0)
    }

    /// The x-coordinate.
    #[must_use]
    pub fn x(&self) -> Fr {
        self.0.x
    }

    /// The y-coordinate.
    #[must_use]
    pub fn y(&self) -> Fr {
        self.0.y
    }

    /// `P_2(Ax, Ay)`: how a job names its reviewer.
    #[must_use]
    pub fn digest(&self) -> Fr {
        poseidon::hash([self.0.x, self.0.y])
    }

    /// Checks that `signature` is one of `message` by this key.
    ///
    /// # Errors
    /// [`InvalidSignature`].
    pub fn verify(&self, message: Fr, signature: &Signature) -> Result<(), InvalidSignature> {
        let challenge = babyjubjub::reduce(challenge(signature.r8, *self, message));
        let left = base8() * signature.s;
        let right = times_eight(self.0) * challenge + signature.r8;
        if left == right {
            Ok(())
        } else {
            Err(InvalidSignature)
        }
    }
}

impl Signature {
    /// The signature (R8, S).
    ///
    /// # Errors
    /// [`SignatureError`] when R8 is not on the curve or S ≥ ℓ.
    pub fn from_parts(r8x: Fr, r8y: Fr, s: U256) -> Result<Self, SignatureError> {
        Ok(Self {
            r8: babyjubjub::point(r8x, r8y)?,
            s: babyjubjub::scalar(s)?,
        })
    }

    /// Reads the 64-byte packed form of `@zk-kit/eddsa-poseidon`: R8 packed, then S, little-endian.
    ///
    /// # Errors
    /// [`SignatureError`] for bytes that [`to_bytes`](Self::to_bytes) gives for no signature.
    pub fn from_bytes(bytes: [u8; 64]) -> Result<Self, SignatureError> {
        let (mut r8, mut s) = ([0; 32], [0; 32]);
        r8.copy_from_slice(&bytes[..32]);
        s.copy_from_slice(&bytes[32..]);
        Ok(Self {
            r8: babyjubjub::unpack(r8)?,
            s: babyjubjub::scalar(U256::from_le_bytes(s))?,
        })
    }

    /// The 64-byte packed form.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&babyjubjub::pack(self.r8));
        bytes[32..].copy_from_slice(&babyjubjub::scalar_word(self.s).to_le_bytes::<32>());
        bytes
    }

    /// The point R8.
    pub fn r8(&self) -> Point {
        self.r8
    }

    /// The scalar S.
    #[must_use]
    pub fn s(&self) -> Scalar {
        self.s
    }
}

/// h = `P_5(R8x, R8y, Ax, Ay, M)`.
fn challenge(r8: Point, key: PublicKey, message: Fr) -> Fr {
    poseidon::hash([r8.x, r8.y, key.0.x, key.0.y, message])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::babyjubjub::tests::low_order_points;
    use ark_ff::Field;

    fn key() -> PrivateKey {
        PrivateKey::from_bytes(&[7; 32])
    }

    #[test]
    fn a_signature_verifies_for_its_key_and_message_only() {
        let signature = key().sign(Fr::from(5));
        assert_eq!(key().public_key().verify(Fr::from(5), &signature), Ok(()));
        assert_eq!(
            key().public_key().verify(Fr::from(6), &signature),
            Err(InvalidSignature)
        );
        let other = PrivateKey::from_bytes(&[8; 32]).public_key();
        assert_eq!(other.verify(Fr::from(5), &signature), Err(InvalidSignature));
    }

    #[test]
    fn any_flipped_bit_of_a_signature_is_refused() {
        let bytes = key().sign(Fr::from(5)).to_bytes();
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes;
            flipped[bit / 8] ^= 1 << (bit % 8);
            let verified = Signature::from_bytes(flipped)
                .is_ok_and(|s| key().public_key().verify(Fr::from(5), &s).is_ok());
            assert!(!verified, "bit {bit}");
        }
    }

    #[test]
    fn a_scalar_of_the_subgroup_order_or_more_is_refused() {
        let signature = key().sign(Fr::from(5));
        let (x, y) = (signature.r8.x, signature.r8.y);
        let s = babyjubjub::scalar_word(signature.s);
        assert_eq!(Signature::from_parts(x, y, s), Ok(signature));
        let too_large = s + babyjubjub::SUBGROUP_ORDER;
        assert_eq!(
            Signature::from_parts(x, y, too_large),
            Err(SignatureError::Scalar(ScalarTooLarge(too_large)))
        );
    }

    #[test]
    fn keys_of_low_order_or_off_the_curve_are_refused() {
        for p in low_order_points() {
            assert_eq!(
                PublicKey::from_coordinates(p.x, p.y),
                Err(PublicKeyError::LowOrder)
            );
        }
        assert_eq!(
            PublicKey::from_coordinates(Fr::ONE, Fr::ONE),
            Err(PublicKeyError::Point(PointError::OffCurve))
        );
    }

    #[test]
    fn the_cofactor_is_removed_from_the_key() {
        // A + T with T of order 8 is another key; the same secret signs for it under its own
        // challenge, because 8·(A + T) = 8·A.
        let honest = key();
        let torsion = low_order_points()[1];
        let shifted = PublicKey::from_point((honest.public.0 + torsion).into_affine());
        let shifted = shifted.expect("not of low order");
        let nonce = Scalar::from(123u64);
        let r8 = (base8() * nonce).into_affine();
        let challenge = babyjubjub::reduce(challenge(r8, shifted, Fr::ONE));
        let s = nonce + challenge * honest.scalar;
        assert_eq!(shifted.verify(Fr::ONE, &Signature { r8, s }), Ok(()));
    }

    #[test]
    fn printing_a_private_key_shows_the_public_key_only() {
        let printed = format!("{:?}", key());
        assert!(printed.starts_with("PrivateKey { public: PublicKey("));
        assert!(!printed.contains("scalar") && !printed.contains("prefix"));
    }
}
