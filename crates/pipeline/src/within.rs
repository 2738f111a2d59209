//! Timeouts.

use crate::stages::Platform;
use futures::future::{Either, select};
use std::future::Future;
use std::pin::pin;

/// The result of `work`, unless it takes longer than `limit_ms`; then it is dropped.
///
/// The clock is only read if `work` has to wait.
pub async fn within<T>(
    platform: &impl Platform,
    limit_ms: u64,
    work: impl Future<Output = T>,
) -> Option<T> {
    let work = pin!(work);
    let limit = pin!(async { platform.sleep(limit_ms).await });
    match select(work, limit).await {
        Either::Left((output, _)) => Some(output),
        Either::Right(_) => None,
    }
}
