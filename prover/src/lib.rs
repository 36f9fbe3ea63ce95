//! (module documentation follows with the code)

pub mod engine;
