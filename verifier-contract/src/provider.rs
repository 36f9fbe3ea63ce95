//! The one provider type over every chain: JSON-RPC over HTTP and the embedded chain.

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

/// [`connect`] over HTTP or HTTPS. Nothing is sent before the first request.
///
/// # Errors
/// When `url` is not a valid `http` or `https` address.
pub fn connect_http(
    url: &str,
    wallet: Option<EthereumWallet>,
) -> Result<DynProvider, InvalidRpcUrl> {
    let invalid = |reason: String| InvalidRpcUrl {
        url: url.to_owned(),
        reason,
    };
    let parsed: alloy::transports::http::reqwest::Url =
        url.parse().map_err(|error| invalid(format!("{error}")))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(invalid(format!("the scheme is {}", parsed.scheme())));
    }
    let client = RpcClient::new_http(parsed);
    if client.is_local() {
        client.set_poll_interval(LOCAL_POLL_INTERVAL);
    }
    Ok(connect(client, wallet))
}

/// An address that no JSON-RPC client can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{url:?} is not an RPC address ({reason}): give one like http://127.0.0.1:8545")]
pub struct InvalidRpcUrl {
    /// What was given.
    pub url: String,
    /// What is wrong with it.
    pub reason: String,
}
