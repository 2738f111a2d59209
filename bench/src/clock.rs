//! One monotonic clock for the load generator and the upstream: both are threads of this process, so that the time a
//! chunk was sent and the time it was received can be subtracted.

use std::sync::OnceLock;
use std::time::Instant;

static START: OnceLock<Instant> = OnceLock::new();

/// Nanoseconds since the clock was first asked.
pub fn now_ns() -> u64 {
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}
