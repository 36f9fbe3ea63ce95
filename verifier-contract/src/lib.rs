//! The repute contracts from Rust: an embedded chain, and one provider type over it and JSON-RPC.
//!
//! - [`abi`]: what each contract of a deployment understands, for tools that read any call;
//! - [`bindings`]: the contracts' functions, events and errors;
//! - [`errors`]: the contracts' errors, decoded from failed calls;
//! - [`deploy`]: deploying them, and connecting by a manifest;
//! - [`provider`]: one [`DynProvider`](alloy::providers::DynProvider) over HTTP and [`embedded`];
//! - [`embedded`]: a chain inside the process, with anvil's gas to the unit;
//! - [`database`]: what the project's SQLite files have in common;
//! - [`time`]: moving a local chain's clock;
//! - [`dev`]: the publicly known development accounts.

pub mod abi;
#[cfg(feature = "anvil")]
pub mod anvil;
pub mod bindings;
pub mod database;
pub mod deploy;
pub mod dev;
pub mod embedded;
pub mod errors;
pub mod provider;
pub mod time;

pub use deploy::{DeployConfig, Deployment, Manifest};
pub use embedded::{EmbeddedChain, EmbeddedConfig};
