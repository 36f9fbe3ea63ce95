//! What the benchmarks share: circuits to prove, provers to compare, a node to read from, and clocks.

pub mod claims;
pub mod clock;
pub mod contender;
pub mod invented;
pub mod plot;
pub mod statement;
pub mod subject;
