//! The arbiter: rules on disputes.

use crate::{
    chain::{Account, ChainError},
    log::Job,
};
use alloy::{primitives::U256, rpc::types::TransactionReceipt};
use repute_contracts::bindings::JobBoard;

/// An arbiter, acting from its account.
#[derive(Clone, Debug)]
pub struct Arbiter {
    account: Account,
}

impl Arbiter {
    /// An arbiter that acts from `account`.
    #[must_use]
    pub fn new(account: Account) -> Self {
        Self { account }
    }

    /// The arbiter's account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Rules for the agent, who can settle then, or against it, which refunds the client; earns the
    /// arbiter fee.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn rule(&self, job: &Job, for_agent: bool) -> Result<TransactionReceipt, ChainError> {
        let call = JobBoard::ruleCall {
            postId: U256::from(job.post_id),
            posted: job.abi.clone(),
            forProvider: for_agent,
        };
        self.account.send(self.account.chain().board(), &call).await
    }
}
