//! The record of a deployment, from which everyone else connects to it.

use super::{BoardTerms, KeyProvenance, Statements, statements::VERIFIERS};
use alloy::primitives::{Address, B256, Bytes};
use serde::{Deserialize, Serialize};

/// The manifest format that this version writes and reads.
pub const MANIFEST_FORMAT: u32 = 1;

/// Where a deployment is and what it is made of. It is public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Manifest {
    /// [`MANIFEST_FORMAT`].
    pub format: u32,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// The block of the deployment's first transaction: no event is older.
    pub block: u64,
    /// Who sent the deployment; it has no power over the contracts.
    pub deployer: Address,
    /// Where the keys come from.
    pub keys: KeyProvenance,
    /// The verifiers, one for each statement.
    pub verifiers: Statements<Verifier>,
    /// Poseidon of two and three inputs.
    pub poseidon: Contract,
    /// The registration gate.
    pub gate: Contract,
    /// The ERC-8183 escrow.
    pub escrow: Contract,
    /// The board's token.
    pub token: Contract,
    /// The agent ledger.
    pub ledger: Contract,
    /// The job board.
    pub board: Contract,
    /// The shared provider.
    pub provider: Contract,
    /// The board's constants.
    pub terms: BoardTerms,
}

/// A contract on chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Contract {
    /// Its address.
    pub address: Address,
    /// keccak256 of its code.
    pub code_hash: B256,
    /// How it came into being; missing where it stood there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation: Option<Creation>,
}

/// How a contract was deployed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Creation {
    /// ABI-encoded constructor arguments.
    pub arguments: Bytes,
    /// Gas that the deployment used.
    pub gas_used: u64,
}

/// A verifier on chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Verifier {
    /// The contract.
    pub contract: Contract,
    /// keccak256 of the key as the contract holds it.
    pub key_hash: B256,
    /// What names the circuit's constraints.
    pub circuit_hash: String,
    /// Where the key comes from: `INSECURE development keys`, `INSECURE rehearsal sha256:…`, or
    /// `ceremony sha256:…` with the hash of the transcript.
    pub keys: String,
}

impl Manifest {
    /// All contracts with their names, in the order of deployment.
    pub fn contracts(&self) -> impl Iterator<Item = (&'static str, &Contract)> {
        let contracts = self.verifiers.as_ref().map(|verifier| &verifier.contract);
        VERIFIERS.zip(contracts).into_array().into_iter().chain([
            ("Poseidon", &self.poseidon),
            ("gate", &self.gate),
            ("escrow", &self.escrow),
            ("token", &self.token),
            ("ledger", &self.ledger),
            ("board", &self.board),
            ("provider", &self.provider),
        ])
    }
}
