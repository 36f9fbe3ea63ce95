//! The repute protocol itself: pure functions of values, without I/O, clock or threads.
//!
//! Each room has a native type and, in a `gadget` module beside it, the same thing as R1CS
//! constraints over BN254's scalar field. [`statement`] puts them together into the statements that
//! agents prove.

pub mod babyjubjub;
pub mod binding;
pub mod clients;
pub mod eddsa;
pub mod example;
pub mod field;
pub mod gadget;
pub mod history;
pub mod policy;
pub mod poseidon;
pub mod release;
pub mod shape;
pub mod state;
pub mod statement;
pub mod tree;
mod violation;
pub mod window;
