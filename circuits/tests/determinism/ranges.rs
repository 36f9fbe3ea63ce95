//! What rows say about single wires, whether or not these are determined: ranges and one-hot groups.

use crate::analysis::{Analysis, Form};
use crate::range::{Range, magnitude};
use crate::system::ONE;
use alloy_primitives::U256;
use ark_ff::{AdditiveGroup, Field};
use repute_circuits::field::{Fr, reduce_word};
use std::collections::BTreeMap;

/// The ranges and groups that hold in a system, perhaps without one of its rows.
pub struct Ranges {
    /// The range of each wire, where one is known.
    pub of: Vec<Option<Range>>,
    /// The one-hot group that a wire belongs to.
    pub group: Vec<Option<usize>>,
    /// The wires of each group: bits whose sum is 1.
    pub groups: Vec<Vec<usize>>,
}

impl Ranges {
    /// Reads them off the rows of `analysis` but `without`.
    pub fn new(analysis: &Analysis<'_>, without: Option<usize>) -> Self {
        let wires = analysis.rows.wires;
        let mut this = Self {
            of: vec![None; wires],
            group: vec![None; wires],
            groups: Vec::new(),
        };
        let rows = |rows: &[usize]| -> Vec<usize> {
            let kept = rows.iter().copied().filter(|row| Some(*row) != without);
            kept.collect()
        };
        let selectors = rows(&analysis.selectors);
        while this.narrow_by(analysis, &selectors) {}
        let linear = rows(&analysis.linear);
        for row in &linear {
            this.find_group(analysis, *row);
        }
        let of_groups: Vec<usize> = linear
            .into_iter()
            .filter(|row| match &analysis.forms[*row] {
                Form::Linear(form) => form.iter().any(|(_, wire)| this.group[*wire].is_some()),
                _ => false,
            })
            .collect();
        while this.narrow_by(analysis, &of_groups) {}
        this
    }

    fn narrow_by(&mut self, analysis: &Analysis<'_>, rows: &[usize]) -> bool {
        let mut changed = false;
        for row in rows {
            changed |= match &analysis.forms[*row] {
                Form::Selector(form) => self.narrow(form, Range::bit()),
                Form::Linear(form) => self.narrow(form, Range::point(Fr::ZERO)),
                Form::Product => false,
            };
        }
        changed
    }

    /// Narrows the range of wires with coefficient ±1 in a combination whose value is in `value`.
    fn narrow(&mut self, form: &[(Fr, usize)], value: Range) -> bool {
        let free = form
            .iter()
            .filter(|(_, wire)| *wire != ONE && self.of[*wire].is_none())
            .count();
        if free > 1 {
            return false;
        }
        let mut changed = false;
        for (coefficient, wire) in form {
            let old = self.of[*wire];
            let narrow = old.is_some_and(|range| range.span <= U256::ONE);
            let is_target = if free == 1 { old.is_none() } else { !narrow };
            if *wire == ONE || !is_target || magnitude(*coefficient).0 != U256::ONE {
                continue;
            }
            let rest: Vec<_> = form.iter().copied().filter(|(_, w)| w != wire).collect();
            let new = self
                .sum(&rest)
                .and_then(|rest| rest.scaled(-Fr::ONE))
                .and_then(|rest| rest.plus(value))
                .and_then(|scaled| scaled.scaled(*coefficient));
            if let Some(new) = new {
                let new = old.map_or(new, |old| old.intersection(new));
                changed |= old != Some(new);
                self.of[*wire] = Some(new);
            }
        }
        changed
    }

    /// The range of a combination all of whose wires have one.
    fn sum(&self, form: &[(Fr, usize)]) -> Option<Range> {
        let mut sum = Range::point(Fr::ZERO);
        let mut grouped: BTreeMap<usize, Vec<(Fr, usize)>> = BTreeMap::new();
        for (coefficient, wire) in form {
            if *wire == ONE {
                sum = sum.plus(Range::point(*coefficient))?;
            } else if let Some(group) = self.group[*wire] {
                grouped
                    .entry(group)
                    .or_default()
                    .push((*coefficient, *wire));
            } else {
                sum = sum.plus(self.of[*wire]?.scaled(*coefficient)?)?;
            }
        }
        for (group, terms) in grouped {
            sum = sum.plus(self.of_group(group, &terms)?)?;
        }
        Some(sum)
    }

    /// The range of `Σ coefficient·member` over a one-hot group: of the coefficients themselves.
    pub fn of_group(&self, group: usize, terms: &[(Fr, usize)]) -> Option<Range> {
        let mut magnitudes: Vec<_> = terms.iter().map(|(c, _)| magnitude(*c)).collect();
        let negative = magnitudes[0].1;
        if terms.len() < self.groups[group].len() {
            magnitudes.push((U256::ZERO, negative));
        }
        if magnitudes
            .iter()
            .any(|(m, n)| *n != negative && *m != U256::ZERO)
        {
            return None;
        }
        let least = magnitudes.iter().map(|(m, _)| *m).min()?;
        let most = magnitudes.iter().map(|(m, _)| *m).max()?;
        let range = Range {
            low: reduce_word(least),
            span: most - least,
        };
        range.scaled(if negative { -Fr::ONE } else { Fr::ONE })
    }

    /// `Σ bit = 1` over bits makes a group.
    fn find_group(&mut self, analysis: &Analysis<'_>, row: usize) {
        let Form::Linear(form) = &analysis.forms[row] else {
            return;
        };
        let [(sum, ONE), members @ ..] = &form[..] else {
            return;
        };
        let is_group = members.len() > 1
            && members.iter().all(|(coefficient, wire)| {
                *coefficient == -*sum
                    && self.group[*wire].is_none()
                    && self.of[*wire] == Some(Range::bit())
            });
        if is_group {
            for (_, wire) in members {
                self.group[*wire] = Some(self.groups.len());
            }
            self.groups
                .push(members.iter().map(|(_, wire)| *wire).collect());
        }
    }
}
