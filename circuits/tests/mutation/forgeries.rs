//! Forgeries that change several wires in step.

use crate::analysis::{Analysis, Form, single};
use crate::fixture::*;
use crate::secrets;
use crate::system::{ONE, Rows, constant};
use alloy_primitives::U256;
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::babyjubjub::{Scalar, scalar_word};
use repute_circuits::field::{Fr, ORDER, reduce_word};
use repute_circuits::statement::{Settle, Statement, Window};
use std::collections::BTreeSet;

fn evaluate(terms: &[(Fr, usize)], values: &[Fr]) -> Fr {
    terms.iter().map(|(c, wire)| *c * values[*wire]).sum()
}

fn holds(rows: &Rows, row: usize, values: &[Fr]) -> bool {
    let [a, b, c] = rows.row(row).map(|side| evaluate(side, values));
    a * b == c
}

fn failing(rows: &Rows, values: &[Fr]) -> BTreeSet<&'static str> {
    let failing = (0..rows.len()).filter(|row| !holds(rows, *row, values));
    failing.map(|row| rows.clause(row)).collect()
}

/// The rows of a clause.
fn block(rows: &Rows, clause: &str) -> Vec<usize> {
    (0..rows.len())
        .filter(|row| rows.clause(*row) == clause)
        .collect()
}

/// Computes anew, in order, the wires that are the product of a row.
fn recompute(rows: &Rows, values: &mut [Fr]) {
    for row in 0..rows.len() {
        let [a, b, c] = rows.row(row);
        if let Some(wire) = single(c).filter(|wire| *wire >= rows.instance) {
            values[wire] = evaluate(a, values) * evaluate(b, values);
        }
    }
}

/// An is-zero flag turned over, with the inverse that suits it best and all products after it.
#[test]
fn a_flipped_is_zero_flag() {
    fn every<S: Statement>(statement: &S) {
        let rows = Rows::of::<S>();
        let analysis = Analysis::new(&rows);
        let honest = assignment(statement);
        let mut tried = 0;
        for (_, pair) in analysis.pairs.iter().filter(|(row, p)| **row == p.rows[0]) {
            let mut values = honest.clone();
            values[pair.zero] = Fr::ONE - values[pair.zero];
            let x = evaluate(rows.row(pair.rows[0])[0], &values);
            let inverse = x.inverse().unwrap_or_default();
            values[pair.inverse] = (Fr::ONE - values[pair.zero]) * inverse;
            assert!(pair.rows.iter().any(|row| !holds(&rows, *row, &values)));
            tried += 1;
        }
        assert!(tried > 0);
    }
    every(&crate::statements::accept()[0]);
    every(&crate::statements::standing()[1]);
    every(&crate::statements::settle()[0]);
    every(&crate::statements::window()[1]);
}

/// A path with two siblings changed over, or with the node on the wrong side.
#[test]
fn swapped_siblings() {
    let honest = secrets::refresh().base;
    let rows = Rows::of::<repute_circuits::statement::Refresh>();
    for level in 0..25 {
        let mut swapped = honest.clone();
        swapped.opening.path.siblings.swap(level, level + 1);
        let mut turned = honest.clone();
        turned.opening.path.right ^= 3 << level;
        for forged in [swapped, turned] {
            let values = assignment(&forged);
            assert_eq!(failing(&rows, &values), ["opening: membership"].into());
        }
    }
}

/// An inactive level takes any sibling on any side: its parent is worked out and not used. This is
/// harmless, since the node is handed on unchanged.
#[test]
fn the_sibling_of_an_inactive_level_is_free() {
    let rows = Rows::of::<repute_circuits::statement::Refresh>();
    let honest = assignment(&Agent::experienced(1).refresh());
    let levels = block(&rows, "opening: membership");
    // Before the path: the commitment's two hashes; after it: the root.
    let first = levels.len() - 1 - 26 * 244;
    for level in [10, 25] {
        let start = levels[first + 244 * level];
        let flag = |row: usize| single(rows.row(row)[0]).expect("a flag is one wire");
        let (active, right) = (flag(start), flag(start + 1));
        let mut values = honest.clone();
        assert_eq!(values[active], Fr::ZERO);
        let sibling = right + 1;
        for (side, other) in [(0u64, 5u64), (1, 6), (1, 0)] {
            values[right] = Fr::from(side);
            values[sibling] = Fr::from(other);
            recompute(&rows, &mut values);
            assert_eq!(failing(&rows, &values), BTreeSet::new());
            assert_ne!(values, honest);
        }
        // Made active, the same level leads to another root.
        values[active] = Fr::ONE;
        recompute(&rows, &mut values);
        assert!(failing(&rows, &values).contains("opening: membership"));
    }
}

/// Two selectors of the client's word that add up to its index.
#[test]
fn two_selectors_of_one_word() {
    let rows = Rows::of::<Settle>();
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let mut engagement = completed(job, START + 1_000);
    engagement.slot.word = 3;
    let statement = agent.settle(job, engagement, None);
    let analysis = Analysis::new(&rows);
    let slot = block(&rows, "settle: slot");
    let selectors: Vec<usize> = slot[..8]
        .iter()
        .map(|row| match &analysis.forms[*row] {
            Form::Selector(form) => single(form).expect("a selector is one wire"),
            _ => panic!("the block begins with its selectors"),
        })
        .collect();
    for forged in [vec![1, 2], vec![0, 3], vec![0, 1, 2]] {
        let mut values = assignment(&statement);
        assert_eq!(values[selectors[3]], Fr::ONE);
        for (i, selector) in selectors.iter().enumerate() {
            values[*selector] = Fr::from(forged.contains(&i));
        }
        recompute(&rows, &mut values);
        // Their sum is not 1.
        assert!(!holds(&rows, slot[8], &values));
        assert!(holds(&rows, slot[9], &values));
    }
}

