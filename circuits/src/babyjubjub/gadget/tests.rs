use super::*;
use crate::babyjubjub::{SUBGROUP_ORDER, Scalar, base8, tests::low_order_points};
use crate::field::{ORDER, reduce_word};
use crate::gadget::witness;
use alloy_primitives::U256;
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::PrimeField;
use ark_relations::gr1cs::{ConstraintSystem, Matrix, R1CS_PREDICATE_LABEL};
use digits::{OFFSET, canonical};

/// The constraints of a system as rows, to see which of them an assignment violates.
pub(crate) struct Rows {
    matrices: Vec<Matrix<Fr>>,
    assignment: Vec<Fr>,
    inputs: usize,
}

impl Rows {
    pub(crate) fn of(cs: &System) -> Self {
        cs.finalize();
        let matrices = cs
            .to_matrices()
            .unwrap()
            .remove(R1CS_PREDICATE_LABEL)
            .unwrap();
        let system = cs.borrow().unwrap();
        let inputs = system.assignments.instance_assignment.len();
        let mut assignment = system.assignments.instance_assignment.clone();
        assignment.extend(&system.assignments.witness_assignment);
        Self {
            matrices,
            assignment,
            inputs,
        }
    }

    /// The three sides of a row.
    fn evaluate(&self, row: usize) -> [Fr; 3] {
        [0, 1, 2].map(|m| {
            let terms = self.matrices[m][row].iter();
            terms.map(|(k, i)| *k * self.assignment[*i]).sum()
        })
    }

    fn holds(&self, row: usize) -> bool {
        let [a, b, c] = self.evaluate(row);
        a * b == c
    }

    pub(crate) fn violated(&self) -> Vec<usize> {
        let rows = 0..self.matrices[0].len();
        rows.filter(|row| !self.holds(*row)).collect()
    }

    /// The witnesses, by number, that the rows do not fix one after the other, given those in `known`
    /// and every small change of the others: a row fixes a witness if it is the only one left in it
    /// and the row depends on it to first order. This sees what changing one witness cannot, such as
    /// a slope that is free together with the point it leads to.
    pub(crate) fn loose_witnesses(&self, known: &[usize]) -> Vec<usize> {
        let count = self.assignment.len() - self.inputs;
        let mut fixed = vec![false; count];
        for witness in known {
            fixed[*witness] = true;
        }
        let mut rows: Vec<Vec<(usize, Fr)>> = (0..self.matrices[0].len())
            .map(|row| self.differential(row))
            .collect();
        loop {
            let before = rows.len();
            rows.retain_mut(|row| {
                row.retain(|(witness, _)| !fixed[*witness]);
                if let [(witness, _)] = row[..] {
                    fixed[witness] = true;
                }
                row.len() > 1
            });
            if rows.len() == before {
                return (0..count).filter(|witness| !fixed[*witness]).collect();
            }
        }
    }

    /// How a·b − c of a row changes with each witness, where it does.
    fn differential(&self, row: usize) -> Vec<(usize, Fr)> {
        let [a, b, _] = self.evaluate(row);
        let mut slopes = std::collections::BTreeMap::new();
        for (matrix, factor) in self.matrices.iter().zip([b, a, -Fr::ONE]) {
            for (coefficient, variable) in &matrix[row] {
                if let Some(witness) = variable.checked_sub(self.inputs) {
                    *slopes.entry(witness).or_insert(Fr::ZERO) += *coefficient * factor;
                }
            }
        }
        slopes
            .into_iter()
            .filter(|(_, slope)| *slope != Fr::ZERO)
            .collect()
    }

    /// The witnesses, by number, that can be changed by themselves without violating a row.
    pub(crate) fn free_witnesses(mut self) -> Vec<usize> {
        let mut uses = vec![Vec::new(); self.assignment.len()];
        for (row, terms) in self.matrices.iter().flat_map(|m| m.iter().enumerate()) {
            for (_, variable) in terms {
                uses[*variable].push(row);
            }
        }
        let mut free = Vec::new();
        for (i, rows) in uses.iter().enumerate().skip(self.inputs) {
            let honest = self.assignment[i];
            let changes = [
                honest + Fr::ONE,
                honest - Fr::ONE,
                -honest,
                honest.double(),
                Fr::ZERO,
            ];
            for change in changes.into_iter().filter(|change| *change != honest) {
                self.assignment[i] = change;
                if rows.iter().all(|row| self.holds(*row)) {
                    free.push(i - self.inputs);
                }
            }
            self.assignment[i] = honest;
        }
        free
    }
}

