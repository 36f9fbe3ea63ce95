//! The contracts of a deployment with their ABIs, for tools that read any call and event.

use crate::deploy::{Manifest, artifact::Compiled};
use alloy::{json_abi::JsonAbi, primitives::Address};

/// A contract of a deployment and what it understands.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its part in the deployment: ledger, board, provider, escrow or token.
    pub name: &'static str,
    /// Where it is.
    pub address: Address,
    /// Its functions, events and errors. Of an escrow or token that stood there before, those that
    /// the project's own has.
    pub abi: JsonAbi,
}

/// The contracts of a deployment that people call or that write events.
#[must_use]
pub fn of(manifest: &Manifest) -> [Known; 5] {
    [
        ("ledger", &manifest.ledger, Compiled::AgentLedger),
        ("board", &manifest.board, Compiled::JobBoard),
        ("provider", &manifest.provider, Compiled::PrivateProvider),
        ("escrow", &manifest.escrow, Compiled::JobEscrow),
        ("token", &manifest.token, Compiled::TestToken),
    ]
    .map(|(name, contract, compiled)| Known {
        name,
        address: contract.address,
        abi: compiled.abi(),
    })
}
