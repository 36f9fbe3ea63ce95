//! One value for each statement that has a verifier.

use serde::{Deserialize, Serialize};

/// One `T` for each statement that has a verifier in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each field is the statement it is named after")]
pub struct Statements<T> {
    pub accept: T,
    pub settle: T,
    pub refresh: T,
    pub standing: T,
    pub completion: T,
}

impl<T> Statements<T> {
    /// References to the values.
    pub const fn as_ref(&self) -> Statements<&T> {
        Statements {
            accept: &self.accept,
            settle: &self.settle,
            refresh: &self.refresh,
            standing: &self.standing,
            completion: &self.completion,
        }
    }

    /// The values with their statements' names, in the protocol's order.
    pub fn named(self) -> [(&'static str, T); 5] {
        [
            ("accept", self.accept),
            ("settle", self.settle),
            ("refresh", self.refresh),
            ("standing", self.standing),
            ("completion", self.completion),
        ]
    }

    /// Pairs the values of two sets.
    pub fn zip<U>(self, other: Statements<U>) -> Statements<(T, U)> {
        Statements {
            accept: (self.accept, other.accept),
            settle: (self.settle, other.settle),
            refresh: (self.refresh, other.refresh),
            standing: (self.standing, other.standing),
            completion: (self.completion, other.completion),
        }
    }

    /// The values in the protocol's order.
    pub fn into_array(self) -> [T; 5] {
        self.named().map(|(_, value)| value)
    }

    /// Applies `f` to each value.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Statements<U> {
        Statements {
            accept: f(self.accept),
            settle: f(self.settle),
            refresh: f(self.refresh),
            standing: f(self.standing),
            completion: f(self.completion),
        }
    }
}

/// What each statement's verifier is called in manifests and errors.
pub(super) const VERIFIERS: Statements<&'static str> = Statements {
    accept: "accept verifier",
    settle: "settle verifier",
    refresh: "refresh verifier",
    standing: "standing verifier",
    completion: "completion verifier",
};
