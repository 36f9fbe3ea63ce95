//! Ranges of field elements: runs of consecutive residues.

use alloy_primitives::U256;
use repute_circuits::field::{Fr, ORDER, to_word};

/// The residues `low, low + 1, …, low + span` modulo r, with span < r.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Where the run begins.
    pub low: Fr,
    /// How many residues follow the first.
    pub span: U256,
}

impl Range {
    /// One residue.
    pub fn point(value: Fr) -> Self {
        Self {
            low: value,
            span: U256::ZERO,
        }
    }

    /// 0 and 1.
    pub fn bit() -> Self {
        use ark_ff::AdditiveGroup;
        Self {
            low: Fr::ZERO,
            span: U256::ONE,
        }
    }

    /// Whether all are below 2^bits.
    pub fn is_within(self, bits: usize) -> bool {
        let most = to_word(self.low).checked_add(self.span);
        most.is_some_and(|most| most >> bits == U256::ZERO)
    }

    /// The run that holds `coefficient·x` for every x in this one, if it is no longer than r.
    pub fn scaled(self, coefficient: Fr) -> Option<Self> {
        let (magnitude, negative) = magnitude(coefficient);
        let span = self.span.checked_mul(magnitude).filter(|s| *s < ORDER)?;
        let low = coefficient * self.low;
        let low = if negative { low - element(span) } else { low };
        Some(Self { low, span })
    }

    /// The run that holds the sum of an element of each, if it is no longer than r.
    pub fn plus(self, other: Self) -> Option<Self> {
        let span = self.span.checked_add(other.span).filter(|s| *s < ORDER)?;
        Some(Self {
            low: self.low + other.low,
            span,
        })
    }

    /// A run that holds what is in both: their intersection where that is one run, else the shorter.
    pub fn intersection(self, other: Self) -> Self {
        let shorter = if self.span <= other.span { self } else { other };
        // Positions relative to self.low.
        let start = to_word(other.low - self.low);
        let end = start + other.span;
        if end < ORDER {
            if start > self.span {
                return shorter;
            }
            return Self {
                low: other.low,
                span: end.min(self.span) - start,
            };
        }
        if start <= self.span {
            return shorter;
        }
        Self {
            low: self.low,
            span: (end - ORDER).min(self.span),
        }
    }
}

/// |coefficient| as the smaller of c and r − c, and whether it is the latter.
pub fn magnitude(coefficient: Fr) -> (U256, bool) {
    let word = to_word(coefficient);
    if word > ORDER / U256::from(2) {
        (ORDER - word, true)
    } else {
        (word, false)
    }
}

fn element(word: U256) -> Fr {
    repute_circuits::field::reduce_word(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(low: i64, span: u64) -> Range {
        Range {
            low: Fr::from(low),
            span: U256::from(span),
        }
    }

    #[test]
    fn runs_scale_add_and_intersect() {
        assert_eq!(range(2, 3).scaled(Fr::from(-2)), Some(range(-10, 6)));
        assert_eq!(range(2, 3).plus(range(-5, 1)), Some(range(-3, 4)));
        assert_eq!(range(2, 8).intersection(range(-3, 10)), range(2, 5));
        assert_eq!(range(-3, 10).intersection(range(2, 8)), range(2, 5));
        assert_eq!(range(0, 8).intersection(range(2, 3)), range(2, 3));
        let most = Range {
            low: Fr::from(0),
            span: ORDER - U256::ONE,
        };
        assert_eq!(most.plus(Range::bit()), None);
        assert_eq!(most.scaled(Fr::from(2)), None);
    }
}
