//! Timeouts, and the wall clock.

use futures::future::{Either, select};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use spin_sdk::wasip3::clocks::system_clock;
use std::future::Future;
use std::pin::pin;

const NS_PER_MS: u64 = 1_000_000;

/// The wall clock in seconds since 1970-01-01T00:00:00Z; 0 for an earlier time.
pub fn unix_s() -> u64 {
    u64::try_from(system_clock::now().seconds).unwrap_or(0)
}

/// The wall clock in milliseconds since 1970-01-01T00:00:00Z; 0 for an earlier time.
pub fn unix_ms() -> u64 {
    let now = system_clock::now();
    let seconds = u64::try_from(now.seconds).unwrap_or(0);
    seconds.saturating_mul(1_000).saturating_add(u64::from(now.nanoseconds) / NS_PER_MS)
}

/// The result of `work`, unless it takes longer than `limit_ms`; then it is dropped.
///
/// The clock is only read if `work` has to wait.
pub async fn within<T>(limit_ms: u64, work: impl Future<Output = T>) -> Option<T> {
    let work = pin!(work);
    let limit = pin!(async { wait_for(limit_ms.saturating_mul(NS_PER_MS)).await });
    match select(work, limit).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
