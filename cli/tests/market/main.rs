//! What clients, agents, arbiters, reviewers and relayers do, on a local node.

mod audit;
mod board;
mod caches;
#[path = "../common/mod.rs"]
mod common;
mod prove;
mod relay;
mod verify;
mod world;

use common::Run;

fn json(run: &Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
}
