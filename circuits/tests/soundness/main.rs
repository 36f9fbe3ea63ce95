//! Soundness: for every clause of every statement, a true statement in which one thing is changed,
//! and the very clause that fails for it, natively and in the circuit.

#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod accept;
mod completion;
mod fixture;
mod histories;
mod opening;
mod policy;
mod refresh;
mod settle;
mod standing;
mod window;
