//! What the benchmarks share: circuits to prove, provers to compare, and clocks.

pub mod claims;
pub mod clock;
pub mod contender;
pub mod plot;
pub mod statement;
pub mod subject;
