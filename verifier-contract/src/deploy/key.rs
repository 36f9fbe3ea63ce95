//! Verifying keys as the verifier contract takes them.

use super::Statements;
use alloy::primitives::{B256, Bytes, U256, keccak256};
use serde::{Deserialize, Serialize};

/// A Groth16 verifying key over BN254 as EVM words: affine coordinates below
/// the base field's modulus, G2 points as (x.c1, x.c0, y.c1, y.c0).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyingKey {
    /// α in G1.
    pub alpha: [U256; 2],
    /// β in G2.
    pub beta: [U256; 4],
    /// γ in G2.
    pub gamma: [U256; 4],
    /// δ in G2; equal to γ only where nobody contributed, which the contract refuses.
    pub delta: [U256; 4],
    /// The points of the constant and of each public input, in G1.
    pub ic: Vec<[U256; 2]>,
}

impl VerifyingKey {
    /// The number of public inputs that the key is for.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.ic.len().saturating_sub(1)
    }

    /// The constructor's argument: α, β, γ, δ, then the points of `ic`, as 32-byte words.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let fixed = self
            .alpha
            .iter()
            .chain(&self.beta)
            .chain(&self.gamma)
            .chain(&self.delta);
        fixed
            .chain(self.ic.iter().flatten())
            .flat_map(U256::to_be_bytes::<32>)
            .collect()
    }

    /// keccak256 of [`encode`](Self::encode): the key's name in a manifest.
    #[must_use]
    pub fn hash(&self) -> B256 {
        keccak256(self.encode())
    }
}

/// One circuit as it is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circuit {
    /// Its verifying key.
    pub key: VerifyingKey,
    /// What names the circuit's constraints, for the manifest only.
    pub circuit_hash: String,
    /// Where the key comes from, in words, for the manifest only.
    pub keys: String,
}

/// Public inputs of each statement, which the ledger requires of its verifiers.
pub const INPUTS: Statements<usize> = Statements {
    accept: 8,
    settle: 8,
    refresh: 4,
    standing: 7,
    completion: 5,
    window_16: 8,
    window_128: 8,
    window_512: 8,
};

/// Where the proving and verifying keys come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "source", rename_all = "kebab-case")]
pub enum KeyProvenance {
    /// A set-up whose secrets are public, of one statement at least: anyone can forge proofs. Local
    /// chains only.
    InsecureDevelopment(String),
    /// Set-ups by several parties; each verifier names the transcript of its own.
    Ceremony(String),
}
