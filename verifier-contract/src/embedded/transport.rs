//! The seam to alloy: a [`tower::Service`] that answers requests from memory.

use super::rpc::{Node, Params};
use alloy::{
    rpc::json_rpc::{RequestPacket, Response, ResponsePacket, ResponsePayload, SerializedRequest},
    transports::{TransportError, TransportFut},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

/// Clones share one chain.
#[derive(Clone, Debug)]
pub(super) struct EmbeddedTransport {
    node: Arc<Mutex<Node>>,
}

impl EmbeddedTransport {
    pub(super) fn new(node: Node) -> Self {
        Self {
            node: Arc::new(Mutex::new(node)),
        }
    }

    fn respond(&self, request: &SerializedRequest) -> Response {
        let answer = Params::new(request.params()).and_then(|params| {
            // A panic inside a request would be a bug there; the state is only
            // replaced as a whole, so later requests still see a sound chain.
            let mut node = self.node.lock().unwrap_or_else(PoisonError::into_inner);
            node.handle(request.method(), params)
        });
        let payload = match answer {
            Ok(result) => ResponsePayload::Success(result),
            Err(error) => ResponsePayload::Failure(error.into_payload()),
        };
        Response {
            id: request.id().clone(),
            payload,
        }
    }
}

impl tower::Service<RequestPacket> for EmbeddedTransport {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, packet: RequestPacket) -> Self::Future {
        let transport = self.clone();
        Box::pin(async move {
            Ok(match packet {
                RequestPacket::Single(request) => {
                    ResponsePacket::Single(transport.respond(&request))
                }
                RequestPacket::Batch(requests) => ResponsePacket::Batch(
                    requests
                        .iter()
                        .map(|request| transport.respond(request))
                        .collect(),
                ),
            })
        })
    }
}
