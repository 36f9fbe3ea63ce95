//! Poseidon as constraints.
//!
//! Every S-box output is a variable of its own and every lane in between is a linear combination of
//! inputs and S-box outputs whose coefficients depend on the width alone. They are worked out once
//! for each width (a plan); laying out a hash is then a matter of naming variables. An S-box is
//! `x² = x·x`, `x⁴ = x²·x²`, `x⁵ = x⁴·x`: x⁴ never stands on a right-hand side, which leaves its
//! entry in the key's B query at the identity.

use super::{Parameters, parameters, permute, sbox};
use crate::field::Fr;
use crate::gadget::{Num, System, term, value};
use ark_ff::{AdditiveGroup, Field};
use ark_r1cs_std::fields::fp::AllocatedFp;
use ark_relations::gr1cs::{LinearCombination, Result, Variable};
use std::sync::LazyLock;

/// A linear combination over a permutation's own variables: `[1, inputs…, S-box outputs…]`.
type Row = Vec<Fr>;

/// What each S-box takes and what the hash outputs, as rows of coefficients.
struct Plan {
    sbox_inputs: Vec<Row>,
    output: Row,
}

static PLANS: [LazyLock<Plan>; super::MAX_INPUTS] = [
    LazyLock::new(|| Plan::new(parameters(1))),
    LazyLock::new(|| Plan::new(parameters(2))),
    LazyLock::new(|| Plan::new(parameters(3))),
    LazyLock::new(|| Plan::new(parameters(4))),
    LazyLock::new(|| Plan::new(parameters(5))),
    LazyLock::new(|| Plan::new(parameters(6))),
    LazyLock::new(|| Plan::new(parameters(7))),
    LazyLock::new(|| Plan::new(parameters(8))),
    LazyLock::new(|| Plan::new(parameters(9))),
    LazyLock::new(|| Plan::new(parameters(10))),
    LazyLock::new(|| Plan::new(parameters(11))),
    LazyLock::new(|| Plan::new(parameters(12))),
];

impl Plan {
    fn new(parameters: &Parameters) -> Self {
        let width = parameters.width;
        // Lane 0 starts at the constant 0, lane i at input i.
        let mut lanes: Vec<Row> = (0..width).map(unit).collect();
        lanes[0] = vec![Fr::ZERO];
        let mut sbox_inputs = Vec::new();
        for round in 0..parameters.rounds() {
            for (lane, row) in lanes.iter_mut().enumerate() {
                row[0] += parameters.round_constants[round * width + lane];
            }
            let active = if parameters.is_full(round) { width } else { 1 };
            for lane in lanes.iter_mut().take(active) {
                let output = unit(width + sbox_inputs.len());
                sbox_inputs.push(std::mem::replace(lane, output));
            }
            lanes = parameters.mix.iter().map(|row| mix(row, &lanes)).collect();
        }
        Self {
            sbox_inputs,
            output: lanes.swap_remove(0),
        }
    }
}

/// The row that is variable `index` alone.
fn unit(index: usize) -> Row {
    let mut row = vec![Fr::ZERO; index + 1];
    row[index] = Fr::ONE;
    row
}

fn mix(coefficients: &[Fr], lanes: &[Row]) -> Row {
    let length = lanes.iter().map(Vec::len).max().unwrap_or_default();
    let mut out = vec![Fr::ZERO; length];
    for (coefficient, lane) in coefficients.iter().zip(lanes) {
        for (sum, entry) in out.iter_mut().zip(lane) {
            *sum += *coefficient * entry;
        }
    }
    out
}

/// `P_n(inputs)`: three constraints for each S-box whose input is not a constant, that is 213, 240,
/// 261, 297, 321, 348 … for 1, 2, 3, 4, 5 … inputs and three fewer for each input that is a constant.
///
/// # Errors
/// As the constraint system's, or an input without a value.
pub fn hash<const N: usize>(cs: &System, inputs: [&Num; N]) -> Result<Num> {
    const {
        assert!(
            N >= 1 && N <= super::MAX_INPUTS,
            "Poseidon takes 1 to 12 inputs"
        )
    };
    let plan = &*PLANS[N - 1];

    let mut state = [Fr::ZERO; super::MAX_INPUTS + 1];
    for (lane, input) in state[1..].iter_mut().zip(inputs) {
        *lane = value(input)?;
    }
    let mut sbox_values = Vec::with_capacity(plan.sbox_inputs.len());
    permute(parameters(N), &mut state[..=N], |x| sbox_values.push(x));
    let digest = state[0];

    // What stands for each of the plan's variables in this constraint system.
    let mut terms: Vec<(Fr, Variable)> = Vec::with_capacity(1 + N + plan.sbox_inputs.len());
    terms.push((Fr::ONE, Variable::One));
    terms.extend(inputs.map(term));
    for (i, (row, x)) in plan.sbox_inputs.iter().zip(&sbox_values).enumerate() {
        // Only the first round's S-boxes can be constant: lane 0 and the constant inputs.
        let constant = i <= N && (i == 0 || matches!(inputs[i - 1], Num::Constant(_)));
        terms.push(if constant {
            (sbox(*x), Variable::One)
        } else {
            (Fr::ONE, constrain_sbox(cs, *x, row, &terms)?)
        });
    }
    let variable = cs.new_lc(|| evaluate(&plan.output, &terms))?;
    Ok(AllocatedFp::new(Some(digest), variable, cs.clone()).into())
}

