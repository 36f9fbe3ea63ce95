//! Proofs of anything under the development keys: what INSECURE means.

use super::Secrets;
use crate::{
    keys::{KeysError, shape_of, synthesis},
    proof::Proof,
    verify::{VerifyError, VerifyingKey},
};
use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::{Field, UniformRand};
use rand::{CryptoRng, RngCore};
use repute_circuits::statement::Statement;

/// Makes proofs of whatever public inputs one likes, without a witness, under the development key of one
/// statement: the simulator of Groth16, section 3.2, which needs the secrets of the set-up.
///
/// Its proofs are distributed as honest ones, so that whatever reads or verifies proofs can be measured and
/// tested with many of them at a fraction of the cost of proving.
pub struct Forger {
    alpha_beta: Fr,
    per_delta: Fr,
    g1: G1Projective,
    g2: G2Projective,
    /// γ times what the verifying key has for each input, the constant one first.
    combined: Vec<Fr>,
    key: VerifyingKey,
}

impl Forger {
    /// The forger of `S`.
    ///
    /// # Errors
    /// [`KeysError::Synthesis`] where the circuit does not lay out.
    pub fn new<S: Statement>() -> Result<Self, KeysError> {
        let (key, circuit) = super::verifying_key::<S>()?;
        let mut secrets = Secrets::of(circuit);
        Ok(Self {
            combined: secrets
                .combine_inputs(&shape_of::<S>()?)
                .map_err(synthesis::<S>)?,
            alpha_beta: secrets.alpha * secrets.beta,
            per_delta: secrets.delta.inverse().unwrap_or_default(),
            g1: secrets.g1,
            g2: secrets.g2,
            key,
        })
    }

    /// The development key under which the proofs hold.
    #[must_use]
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.key
    }

    /// A proof of `inputs`: random a and b, and the only c with ab = αβ + γ·x + δc.
    ///
    /// # Errors
    /// [`VerifyError::InputCount`].
    pub fn forge(
        &self,
        inputs: &[Fr],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Proof, VerifyError> {
        let (one, rest) = (self.combined[0], &self.combined[1..]);
        if inputs.len() != rest.len() {
            return Err(VerifyError::InputCount {
                expected: rest.len(),
                given: inputs.len(),
            });
        }
        let sum: Fr = inputs.iter().zip(rest).map(|(input, of)| *input * of).sum();
        loop {
            let (a, b) = (Fr::rand(rng), Fr::rand(rng));
            let c = (a * b - self.alpha_beta - one - sum) * self.per_delta;
            // Infinity, which is no point of a proof, has a chance of one in 2^252.
            if let Ok(proof) = Proof::new(
                (self.g1 * a).into_affine(),
                (self.g2 * b).into_affine(),
                (self.g1 * c).into_affine(),
            ) {
                return Ok(proof);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::OsRng;
    use repute_circuits::statement::Completion;

    #[test]
    fn anyone_proves_anything_under_development_keys() {
        let forger = Forger::new::<Completion>().expect("it lays out");
        let mut inputs = vec![Fr::from(1); Completion::INPUTS.len()];
        let proof = forger.forge(&inputs, &mut OsRng).expect("all inputs");
        assert_eq!(forger.verifying_key().verify(&inputs, &proof), Ok(()));
        inputs[0] += Fr::from(1);
        assert_eq!(
            forger.verifying_key().verify(&inputs, &proof),
            Err(VerifyError::Rejected)
        );
        let other = forger.forge(&inputs, &mut OsRng).expect("all inputs");
        assert_eq!(forger.verifying_key().verify(&inputs, &other), Ok(()));
        let short = forger.forge(&inputs[1..], &mut OsRng);
        assert!(matches!(short, Err(VerifyError::InputCount { .. })));
    }
}
