//! Waiting for what must come.

use std::time::{Duration, Instant};

/// How long anything may take that a working gateway does at once, on two cores that compile something else as well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);

/// Waits until `condition` gives something.
///
/// # Panics
///
/// Saying `what` was waited for, when it has not come within [`PATIENCE`].
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
