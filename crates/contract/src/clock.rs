//! Bounds on waiting.

use futures::future::{Either, select};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use std::future::Future;
use std::pin::pin;

const NS_PER_MS: u64 = 1_000_000;

/// What `work` gives, unless it takes longer than `limit_ms`; then it is dropped, and with it whatever it was waiting for.
///
/// The clock is only asked if `work` has to wait at all.
pub async fn within<T>(limit_ms: u64, work: impl Future<Output = T>) -> Option<T> {
    let work = pin!(work);
    let limit = pin!(async { wait_for(limit_ms.saturating_mul(NS_PER_MS)).await });
    match select(work, limit).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
