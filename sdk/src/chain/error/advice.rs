//! What to do where a node does not answer as a node should.

use alloy::transports::{TransportError, TransportErrorKind};
use repute_contracts::provider::{NoAnswer, NoSocket, is_rate_limit};

/// What to do next.
pub(super) fn advice(error: &TransportError) -> &'static str {
    const LATER: &str = "the node is asked too often: try again in a minute, or use another node";
    const SILENT: &str =
        "the node takes requests and does not answer: try again, or use another node";
    const NO_NODE: &str = "what answers there is no JSON-RPC node: check the RPC address";
    match error {
        TransportError::ErrorResp(payload) if is_rate_limit(payload) => LATER,
        TransportError::ErrorResp(_) => "the node refuses this request: use another node",
        TransportError::NullResp => {
            "the node lacks what it should have: wait until it has caught up, or use another node"
        }
        TransportError::DeserError { .. } => NO_NODE,
        TransportError::Transport(kind) => match kind.as_http_error().map(|http| http.status) {
            Some(429) => LATER,
            Some(401 | 403) => "the node wants a key: check that the RPC address has it",
            Some(500..) => "the node is in trouble: try again later, or use another node",
            Some(_) => NO_NODE,
            None => match kind.as_custom() {
                Some(cause) if cause.is::<NoAnswer>() => SILENT,
                Some(cause) if cause.is::<NoSocket>() => {
                    "check the RPC address and that the node takes web sockets, or use http"
                }
                _ if matches!(kind, TransportErrorKind::MissingBatchResponse(_)) => NO_NODE,
                _ => "check the RPC address and that the node runs",
            },
        },
        _ => "check the RPC address and that the node runs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::rpc::json_rpc::ErrorPayload;
    use std::time::Duration;

    #[test]
    fn each_failure_has_its_advice() {
        let payload = |code, message: &'static str| {
            TransportError::ErrorResp(ErrorPayload {
                code,
                message: message.into(),
                data: None,
            })
        };
        let http = |status| TransportErrorKind::http_error(status, String::new());
        let garbage = serde_json::from_str::<u64>("<html>").expect_err("no JSON");
        let cases = [
            (
                payload(-32005, "project rate limit exceeded"),
                "in a minute",
            ),
            (payload(-32000, "header not found"), "use another node"),
            (http(429), "in a minute"),
            (http(401), "a key"),
            (http(404), "no JSON-RPC node"),
            (http(502), "later"),
            (
                TransportError::deser_err(garbage, "<html>"),
                "no JSON-RPC node",
            ),
            (TransportError::NullResp, "caught up"),
            (
                TransportErrorKind::custom(NoAnswer(Duration::from_secs(1))),
                "does not answer",
            ),
            (
                TransportErrorKind::custom_str("refused"),
                "that the node runs",
            ),
        ];
        for (error, expected) in cases {
            assert!(advice(&error).contains(expected), "{error}");
        }
    }
}
