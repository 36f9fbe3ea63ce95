//! How a statement names what is wrong with a witness.

/// Declares a `Violation` enum: each variant has the clause it violates, which is also the name of
/// the block of constraints that enforces it, and a sentence for people. Variants after `nested`
/// hand on the violations of a part.
macro_rules! violations {
    (
        $(#[$attr:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident = $clause:literal => $message:literal,)*
        }
        $(nested { $($(#[$ndoc:meta])* $nested:ident($inner:ty),)* })?
    ) => {
        $(#[$attr])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum $name {
            $($(#[$doc])* #[error("{}: {}", $clause, $message)] $variant,)*
            $($($(#[$ndoc])* #[error(transparent)] $nested(#[from] $inner),)*)?
        }

        impl $name {
            /// The clause that is violated, as its block of constraints is named.
            #[must_use]
            pub fn clause(self) -> &'static str {
                match self {
                    $(Self::$variant => $clause,)*
                    $($(Self::$nested(inner) => inner.clause(),)*)?
                }
            }

            /// Every clause, in the order in which they are checked within their part.
            #[must_use]
            pub fn clauses() -> Vec<&'static str> {
                #[allow(unused_mut, reason = "only a violation with parts extends the list")]
                let mut clauses = vec![$($clause),*];
                $($(clauses.extend(<$inner>::clauses());)*)?
                clauses
            }
        }
    };
}

pub(crate) use violations;
