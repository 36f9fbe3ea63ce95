//! The patterns in a system's rows that do not depend on what is determined.

use crate::system::{Combination, ONE, Rows, constant, plus};
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::field::Fr;
use std::collections::HashMap;

/// What a row is.
pub enum Form {
    /// `L·(1 − L) = 0`, that is L ∈ {0, 1}.
    Selector(Combination),
    /// `L = 0`, because a factor of the row is a constant.
    Linear(Combination),
    /// Anything else.
    Product,
}

/// The two rows `x·inverse = 1 − z` and `x·z = 0`.
#[derive(Clone, Copy, Debug)]
pub struct ZeroPair {
    /// The rows, in this order.
    pub rows: [usize; 2],
    /// z.
    pub zero: usize,
    /// The inverse, which stands in no other row.
    pub inverse: usize,
}

/// A system with its patterns.
pub struct Analysis<'a> {
    /// The system.
    pub rows: &'a Rows,
    /// What each row is.
    pub forms: Vec<Form>,
    /// The rows that are selectors.
    pub selectors: Vec<usize>,
    /// The rows that are linear.
    pub linear: Vec<usize>,
    /// The rows in which a wire stands.
    pub uses: Vec<Vec<usize>>,
    /// The is-zero pair that a row belongs to.
    pub pairs: HashMap<usize, ZeroPair>,
    /// Where `wire·wire = square` stands: the square and the row.
    pub squares: HashMap<usize, (usize, usize)>,
    /// Combinations that a row `A·B = constant ≠ 0` keeps from being 0, and those rows.
    pub nonzero: HashMap<&'a Combination, Vec<usize>>,
}

/// The wire that a combination is.
pub fn single(combination: &[(Fr, usize)]) -> Option<usize> {
    match combination {
        [(c, wire)] if *c == Fr::ONE && *wire != ONE => Some(*wire),
        _ => None,
    }
}

impl<'a> Analysis<'a> {
    /// Reads the rows.
    pub fn new(rows: &'a Rows) -> Self {
        let mut uses = vec![Vec::new(); rows.wires];
        let mut squares = HashMap::new();
        let mut nonzero: HashMap<_, Vec<usize>> = HashMap::new();
        let (mut selectors, mut linear) = (Vec::new(), Vec::new());
        let forms = (0..rows.len())
            .map(|row| {
                let [a, b, c] = rows.row(row);
                for (_, wire) in a.iter().chain(b).chain(c) {
                    if uses[*wire].last() != Some(&row) {
                        uses[*wire].push(row);
                    }
                }
                if let (Some(x), Some(y), Some(square)) = (single(a), single(b), single(c))
                    && x == y
                {
                    squares.entry(x).or_insert((square, row));
                }
                if constant(c).is_some_and(|c| c != Fr::ZERO) {
                    nonzero.entry(a).or_default().push(row);
                    nonzero.entry(b).or_default().push(row);
                }
                let form = form(a, b, c);
                match form {
                    Form::Selector(_) => selectors.push(row),
                    Form::Linear(_) => linear.push(row),
                    Form::Product => {}
                }
                form
            })
            .collect();
        let mut this = Self {
            rows,
            forms,
            selectors,
            linear,
            uses,
            pairs: HashMap::new(),
            squares,
            nonzero,
        };
        this.find_pairs();
        this
    }

    fn find_pairs(&mut self) {
        let mut definitions = HashMap::new();
        for row in 0..self.rows.len() {
            let [a, b, c] = self.rows.row(row);
            if let (Some(inverse), [(k, ONE), (z, zero)]) = (single(b), &c[..])
                && *k == Fr::ONE
                && *z == -Fr::ONE
                && self.uses[inverse].len() == 1
            {
                definitions.insert((a, *zero), (row, inverse));
            }
        }
        for row in 0..self.rows.len() {
            let [a, b, c] = self.rows.row(row);
            if let (Some(zero), true) = (single(b), c.is_empty())
                && let Some((definition, inverse)) = definitions.get(&(a, zero))
            {
                let pair = ZeroPair {
                    rows: [*definition, row],
                    zero,
                    inverse: *inverse,
                };
                self.pairs.extend(pair.rows.map(|row| (row, pair)));
            }
        }
    }
}

fn form(a: &Combination, b: &Combination, c: &Combination) -> Form {
    if let Some(k) = constant(b) {
        return Form::Linear(plus(&scaled(a, k), -Fr::ONE, c));
    }
    if let Some(k) = constant(a) {
        return Form::Linear(plus(&scaled(b, k), -Fr::ONE, c));
    }
    if c.is_empty() && plus(a, Fr::ONE, b) == [(Fr::ONE, ONE)] {
        return Form::Selector(a.clone());
    }
    Form::Product
}

fn scaled(combination: &[(Fr, usize)], k: Fr) -> Combination {
    plus(&[], k, combination)
}
