//! CPU time, wall time and peak memory of a piece of work.

use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::time::{Duration, Instant};

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Cost {
    /// CPU time of all threads, in milliseconds.
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
        peak_mib: if resettable { peak() } else { None },
    };
    (result, cost)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// CPU time this process has used.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        time.tv_nsec.unsigned_abs() as u32,
    )
}

/// Sets Linux's high-water mark of resident memory back to the present use.
fn reset_peak() -> bool {
    std::fs::write("/proc/self/clear_refs", "5").is_ok()
}

fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024.0)
}
