//! The embedded chain's JSON-RPC surface, method by method and refusal by refusal.

mod accounts;
mod blocks;
mod calls;
mod clock;
mod logs;
mod refusals;

use crate::contracts::wallet;
use alloy::{
    network::TransactionBuilder,
    primitives::Address,
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    transports::{RpcError, TransportError},
};
use repute_contracts::EmbeddedChain;
use serde_json::Value;

fn chain() -> DynProvider {
    EmbeddedChain::default().provider_with(wallet())
}

async fn request(provider: &DynProvider, method: &str, params: Value) -> Value {
    raw(provider, method, params)
        .await
        .expect("the method answers")
}

async fn raw(provider: &DynProvider, method: &str, params: Value) -> Result<Value, TransportError> {
    provider.raw_request(method.to_owned().into(), params).await
}

/// The code and message with which a request fails.
async fn refusal(provider: &DynProvider, method: &str, params: Value) -> (i64, String) {
    code_and_message(
        raw(provider, method, params)
            .await
            .expect_err("the request is refused"),
    )
}

fn code_and_message(error: TransportError) -> (i64, String) {
    match error {
        RpcError::ErrorResp(payload) => (payload.code, payload.message.into_owned()),
        other => panic!("not the chain's answer: {other}"),
    }
}

fn to(address: Address) -> TransactionRequest {
    TransactionRequest::default().with_to(address)
}
