//! Determinism by propagation: from the public inputs and the declared secrets, wire after wire is
//! shown to have one value only.
//!
//! A rule looks at one row (an is-zero pair and the canonical digits: at two) and at what is already
//! determined. It may use the range of a wire, which rows say whether or not the wire is determined.
//! A rule is right if, given the values of the determined wires, the rows it looks at are satisfied by
//! at most one value of each wire that it adds. Where this needs a factor not to be 0, it says so as
//! an [`Obligation`].

use crate::analysis::{Analysis, Form, single};
use crate::obligation::Obligation;
use crate::range::{Range, magnitude};
use crate::ranges::Ranges;
use crate::secrets::{Choices, Part};
use crate::system::{Combination, ONE, constant};
use alloy_primitives::U256;
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::field::{Fr, ORDER, to_word};
use repute_circuits::statement::Statement;
use std::collections::{BTreeMap, BTreeSet};

/// What is given besides the public inputs.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Wires that the prover may give any value.
    pub values: BTreeSet<usize>,
    /// Wires that the prover may give any value of so many bits, if rows hold them to it.
    pub numbers: BTreeMap<usize, usize>,
    /// Wires of which the prover may choose the sign, their squares being determined.
    pub signs: BTreeSet<usize>,
}

impl Declared {
    /// The choices of a statement's prover.
    pub fn by<S: Statement>(choices: &Choices<S>) -> Self {
        let mut declared = Self::default();
        for (choice, wire) in choices.choices.iter().zip(choices.wires()) {
            match choice.part {
                Part::Value => drop(declared.values.insert(wire)),
                Part::Number(bits) => drop(declared.numbers.insert(wire, bits)),
                Part::Sign => drop(declared.signs.insert(wire)),
            }
        }
        declared
    }
}

/// Why a wire is determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// It stands alone in a linear row or as a product's result.
    Defined,
    /// It is a quotient.
    Quotient,
    /// It is a part of a number that has one representation in these weights and ranges.
    Digits,
    /// Its square is determined and its sign declared.
    Sign,
    /// It is the z of an is-zero pair.
    IsZero,
    /// It is the inverse of an is-zero pair: free where x = 0, and in no other row.
    Inverse,
}

/// What was found.
pub struct Outcome {
    /// The wires that nothing determines.
    pub undetermined: Vec<usize>,
    /// What is to be argued by hand: the row, and what must not be 0 there.
    pub obligations: Vec<(usize, Obligation)>,
    /// How often each rule determined a wire.
    pub rules: BTreeMap<Rule, usize>,
    /// The rows that determined a wire; all others only check.
    pub defining: BTreeSet<usize>,
}

/// A term of a sum: `±weight·x` with x one of `span + 1` consecutive integers, and the wires that x
/// determines.
struct Term {
    weight: U256,
    negative: bool,
    span: U256,
    wires: Vec<usize>,
}

impl Term {
    fn new(coefficient: Fr, range: Range, wires: Vec<usize>) -> Self {
        let (weight, negative) = magnitude(coefficient);
        Self {
            weight,
            negative,
            span: range.span,
            wires,
        }
    }
}

/// A row `affine·v = Σ weight·d` whose d are ±v, divided by v.
struct Signed {
    magnitude: usize,
    affine: Combination,
    digits: Vec<(Fr, usize)>,
}

struct Run<'a> {
    analysis: &'a Analysis<'a>,
    declared: &'a Declared,
    without: Option<usize>,
    ranges: Ranges,
    known: Vec<bool>,
    unknown: Vec<usize>,
    unbounded: Vec<usize>,
    queue: Vec<usize>,
    quotients: BTreeSet<usize>,
    denominators: BTreeSet<Vec<(usize, U256)>>,
    outcome: Outcome,
}

