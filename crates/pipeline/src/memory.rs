//! A bound on the memory that the requests of one instance use together.
//!
//! Up to 16 requests share an instance and its memory, and a failed allocation ends all of them. The buffered bodies are
//! therefore counted, and a request that would exceed the budget is refused and may be retried.

use postern_fault::{Fault, Kind};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The bytes of all buffered bodies, as read; translation uses up to three times as much for a moment. With this budget an
/// instance stays below the 1 GiB that hosts allow a memory.
const BUDGET_BYTES: usize = 256 * 1024 * 1024;

/// The bytes that all requests of this instance hold.
static HELD_BYTES: AtomicUsize = AtomicUsize::new(0);

/// What one body holds, until it is dropped.
#[derive(Debug, Default)]
pub struct MemoryPermit(usize);

impl MemoryPermit {
    /// Extends the permit to `bytes` in total.
    ///
    /// # Errors
    ///
    /// `unavailable` (retryable) if the budget has too little left.
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

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        HELD_BYTES.fetch_sub(self.0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_goes_over_the_budget_and_gives_back_what_is_dropped() {
        let mut first = MemoryPermit::default();
        first.grow_to(BUDGET_BYTES - 10).unwrap();
        first.grow_to(BUDGET_BYTES - 10).unwrap();
        let mut second = MemoryPermit::default();
        second.grow_to(10).unwrap();
        assert_eq!(second.grow_to(11).unwrap_err().kind, Kind::Unavailable);
        drop(second);
        drop(first);
        assert_eq!(HELD_BYTES.load(Ordering::Relaxed), 0);
    }
}
