//! The embedded chain's clock: it moves by blocks and `evm_*` calls, never by wall time.

use super::error::RpcError;

/// Seconds between a block and the next one when nothing else is asked.
pub const BLOCK_INTERVAL: u64 = 1;

/// What the next block's timestamp will be, relative to the head.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    /// An exact timestamp asked for the next block; wins over `ahead`.
    pub(super) exact: Option<u64>,
    /// Seconds added by `evm_increaseTime` since the last block.
    pub(super) ahead: u64,
    /// Sum of everything `evm_increaseTime` ever added, which that call returns.
    pub(super) increased: u64,
}

impl Clock {
    /// The timestamp of the block that follows a head of time `head`.
    pub(super) fn next(&self, head: u64) -> u64 {
        self.exact.unwrap_or_else(|| {
            head.saturating_add(BLOCK_INTERVAL)
                .saturating_add(self.ahead)
        })
    }

    /// Adds `seconds` to the next block's timestamp and returns the sum of all increases.
    ///
    /// # Errors
    /// When the sum leaves 64 bits.
    pub(super) fn increase(&mut self, head: u64, seconds: u64) -> Result<u64, RpcError> {
        let increased = self.increased.checked_add(seconds);
        let ahead = self.ahead.checked_add(seconds);
        match (increased, ahead) {
            (Some(increased), Some(ahead)) if head.checked_add(ahead).is_some() => {
                self.increased = increased;
                self.ahead = ahead;
                Ok(increased)
            }
            _ => Err(RpcError::invalid_params(format!(
                "{seconds} s is past the end of time"
            ))),
        }
    }

    /// Fixes the next block's timestamp; it may equal the head's but not lie before it.
    pub(super) fn set_next(&mut self, head: u64, timestamp: u64) -> Result<(), RpcError> {
        if timestamp < head {
            return Err(RpcError::invalid_params(format!(
                "timestamp {timestamp} is before the head's, {head}: time only moves forward"
            )));
        }
        self.exact = Some(timestamp);
        Ok(())
    }

    /// A block was mined: what was asked for it is spent.
    pub(super) fn tick(&mut self) {
        self.exact = None;
        self.ahead = 0;
    }
}
