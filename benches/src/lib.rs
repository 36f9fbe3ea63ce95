//! What the benchmarks share: circuits to prove, provers to compare, a node to read from, a market to audit, and clocks.

pub mod child;
pub mod claims;
pub mod clock;
pub mod contender;
pub mod invented;
pub mod market;
pub mod plot;
pub mod statement;
pub mod subject;
