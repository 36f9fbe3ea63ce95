//! One wire changed, to any other value whatever, and two wires that share a row.
//!
//! For wire w with coefficients a, b, c in a row that holds, A·B = C, a change by δ keeps the row if
//! (A + aδ)·(B + bδ) = C + cδ, that is if δ·(abδ + aB + bA − c) = 0. So each row allows every δ, none
//! but 0, or one other; a wire can be changed alone if its rows allow a common δ ≠ 0.

use crate::fixture::assignment;
use crate::secrets;
use crate::statements;
use crate::system::Rows;
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::field::Fr;
use repute_circuits::statement::Statement;

/// A wire's coefficients in a row.
type Entry = (usize, [Fr; 3]);

/// Rows, an assignment that satisfies them, and where each wire stands, row after row.
struct Assigned {
    rows: Rows,
    columns: Vec<Vec<Entry>>,
    values: Vec<Fr>,
    sides: Vec<[Fr; 3]>,
}

/// The changes of a wire by itself that its rows allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Allowed {
    Every,
    One(Fr),
    None,
}

impl Assigned {
    fn new<S: Statement>(statement: &S) -> Self {
        let rows = Rows::of::<S>();
        let values = assignment(statement);
        let mut columns: Vec<Vec<Entry>> = vec![Vec::new(); rows.wires];
        let mut sides = vec![[Fr::ZERO; 3]; rows.len()];
        for (row, row_sides) in sides.iter_mut().enumerate() {
            for (side, terms) in rows.row(row).into_iter().enumerate() {
                for (coefficient, wire) in terms {
                    row_sides[side] += *coefficient * values[*wire];
                    if columns[*wire].last().is_none_or(|(last, _)| *last != row) {
                        columns[*wire].push((row, [Fr::ZERO; 3]));
                    }
                    let (_, coefficients) = columns[*wire].last_mut().expect("just added");
                    coefficients[side] = *coefficient;
                }
            }
        }
        let this = Self {
            rows,
            columns,
            values,
            sides,
        };
        assert!(this.sides.iter().all(|[a, b, c]| *a * b == *c));
        this
    }

    fn witness(&self) -> std::ops::Range<usize> {
        self.rows.instance..self.rows.wires
    }

    fn allowed(&self, wire: usize) -> Allowed {
        let mut allowed = Allowed::Every;
        for (row, [a, b, c]) in &self.columns[wire] {
            let [side_a, side_b, _] = self.sides[*row];
            let slope = *a * side_b + *b * side_a - c;
            let own = match (*a * b).inverse() {
                Some(inverse) if slope != Fr::ZERO => Allowed::One(-slope * inverse),
                None if slope == Fr::ZERO => Allowed::Every,
                _ => Allowed::None,
            };
            allowed = match (allowed, own) {
                (Allowed::Every, other) | (other, Allowed::Every) => other,
                (one, other) if one == other => one,
                _ => return Allowed::None,
            };
        }
        allowed
    }

    /// Whether a wire is the inverse of an is-zero pair whose x is 0: it stands in one row only, and
    /// there it is multiplied by 0.
    fn is_free_inverse(&self, wire: usize) -> bool {
        let [(row, [a, b, c])] = self.columns[wire][..] else {
            return false;
        };
        let [side_a, _, side_c] = self.sides[row];
        a == Fr::ZERO && b == Fr::ONE && c == Fr::ZERO && side_a == Fr::ZERO && side_c == Fr::ZERO
    }

    /// Whether every row holds with two wires changed.
    fn holds_with(&self, changes: [(usize, Fr); 2]) -> bool {
        changes.iter().all(|(wire, _)| {
            self.columns[*wire].iter().all(|(row, _)| {
                let [a, b, c] = self.row_with(*row, changes);
                a * b == c
            })
        })
    }

    fn row_with(&self, row: usize, changes: [(usize, Fr); 2]) -> [Fr; 3] {
        let mut sides = self.sides[row];
        for (wire, change) in changes {
            if let Ok(i) = self.columns[wire].binary_search_by_key(&row, |(row, _)| *row) {
                for (side, coefficient) in sides.iter_mut().zip(self.columns[wire][i].1) {
                    *side += coefficient * change;
                }
            }
        }
        sides
    }

