//! What the benchmarks share: circuits to prove, provers to compare, and clocks.

pub mod clock;
pub mod contender;
pub mod statement;
pub mod subject;