fn montgomery(cs: &System, point: EdwardsProjective) -> Montgomery {
    Montgomery::new(cs, montgomery_coordinates(&[point])[0]).unwrap()
}

/// A point of order ℓ whose multiple of Base8 nobody needs to know.
fn some_point() -> EdwardsProjective {
    base8() * Scalar::from(987_654_321u64)
}

#[test]
fn forms_of_a_point_convert_both_ways() {
    let cs = ConstraintSystem::new_ref();
    let affine = some_point().into_affine();
    let coordinates = montgomery_coordinates(&[some_point()])[0];
    assert_eq!(edwards_point(coordinates), some_point());
    let (x, y) = (
        witness(&cs, affine.x).unwrap(),
        witness(&cs, affine.y).unwrap(),
    );
    let point = Montgomery::from_edwards(&cs, &x, &y).unwrap();
    assert_eq!((point.u.value, point.v.value), coordinates);
    let back = point.to_edwards(&cs).unwrap();
    assert_eq!((back.x.value, back.y.value), (affine.x, affine.y));
    assert!(cs.is_satisfied().unwrap());
}

#[test]
fn doubling_and_subtraction_equal_the_native_ones() {
    let cs = ConstraintSystem::new_ref();
    let twice = montgomery(&cs, some_point()).double(&cs).unwrap();
    assert_eq!(
        (twice.u.value, twice.v.value),
        montgomery_coordinates(&[some_point().double()])[0]
    );
    // Equal, opposite and unrelated points: the complete law has no exceptions.
    for other in [some_point(), -some_point(), base8().into_group()] {
        let left = montgomery(&cs, some_point()).to_edwards(&cs).unwrap();
        let right = montgomery(&cs, other).to_edwards(&cs).unwrap();
        let (x, y) = left.minus(&cs, &right).unwrap();
        let expected = (some_point() - other).into_affine();
        assert_eq!(
            (value(&x).unwrap(), value(&y).unwrap()),
            (expected.x, expected.y)
        );
    }
    assert!(cs.is_satisfied().unwrap());
}

#[test]
fn multiples_of_the_base_equal_the_native_ones() {
    let largest = -Scalar::ONE;
    for scalar in [
        Scalar::ONE,
        Scalar::from(2),
        Scalar::from(123_456_789u64),
        largest,
    ] {
        let cs = ConstraintSystem::new_ref();
        let multiple = fixed_base::multiply(&cs, scalar).unwrap();
        assert_eq!(
            (multiple.u.value, multiple.v.value),
            montgomery_coordinates(&[base8() * scalar])[0]
        );
        assert!(cs.is_satisfied().unwrap());
        assert_eq!(cs.num_constraints(), 584);
    }
}

#[test]
fn the_last_window_refuses_a_chord_through_opposite_points() {
    let cs = ConstraintSystem::new_ref();
    fixed_base::multiply(&cs, Scalar::ZERO).unwrap();
    let violated = Rows::of(&cs).violated();
    // The guard, and with it the chord's slope, which opposite points do not have.
    let guard = cs.num_constraints() - 4;
    assert_eq!(violated[0], guard);
}

#[test]
fn multiples_of_a_point_equal_the_native_ones() {
    let most = -Fr::from(3) * Fr::from(2).pow([125]);
    for x in [Fr::from(1u64 << 40), Fr::from(2).pow([253]) - Fr::ONE, most] {
        let cs = ConstraintSystem::new_ref();
        let p = montgomery(&cs, some_point());
        let x_var = witness(&cs, x).unwrap();
        let digits = canonical(&cs, &x_var, &p);
        let before = cs.num_constraints();
        let multiple = ladder::multiply(&cs, &p, &digits.unwrap()).unwrap();
        assert_eq!(
            (multiple.u.value, multiple.v.value),
            montgomery_coordinates(&[some_point().mul_bigint(x.into_bigint())])[0]
        );
        let violated = Rows::of(&cs).violated();
        if x == Fr::from(1u64 << 40) {
            // u agrees with the lower bound in its highest bits: an element that no hash hits.
            assert!(violated.iter().all(|row| *row < before) && !violated.is_empty());
        } else {
            assert_eq!(violated, []);
        }
        assert_eq!((before, cs.num_constraints() - before), (513, 1274));
    }
}

