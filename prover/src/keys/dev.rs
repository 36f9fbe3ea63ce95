//! INSECURE development keys.
//!
//! A Groth16 set-up by one party, whose secrets come from a published seed: the keys are the same on
//! every machine at any number of threads, and anyone who runs the same lines can forge proofs for
//! them. They exist so that programs and tests run without a ceremony, and for nothing else.

mod forge;

pub use forge::Forger;

use super::{Keys, KeysError, Provenance, shape_of, synthesis};
use crate::engine::qap::CircomReduction;
use crate::verify::VerifyingKey;
use ark_bn254::{Bn254, Fr, G1Projective, G2Projective};
use ark_ec::CurveGroup;
use ark_ff::{Field, UniformRand};
use ark_groth16::Groth16;
use ark_poly::{EvaluationDomain, GeneralEvaluationDomain};
use ark_relations::gr1cs::SynthesisError;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use repute_circuits::shape::{Digest, Shape};
use repute_circuits::statement::{Circuit, Statement};
use sha2::{Digest as _, Sha256};

/// The published part of the seed. Whoever changes it, or what is made of it, also raises
/// [`super::store::VERSION`], so that no cache hands out the keys of before.
pub const SEED: &str = "repute development keys v1: INSECURE, anyone can forge proofs";

/// Makes the development keys of `S`. Takes seconds at a domain of 2^14; most callers want
/// [`super::store::Store::load_or_generate`].
///
/// # Errors
/// [`KeysError::Synthesis`] where the circuit does not lay out.
pub fn generate<S: Statement>() -> Result<Keys<S>, KeysError> {
    generate_for(shape_of::<S>()?)
}

/// As [`generate`], with the shape of `S` at hand.
pub(super) fn generate_for<S: Statement>(shape: Shape) -> Result<Keys<S>, KeysError> {
    let Secrets {
        alpha,
        beta,
        gamma,
        delta,
        g1,
        g2,
        mut rng,
    } = Secrets::of(shape.circuit_hash());
    let key = Groth16::<Bn254, CircomReduction>::generate_parameters_with_qap(
        Circuit(&S::blank()),
        alpha,
        beta,
        gamma,
        delta,
        g1,
        g2,
        &mut rng,
    )
    .map_err(synthesis::<S>)?;
    Keys::new(shape, key, Provenance::Development)
}

/// The verifying key of [`generate`]'s keys alone, and the hash of its circuit: what a deployment
/// needs of a statement that nobody proves yet.
///
/// Whoever knows the secrets needs no proving key for it, so this takes as long as laying out the
/// circuit, and next to no memory beside the matrices.
///
/// # Errors
/// [`KeysError::Synthesis`] where the circuit does not lay out.
pub fn verifying_key<S: Statement>() -> Result<(VerifyingKey, Digest), KeysError> {
    let shape = shape_of::<S>()?;
    let circuit = shape.circuit_hash();
    let mut secrets = Secrets::of(circuit);
    let combined = secrets.combine_inputs(&shape).map_err(synthesis::<S>)?;
    let Secrets {
        alpha,
        beta,
        gamma,
        delta,
        g1,
        g2,
        ..
    } = secrets;
    let per_gamma = gamma.inverse().unwrap_or_default();
    let key = ark_groth16::VerifyingKey {
        alpha_g1: (g1 * alpha).into_affine(),
        beta_g2: (g2 * beta).into_affine(),
        gamma_g2: (g2 * gamma).into_affine(),
        delta_g2: (g2 * delta).into_affine(),
        gamma_abc_g1: combined
            .into_iter()
            .map(|value| (g1 * (value * per_gamma)).into_affine())
            .collect(),
    };
    Ok((VerifyingKey::new(key)?, circuit))
}

/// What the set-up of a circuit knows, drawn in the order of ark-groth16's own set-up.
struct Secrets {
    alpha: Fr,
    beta: Fr,
    gamma: Fr,
    delta: Fr,
    g1: G1Projective,
    g2: G2Projective,
    /// From which the point τ is drawn next.
    rng: ChaCha20Rng,
}

impl Secrets {
    fn of(circuit: Digest) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed(circuit));
        Self {
            alpha: Fr::rand(&mut rng),
            beta: Fr::rand(&mut rng),
            gamma: Fr::rand(&mut rng),
            delta: Fr::rand(&mut rng),
            g1: G1Projective::rand(&mut rng),
            g2: G2Projective::rand(&mut rng),
            rng,
        }
    }

    /// β·A_j(τ) + α·B_j(τ) + C_j(τ) for each instance variable j (Groth16, section 3.2).
    fn combine_inputs(&mut self, shape: &Shape) -> Result<Vec<Fr>, SynthesisError> {
        let (rows, instance) = (shape.constraints(), shape.instance_variables());
        let domain = GeneralEvaluationDomain::<Fr>::new(rows + instance)
            .ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let tau = domain.sample_element_outside_domain(&mut self.rng);
        let lagrange = domain.evaluate_all_lagrange_coefficients(tau);
        // The reduction's own rows, one for each instance variable in A.
        let mut combined: Vec<Fr> = lagrange[rows..rows + instance]
            .iter()
            .map(|value| self.beta * value)
            .collect();
        for (matrix, factor) in shape
            .matrices()
            .iter()
            .zip([self.beta, self.alpha, Fr::ONE])
        {
            for (row, at_tau) in matrix.iter().zip(&lagrange) {
                // Sorted by variable, so the instance's come first.
                for (coefficient, variable) in row.iter().take_while(|(_, j)| *j < instance) {
                    combined[*variable] += factor * coefficient * at_tau;
                }
            }
        }
        Ok(combined)
    }
}

/// `SHA-256(SEED ‖ circuit hash)`.
fn seed(circuit: Digest) -> [u8; 32] {
    Sha256::new()
        .chain_update(SEED)
        .chain_update(circuit.0)
        .finalize()
        .into()
}
