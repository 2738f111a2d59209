//! What may happen ten thousand times a second is logged once, and then with its count.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often a storm that goes on is spoken of.
const PERIOD: Duration = Duration::from_secs(10);

/// One thing that may happen often.
#[derive(Clone)]
pub struct RepeatedWarning(Arc<Inner>);

struct Inner {
    what: String,
    more: AtomicU64,
    raging: AtomicBool,
}

impl RepeatedWarning {
    /// What happens, as a clause.
    pub fn new(what: impl Into<String>) -> Self {
        let (more, raging) = (AtomicU64::new(0), AtomicBool::new(false));
        Self(Arc::new(Inner { what: what.into(), more, raging }))
    }

    /// It has happened: the first time is a line at once, others are counted.
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
    /// Says how often it has happened since, until a period is quiet.
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
