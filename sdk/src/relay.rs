//! Relaying: any funded account sends agents' requests, and earns the fees in them.

mod batch;
mod desk;

pub use batch::MAX_BATCH;
pub use desk::{Desk, DeskError};

use crate::{
    chain::{Account, ChainError},
    request::{Action, Request, RequestError},
};
use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionReceipt,
};
use std::sync::Arc;

/// A relayer.
#[derive(Clone, Debug)]
pub struct Relay {
    account: Account,
    conditions: Conditions,
}

/// For what a relayer works. The default sends everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// The least fee, base units of the board's token.
    pub least_fee: U256,
    /// The most that it puts up as a bond, which is lost where the agent does not deliver, base units.
    pub most_bond: u128,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            least_fee: U256::ZERO,
            most_bond: u128::MAX,
        }
    }
}

/// What sending a request would mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The action's name.
    pub action: &'static str,
    /// What the sender earns, base units of the board's token.
    pub fee: U256,
    /// What the sender puts up until the job ends, base units.
    pub bond: u128,
    /// The gas it would use now; `None` where the board may not take the bond yet, which sending
    /// sees to.
    pub gas: Option<u64>,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum Sent {
    /// It was mined.
    Mined(Box<TransactionReceipt>),
    /// The agent was registered already, which is as good.
    AlreadyRegistered,
}

impl Sent {
    /// The receipt, where something was sent.
    #[must_use]
    pub fn receipt(&self) -> Option<&TransactionReceipt> {
        match self {
            Self::Mined(receipt) => Some(receipt),
            Self::AlreadyRegistered => None,
        }
    }
}

/// Why a relayer does not send a request.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// It is none.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// It is for another chain.
    #[error("the request is for chain {asked}, this relayer is on chain {here}")]
    OtherChain {
        /// The request's.
        asked: u64,
        /// The relayer's.
        here: u64,
    },
    /// It is for another deployment.
    #[error("the request calls {to}, which is not this deployment's {contract}")]
    OtherContract {
        /// The address called.
        to: Address,
        /// Which contract it should be.
        contract: &'static str,
    },
    /// Somebody else is named.
    #[error("the request names {named} as relayer; only that account can send it")]
    NotNamed {
        /// The relayer that it names.
        named: Address,
    },
    /// It earns too little.
    #[error("the request pays {offered} base units, this relayer asks for {least}")]
    FeeTooLow {
        /// What it pays.
        offered: U256,
        /// What the relayer asks for.
        least: U256,
    },
    /// It needs too large a bond.
    #[error("the request needs a bond of {asked} base units, this relayer puts up {most}")]
    BondTooHigh {
        /// What it needs.
        asked: u128,
        /// What the relayer puts up.
        most: u128,
    },
    /// The simulation fails, or the chain does not answer.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The transaction that held it with others failed.
    #[error(transparent)]
    Batch(Arc<ChainError>),
    /// The board left it out of a transaction that settled others.
    #[error(
        "transaction {transaction} settled others and left this one out, because something changed after \
         its simulation; send it again to learn what"
    )]
    Skipped {
        /// The transaction.
        transaction: B256,
    },
}

impl Relay {
    /// A relayer that sends from `account`.
    #[must_use]
    pub fn new(account: Account) -> Self {
        Self {
            account,
            conditions: Conditions::default(),
        }
    }

    /// The relayer, working for these conditions alone.
    #[must_use]
    pub fn with_conditions(mut self, conditions: Conditions) -> Self {
        self.conditions = conditions;
        self
    }

    /// For what it works.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        self.conditions
    }

    /// The account that sends and earns.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Checks a request and simulates it: what it earns, what it puts up, what it costs. Sends
    /// nothing.
    ///
    /// # Errors
    /// [`RelayError`]; with the contract's reason where the simulation fails.
    pub async fn inspect(&self, request: &Request) -> Result<Offer, RelayError> {
        let action = self.check(request)?;
        let bond = action.bond();
        let gas = if self.account.allowance().await? >= U256::from(bond) {
            let calldata = request.calldata.clone();
            Some(self.account.simulate(request.to, calldata).await?)
        } else {
            None
        };
        Ok(Offer {
            action: action.name(),
            fee: action.fee(),
            bond,
            gas,
        })
    }

    /// Checks, simulates and sends a request.
    ///
    /// # Errors
    /// [`RelayError`]; nothing is sent where the simulation fails.
    pub async fn send(&self, request: &Request) -> Result<Sent, RelayError> {
        let action = self.check(request)?;
        self.account.allow(action.bond()).await?;
        let sent = self
            .account
            .send_raw(request.to, request.calldata.clone())
            .await;
        match sent {
            Ok(receipt) => Ok(Sent::Mined(Box::new(receipt))),
            Err(error)
                if error
                    .refusal()
                    .is_some_and(|refusal| refusal.name == "AlreadyRegistered") =>
            {
                Ok(Sent::AlreadyRegistered)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn check(&self, request: &Request) -> Result<Action, RelayError> {
        let action = request.action()?;
        let chain = self.account.chain();
        if request.chain_id != chain.id() {
            return Err(RelayError::OtherChain {
                asked: request.chain_id,
                here: chain.id(),
            });
        }
        let (contract, address) = if action.is_of_ledger() {
            ("ledger", chain.ledger())
        } else {
            ("board", chain.board())
        };
        if request.to != address {
            return Err(RelayError::OtherContract {
                to: request.to,
                contract,
            });
        }
        if let Some(named) = action.relayer()
            && named != self.account.address()
        {
            return Err(RelayError::NotNamed { named });
        }
        let Conditions {
            least_fee,
            most_bond,
        } = self.conditions;
        if action.fee() < least_fee {
            return Err(RelayError::FeeTooLow {
                offered: action.fee(),
                least: least_fee,
            });
        }
        if action.bond() > most_bond {
            return Err(RelayError::BondTooHigh {
                asked: action.bond(),
                most: most_bond,
            });
        }
        Ok(action)
    }
}
