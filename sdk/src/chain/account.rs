//! Accounts that sign and pay for transactions.

use super::{Chain, ChainError};
use crate::refusal::Refusal;
use alloy::{
    network::EthereumWallet,
    primitives::{Address, Bytes, U256},
    providers::{DynProvider, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use repute_contracts::{bindings::Erc20, provider::connect};
use std::time::Duration;

/// EIP-7825: no transaction may use more gas.
const GAS_CAP: u64 = 1 << 24;
/// Gas on top of the estimate. Before a transaction is mined others may grow the tree, and an
/// insertion then hashes up to 26 levels at about 13,000 gas each.
const GAS_MARGIN: u64 = 500_000;
/// How long to wait for a receipt.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(120);

impl Chain {
    /// An account that signs and pays for transactions on this chain.
    #[must_use]
    pub fn account(&self, signer: PrivateKeySigner) -> Account {
        let provider = connect(
            self.0.client.clone(),
            Some(EthereumWallet::from(signer.clone())),
        );
        Account {
            chain: self.clone(),
            provider,
            signer,
        }
    }
}

/// Somebody who signs and pays for transactions: a client, an arbiter, a relayer.
#[derive(Clone, Debug)]
pub struct Account {
    chain: Chain,
    provider: DynProvider,
    signer: PrivateKeySigner,
}

impl Account {
    /// The account's address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// The chain on which it acts.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The account's key, for signatures off chain.
    pub(crate) fn signer(&self) -> &PrivateKeySigner {
        &self.signer
    }

    /// Simulates a call, then sends it and waits until it is mined.
    ///
    /// # Errors
    /// [`ChainError::Refused`] where the simulation fails: nothing was sent then.
    pub async fn send<C: SolCall>(
        &self,
        to: Address,
        call: &C,
    ) -> Result<TransactionReceipt, ChainError> {
        self.send_raw(to, Bytes::from(call.abi_encode())).await
    }

    /// [`Account::send`] with calldata.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn send_raw(
        &self,
        to: Address,
        calldata: Bytes,
    ) -> Result<TransactionReceipt, ChainError> {
        let request = TransactionRequest::default()
            .from(self.address())
            .to(to)
            .input(calldata.into());
        let estimate = self.provider.estimate_gas(request.clone()).await?;
        if estimate > GAS_CAP {
            return Err(ChainError::TooMuchGas { estimate });
        }
        let limit = (estimate + GAS_MARGIN).min(GAS_CAP);
        let pending = self
            .provider
            .send_transaction(request.clone().gas_limit(limit))
            .await?;
        let hash = *pending.tx_hash();
        let receipt = pending
            .with_timeout(Some(RECEIPT_TIMEOUT))
            .get_receipt()
            .await
            .map_err(|error| ChainError::Unmined {
                hash,
                reason: error.to_string(),
            })?;
        if receipt.status() {
            return Ok(receipt);
        }
        let reason = match self.provider.call(request).await.map_err(ChainError::from) {
            Err(ChainError::Refused(refusal)) => refusal,
            _ => Refusal::decode(Bytes::new()),
        };
        Err(ChainError::Reverted { hash, reason })
    }

    /// Tells what sending a call would do, without sending it.
    ///
    /// # Errors
    /// [`ChainError::Refused`] with the contract's reason.
    pub async fn simulate(&self, to: Address, calldata: Bytes) -> Result<u64, ChainError> {
        let request = TransactionRequest::default()
            .from(self.address())
            .to(to)
            .input(calldata.into());
        Ok(self.provider.estimate_gas(request).await?)
    }

    /// How many base units the board may take from this account.
    ///
    /// # Errors
    /// When the node does not answer.
    pub async fn allowance(&self) -> Result<U256, ChainError> {
        let chain = &self.chain;
        let call = Erc20::allowanceCall {
            owner: self.address(),
            spender: chain.board(),
        };
        chain.call(chain.manifest().token.address, &call).await
    }

    /// Lets the board take exactly `amount` base units, if it may not take that much already.
    ///
    /// # Errors
    /// As [`Account::send`].
    pub async fn allow(&self, amount: u128) -> Result<Option<TransactionReceipt>, ChainError> {
        let amount = U256::from(amount);
        if self.allowance().await? >= amount {
            return Ok(None);
        }
        let approve = Erc20::approveCall {
            spender: self.chain.board(),
            value: amount,
        };
        let token = self.chain.manifest().token.address;
        self.send(token, &approve).await.map(Some)
    }
}
