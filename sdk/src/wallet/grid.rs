//! The shared ten-minute grid of proof times, so that times do not tell agents apart.

/// Seconds between the grid's times.
pub const GRID: u64 = 600;
/// How old a proof's time may be when the transaction is mined, seconds.
pub const MAX_AGE: u64 = 3_600;

/// The times a proof made at `now` may carry, the best first: the grid's last one, if the record did
/// not change since, then `now` itself.
#[must_use]
pub fn proof_times(now: u64, last_at: u64) -> Vec<u64> {
    let floored = now - now % GRID;
    let mut times = Vec::new();
    if floored >= last_at {
        times.push(floored);
    }
    if floored != now {
        times.push(now);
    }
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_lie_on_the_grid_where_the_record_allows() {
        assert_eq!(proof_times(1_234, 0), [1_200, 1_234]);
        assert_eq!(proof_times(1_234, 1_200), [1_200, 1_234]);
        assert_eq!(proof_times(1_234, 1_201), [1_234]);
        assert_eq!(proof_times(1_200, 1_200), [1_200]);
        const { assert!(GRID < MAX_AGE) };
    }
}