#[test]
fn digits_of_any_other_integer_congruent_to_the_element_are_refused() {
    let most = ORDER - U256::from(5);
    let cases = [
        (Fr::from(1u128 << 127), *OFFSET + (U256::ONE << 127), true),
        (Fr::from(2).pow([200]), *OFFSET + (U256::ONE << 200), true),
        (
            Fr::from(2).pow([200]),
            *OFFSET + (U256::ONE << 200) + ORDER,
            false,
        ),
        (-Fr::from(5), *OFFSET + most - ORDER, false),
        (
            Fr::from(2).pow([200]),
            *OFFSET + (U256::ONE << 200) + U256::ONE,
            false,
        ),
    ];
    for (x, u, accepted) in cases {
        let cs = ConstraintSystem::new_ref();
        let p = montgomery(&cs, some_point());
        let x_var = witness(&cs, x).unwrap();
        digits::lay_out(&cs, &x_var, &p, u).unwrap();
        assert_eq!(Rows::of(&cs).violated().is_empty(), accepted, "{u}");
    }
}

#[test]
fn the_highest_digits_compared_are_those_of_the_integer() {
    let x = Fr::from(2).pow([200]);
    let integer = *OFFSET + (U256::ONE << 200);
    let [honest, mut forged] = [integer, integer + ORDER].map(|u| {
        let cs = ConstraintSystem::new_ref();
        let p = montgomery(&cs, some_point());
        let x = witness(&cs, x).unwrap();
        digits::lay_out(&cs, &x, &p, u).unwrap();
        Rows::of(&cs)
    });
    // Comparing the right integer's highest digits instead satisfies both range checks.
    let high = forged.inputs + 3 + 1 + 253 + 1;
    forged.assignment[high..].copy_from_slice(&honest.assignment[high..]);
    let definition = 1 + 253 + 1 + 1;
    assert_eq!(forged.violated(), [definition]);
}

/// ℓ·P is no point of the Montgomery form, and with it ends every way to a sum of equal points.
#[test]
fn the_ladder_refuses_a_way_through_the_identity() {
    // After 250 steps the sum is 2^250 + 2·(the 250 highest digits) + 1 = ℓ times P.
    let highest = (SUBGROUP_ORDER - (U256::ONE << 250)) >> 1;
    let u = highest << 4;
    let cs = ConstraintSystem::new_ref();
    let p = montgomery(&cs, some_point());
    let x = witness(&cs, reduce_word(u - *OFFSET)).unwrap();
    let digits = canonical(&cs, &x, &p).unwrap();
    let start = cs.num_constraints();
    ladder::multiply(&cs, &p, &digits).unwrap();
    // In step 249 it is the constraint that defines the second slope.
    assert_eq!(Rows::of(&cs).violated()[0], start + 4 + 5 * 249 + 2);
}

/// In the last window of the fixed base equal points can meet, and any slope satisfies the
/// chord's constraints; the guard before them refuses.
#[test]
fn the_last_window_refuses_a_free_slope() {
    // −6·8^83 is an odd s below 8^83, s = ℓ − 3·8^83, less 3·8^83; and s ≡ −3·8^83.
    let scalar = -Scalar::from(6) * Scalar::from(8).pow([83]);
    let cs = ConstraintSystem::new_ref();
    fixed_base::multiply(&cs, scalar).unwrap();
    let mut rows = Rows::of(&cs);
    let guard = cs.num_constraints() - 4;
    let [slope, u, v] = [3, 2, 1].map(|back| rows.assignment.len() - back);
    for lambda in [1u64, 77] {
        rows.assignment[slope] = Fr::from(lambda);
        let [left, right, third] = rows.evaluate(guard + 2);
        rows.assignment[u] += left * right - third;
        let [left, right, sum] = rows.evaluate(guard + 3);
        rows.assignment[v] += left * right - sum;
        assert_eq!(rows.violated(), [guard]);
    }
}

#[test]
fn points_off_the_curve_or_of_low_order_are_refused() {
    let refused = |x: Fr, y: Fr| {
        let cs = ConstraintSystem::new_ref();
        let (x, y) = (witness(&cs, x).unwrap(), witness(&cs, y).unwrap());
        enforce_on_curve(&cs, &x, &y).unwrap();
        let mut point = Montgomery::from_edwards(&cs, &x, &y).unwrap();
        for _ in 0..3 {
            point = point.double(&cs).unwrap();
        }
        Rows::of(&cs).violated().first().copied()
    };
    for point in low_order_points() {
        assert!(refused(point.x, point.y).unwrap() >= 3);
    }
    assert_eq!(refused(Fr::from(2), Fr::from(3)), Some(2));
    let base = base8();
    assert_eq!(refused(base.x, base.y), None);
}
