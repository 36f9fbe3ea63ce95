//! A local chain's clock, moved through the `evm_*` methods: the same on anvil and embedded.

use alloy::{
    eips::BlockNumberOrTag,
    providers::Provider,
    transports::{RpcError, TransportErrorKind, TransportResult},
};

/// The head's timestamp in unix seconds. Contract calls at `latest` see this time.
///
/// # Errors
/// When the request fails.
pub async fn now(provider: &impl Provider) -> TransportResult<u64> {
    match provider
        .get_block_by_number(BlockNumberOrTag::Latest)
        .await?
    {
        Some(block) => Ok(block.header.timestamp),
        None => Err(RpcError::NullResp),
    }
}

/// Fixes the timestamp of the next block, which the next transaction mines.
///
/// # Errors
/// When `timestamp` is before the head's, or the chain is not a local one.
pub async fn set_next(provider: &impl Provider, timestamp: u64) -> TransportResult<()> {
    let _: serde_json::Value = provider
        .raw_request("evm_setNextBlockTimestamp".into(), (timestamp,))
        .await?;
    Ok(())
}

/// Mines an empty block at `timestamp`, so that `latest` is at that time.
///
/// # Errors
/// When `timestamp` is before the head's, or the chain is not a local one.
pub async fn jump_to(provider: &impl Provider, timestamp: u64) -> TransportResult<()> {
    set_next(provider, timestamp).await?;
    let _: serde_json::Value = provider.raw_request("evm_mine".into(), ()).await?;
    Ok(())
}

/// Mines an empty block `seconds` after the head and returns its timestamp.
///
/// # Errors
/// When the sum leaves 64 bits, or the chain is not a local one.
pub async fn advance(provider: &impl Provider, seconds: u64) -> TransportResult<u64> {
    let timestamp = now(provider).await?.checked_add(seconds).ok_or_else(|| {
        TransportErrorKind::custom_str("the time to advance to does not fit 64 bits")
    })?;
    jump_to(provider, timestamp).await?;
    Ok(timestamp)
}