/// Propagates through the rows of `analysis` but `without`.
pub fn determine(analysis: &Analysis<'_>, declared: &Declared, without: Option<usize>) -> Outcome {
    let rows = analysis.rows;
    let ranges = Ranges::new(analysis, without);
    let mut run = Run {
        analysis,
        declared,
        without,
        ranges,
        known: vec![false; rows.wires],
        unknown: vec![0; rows.len()],
        unbounded: vec![0; rows.len()],
        queue: (0..rows.len()).rev().collect(),
        quotients: BTreeSet::new(),
        denominators: BTreeSet::new(),
        outcome: Outcome {
            undetermined: Vec::new(),
            obligations: Vec::new(),
            rules: BTreeMap::new(),
            defining: BTreeSet::new(),
        },
    };
    for wire in 0..rows.wires {
        let bounded = run.is_bounded(wire);
        for row in &analysis.uses[wire] {
            run.unknown[*row] += 1;
            run.unbounded[*row] += usize::from(!bounded);
        }
    }
    for wire in (0..rows.instance).chain(declared.values.iter().copied()) {
        run.know(wire);
    }
    for (wire, bits) in &declared.numbers {
        if run.ranges.of[*wire].is_some_and(|range| range.is_within(*bits)) {
            run.know(*wire);
        }
    }
    // A quotient needs an argument, so it is a last resort.
    while let Some((row, divide)) = run.next() {
        if Some(row) != without && run.unknown[row] > 0 {
            run.look_at(row, divide);
        }
    }
    run.outcome.undetermined = (0..rows.wires).filter(|wire| !run.known[*wire]).collect();
    run.outcome
}

