//! The one provider type over every chain: JSON-RPC over HTTP and the embedded chain.

use alloy::{
    network::EthereumWallet,
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::client::RpcClient,
    transports::http::reqwest,
};
use std::time::Duration;

/// How often a provider on this machine is asked for a receipt.
pub const LOCAL_POLL_INTERVAL: Duration = Duration::from_millis(10);

/// How long a connection to a node may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a node may take to answer; reading the whole log is the longest request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(120);

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
/// As [`http_client`].
pub fn connect_http(url: &str, wallet: Option<EthereumWallet>) -> Result<DynProvider, HttpError> {
    Ok(connect(http_client(url)?, wallet))
}

/// A client over HTTP or HTTPS with the time limits that reading a whole log needs. Nothing is sent
/// before the first request.
///
/// # Errors
/// When `url` is not a valid `http` or `https` address.
pub fn http_client(url: &str) -> Result<RpcClient, HttpError> {
    let invalid = |reason: String| HttpError::Url {
        url: url.to_owned(),
        reason,
    };
    let parsed: reqwest::Url = url.parse().map_err(|error| invalid(format!("{error}")))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(invalid(format!("its scheme is {}", parsed.scheme())));
    }
    let http = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(REQUEST_TIMEOUT)
        .build()
        .map_err(|error| HttpError::Client(error.to_string()))?;
    let client = RpcClient::new_http_with_client(http, parsed);
    if client.is_local() {
        client.set_poll_interval(LOCAL_POLL_INTERVAL);
    }
    Ok(client)
}

/// Why there is no HTTP provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// An address that no JSON-RPC client can use.
    #[error("{url:?} is not an RPC address ({reason}): give one like http://127.0.0.1:8545")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The HTTP client can't start on this machine.
    #[error("the HTTP client can't start: {0}; check the system's TLS certificates")]
    Client(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_addresses_are_taken() {
        for url in [
            "",
            "localhost:8545",
            "127.0.0.1",
            "ws://127.0.0.1:8545",
            "http://",
        ] {
            let error = connect_http(url, None).expect_err("not an HTTP address");
            assert!(
                error.to_string().contains("http://127.0.0.1:8545"),
                "{url}: {error}"
            );
        }
        for url in ["http://127.0.0.1:8545", "https://node.example/key"] {
            connect_http(url, None).expect("an HTTP address");
        }
    }

    #[tokio::test]
    async fn a_node_that_is_not_there_is_an_error() {
        // Port 9 (discard) has no listener on a development machine.
        let provider = connect_http("http://127.0.0.1:9", None).expect("an HTTP address");
        provider.get_chain_id().await.expect_err("nobody answers");
    }
}
