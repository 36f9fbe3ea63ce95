//! Where money went: transfers that were due, and what they add up to.

use alloy::primitives::{Address, U256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A client's deposit of budget, relay fee and arbiter fee.
    Deposit,
    /// A bond, put up by the sender of take.
    Bond,
    /// A budget, from the board to the escrow.
    Funding,
    /// Half of a relay fee.
    RelayFee,
    /// A completed job's budget less the platform's fee, from the escrow to the provider.
    Release,
    /// What an escrow pays its evaluator, on to the provider.
    Share,
    /// The price of a record, from the provider to the board.
    RecordFee,
    /// What the sender of a settlement earns.
    RelayerFee,
    /// What the agent is paid.
    Payout,
    /// A budget, from the escrow back to the board.
    Refund,
    /// A credit that its owner took.
    Credit,
    /// The platform's fees, from the escrow to its treasury.
    PlatformFees,
    /// Budgets of jobs in the escrow that are not the board's, paid in.
    OtherFunding,
    /// The same, paid out or back.
    OtherPayments,
    /// Money that somebody sent for no reason of the protocol.
    Gift,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Deposit => "deposits of clients",
            Self::Bond => "bonds",
            Self::Funding => "budgets moved to the escrow",
            Self::RelayFee => "relay fees of takes and submissions",
            Self::Release => "budgets released to the provider",
            Self::Share => "shares of the evaluator, passed on",
            Self::RecordFee => "prices of records",
            Self::RelayerFee => "relayers' fees of settlements",
            Self::Payout => "payouts to agents",
            Self::Refund => "budgets back from the escrow",
            Self::Credit => "credits taken",
            Self::PlatformFees => "platform fees",
            Self::OtherFunding => "budgets of other jobs in the escrow",
            Self::OtherPayments => "payments of other jobs in the escrow",
            Self::Gift => "gifts",
        }
    }
}

/// A transfer that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flow {
    pub(super) reason: Reason,
    pub(super) from: Address,
    /// `None` where nothing that is known says to whom.
    pub(super) to: Option<Address>,
    pub(super) amount: U256,
}

impl Flow {
    pub(super) fn new(reason: Reason, from: Address, to: Address, amount: U256) -> Self {
        Self {
            reason,
            from,
            to: Some(to),
            amount,
        }
    }

    /// Whether a transfer is this one.
    pub(super) fn is(&self, from: Address, to: Address, amount: U256) -> bool {
        self.from == from && self.to.is_none_or(|due| due == to) && self.amount == amount
    }
}

/// What moved, by reason, and what each contract holds by its transfers.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Money {
    pub(super) by_reason: BTreeMap<Reason, U256>,
    /// Received less sent, as a two's complement.
    pub(super) held: BTreeMap<Address, U256>,
    /// Fees that the escrow set aside and did not send yet.
    pub(super) platform_fees: U256,
}

impl Money {
    pub(super) fn add(&mut self, flow: &Flow) {
        let sum = self.by_reason.entry(flow.reason).or_default();
        *sum = sum.saturating_add(flow.amount);
    }

    pub(super) fn of(&self, reason: Reason) -> U256 {
        self.by_reason.get(&reason).copied().unwrap_or_default()
    }

    /// Follows a transfer that touches a contract.
    pub(super) fn transfer(&mut self, party: Address, came: bool, amount: U256) {
        let held = self.held.entry(party).or_default();
        *held = match came {
            true => held.wrapping_add(amount),
            false => held.wrapping_sub(amount),
        };
    }

    pub(super) fn held(&self, owner: Address) -> U256 {
        self.held.get(&owner).copied().unwrap_or_default()
    }
}