fn constrain_sbox(cs: &System, x: Fr, row: &Row, terms: &[(Fr, Variable)]) -> Result<Variable> {
    let square = x.square();
    let fourth = square.square();
    let x2 = cs.new_witness_variable(|| Ok(square))?;
    let x4 = cs.new_witness_variable(|| Ok(fourth))?;
    let x5 = cs.new_witness_variable(|| Ok(fourth * x))?;
    let x = || evaluate(row, terms);
    cs.enforce_r1cs_constraint(x, x, || x2.into())?;
    cs.enforce_r1cs_constraint(|| x2.into(), || x2.into(), || x4.into())?;
    cs.enforce_r1cs_constraint(|| x4.into(), x, || x5.into())?;
    Ok(x5)
}

fn evaluate(row: &Row, terms: &[(Fr, Variable)]) -> LinearCombination<Fr> {
    let mut lc = LinearCombination(
        row.iter()
            .zip(terms)
            .filter(|(coefficient, _)| **coefficient != Fr::ZERO)
            .map(|(coefficient, (scale, variable))| (*coefficient * scale, *variable))
            .collect(),
    );
    lc.compactify();
    lc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gadget::witness;
    use ark_relations::gr1cs::ConstraintSystem;

    fn equals_native<const N: usize>(constants: usize, expected_constraints: usize) {
        let cs = ConstraintSystem::new_ref();
        let values: [Fr; N] = std::array::from_fn(|i| Fr::from(1000 + i as u64));
        let inputs: Vec<Num> = values
            .iter()
            .enumerate()
            .map(|(i, v)| {
                if i < constants {
                    Num::Constant(*v)
                } else {
                    witness(&cs, *v).unwrap()
                }
            })
            .collect();
        let digest = hash::<N>(&cs, std::array::from_fn(|i| &inputs[i])).unwrap();
        assert_eq!(value(&digest).unwrap(), super::super::hash(values));
        assert_eq!(cs.num_constraints(), expected_constraints);
        let pinned = witness(&cs, value(&digest).unwrap()).unwrap();
        crate::gadget::enforce_equal(&cs, &digest, &pinned).unwrap();
        assert!(cs.is_satisfied().unwrap());
    }

    #[test]
    fn every_width_equals_the_native_hash_at_the_known_cost() {
        equals_native::<1>(0, 213);
        equals_native::<2>(0, 240);
        equals_native::<3>(0, 261);
        equals_native::<4>(0, 297);
        equals_native::<5>(0, 321);
        equals_native::<6>(0, 3 * (8 * 7 + 63) - 3);
        equals_native::<7>(0, 381);
        equals_native::<8>(0, 402);
        equals_native::<9>(0, 3 * (8 * 10 + 60) - 3);
        equals_native::<10>(0, 3 * (8 * 11 + 66) - 3);
        equals_native::<11>(0, 3 * (8 * 12 + 60) - 3);
        equals_native::<12>(0, 3 * (8 * 13 + 65) - 3);
    }

    #[test]
    fn constant_inputs_cost_nothing_in_the_first_round() {
        equals_native::<2>(1, 237);
        equals_native::<3>(1, 258);
        equals_native::<8>(3, 393);
    }

    #[test]
    fn every_witness_of_a_hash_is_fixed_by_its_inputs() {
        let cs = ConstraintSystem::new_ref();
        let a = witness(&cs, Fr::from(3)).unwrap();
        let b = witness(&cs, Fr::from(4)).unwrap();
        let _digest = hash(&cs, [&a, &b]).unwrap();
        let count = cs.num_witness_variables();
        for i in 2..count {
            let change = |by: Fr| cs.borrow_mut().unwrap().assignments.witness_assignment[i] += by;
            change(Fr::ONE);
            assert!(!cs.is_satisfied().unwrap(), "witness {i} is free");
            change(-Fr::ONE);
        }
        assert!(cs.is_satisfied().unwrap());
    }
}
