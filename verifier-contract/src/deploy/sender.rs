//! Sends the deployment's transactions, one nonce after the other.

use super::{Contract, Creation, DeployError};
use crate::errors::ContractError;
use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, keccak256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
};

/// A deployer at its next nonce.
#[derive(Debug)]
pub(super) struct Sender<'a> {
    provider: &'a DynProvider,
    deployer: Address,
    nonce: u64,
    /// The block of the first deployment.
    first_block: Option<u64>,
}

impl<'a> Sender<'a> {
    pub(super) async fn new(
        provider: &'a DynProvider,
        deployer: Address,
    ) -> Result<Self, DeployError> {
        let nonce = provider.get_transaction_count(deployer).pending().await?;
        Ok(Self {
            provider,
            deployer,
            nonce,
            first_block: None,
        })
    }

    /// The chain that is deployed to.
    pub(super) const fn provider(&self) -> &'a DynProvider {
        self.provider
    }

    /// Where the deployment after `skip` others will be.
    pub(super) fn predict(&self, skip: u64) -> Address {
        self.deployer.create(self.nonce + skip)
    }

    /// The block of the first deployment; 0 before it.
    pub(super) fn first_block(&self) -> u64 {
        self.first_block.unwrap_or_default()
    }

    /// Deploys `code` with ABI-encoded constructor `arguments`.
    pub(super) async fn deploy(
        &mut self,
        what: &'static str,
        code: &Bytes,
        arguments: Vec<u8>,
    ) -> Result<Contract, DeployError> {
        let expected = self.predict(0);
        let request = TransactionRequest::default()
            .with_from(self.deployer)
            .with_nonce(self.nonce)
            .with_deploy_code([code.as_ref(), &arguments].concat());
        let pending = self
            .provider
            .send_transaction(request)
            .await
            .map_err(|source| {
                let own = ContractError::of_answer(&source).map(|error| error.to_string());
                let reason = own.unwrap_or_else(|| source.to_string());
                DeployError::Refused {
                    what,
                    reason,
                    source: Box::new(source),
                }
            })?;
        let receipt = pending
            .get_receipt()
            .await
            .map_err(|source| DeployError::NoReceipt {
                what,
                source: Box::new(source),
            })?;
        if !receipt.status() {
            return Err(DeployError::Reverted {
                what,
                transaction: receipt.transaction_hash,
            });
        }
        if receipt.contract_address != Some(expected) {
            return Err(DeployError::Moved {
                what,
                expected,
                found: receipt.contract_address,
            });
        }
        self.nonce += 1;
        self.first_block = self.first_block.or(receipt.block_number);
        let creation = Creation {
            arguments: arguments.into(),
            gas_used: receipt.gas_used,
        };
        Ok(Contract {
            creation: Some(creation),
            ..existing(self.provider, what, expected).await?
        })
    }
}

/// A contract that stands on the chain already.
pub(super) async fn existing(
    provider: &DynProvider,
    what: &'static str,
    address: Address,
) -> Result<Contract, DeployError> {
    let code = provider.get_code_at(address).await?;
    if code.is_empty() {
        return Err(DeployError::NoCode { what, address });
    }
    Ok(Contract {
        address,
        code_hash: keccak256(&code),
        creation: None,
    })
}
