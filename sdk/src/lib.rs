//! x
pub mod chain;
pub mod log;
pub mod post;
pub mod refusal;
