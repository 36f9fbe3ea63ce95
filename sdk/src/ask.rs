//! What a party asks of an agent, by which a proof is bound to that party.

use alloy::primitives::{Address, B256, U256};
use repute_circuits::{binding, field::Fr};
use repute_contracts::bindings::agent_ledger::IAgentLedger;
use serde::{Deserialize, Serialize};

/// A party's request for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ask {
    /// Who asks. A contract that relies on the answer is its own audience.
    pub audience: Address,
    /// A value the audience chose for this one request, or zero.
    pub challenge: B256,
    /// Unix seconds after which the proof is refused.
    pub deadline: u64,
    /// The audience's name for the scope: an agent has one pseudonym for each audience and label.
    pub label: B256,
}

impl Ask {
    /// `K(abi.encode(chainId, ledger, audience, challenge, deadline))`.
    #[must_use]
    pub fn context(&self, chain_id: u64, ledger: Address) -> Fr {
        binding::Context {
            chain_id,
            ledger,
            audience: self.audience,
            challenge: self.challenge,
            deadline: U256::from(self.deadline),
        }
        .hash()
    }

    /// `K(abi.encode(audience, label))`.
    #[must_use]
    pub fn scope(&self) -> Fr {
        binding::scope(self.audience, self.label)
    }

    pub(crate) fn to_abi(self) -> IAgentLedger::Request {
        IAgentLedger::Request {
            audience: self.audience,
            challenge: self.challenge,
            deadline: U256::from(self.deadline),
            label: self.label,
        }
    }
}
