//! A bound on what the requests of one instance hold together.
//!
//! Up to 16 requests share an instance and its memory, and an allocation that fails takes all of them: so the whole bodies
//! that they hold are counted, and a request that would go over is told to come back.

use postern_fault::{Fault, Kind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whole bodies, in bytes, as read; translation holds up to three times as much for a moment. With it an instance stays
/// below the 1 GiB that hosts give a memory.
const BUDGET_BYTES: usize = 256 * 1024 * 1024;

/// What all requests of this instance hold.
static HELD_BYTES: AtomicUsize = AtomicUsize::new(0);

/// What one body holds, until it is dropped.
#[derive(Debug, Default)]
pub struct Held(usize);

impl Held {
    /// Hold `bytes` altogether.
    ///
    /// # Errors
    ///
    /// `unavailable`, to be retried, when that is more than is left.
    pub fn grow_to(&mut self, bytes: usize) -> Result<(), Fault> {
        let more = bytes.saturating_sub(self.0);
        let before = HELD_BYTES.fetch_add(more, Ordering::Relaxed);
        self.0 = self.0.saturating_add(more);
        if before.saturating_add(more) <= BUDGET_BYTES {
            return Ok(());
        }
        let fault = Fault::new(Kind::Unavailable, "the gateway holds too many large bodies; retry")
            .with_code("overloaded")
            .with_private(format!("{before} bytes held, {more} more asked for"));
        Err(Fault { retry_after_ms: Some(1_000), ..fault })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        HELD_BYTES.fetch_sub(self.0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_goes_over_the_budget_and_gives_back_what_is_dropped() {
        let mut first = Held::default();
        first.grow_to(BUDGET_BYTES - 10).unwrap();
        first.grow_to(BUDGET_BYTES - 10).unwrap();
        let mut second = Held::default();
        second.grow_to(10).unwrap();
        assert_eq!(second.grow_to(11).unwrap_err().kind, Kind::Unavailable);
        drop(second);
        drop(first);
        assert_eq!(HELD_BYTES.load(Ordering::Relaxed), 0);
    }
}