impl Run<'_> {
    /// Whether the wire may be one of many unknown ones in a row that determines them all.
    fn is_bounded(&self, wire: usize) -> bool {
        self.ranges.of[wire].is_some() || self.analysis.squares.contains_key(&wire)
    }

    /// The row to look at next, and whether to divide.
    fn next(&mut self) -> Option<(usize, bool)> {
        let simple = self.queue.pop().map(|row| (row, false));
        simple.or_else(|| Some((self.quotients.pop_first()?, true)))
    }

    fn know(&mut self, wire: usize) -> bool {
        if std::mem::replace(&mut self.known[wire], true) {
            return false;
        }
        let bounded = self.is_bounded(wire);
        for row in &self.analysis.uses[wire] {
            self.unknown[*row] -= 1;
            self.unbounded[*row] -= usize::from(!bounded);
            self.queue.push(*row);
        }
        true
    }

    fn determined(&mut self, row: usize, rule: Rule, wires: Vec<usize>) {
        for wire in wires {
            if self.know(wire) {
                *self.outcome.rules.entry(rule).or_default() += 1;
                self.outcome.defining.insert(row);
            }
        }
    }

    fn stands(&self, row: usize) -> bool {
        self.without != Some(row)
    }

    fn all_known(&self, side: &[(Fr, usize)]) -> bool {
        side.iter().all(|(_, wire)| self.known[*wire])
    }

    fn look_at(&mut self, row: usize, divide: bool) {
        // Only rows with few unknown wires, or with unknown wires that all have ranges, say anything.
        if self.unknown[row] > 2 && self.unbounded[row] > 0 {
            return;
        }
        let analysis = self.analysis;
        let [a, ..] = analysis.rows.row(row);
        if let Some(pair) = analysis.pairs.get(&row)
            && pair.rows.iter().all(|row| self.stands(*row))
        {
            if self.all_known(a) {
                self.determined(row, Rule::IsZero, vec![pair.zero]);
                if !self.known[pair.inverse] {
                    let obligation = (pair.rows[0], Obligation::FreeInverse);
                    self.outcome.obligations.push(obligation);
                    self.determined(pair.rows[0], Rule::Inverse, vec![pair.inverse]);
                }
            }
            return;
        }
        match &analysis.forms[row] {
            Form::Selector(form) => {
                let slack = Term::new(-Fr::ONE, Range::bit(), Vec::new());
                if let Some(wires) = self.represented(form, vec![slack]) {
                    self.determined(row, Rule::Digits, wires);
                }
            }
            Form::Linear(form) => self.look_at_sum(row, form),
            Form::Product => self.look_at_product(row, divide),
        }
    }

    /// A combination whose value is determined.
    fn look_at_sum(&mut self, row: usize, form: &[(Fr, usize)]) {
        if let Some(wire) = self.only_unknown(form) {
            self.determined(row, Rule::Defined, vec![wire]);
        } else if let Some(wires) = self.represented(form, Vec::new()) {
            self.determined(row, Rule::Digits, wires);
        }
    }

    fn look_at_product(&mut self, row: usize, divide: bool) {
        let analysis = self.analysis;
        let [a, b, c] = analysis.rows.row(row);
        match (self.all_known(a), self.all_known(b)) {
            (true, true) => self.look_at_sum(row, c),
            (true, false) if divide => self.look_at_quotient(row, a, b, c),
            (false, true) if divide => self.look_at_quotient(row, b, a, c),
            (true, false) | (false, true) => drop(self.quotients.insert(row)),
            (false, false) => {
                if let (Some(x), true) = (single(a), a == b && self.all_known(c))
                    && self.declared.signs.contains(&x)
                {
                    self.determined(row, Rule::Sign, vec![x]);
                }
            }
        }
    }

    /// `denominator·quotient = c` with a determined denominator.
    fn look_at_quotient(
        &mut self,
        row: usize,
        denominator: &Combination,
        quotient: &Combination,
        c: &Combination,
    ) {
        if !self.all_known(c) {
            if let Some(wires) = self.signed_digits(row) {
                self.determined(row, Rule::Digits, wires);
                self.oblige(row, denominator, Obligation::Magnitude);
            }
            return;
        }
        let wires = match self.only_unknown(quotient) {
            Some(wire) => vec![wire],
            None => match self.represented(quotient, Vec::new()) {
                Some(wires) => wires,
                None => return,
            },
        };
        self.determined(row, Rule::Quotient, wires);
        // Where the product is a constant other than 0, the row itself refuses a denominator of 0.
        if constant(c).is_none_or(|c| c == Fr::ZERO) {
            self.oblige(row, denominator, Obligation::of(denominator, quotient));
        }
    }

    /// Notes that `denominator` must not be 0, unless that is noted already or a row sees to it.
    fn oblige(&mut self, row: usize, denominator: &Combination, obligation: Obligation) {
        let guards = self.analysis.nonzero.get(denominator);
        if guards.is_some_and(|rows| rows.iter().any(|row| self.stands(*row))) {
            return;
        }
        let key = denominator
            .iter()
            .map(|(c, wire)| (*wire, to_word(*c)))
            .collect();
        if self.denominators.insert(key) {
            self.outcome.obligations.push((row, obligation));
        }
    }

    fn only_unknown(&self, form: &[(Fr, usize)]) -> Option<usize> {
        let mut unknown = form.iter().filter(|(_, wire)| !self.known[*wire]);
        let (_, wire) = unknown.next()?;
        unknown.next().is_none().then_some(*wire)
    }

    /// The wires that `Σ coefficient·wire + others`, of determined value, determines because a sum of
    /// these terms has one representation.
    fn represented(&self, form: &[(Fr, usize)], others: Vec<Term>) -> Option<Vec<usize>> {
        let mut terms = others;
        terms.extend(self.terms(form)?);
        let span = representation(&mut terms)?;
        let wires: Vec<_> = terms.into_iter().flat_map(|term| term.wires).collect();
        (span < ORDER && !wires.is_empty()).then_some(wires)
    }

    /// The undetermined part of a combination as terms; a whole one-hot group is one term.
    fn terms(&self, form: &[(Fr, usize)]) -> Option<Vec<Term>> {
        let mut terms = Vec::new();
        let mut grouped: BTreeMap<usize, Vec<(Fr, usize)>> = BTreeMap::new();
        for (coefficient, wire) in form {
            if self.known[*wire] {
                continue;
            }
            match self.ranges.group[*wire] {
                Some(group) if self.ranges.groups[group].iter().all(|w| !self.known[*w]) => {
                    let members = grouped.entry(group).or_default();
                    members.push((*coefficient, *wire));
                }
                _ => terms.push(Term::new(*coefficient, self.ranges.of[*wire]?, vec![*wire])),
            }
        }
        for (group, members) in grouped {
            let mut coefficients: Vec<_> = members.iter().map(|(c, _)| to_word(*c)).collect();
            let size = self.ranges.groups[group].len();
            coefficients.resize(size, U256::ZERO);
            coefficients.sort_unstable();
            coefficients.dedup();
            // One coefficient each: the sum says which member is set.
            let wires = if coefficients.len() == size {
                self.ranges.groups[group].clone()
            } else {
                Vec::new()
            };
            terms.push(Term::new(
                Fr::ONE,
                self.ranges.of_group(group, &members)?,
                wires,
            ));
        }
        Some(terms)
    }

    /// The row as `affine·v = Σ weight·d` with d = ±v, all d undetermined and v determined.
    fn as_signed(&self, row: usize) -> Option<Signed> {
        let [a, b, c] = self.analysis.rows.row(row);
        let square = |wire: &usize| {
            let (square, row) = self.analysis.squares.get(wire)?;
            self.stands(*row).then_some(*square)
        };
        [(b, a), (a, b)].into_iter().find_map(|(v, affine)| {
            let magnitude = single(v).filter(|v| self.known[*v])?;
            let s = square(&magnitude)?;
            let all_signed = c
                .iter()
                .all(|(_, d)| !self.known[*d] && square(d) == Some(s));
            (all_signed && !c.is_empty()).then(|| Signed {
                magnitude,
                affine: affine.clone(),
                digits: c.clone(),
            })
        })
    }

    /// `affine = Σ weight·(2c − 1)` with bits c, which determine the signs of the d. Where the weights
    /// reach beyond r, another row may hold the number that the highest bits make to a range.
    fn signed_digits(&self, row: usize) -> Option<Vec<usize>> {
        let signed = self.as_signed(row)?;
        let mut terms: Vec<Term> = self.terms(&signed.affine)?;
        terms.extend(signed.digits.iter().map(|(weight, wire)| Term {
            weight: to_word(weight.double()),
            negative: true,
            span: U256::ONE,
            wires: vec![*wire],
        }));
        let span = representation(&mut terms)?;
        if span < ORDER || self.highest_are_held(&signed, &terms) {
            return Some(terms.into_iter().flat_map(|term| term.wires).collect());
        }
        None
    }

    /// Whether a row `affine′·v = Σ weight′·d` over the highest of these digits, whose affine part is a
    /// wire with a range, keeps the sum of all terms to fewer than r values.
    fn highest_are_held(&self, signed: &Signed, terms: &[Term]) -> bool {
        let Some(highest) = terms.last().and_then(|term| term.wires.first()) else {
            return false;
        };
        let holders = self.analysis.uses[*highest].iter();
        holders
            .filter(|row| self.stands(**row))
            .filter_map(|row| self.as_signed(*row))
            .filter(|other| other.magnitude == signed.magnitude)
            .filter_map(|other| self.span_of_highest(&other, terms))
            .any(|span| span < ORDER)
    }

    fn span_of_highest(&self, other: &Signed, terms: &[Term]) -> Option<U256> {
        let number = self.only_unknown(&other.affine)?;
        // The determined part of the affine side must be a constant to compare with.
        let (mut scale, mut offset) = (Fr::ZERO, Fr::ZERO);
        for (coefficient, wire) in &other.affine {
            match *wire {
                ONE => offset += coefficient,
                wire if wire == number => scale = *coefficient,
                _ => return None,
            }
        }
        // number = Σ value·c − offset′, with value = 2·weight/scale and offset′ = (offset + Σ weight)/scale
        let inverse = scale.inverse()?;
        let count = other.digits.len();
        let (lower, upper) = terms.split_at(terms.len().checked_sub(count)?);
        let mut ratio = None;
        let mut most = U256::ZERO;
        for term in upper {
            let wire = term.wires.first()?;
            let (weight, _) = other.digits.iter().find(|(_, digit)| digit == wire)?;
            offset += weight;
            let (value, negative) = magnitude(weight.double() * inverse);
            let own = term.weight.checked_div(value)?;
            if negative
                || !term.negative
                || own * value != term.weight
                || *ratio.get_or_insert(own) != own
            {
                return None;
            }
            most = most.checked_add(value)?;
        }
        let range = self.ranges.of[number]?.plus(Range::point(offset * inverse))?;
        let low = to_word(range.low);
        let high = low.checked_add(range.span)?.min(most);
        if most >= ORDER || high < low || low + range.span >= ORDER {
            return None;
        }
        let span = ratio?.checked_mul(high - low)?;
        lower.iter().try_fold(span, |span, term| {
            span.checked_add(term.weight.checked_mul(term.span)?)
        })
    }
}

/// Sorts the terms by weight and returns the span of their sum, if each weight is above all that the
/// lighter terms can add up to. Then no two choices of the terms give the same integer, and none the
/// same field element while the span is below r.
fn representation(terms: &mut [Term]) -> Option<U256> {
    terms.sort_by_key(|term| term.weight);
    terms.iter().try_fold(U256::ZERO, |span, term| {
        if term.weight <= span {
            return None;
        }
        span.checked_add(term.weight.checked_mul(term.span)?)
    })
}
