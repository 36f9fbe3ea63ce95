//! The verification of a signature as constraints, one function for each clause.
//!
//! In order: [`SignatureVar::enforce_key_on_curve`], [`SignatureVar::enforce_key_order`],
//! [`SignatureVar::challenge_digits`] and [`SignatureVar::enforce_equation_if`], 2,722 constraints in
//! all. Everything but the equality that ends the last one is enforced whether or not a signature is
//! asked for; a statement without one gives [`Unverified::dummy`], which satisfies the rest.
//!
//! S is only known to exist: S and S + ℓ are one signature here, while natively S is below ℓ. R8
//! needs no check of its own, since the equation makes it a difference of points of the curve.

use super::Unverified;
use crate::babyjubjub::gadget::{
    Montgomery,
    digits::{Digits, canonical},
    enforce_on_curve, fixed_base, ladder,
};
use crate::babyjubjub::{SUBGROUP_ORDER, Scalar};
use crate::gadget::{Bit, Num, System, enforce_equal_if, witness};
use crate::poseidon;
use ark_ff::BigInteger256;
use ark_relations::gr1cs::Result;

/// A public key and a signature in the circuit.
pub struct SignatureVar {
    /// (Ax, Ay).
    pub key: (Num, Num),
    /// (R8x, R8y).
    pub r8: (Num, Num),
    /// S modulo ℓ, of which the circuit sees digits that the prover chooses.
    s: Scalar,
}

impl SignatureVar {
    /// Allocates A and R8; nothing constrains them yet.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn witness(cs: &System, signature: &Unverified) -> Result<Self> {
        let point = |(x, y)| Ok((witness(cs, x)?, witness(cs, y)?));
        let s = signature.s % SUBGROUP_ORDER;
        Ok(Self {
            key: point(signature.key)?,
            r8: point(signature.r8)?,
            s: Scalar::from(BigInteger256::new(*s.as_limbs())),
        })
    }

    /// Enforces that A is on the curve: 3 constraints.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn enforce_key_on_curve(&self, cs: &System) -> Result<()> {
        enforce_on_curve(cs, &self.key.0, &self.key.1)
    }

    /// 8·A, enforcing that it exists in the Montgomery form, so that A has none of the orders 1, 2, 4
    /// and 8, given that it is on the curve: 15 constraints.
    ///
    /// The conversion refuses the orders 1 and 2, and a doubling refuses a point of order two, which
    /// is what A of order 4 or 8 becomes. What remains has order ℓ once it is multiplied by 8.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn enforce_key_order(&self, cs: &System) -> Result<Montgomery> {
        Montgomery::from_edwards(cs, &self.key.0, &self.key.1)?
            .double(cs)?
            .double(cs)?
            .double(cs)
    }

    /// h = `P_5(R8x, R8y, Ax, Ay, M)` as digits of the one integer 0 ≤ h < r that it is: 834
    /// constraints, 321 of them the hash.
    ///
    /// # Errors
    /// As the constraint system's, or a message without a value.
    pub fn challenge_digits(
        &self,
        cs: &System,
        message: &Num,
        eight_keys: &Montgomery,
    ) -> Result<Digits> {
        let inputs = [&self.r8.0, &self.r8.1, &self.key.0, &self.key.1, message];
        let challenge = poseidon::gadget::hash(cs, inputs)?;
        canonical(cs, &challenge, eight_keys)
    }

    /// Enforces `R8 = S·Base8 − h·8·A` where `condition` is 1: 1,870 constraints.
    ///
    /// The two multiples are worked out in any case; only R8 is compared under the condition.
    ///
    /// # Errors
    /// As the constraint system's.
    pub fn enforce_equation_if(
        &self,
        cs: &System,
        condition: &Bit,
        eight_keys: &Montgomery,
        challenge: &Digits,
    ) -> Result<()> {
        let left = fixed_base::multiply(cs, self.s)?.to_edwards(cs)?;
        let right = ladder::multiply(cs, eight_keys, challenge)?.to_edwards(cs)?;
        let (x, y) = left.minus(cs, &right)?;
        enforce_equal_if(cs, condition, &x, &self.r8.0)?;
        enforce_equal_if(cs, condition, &y, &self.r8.1)
    }
}

#[cfg(test)]
mod tests;