    /// The pairs of wires that can be changed together, where a change of the first by `delta` breaks a
    /// row that a change of the second repairs.
    fn pairs(&self, wire: usize, delta: Fr) -> Vec<(usize, usize)> {
        let none = (wire, Fr::ZERO);
        let broken = self.columns[wire].iter().find(|(row, _)| {
            let [a, b, c] = self.row_with(*row, [(wire, delta), none]);
            a * b != c
        });
        let Some((row, _)) = broken else {
            return Vec::new();
        };
        let partners = self.rows.sides.iter().flat_map(|side| &side[*row]);
        // Rows of hashes are long; the wires allocated nearest are tried.
        let mut partners: Vec<usize> = partners
            .map(|(_, partner)| *partner)
            .filter(|partner| self.witness().contains(partner) && *partner != wire)
            .collect();
        partners.sort_unstable_by_key(|partner| partner.abs_diff(wire));
        partners.dedup();
        partners.truncate(6);
        partners
            .into_iter()
            .filter(|partner| {
                self.repairs(*row, (wire, delta), *partner)
                    .into_iter()
                    .any(|change| {
                        change != Fr::ZERO && self.holds_with([(wire, delta), (*partner, change)])
                    })
            })
            .map(|partner| (wire, partner))
            .collect()
    }

    /// The changes of `partner` that repair `row`.
    fn repairs(&self, row: usize, change: (usize, Fr), partner: usize) -> Vec<Fr> {
        let [side_a, side_b, side_c] = self.row_with(row, [change, (partner, Fr::ZERO)]);
        let Some((_, [a, b, c])) = self.columns[partner].iter().find(|(r, _)| *r == row) else {
            return Vec::new();
        };
        // (A + aδ)(B + bδ) = C + cδ
        let square = *a * b;
        let slope = *a * side_b + *b * side_a - c;
        let rest = side_a * side_b - side_c;
        match square.inverse() {
            None => slope.inverse().map(|s| -rest * s).into_iter().collect(),
            Some(inverse) => {
                let half = Fr::from(2).inverse().expect("r is odd") * inverse;
                let discriminant = slope.square() - Fr::from(4) * square * rest;
                let roots = discriminant.sqrt().map(|root| [root, -root]);
                let roots = roots.into_iter().flatten();
                roots.map(|root| (root - slope) * half).collect()
            }
        }
    }
}

/// Asserts that only free inverses can be changed alone, `expected` of them in each statement.
fn alone<S: Statement>(statements: &[S], expected: &[usize]) {
    let survivors: Vec<usize> = statements
        .iter()
        .map(|statement| {
            let assigned = Assigned::new(statement);
            let survivors = assigned.witness().filter(|wire| {
                let free = assigned.is_free_inverse(*wire);
                let allowed = assigned.allowed(*wire);
                let expected = if free { Allowed::Every } else { Allowed::None };
                let clause = assigned.rows.clause(assigned.columns[*wire][0].0);
                assert_eq!(allowed, expected, "{}, wire {wire} of {clause}", S::NAME);
                free
            });
            survivors.count()
        })
        .collect();
    assert_eq!(survivors, expected, "{}", S::NAME);
}

/// Asserts that no two wires that share a row can be changed, the first in a few ways.
fn together<S: Statement>(statement: &S) {
    let assigned = Assigned::new(statement);
    for wire in assigned.witness() {
        let value = assigned.values[wire];
        for new in [value + Fr::ONE, Fr::ONE - value, -value] {
            if new != value {
                let pairs = assigned.pairs(wire, new - value);
                let clause = assigned.rows.clause(assigned.columns[wire][0].0);
                assert_eq!(pairs, [], "{}, {clause}", S::NAME);
            }
        }
    }
}

#[test]
fn no_wire_changes_alone_but_the_inverse_of_zero() {
    alone(&statements::completion(), &[0]);
    alone(&statements::refresh(), &[0, 0]);
    // Where x = 0: history, minRating, rated, minAgeDays, firstAt in its clause and in the transition.
    alone(&statements::accept(), &[6, 1, 1]);
    alone(&statements::standing(), &[5, 1, 1]);
    alone(&statements::settle(), &[0; 6]);
    // In a window: the distance to the category and the rating of each slot, start, minRating, rated,
    // minAgeDays and the first time, which a window does not have.
    let any_category = 16 + 15 + 1 + 1 + 2;
    let one_category = 4 + 16 + 1 + 2 + 2;
    let full = 16 + 16 + 2 + 2;
    alone(&statements::window(), &[any_category, one_category, full]);
    let none = [0; 0];
    alone(&[secrets::window::<128>(none).base], &[2 * 128 + 4]);
    alone(&[secrets::window::<512>(none).base], &[2 * 512 + 4]);
}

#[test]
fn no_two_wires_of_a_row_change_together() {
    together(&statements::completion()[0]);
    together(&statements::accept()[1]);
    together(&statements::settle()[3]);
    together(&statements::refresh()[0]);
    together(&statements::standing()[0]);
    together(&statements::window()[1]);
}
