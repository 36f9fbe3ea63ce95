//! CPU time, wall time and peak memory of a piece of work.

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Cost {
    /// CPU time of all threads, and on Linux of child processes that ended, in milliseconds.
    pub cpu_ms: f64,
    /// Wall time, in milliseconds.
    pub wall_ms: f64,
    /// The process's largest resident memory during the work, keys included, in MiB;
    /// where the system tells.
    pub peak_mib: Option<f64>,
}

/// Runs the work and measures it.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let resettable = reset_peak();
    let (cpu, wall) = (cpu_time(), Instant::now());
    let result = work();
    let cost = Cost {
        cpu_ms: milliseconds(cpu_time() - cpu),
        wall_ms: milliseconds(wall.elapsed()),
        peak_mib: if resettable { peak_of("self") } else { None },
    };
    (result, cost)
}

/// Runs work on a runtime of several threads and measures it.
///
/// # Panics
/// Outside of such a runtime.
pub fn measure_async<T>(work: impl Future<Output = T>) -> (T, Cost) {
    let handle = tokio::runtime::Handle::current();
    measure(|| tokio::task::block_in_place(|| handle.block_on(work)))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// CPU time this process and its children have used.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let own = Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    );
    own + children().unwrap_or_default()
}

/// CPU time of ended children, as Linux tells it: fields 16 and 17 of `/proc/self/stat`, in ticks
/// of a hundredth of a second.
fn children() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field, the name in parentheses, may contain spaces.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(13).map(str::parse::<u64>);
    let ticks = times.next()?.ok()? + times.next()?.ok()?;
    Some(Duration::from_millis(10 * ticks))
}

/// Sets Linux's high-water mark of resident memory back to the present use.
fn reset_peak() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The high-water mark of a process's resident memory, in MiB, where the system tells it.
pub(crate) fn peak_of(process: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024.0)
}
