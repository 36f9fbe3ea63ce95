//! Keys and statements that the tests of this package share.

use repute_circuits::example::Example;
use repute_circuits::statement::{Completion, Statement};
use repute_prover::{Keys, Store};

pub use repute_circuits::example::secret;

/// Development keys, made once for all tests and kept in the build directory.
pub fn keys<S: Statement>() -> Keys<S> {
    Store::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/keys"))
        .load_or_generate(&())
        .expect("the circuit lays out")
}

/// The job taken, told to someone.
pub fn completion() -> Completion {
    Completion::example()
}
