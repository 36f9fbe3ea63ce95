//! An embedded chain and the little that the tests do with it.

use alloy::{
    network::{EthereumWallet, TransactionBuilder},
    primitives::{Address, Bytes},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
};
use repute_contracts::{EmbeddedChain, dev::dev_signers};

/// A provider of a new chain that signs for all development accounts.
pub fn provider() -> DynProvider {
    let mut signers = dev_signers().into_iter();
    let mut wallet = EthereumWallet::new(signers.next().expect("there are ten"));
    signers.for_each(|signer| wallet.register_signer(signer));
    EmbeddedChain::default().provider_with(wallet)
}

/// What a call of `to` with this calldata returns; `None` where it reverts.
pub async fn call(provider: &DynProvider, to: Address, data: Vec<u8>) -> Option<Bytes> {
    let request = TransactionRequest::default().with_to(to).with_input(data);
    provider.call(request).await.ok()
}
