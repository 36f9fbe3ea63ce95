//! A key and a signature as bare numbers, which may be no points at all.
//!
//! Statements carry these: a false statement must be expressible, so that its check can say what is
//! wrong with it and the circuit can be seen to refuse it.

use super::{InvalidSignature, PublicKey, PublicKeyError, Signature, SignatureError};
use crate::babyjubjub::{base8, scalar_word};
use crate::field::Fr;
use alloy_primitives::U256;

/// The coordinates of a public key A and of R8, and the number S.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// (Ax, Ay).
    pub key: (Fr, Fr),
    /// (R8x, R8y).
    pub r8: (Fr, Fr),
    /// S.
    pub s: U256,
}

/// Why the numbers are no valid signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A is no public key.
    #[error(transparent)]
    Key(#[from] PublicKeyError),
    /// (R8, S) is no signature.
    #[error(transparent)]
    Encoding(#[from] SignatureError),
    /// It is a signature, but not of this message by this key.
    #[error(transparent)]
    Equation(#[from] InvalidSignature),
}

impl Unverified {
    /// The numbers of a key and a signature.
    #[must_use]
    pub fn new(key: &PublicKey, signature: &Signature) -> Self {
        let r8 = signature.r8();
        Self {
            key: (key.x(), key.y()),
            r8: (r8.x, r8.y),
            s: scalar_word(signature.s()),
        }
    }

    /// What stands in where a statement has no signature: points of the curve that sign nothing.
    #[must_use]
    pub fn dummy() -> Self {
        let base = base8();
        Self {
            key: (base.x, base.y),
            r8: (base.x, base.y),
            s: U256::ONE,
        }
    }

    /// Verifies the signature of `message`.
    ///
    /// # Errors
    /// The first [`Refusal`].
    pub fn verify(&self, message: Fr) -> Result<(), Refusal> {
        let key = PublicKey::from_coordinates(self.key.0, self.key.1)?;
        let signature = Signature::from_parts(self.r8.0, self.r8.1, self.s)?;
        Ok(key.verify(message, &signature)?)
    }
}
