//! The one provider type over every chain: JSON-RPC over HTTP or a web socket, and the embedded chain.

mod endpoint;
mod patience;

pub use endpoint::{Endpoint, EndpointError, NoSocket};
pub use patience::{NoAnswer, Patience, is_rate_limit};

use alloy::{
    network::EthereumWallet,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::client::RpcClient,
};
use std::time::Duration;

/// How often a provider on this machine is asked for a receipt.
pub const LOCAL_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// Puts repute's provider stack over a client: gas and fees, chain id, and the
/// nonce are filled in, and transactions signed by the wallet if there is one.
///
/// Nonces are asked from the chain for each transaction instead of being
/// counted here: a refused transaction then leaves no gap, and several
/// providers may send for one account, though not at the same moment.
#[must_use]
pub fn connect(client: RpcClient, wallet: Option<EthereumWallet>) -> DynProvider {
    let builder = ProviderBuilder::new()
        .disable_recommended_fillers()
        .with_gas_estimation()
        .with_simple_nonce_management()
        .fetch_chain_id();
    match wallet {
        Some(wallet) => builder.wallet(wallet).connect_client(client).erased(),
        None => builder.connect_client(client).erased(),
    }
}

/// [`connect`] to the node at an address.
///
/// # Errors
/// As [`http_client`].
pub fn connect_http(
    url: &str,
    wallet: Option<EthereumWallet>,
) -> Result<DynProvider, EndpointError> {
    Ok(connect(http_client(url)?, wallet))
}

/// A client for the node at an address, over HTTP or where the address says so over a web socket, with
/// the default [`Patience`]. Nothing is sent before the first request.
///
/// # Errors
/// [`EndpointError`].
pub fn http_client(url: &str) -> Result<RpcClient, EndpointError> {
    url.parse::<Endpoint>()?.client()
}
