//! A node's address, and a client for what is there.

use super::{
    LOCAL_POLL_INTERVAL, NoAnswer,
    patience::{Patience, PatienceLayer},
};
use alloy::{
    pubsub::{PubSubConnect, PubSubFrontend},
    rpc::{
        client::{ClientBuilder, RpcClient, WsConnect},
        json_rpc::{RequestPacket, ResponsePacket},
    },
    transports::{
        TransportError, TransportErrorKind, TransportFut,
        http::reqwest::{self, Url},
    },
};
use std::{
    fmt,
    str::FromStr,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::sync::OnceCell;
use tower::Service;

/// How long a connection to a node may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The address of a node's JSON-RPC: `http`, `https`, `ws` or `wss`.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    url: Url,
    patience: Patience,
}

impl fmt::Debug for Endpoint {
    /// As it is displayed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Endpoint {
    /// Scheme, host and port alone: what follows is often a key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "{}://{host}", self.url.scheme())?;
        match self.url.port() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// An address that no JSON-RPC client can use.
    #[error("this is not an RPC address ({0}): give one like http://127.0.0.1:8545")]
    Url(String),
    /// The HTTP client can't start on this machine.
    #[error("the HTTP client can't start: {0}; check the system's TLS certificates")]
    Client(String),
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let url: Url = text
            .parse()
            .map_err(|error| EndpointError::Url(format!("{error}")))?;
        match url.scheme() {
            "http" | "https" | "ws" | "wss" => Ok(Self {
                url,
                patience: Patience::default(),
            }),
            other => Err(EndpointError::Url(format!("its scheme is {other}"))),
        }
    }
}

impl Endpoint {
    /// The same address, asked with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// A client for the node. Nothing is sent and no web socket is opened before the first request;
    /// one that closes is opened again.
    ///
    /// # Errors
    /// [`EndpointError::Client`].
    pub fn client(&self) -> Result<RpcClient, EndpointError> {
        let builder = ClientBuilder::default().layer(PatienceLayer(self.patience));
        let client = if self.url.scheme().starts_with("ws") {
            builder.transport(Socket::at(self), self.is_local())
        } else {
            let http = reqwest::Client::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .build()
                .map_err(|error| EndpointError::Client(error.to_string()))?;
            builder.http_with_client(http, self.url.clone())
        };
        if client.is_local() {
            client.set_poll_interval(LOCAL_POLL_INTERVAL);
        }
        Ok(client)
    }

    fn is_local(&self) -> bool {
        matches!(
            self.url.host_str(),
            Some("localhost" | "127.0.0.1" | "[::1]")
        )
    }
}

/// No web socket opens.
#[derive(Debug, thiserror::Error)]
#[error("{endpoint} does not open a web socket: {reason}")]
pub struct NoSocket {
    endpoint: Endpoint,
    #[source]
    reason: TransportError,
}

/// A web socket that is opened by its first request.
#[derive(Clone, Debug)]
struct Socket {
    endpoint: Endpoint,
    open: Arc<OnceCell<PubSubFrontend>>,
}

impl Socket {
    fn at(endpoint: &Endpoint) -> Self {
        Self {
            endpoint: endpoint.clone(),
            open: Arc::default(),
        }
    }

    async fn open(&self) -> Result<PubSubFrontend, TransportError> {
        let socket = WsConnect::new(self.endpoint.url.as_str());
        let opening = tokio::time::timeout(CONNECT_TIMEOUT, socket.into_service());
        let reason = match opening.await {
            Ok(Ok(frontend)) => return Ok(frontend),
            Ok(Err(reason)) => reason,
            Err(_) => TransportErrorKind::custom(NoAnswer(CONNECT_TIMEOUT)),
        };
        Err(TransportErrorKind::custom(NoSocket {
            endpoint: self.endpoint.clone(),
            reason,
        }))
    }
}

impl Service<RequestPacket> for Socket {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        // It is ready to be opened.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let socket = self.clone();
        Box::pin(async move {
            let open = socket.open.get_or_try_init(|| socket.open()).await?;
            open.clone().call(request).await
        })
    }
}
