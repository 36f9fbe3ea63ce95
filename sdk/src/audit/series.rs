//! How a deployment grew over time, for charts.

use alloy::primitives::U256;
use serde::{Deserialize, Serialize};

/// So many points at most are kept; then every second one goes.
const POINTS: usize = 512;

/// A moment of the deployment's history; counts are totals up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// The block.
    pub block: u64,
    /// Its time, unix seconds.
    pub time: u64,
    /// Agents registered.
    pub registrations: u64,
    /// Jobs posted.
    pub posts: u64,
    /// Jobs taken.
    pub takes: u64,
    /// Jobs completed.
    pub completed: u64,
    /// Budgets of completed jobs, base units.
    pub volume: U256,
    /// Gas used by all transactions.
    pub gas: u64,
    /// The most agents that could have made the newest spend; 0 before the first.
    pub anonymity: u64,
}

/// Moments, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Series {
    pub(super) now: Point,
    points: Vec<Point>,
    /// One of so many moments is kept.
    stride: usize,
    seen: usize,
}

impl Series {
    /// Notes the totals after a block.
    pub(super) fn note(&mut self, block: u64, time: u64) {
        (self.now.block, self.now.time) = (block, time);
        let stride = self.stride.max(1);
        if self.seen.is_multiple_of(stride) {
            self.points.push(self.now);
        }
        self.seen += 1;
        if self.points.len() >= POINTS {
            let mut keep = false;
            self.points.retain(|_| {
                keep = !keep;
                keep
            });
            self.stride = 2 * stride;
            // The next kept one is a stride after the last kept one.
            self.seen = self.points.len() * self.stride;
        }
    }

    /// The points, the newest totals last.
    pub(super) fn points(&self) -> Vec<Point> {
        let mut points = self.points.clone();
        if points.last() != Some(&self.now) && self.seen > 0 {
            points.push(self.now);
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_histories_are_thinned_and_end_now() {
        let mut series = Series::default();
        for block in 0..5_000 {
            series.now.takes = block;
            series.note(block, block);
        }
        let points = series.points();
        assert!(points.len() <= POINTS + 1, "{}", points.len());
        assert_eq!(points.first().map(|p| p.takes), Some(0));
        assert_eq!(points.last().map(|p| p.takes), Some(4_999));
        assert!(points.windows(2).all(|pair| pair[0].block < pair[1].block));
    }
}
