//! Multiples of a point that the circuit does not know.

use super::digits::{COUNT, Digits};
use super::{
    MONTGOMERY_A, Montgomery, Wire, difference, edwards_point, enforce_on_line, invert_all,
    montgomery_coordinates, sum,
};
use crate::field::Fr;
use crate::gadget::{System, term};
use ark_ff::{AdditiveGroup, Field};
use ark_relations::gr1cs::{Result, Variable};

/// x·`point` for the x whose [`canonical`](super::digits::canonical) digits by the same point are
/// given; `point` has order ℓ. 1,274 constraints.
///
/// The sum starts at 2·P and takes `2·sum ± P` for each signed digit, then `sum − P` if the lowest bit
/// is 0. After i steps it is `2^i + 2·(the i highest c_j) + 1` times P, and in the end x + 6ℓ times P,
/// which is x·P. A step is `(sum ± P) + sum` and needs two slopes, both unique:
///
/// - The second is `2v/(u − u')` less the first, from u of the sum and u' of `sum ± P`. It does not exist
///   where u = u', since v is not 0 at a point of odd order. As P is not the identity, that is where
///   `sum ± P = −sum`: so the next sum is never the identity.
/// - The first is free only if sum = ±P with the digit's sign. But `2·Q ± P = ±P` has no solutions
///   other than Q = 0 and Q = ±P: a sum is ±P only if the one before it was ±P or the identity. The
///   first is 2·P, which is neither, and no later one is the identity.
///
/// So no digits whatever leave a slope free. Those that lead through the identity, where the sum is a
/// multiple of ℓ times P, are unprovable; they are the digits of a few of the elements, and one of
/// these is no easier for a hash to hit than any given value.
///
/// # Errors
/// As the constraint system's.
pub fn multiply(cs: &System, point: &Montgomery, digits: &Digits) -> Result<Montgomery> {
    let twice = point.double(cs)?;
    let trace = Trace::new(point, &twice, digits);
    let mut total = twice;
    for (i, (digit, _)) in digits.signed.iter().enumerate() {
        let Step {
            added,
            doubled,
            inverse,
            inverse_second,
        } = trace.steps[i];
        let first = (total.v.value - digit.value) * inverse;
        let second = total.v.value.double() * inverse_second - first;
        let (first, second) = (Wire::new(cs, first)?, Wire::new(cs, second)?);
        let added = Wire::new(cs, added)?;
        let next = Montgomery::new(cs, doubled)?;

        // sum ± P: the point's u and, in the next slope, its v.
        cs.enforce_r1cs_constraint(
            || difference(total.u, point.u),
            || first.lc(),
            || difference(total.v, *digit),
        )?;
        enforce_third_on_line(cs, first, [total.u, point.u, added])?;
        // The result's v is λ₁·(u − u') − v, so λ₂ = (v' − v)/(u' − u) is 2v/(u − u') − λ₁.
        cs.enforce_r1cs_constraint(
            || difference(total.u, added),
            || sum([(Fr::ONE, first.variable), (Fr::ONE, second.variable)]),
            || (Fr::from(2), total.v.variable).into(),
        )?;
        enforce_third_on_line(cs, second, [total.u, added, next.u])?;
        enforce_on_line(cs, second, total, next)?;
        total = next;
    }

    // The lowest bit: total if it is 1, total − P if it is 0. As before, total ≠ ±P.
    let slope = Wire::new(cs, (total.v.value + point.v.value) * trace.last_inverse)?;
    let less = Montgomery::new(cs, trace.last)?;
    cs.enforce_r1cs_constraint(
        || difference(total.u, point.u),
        || slope.lc(),
        || sum([(Fr::ONE, total.v.variable), (Fr::ONE, point.v.variable)]),
    )?;
    enforce_third_on_line(cs, slope, [total.u, point.u, less.u])?;
    enforce_on_line(cs, slope, total, less)?;
    let select = |a: Wire, b: Wire| -> Result<Wire> {
        let (scale, bit) = term(digits.lowest.num());
        let selected = Wire::new(
            cs,
            if digits.lowest.is_set()? {
                a.value
            } else {
                b.value
            },
        )?;
        cs.enforce_r1cs_constraint(
            || difference(a, b),
            || (scale, bit).into(),
            || difference(selected, b),
        )?;
        Ok(selected)
    };
    Ok(Montgomery {
        u: select(total.u, less.u)?,
        v: select(total.v, less.v)?,
    })
}

/// Enforces `λ² = 168698 + u₁ + u₂ + u₃` of three points on a line: 1 constraint.
fn enforce_third_on_line(cs: &System, slope: Wire, u: [Wire; 3]) -> Result<()> {
    cs.enforce_r1cs_constraint(
        || slope.lc(),
        || slope.lc(),
        || {
            sum([
                (MONTGOMERY_A, Variable::One),
                (Fr::ONE, u[0].variable),
                (Fr::ONE, u[1].variable),
                (Fr::ONE, u[2].variable),
            ])
        },
    )
}

/// The values of one step: the u-coordinate of sum ± P, the coordinates of the next sum, and the
/// inverses of the runs of the two chords.
#[derive(Clone, Copy)]
struct Step {
    added: Fr,
    doubled: (Fr, Fr),
    inverse: Fr,
    inverse_second: Fr,
}

/// All values of a multiplication, worked out with two inversions.
struct Trace {
    steps: Vec<Step>,
    last: (Fr, Fr),
    last_inverse: Fr,
}

impl Trace {
    fn new(point: &Montgomery, twice: &Montgomery, digits: &Digits) -> Self {
        let point_u = point.u.value;
        let point = edwards_point((point_u, point.v.value));
        let mut total = edwards_point((twice.u.value, twice.v.value));
        let mut points = vec![total];
        for (_, is_positive) in &digits.signed {
            let added = if *is_positive {
                total + point
            } else {
                total - point
            };
            total += added;
            points.extend([added, total]);
        }
        points.push(total - point);
        let points = montgomery_coordinates(&points);
        let (start, last) = (points[0], points[points.len() - 1]);

        let mut total = start;
        let mut inverses = Vec::with_capacity(2 * COUNT + 1);
        for pair in points[1..].chunks_exact(2) {
            inverses.extend([total.0 - point_u, total.0 - pair[0].0]);
            total = pair[1];
        }
        inverses.push(total.0 - point_u);
        invert_all(&mut inverses);
        let steps = points[1..]
            .chunks_exact(2)
            .zip(inverses.chunks_exact(2))
            .map(|(points, inverses)| Step {
                added: points[0].0,
                doubled: points[1],
                inverse: inverses[0],
                inverse_second: inverses[1],
            })
            .collect();
        Self {
            steps,
            last,
            last_inverse: inverses[inverses.len() - 1],
        }
    }
}
