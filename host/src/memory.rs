//! One bound on the memory that requests and answers use in this process.
//!
//! It counts request bodies and buffered answers of vendors, each with its copies, and the growth of instances'
//! memories. The budget is checked before anything is allocated: a guest whose `memory.grow` is denied would trap, and
//! end up to 16 requests. So guests are counted and never denied, and requests that would make them grow are refused
//! when they arrive.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::ResourceLimiter;

use crate::repeated_warning::RepeatedWarning;

/// The memory of a byte of a request until its answer begins: the host's copy, the gateway's, and those of the stages.
pub const BODY_FACTOR: usize = 4;
/// The memory of a byte of a vendor's buffered answer.
pub const ANSWER_FACTOR: usize = 4;

/// The default's maximum: enough for 250 requests of 1 MiB at once, and no strain for a laptop.
const MOST_BYTES: usize = 1024 * MIB;
const LEAST_BYTES: usize = 64 * MIB;
const MIB: usize = 1024 * 1024;

/// The budget of the process.
pub struct Budget {
    limit: usize,
    used: AtomicUsize,
    refused: RepeatedWarning,
}

impl Budget {
    /// A budget of this many bytes.
    pub fn new(limit: usize) -> Arc<Self> {
        let refused = RepeatedWarning::new(format!(
            "the memory budget of {} MiB (memory-budget-mib) is used up: requests with a body get 503",
            limit / MIB
        ));
        Arc::new(Self { limit, used: AtomicUsize::new(0), refused })
    }

    /// The configured budget, else a share of the available memory.
    pub fn of_mib(mib: Option<u64>) -> Arc<Self> {
        let set = mib.map(|mib| usize::try_from(mib).unwrap_or(usize::MAX).saturating_mul(MIB));
        Self::new(set.unwrap_or_else(|| (available() / 4).clamp(LEAST_BYTES, MOST_BYTES)))
    }

    /// The whole budget.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// A permit for this many bytes; none if there is no room, and the request should be retried.
    pub fn reserve(self: &Arc<Self>, bytes: usize) -> Option<Permit> {
        let permit = Permit { budget: Arc::clone(self), bytes: AtomicUsize::new(0) };
        permit.grow(bytes).then_some(permit)
    }

    fn try_add(&self, bytes: usize) -> bool {
        let add = |used: usize| used.checked_add(bytes).filter(|used| *used <= self.limit);
        let added = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add).is_ok();
        if !added {
            self.refused.note();
        }
        added
    }

    fn release(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// A part of the budget, until it is dropped.
pub struct Permit {
    budget: Arc<Budget>,
    bytes: AtomicUsize,
}

impl Permit {
    /// Extends the permit, if there is room.
    pub fn grow(&self, bytes: usize) -> bool {
        // Zero bytes always fit: a request without a body is answered however full the budget is.
        if bytes == 0 {
            return true;
        }
        let grown = self.budget.try_add(bytes);
        if grown {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        grown
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.release(self.bytes.load(Ordering::Relaxed));
    }
}

/// The memory of answers that one instance has read.
///
/// The request of an answer is not known here, only that one request of the instance ends: then the oldest answer's is
/// released.
#[derive(Default)]
pub struct Answers(Mutex<VecDeque<Arc<Permit>>>);

impl Answers {
    /// Adds an answer that is being read.
    pub fn keep(&self, permit: Arc<Permit>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(permit);
    }

    /// Releases the oldest answer: one request of the instance has ended.
    pub fn let_go(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    }
}

/// The growth of an instance's memories since it was made.
pub struct MemoryGrowth {
    budget: Arc<Budget>,
    bytes: usize,
    last: usize,
}

impl MemoryGrowth {
    /// The growth of an instance that is being made.
    pub fn new(budget: Arc<Budget>) -> Self {
        Self { budget, bytes: 0, last: 0 }
    }
}

impl ResourceLimiter for MemoryGrowth {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // The initial memory of an instance is mapped from its image, and touched where it is used.
        self.last = if current == 0 { 0 } else { desired.saturating_sub(current) };
        self.bytes = self.bytes.saturating_add(self.last);
        self.budget.used.fetch_add(self.last, Ordering::Relaxed);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.bytes = self.bytes.saturating_sub(self.last);
        self.budget.release(std::mem::take(&mut self.last));
        Ok(())
    }

    fn table_growing(&mut self, _: usize, _: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(true)
    }
}

impl Drop for MemoryGrowth {
    fn drop(&mut self) {
        self.budget.release(self.bytes);
    }
}

/// The memory of the machine, or of the container if that is less.
pub fn available() -> usize {
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    // For cgroup v2, and v1.
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
    let container =
        files.iter().filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok());
    container.chain(machine).min().unwrap_or(MOST_BYTES)
}

fn total(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn refuses_what_goes_over_and_gives_back_what_is_dropped() {
        let budget = Budget::new(100);
        let first = budget.reserve(60).unwrap();
        assert!(budget.reserve(50).is_none());
        let second = budget.reserve(40).unwrap();
        assert!(!second.grow(1) && second.grow(0) && budget.reserve(0).is_some());
        drop(first);
        assert!(second.grow(60));
        drop(second);
        assert_eq!(budget.used.load(Ordering::Relaxed), 0);
        assert!(budget.reserve(usize::MAX).is_none());
    }

    #[tokio::test]
    async fn a_guest_grows_and_others_are_refused() {
        let budget = Budget::new(100);
        let mut growth = MemoryGrowth::new(Arc::clone(&budget));
        assert!(growth.memory_growing(0, 1000, None).unwrap(), "its image does not count");
        assert!(growth.memory_growing(1000, 1150, None).unwrap(), "a guest is never denied");
        assert!(budget.reserve(1).is_none());
        assert!(growth.memory_growing(1150, 2000, None).unwrap());
        growth.memory_grow_failed(wasmtime::format_err!("too large")).unwrap();
        assert_eq!(budget.used.load(Ordering::Relaxed), 150);
        drop(growth);
        assert!(budget.reserve(100).is_some());
    }

    #[test]
    fn reads_what_the_machine_has() {
        assert_eq!(total("MemFree: 1 kB\nMemTotal:       16384 kB\n"), Some(16384 * 1024));
        assert!(available() > 0);
    }
}
