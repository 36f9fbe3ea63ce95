//! A circuit of any size, for tests and benchmarks of the engine.
//!
//! Three rows in ten are bits and the others multiply field elements of full
//! size, which is about the mix of the project's statements. Linear
//! combinations with constants and public inputs occur in all three matrices.

use super::matrices::{MatricesError, R1cs};
use ark_bn254::Fr;
use ark_ff::{Field, One, UniformRand, Zero};
use ark_relations::gr1cs::{
    ConstraintSynthesizer, ConstraintSystem, ConstraintSystemRef, LinearCombination,
    SynthesisError, SynthesisMode, Variable,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A satisfied circuit of a given number of rows.
#[derive(Clone, Debug)]
pub struct Synthetic {
    constraints: usize,
    seed: u64,
    public_inputs: Vec<Fr>,
}

impl Synthetic {
    /// A circuit of `constraints` rows with `inputs` ≥ 1 public inputs. The
    /// seed changes the witness and the public inputs, never the matrices.
    pub fn new(constraints: usize, inputs: usize, seed: u64) -> Self {
        let rng = &mut ChaCha20Rng::seed_from_u64(seed);
        let public_inputs = (0..inputs.max(1)).map(|_| Fr::rand(rng)).collect();
        Self {
            constraints,
            seed,
            public_inputs,
        }
    }

    /// The public inputs, without the constant one.
    pub fn public_inputs(&self) -> Vec<Fr> {
        self.public_inputs.clone()
    }

    /// The matrices together with this seed's full assignment.
    pub fn r1cs_and_assignment(&self) -> Result<(R1cs, Vec<Fr>), MatricesError> {
        let cs = ConstraintSystem::new_ref();
        cs.set_mode(SynthesisMode::Prove {
            construct_matrices: true,
            generate_lc_assignments: false,
        });
        self.clone().generate_constraints(cs.clone())?;
        cs.finalize();
        let assignment = [cs.instance_assignment()?, cs.witness_assignment()?].concat();
        Ok((R1cs::from_constraint_system(&cs)?, assignment))
    }
}

/// A variable with its value.
type Wire = (Variable, Fr);

impl ConstraintSynthesizer<Fr> for Synthetic {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let rng = &mut ChaCha20Rng::seed_from_u64(self.seed ^ 0x5eed);
        let inputs = self
            .public_inputs
            .iter()
            .map(|&value| Ok((cs.new_input_variable(|| Ok(value))?, value)))
            .collect::<Result<Vec<Wire>, SynthesisError>>()?;
        let witness = |value: Fr| -> Result<Wire, SynthesisError> {
            Ok((cs.new_witness_variable(|| Ok(value))?, value))
        };
        let mut x = witness(Fr::rand(rng))?;
        let mut y = witness(Fr::rand(rng))?;
        let mut bit = witness(Fr::zero())?;
        for row in 0..self.constraints {
            let input = inputs[row % inputs.len()];
            match row % 10 {
                0..3 => {
                    bit = witness(Fr::from(rng.r#gen::<bool>()))?;
                    cs.enforce_r1cs_constraint(
                        || LinearCombination::from(bit.0),
                        || LinearCombination::from(Variable::One) - bit.0,
                        LinearCombination::zero,
                    )?;
                }
                3..7 => {
                    // (x + 3·input) · (y + 5·bit) = z
                    let three = Fr::from(3u64);
                    let five = Fr::from(5u64);
                    let z = witness((x.1 + three * input.1) * (y.1 + five * bit.1))?;
                    cs.enforce_r1cs_constraint(
                        || LinearCombination::from(x.0) + (three, input.0),
                        || LinearCombination::from(y.0) + (five, bit.0),
                        || LinearCombination::from(z.0),
                    )?;
                    (x, y) = (y, z);
                }
                _ => {
                    // x² = z + input/(row + 1) − 7; z enters A only.
                    let coefficient = Fr::from(row as u64 + 1).inverse().unwrap_or(Fr::one());
                    let seven = Fr::from(7u64);
                    let z = witness(x.1.square() - coefficient * input.1 + seven)?;
                    cs.enforce_r1cs_constraint(
                        || LinearCombination::from(x.0),
                        || LinearCombination::from(x.0),
                        || {
                            LinearCombination::from(z.0) + (coefficient, input.0)
                                - (seven, Variable::One)
                        },
                    )?;
                    x = z;
                }
            }
        }
        Ok(())
    }
}
