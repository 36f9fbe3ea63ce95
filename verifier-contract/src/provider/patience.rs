//! Requests that wait, are repeated, and give up: what stands between a client and any node.

use alloy::{
    rpc::json_rpc::{ErrorPayload, RequestPacket, ResponsePacket},
    transports::{TransportError, TransportErrorKind, TransportFut, http::reqwest},
};
use rand::Rng;
use std::{
    task::{Context, Poll},
    time::Duration,
};
use tower::{Layer, Service};

/// How long to wait for a node, and how often to ask it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long one answer may take; reading a part of the log is the longest request.
    pub answer: Duration,
    /// How often a request is sent at most.
    pub attempts: u32,
    /// About how long to wait before the second attempt; each further wait is twice as long.
    pub first_wait: Duration,
    /// The longest wait, also where the node asks for a longer one.
    pub longest_wait: Duration,
}

impl Default for Patience {
    /// A minute for an answer; six attempts, which take up to half a minute where the node limits the
    /// rate.
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(60),
            attempts: 6,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(10),
        }
    }
}

impl Patience {
    /// The wait after `attempt` attempts: a random part of twice as long as the last one ("full
    /// jitter"), so that clients that were refused together do not come back together. See
    /// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>.
    fn wait(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let doubled = self
            .first_wait
            .saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX));
        let most = doubled.min(self.longest_wait);
        let wait = most.mul_f64(rand::thread_rng().gen_range(0.0..1.0));
        wait.max(asked.unwrap_or_default()).min(self.longest_wait)
    }
}

/// No answer came in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no answer came within {} s", .0.as_secs())]
pub struct NoAnswer(pub Duration);

/// The layer that gives a transport [`Patience`].
#[derive(Clone, Copy, Debug)]
pub(super) struct PatienceLayer(pub(super) Patience);

impl<S> Layer<S> for PatienceLayer {
    type Service = Patient<S>;

    fn layer(&self, inner: S) -> Patient<S> {
        Patient {
            inner,
            patience: self.0,
        }
    }
}

/// A transport with [`Patience`].
#[derive(Clone, Debug)]
pub(super) struct Patient<S> {
    inner: S,
    patience: Patience,
}

impl<S> Service<RequestPacket> for Patient<S>
where
    S: Service<
            RequestPacket,
            Response = ResponsePacket,
            Error = TransportError,
            Future = TransportFut<'static>,
        > + Clone
        + Send
        + 'static,
{
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        // The one that is ready, as tower asks for; the clone gets ready for the next call.
        let next = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, next);
        let patience = self.patience;
        Box::pin(async move {
            let sends = sends(&request);
            let mut attempt = 1;
            loop {
                let answer = tokio::time::timeout(patience.answer, inner.call(request.clone()));
                let error = match answer.await {
                    Ok(Ok(response)) => match response.as_error() {
                        Some(payload) if is_rate_limit(payload) => {
                            TransportError::ErrorResp(payload.clone())
                        }
                        _ => return Ok(response),
                    },
                    Ok(Err(error)) => error,
                    Err(_) => TransportErrorKind::custom(NoAnswer(patience.answer)),
                };
                match again(&error, sends) {
                    Again::No => return Err(error),
                    Again::Once if attempt > 1 => return Err(error),
                    _ if attempt >= patience.attempts => return Err(error),
                    Again::Once => tokio::time::sleep(patience.wait(attempt, None)).await,
                    Again::After(asked) => {
                        tokio::time::sleep(patience.wait(attempt, asked)).await;
                    }
                }
                attempt += 1;
            }
        })
    }
}

/// Whether a request that failed is sent again.
enum Again {
    No,
    /// One more time: it may take as long as before.
    Once,
    /// After a wait, which the node may have asked for.
    After(Option<Duration>),
}

/// Whether the request may change something, so that it is not known whether it was done where the
/// answer is lost.
fn sends(request: &RequestPacket) -> bool {
    request
        .requests()
        .iter()
        .any(|request| request.method() == "eth_sendRawTransaction")
}

fn again(error: &TransportError, sends: bool) -> Again {
    let kind = match error {
        TransportError::ErrorResp(payload) if is_rate_limit(payload) => return Again::After(None),
        TransportError::Transport(kind) => kind,
        _ => return Again::No,
    };
    if let Some(http) = kind.as_http_error() {
        return match http.status {
            // Too many requests; unavailable: not done in any case.
            429 | 503 => Again::After(kind.retry_after()),
            // A gateway lost the node's answer.
            502 | 504 if !sends => Again::After(kind.retry_after()),
            _ => Again::No,
        };
    }
    let Some(cause) = kind.as_custom() else {
        return Again::No;
    };
    if cause.is::<NoAnswer>() {
        return if sends { Again::No } else { Again::Once };
    }
    match cause.downcast_ref::<reqwest::Error>() {
        // Somebody may just be starting; for long nobody should wait in vain.
        Some(http) if http.is_connect() => Again::Once,
        Some(http) if http.is_request() && !sends => Again::After(None),
        _ => Again::No,
    }
}

/// Whether a node refuses because it is asked too often. Some use the same code where one answer would
/// be too long, which does not pass by waiting.
pub fn is_rate_limit(payload: &ErrorPayload) -> bool {
    let too_long = ["result", "range", "size"]
        .iter()
        .any(|word| payload.message.contains(word));
    payload.is_retry_err() && !too_long
}
