//! Circom's reduction of R1CS to a quadratic arithmetic program.
//!
//! With ω a primitive n-th root of unity and g a primitive 2n-th one whose
//! square is ω, the quotient of Groth16 is never interpolated. The polynomial
//! A·B − C has degree at most 2n − 2 and vanishes on ⟨ω⟩ for a satisfying
//! witness, so its values on the coset g⟨ω⟩ fix it:
//!
//! A(τ)·B(τ) − C(τ) = Σ_i (A·B − C)(g·ω^i) · L_{2i+1}(τ),
//!
//! where L_k is the k-th Lagrange polynomial over the 2n-th roots of unity. The
//! key's H query holds L_{2i+1}(τ)/δ, which is also what snarkjs writes into
//! section 9 of a `.zkey`. libsnark's reduction, arkworks' default, holds powers
//! of τ there; the two kinds of key are not interchangeable.

use ark_ff::{PrimeField, batch_inversion_and_mul};
use ark_groth16::r1cs_to_qap::{LibsnarkReduction, R1CSToQAP, evaluate_constraint};
use ark_poly::EvaluationDomain;
use ark_relations::gr1cs::{ConstraintSystemRef, Matrix, SynthesisError};
use rayon::prelude::*;

/// Circom's reduction, for `ark_groth16::Groth16::<Bn254, CircomReduction>`.
///
/// The domain is the smallest power of two that holds the constraints plus one
/// row per instance variable (the constant one included).
pub struct CircomReduction;

impl R1CSToQAP for CircomReduction {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        cs: ConstraintSystemRef<F>,
        t: &F,
    ) -> Result<(Vec<F>, Vec<F>, Vec<F>, F, usize, usize), SynthesisError> {
        // The two reductions differ in the H query only.
        LibsnarkReduction::instance_map_with_evaluation::<F, D>(cs, t)
    }

    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        matrices: &[Matrix<F>],
        num_inputs: usize,
        num_constraints: usize,
        full_assignment: &[F],
    ) -> Result<Vec<F>, SynthesisError> {
        let [a_rows, b_rows, ..] = matrices else {
            return Err(SynthesisError::ArityMismatch);
        };
        let domain =
            D::new(num_constraints + num_inputs).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let coset = double_domain::<F, D>(domain.size())
            .and_then(|double| domain.get_coset(double.group_gen()))
            .ok_or(SynthesisError::PolynomialDegreeTooLarge)?;

        let mut a = vec![F::zero(); domain.size()];
        let mut b = vec![F::zero(); domain.size()];
        a[..num_constraints]
            .par_iter_mut()
            .zip(&mut b[..num_constraints])
            .zip(a_rows)
            .zip(b_rows)
            .for_each(|(((a, b), a_row), b_row)| {
                *a = evaluate_constraint(a_row, full_assignment);
                *b = evaluate_constraint(b_row, full_assignment);
            });
        // One row `input · 0 = 0` per instance variable makes the input
        // polynomials linearly independent.
        a[num_constraints..num_constraints + num_inputs]
            .copy_from_slice(&full_assignment[..num_inputs]);
        // On the domain C·w equals (A·w)∘(B·w) for a satisfying witness.
        let mut c: Vec<F> = a.par_iter().zip(&b).map(|(a, b)| *a * b).collect();

        for values in [&mut a, &mut b, &mut c] {
            domain.ifft_in_place(values);
            coset.fft_in_place(values);
        }
        a.par_iter_mut().zip(b).zip(c).for_each(|((a, b), c)| {
            *a *= b;
            *a -= c;
        });
        Ok(a)
    }

    /// L_{2i+1}(t)/δ for every i below `max_power + 1`, the domain's size.
    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        max_power: usize,
        t: F,
        _zt: F,
        delta_inverse: F,
    ) -> Result<Vec<F>, SynthesisError> {
        let double =
            double_domain::<F, D>(max_power + 1).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        // L_k(t) = (t^2n − 1)/2n · ω_k/(t − ω_k) over the 2n-th roots ω_k.
        let scale = double.evaluate_vanishing_polynomial(t) * double.size_inv() * delta_inverse;
        let roots: Vec<F> = double.elements().skip(1).step_by(2).collect();
        let mut scalars: Vec<F> = roots.iter().map(|root| t - root).collect();
        batch_inversion_and_mul(&mut scalars, &scale);
        scalars
            .par_iter_mut()
            .zip(roots)
            .for_each(|(s, root)| *s *= root);
        Ok(scalars)
    }
}

/// The domain of twice `size`, whose generator is the coset shift g.
fn double_domain<F: PrimeField, D: EvaluationDomain<F>>(size: usize) -> Option<D> {
    D::new(size.checked_mul(2)?)
}

#[cfg(test)]
mod tests {
    use super::CircomReduction;
    use crate::engine::synthetic::Synthetic;
    use ark_bn254::{Bn254, Fr};
    use ark_ff::UniformRand;
    use ark_groth16::{Groth16, prepare_verifying_key};
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    type Stock = Groth16<Bn254, CircomReduction>;

    #[test]
    fn stock_groth16_proves_and_verifies_with_it() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        // Row counts on both sides of a power of two.
        for constraints in [1, 5, 29, 30, 100] {
            let circuit = Synthetic::new(constraints, 2, 7);
            let key = Stock::generate_random_parameters_with_reduction(circuit.clone(), rng)
                .expect("the circuit synthesises");
            let proof = Stock::create_random_proof_with_reduction(circuit.clone(), &key, rng)
                .expect("proves");
            let verifying = prepare_verifying_key(&key.vk);
            let inputs = circuit.public_inputs();
            assert!(Stock::verify_proof(&verifying, &proof, &inputs).expect("well formed"));
            let mut wrong = inputs.clone();
            wrong[0] = Fr::rand(rng);
            assert!(!Stock::verify_proof(&verifying, &proof, &wrong).expect("well formed"));
        }
    }
}
