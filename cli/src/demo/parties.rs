//! Who takes part in the demo, by account.

use super::report::PaymentKind;
use alloy::primitives::Address;
use std::collections::HashMap;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Works, and is paid at fresh accounts.
    Agent,
    /// Posts jobs and pays.
    Client,
    /// Sends agents' transactions.
    Relayer,
    /// Rules on disputes.
    Arbiter,
    /// Gets a fee of every completed job.
    Operator,
}

/// Somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Party {
    /// The name in the story.
    pub name: &'static str,
    /// The role.
    pub role: Role,
}

/// Everybody's accounts. Nobody in the story knows all of it.
#[derive(Debug, Default)]
pub struct Directory(HashMap<Address, Party>);

impl Directory {
    /// Notes an account.
    pub fn add(&mut self, account: Address, name: &'static str, role: Role) {
        self.0.insert(account, Party { name, role });
    }

    /// Whose account it is; `None` for contracts and strangers.
    pub fn get(&self, account: Address) -> Option<Party> {
        self.0.get(&account).copied()
    }
}

impl Role {
    /// What it is that such a party pays to a contract.
    pub fn pays(self) -> PaymentKind {
        match self {
            Self::Relayer => PaymentKind::Bond,
            _ => PaymentKind::Deposit,
        }
    }

    /// What it is that such a party gets from a contract; `credit` where it takes what the board owes
    /// it.
    pub fn gets(self, credit: bool) -> PaymentKind {
        match self {
            Self::Agent => PaymentKind::Payout,
            Self::Client => PaymentKind::Refund,
            Self::Relayer if credit => PaymentKind::BondReturned,
            Self::Relayer | Self::Arbiter | Self::Operator => PaymentKind::Fee,
        }
    }
}
