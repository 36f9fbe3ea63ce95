//! What a deployment is asked to be.

use super::{Circuit, KeyProvenance, Statements};
use alloy::primitives::Address;
use serde::{Deserialize, Serialize};

/// Everything a deployment fixes for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeployConfig {
    /// The circuits' verifying keys.
    pub circuits: Statements<Circuit>,
    /// Where the keys come from. Development keys are refused off local chains.
    pub provenance: KeyProvenance,
    /// The board's one token.
    pub token: Token,
    /// The ERC-8183 escrow.
    pub escrow: Escrow,
    /// Who may register.
    pub gate: Gate,
    /// The board's constants.
    pub board: BoardTerms,
}

/// The token of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// Deploy the test token, which anyone can mint. Local chains only.
    Test,
    /// An ERC-20 that delivers what is sent, without fees on transfer.
    Existing(Address),
}

/// The escrow of a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escrow {
    /// Deploy `JobEscrow`.
    New {
        /// Platform fee of completed jobs, in basis points; at most 1,000.
        fee_bps: u16,
        /// Who gets the fee; not zero where there is one.
        treasury: Address,
    },
    /// An ERC-8183 escrow with the reference implementation's ABI.
    Existing(Address),
}

/// The registration gate of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Deploy the gate that admits everyone.
    Open,
    /// Deploy a gate that takes a fee for each registration, in the board's token.
    Fee {
        /// Base units; not zero.
        fee: u128,
        /// Who gets it; not zero. `0x…dEaD` burns it.
        recipient: Address,
    },
    /// Deploy a gate that admits each ERC-8004 agent id once, by its owner.
    Erc8004 {
        /// The identity registry, an ERC-721.
        registry: Address,
    },
    /// A contract with `IRegistrationGate`.
    Existing(Address),
}

/// The constants of a board. Amounts are base units of its token, periods seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoardTerms {
    /// Smallest budget of a post; above `record_fee` and below 2^96.
    pub min_budget: u128,
    /// Shortest review period; below 2^40.
    pub min_review: u64,
    /// Shortest time between taking a job and its settlement; below 2^40.
    pub min_hold: u64,
    /// Time between the last period and expiry; at least one day, below 2^40.
    pub grace: u64,
    /// Price of a completed record; below 2^96.
    pub record_fee: u128,
    /// Who gets the record fees; not zero.
    pub record_fee_recipient: Address,
}
