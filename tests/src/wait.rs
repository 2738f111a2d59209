//! Waits for a condition.

use std::time::{Duration, Instant};

/// The limit for anything that a working gateway does at once, on two busy cores.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// The interval of checks.
const LOOK: Duration = Duration::from_millis(10);

/// Waits until `condition` has a value.
///
/// # Panics
///
/// With `what` was expected, if it has not come within [`PATIENCE`].
pub async fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        tokio::time::sleep(LOOK).await;
    }
}
