//! Rust and Solidity, side by side on the same random values: both verifiers accept or both refuse,
//! and hashes, trees and bindings are equal.

mod bindings;
mod chain;
mod hashes;
mod known_key;
mod mutation;
mod points;
mod verification;