/// The digits of h ± r instead of those of h, which give another multiple of the key.
#[test]
fn the_digits_of_another_integer() {
    let rows = Rows::of::<Settle>();
    let challenge = block(&rows, "settle: challenge");
    let agent = Agent::experienced(1);
    let job = agent.open[0];
    let mut forged = 0;
    for rating in 0..20 {
        let engagement = rated_privately(job, START + 1_000);
        let statement = agent.settle(job, engagement, Some(review(job.job, rating)));
        let honest = assignment(&statement);
        // v·v = s, then d·d = s for each digit, from the highest; then the lowest bit.
        let squares: Vec<(usize, usize)> = challenge
            .iter()
            .filter_map(|row| {
                let [a, b, c] = rows.row(*row);
                Some((single(a).filter(|_| a == b)?, single(c)?))
            })
            .collect();
        let (v, s) = *squares
            .iter()
            .rev()
            .find(|(v, s)| {
                squares.iter().filter(|(_, t)| t == s).count() > 200 && {
                    let first = squares.iter().find(|(_, t)| t == s);
                    first.is_some_and(|(first, _)| first == v)
                }
            })
            .expect("the digits share a square");
        let digits: Vec<usize> = squares
            .iter()
            .filter(|(d, t)| *t == s && *d != v)
            .map(|(d, _)| *d)
            .collect();
        assert_eq!(digits.len(), 253);
        let lowest = digits[252] + 1;
        let mut u = U256::from(honest[lowest] == Fr::ONE);
        for (i, digit) in digits.iter().enumerate() {
            u.set_bit(253 - i, honest[*digit] == honest[v]);
        }
        let others = [u.checked_add(ORDER), u.checked_sub(ORDER)];
        for other in others
            .into_iter()
            .flatten()
            .filter(|u| *u >> 254 == U256::ZERO)
        {
            let mut values = honest.clone();
            values[lowest] = Fr::from(other.bit(0));
            for (i, digit) in digits.iter().enumerate() {
                let sign = if other.bit(253 - i) {
                    Fr::ONE
                } else {
                    -Fr::ONE
                };
                values[*digit] = sign * honest[v];
            }
            let broken = |values: &[Fr]| -> Vec<usize> {
                let broken = challenge.iter().filter(|row| !holds(&rows, **row, values));
                broken.copied().collect()
            };
            // The sum still fits; the number of the highest bits does not.
            assert_eq!(broken(&values).len(), 1);
            // With the right number, its range does not hold.
            let high = lowest + 1;
            values[high] = reduce_word(other >> 126);
            assert!(!broken(&values).is_empty());
            forged += 1;
        }
    }
    assert!(forged > 3, "{forged} of 20 challenges have other digits");
}

/// The last addition of the fixed base met at equal points, where any slope satisfies the chord.
#[test]
fn a_free_slope_in_the_fixed_base() {
    let rows = Rows::of::<Settle>();
    let signature = block(&rows, "settle: signature");
    let mut statement = secrets::settle().base;
    // −6·8^83 is s − 3·8^83 with s ≡ −3·8^83.
    let scalar = -Scalar::from(6u64) * Scalar::from(8u64).pow([83]);
    let review = statement.review.as_mut().expect("the rating is private");
    review.signature.s = scalar_word(scalar);
    let mut values = assignment(&statement);
    let guard = *signature
        .iter()
        .find(|row| constant(rows.row(**row)[2]).is_some_and(|c| c != Fr::ZERO))
        .expect("one row holds a chord's run to an inverse");
    let slope = single(rows.row(guard + 1)[1]).expect("the slope is one wire");
    for lambda in [1u64, 77] {
        values[slope] = Fr::from(lambda);
        // λ² = A + u + u′ + u″ and λ·(u − u″) = v + v″ give the sum for any λ.
        for row in [guard + 2, guard + 3] {
            let [a, b, c] = rows.row(row);
            let (scale, sum) = *c
                .iter()
                .filter(|(_, wire)| *wire != ONE)
                .max_by_key(|(_, wire)| *wire)
                .expect("the sum's coordinate is the newest wire");
            let missing = evaluate(a, &values) * evaluate(b, &values) - evaluate(c, &values);
            values[sum] += missing * scale.inverse().expect("no coefficient is 0");
        }
        assert!(!holds(&rows, guard, &values));
        assert!((1..=3).all(|i| holds(&rows, guard + i, &values)));
    }
}

/// A window whose padding is turned into a record, or a record into padding, with the chain after it.
#[test]
fn flipped_slots() {
    let rows = Rows::of::<Window<16>>();
    let statement = crate::statements::window().remove(0);
    let honest = assignment(&statement);
    assert_eq!(failing(&rows, &honest), BTreeSet::new());
    for i in 0..16 {
        let mut forged = statement.clone();
        forged.slots.resize(16, None);
        forged.slots[i] = match forged.slots[i] {
            Some(_) => None,
            None => forged.slots[0],
        };
        assert!(failing(&rows, &assignment(&forged)).contains("window: chain"));
    }
}
