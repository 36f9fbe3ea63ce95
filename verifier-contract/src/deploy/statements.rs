//! One value for each statement that has a verifier.

use serde::{Deserialize, Serialize};

/// Declares [`Statements`] from each field and its statement's name, in the order in which the ledger
/// names its verifiers.
macro_rules! statements {
    ($($field:ident: $name:literal, $verifier:literal;)*) => {
        /// One `T` for each statement that has a verifier in the ledger.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs, reason = "each field is the statement it is named after")]
        pub struct Statements<T> {
            $(#[serde(rename = $name)] pub $field: T,)*
        }

        /// How many statements have a verifier.
        const COUNT: usize = [$($name),*].len();

        impl<T> Statements<T> {
            /// References to the values.
            pub const fn as_ref(&self) -> Statements<&T> {
                Statements { $($field: &self.$field,)* }
            }

            /// The values with their statements' names.
            pub fn named(self) -> [(&'static str, T); COUNT] {
                [$(($name, self.$field),)*]
            }

            /// Pairs the values of two sets.
            pub fn zip<U>(self, other: Statements<U>) -> Statements<(T, U)> {
                Statements { $($field: (self.$field, other.$field),)* }
            }

            /// The values alone.
            pub fn into_array(self) -> [T; COUNT] {
                [$(self.$field,)*]
            }

            /// Applies `f` to each value.
            pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Statements<U> {
                Statements { $($field: f(self.$field),)* }
            }
        }

        /// What each statement's verifier is called in manifests and errors.
        pub(super) const VERIFIERS: Statements<&'static str> = Statements {
            $($field: $verifier,)*
        };
    };
}

statements! {
    accept: "accept", "accept verifier";
    settle: "settle", "settle verifier";
    refresh: "refresh", "refresh verifier";
    standing: "standing", "standing verifier";
    completion: "completion", "completion verifier";
    window_16: "window-16", "window-16 verifier";
    window_128: "window-128", "window-128 verifier";
    window_512: "window-512", "window-512 verifier";
}
