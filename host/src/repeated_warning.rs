//! A warning that may repeat ten thousand times a second: it is logged once, and then with its count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// The interval at which a continuing warning is logged.
const PERIOD: Duration = Duration::from_secs(10);

/// One warning.
#[derive(Clone)]
pub struct RepeatedWarning(Arc<Inner>);

struct Inner {
    what: String,
    more: AtomicU64,
    raging: AtomicBool,
}

impl RepeatedWarning {
    /// A warning with this text, a clause.
    pub fn new(what: impl Into<String>) -> Self {
        let (more, raging) = (AtomicU64::new(0), AtomicBool::new(false));
        Self(Arc::new(Inner { what: what.into(), more, raging }))
    }

    /// Counts one occurrence: the first is logged at once.
    pub fn note(&self) {
        if self.0.raging.swap(true, Ordering::Relaxed) {
            self.0.more.fetch_add(1, Ordering::Relaxed);
            return;
        }
        eprintln!("warning: {}", self.0.what);
        let inner = Arc::clone(&self.0);
        tokio::spawn(async move { inner.count().await });
    }
}

impl Inner {
    /// Logs the count of each period, until a period has none.
    async fn count(&self) {
        loop {
            tokio::time::sleep(PERIOD).await;
            match self.more.swap(0, Ordering::Relaxed) {
                0 => break self.raging.store(false, Ordering::Relaxed),
                more => {
                    eprintln!("warning: {} ({more} more in {} s)", self.what, PERIOD.as_secs());
                }
            }
        }
    }
}
