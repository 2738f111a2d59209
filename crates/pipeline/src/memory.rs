//! The right of bodies to hold memory of the instance.

use crate::in_flight::{InFlight, as_count, no_memory};
use postern_fault::Fault;
use postern_policy::Overload;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What bodies and answers of one request hold of the instance's memory, until it is dropped.
#[derive(Debug)]
pub struct MemoryPermit {
    counter: &'static AtomicUsize,
    overload: Overload,
    bytes: usize,
}

impl MemoryPermit {
    /// A permit for nothing yet.
    pub fn new(in_flight: &'static InFlight, overload: Overload) -> Self {
        MemoryPermit { counter: &in_flight.bytes, overload, bytes: 0 }
    }

    /// A permit of an instance that holds nothing else.
    #[cfg(test)]
    pub fn alone() -> Self {
        let counter = Box::leak(Box::default());
        MemoryPermit { counter, overload: Overload::default(), bytes: 0 }
    }

    /// Extends the permit to `bytes` in total.
    ///
    /// # Errors
    ///
    /// `gateway_overloaded` if the instance has too little left.
    pub fn grow_to(&mut self, bytes: usize) -> Result<(), Fault> {
        let more = bytes.saturating_sub(self.bytes);
        let before = self.counter.fetch_add(more, Ordering::Relaxed);
        self.bytes = self.bytes.saturating_add(more);
        if before.saturating_add(more) <= as_count(self.overload.max_held_bytes) {
            return Ok(());
        }
        Err(no_memory(self.overload, before, more))
    }

    /// What was held has left.
    pub fn clear(&mut self) {
        self.counter.fetch_sub(std::mem::take(&mut self.bytes), Ordering::Relaxed);
    }
}

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::in_flight::GATEWAY_OVERLOADED;
    use postern_fault::Blame;

    fn counter() -> &'static AtomicUsize {
        Box::leak(Box::default())
    }

    #[test]
    fn refuses_what_goes_over_the_budget_and_gives_back_what_is_dropped() {
        let counter = counter();
        let overload = Overload { max_held_bytes: 100, retry_after_ms: 7, ..Overload::default() };
        let permit = || MemoryPermit { counter, overload, bytes: 0 };
        let mut first = permit();
        first.grow_to(90).unwrap();
        first.grow_to(90).unwrap();
        let mut second = permit();
        second.grow_to(10).unwrap();
        let fault = second.grow_to(11).unwrap_err();
        assert_eq!(fault.code.as_deref(), Some(GATEWAY_OVERLOADED));
        assert_eq!((fault.retry_after_ms, fault.blame), (Some(7), Blame::Gateway));
        second.clear();
        second.grow_to(10).unwrap();
        drop((first, second));
        assert_eq!(counter.load(Ordering::Relaxed), 0);
    }
}
