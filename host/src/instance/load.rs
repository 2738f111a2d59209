//! How busy the instances of one component are, and whether another one is worth its memory.
//!
//! An instance that is made takes a core for milliseconds and megabytes for minutes. In a burst the requests come before
//! the first instance is ready, and one for each of them would use a thousand times what a few use that are shared.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use wasmtime_wasi_http::handler::ShouldAccept;

use super::Reuse;
use crate::no_instance::NoInstance;

/// Up to so many instances that accept requests, each takes a part of the requests that it may: the computation for one
/// blocks the others of its instance.
const SPREAD_INSTANCES: usize = 16;
const SPREAD_PART: usize = 4;

/// Instances that compute at the same time, for each core: one computes, and others wait for the disk or are being made.
const COMPUTING_PER_CORE: usize = 4;
/// At least so many, so that on one core a call that blocks its instance holds up few.
const COMPUTING: usize = 8;

/// From so many living instances on, one that has had its requests takes more: long streams keep alive what accepts no
/// more, and its successors would only add to them.
const CROWDED: usize = 32;

/// The load of the instances of one component.
pub struct Load {
    reuse: Reuse,
    /// Instances made at the same time.
    pub cores: usize,
    /// Being made; the lock orders the decisions to make one.
    making: Mutex<usize>,
    living: AtomicUsize,
    /// Those that accept requests, or are being made.
    accepting: AtomicUsize,
    /// Requests of these that have no answer yet.
    waiting: AtomicUsize,
    /// A request has waited for too long: the next instance is made in any case.
    overdue: AtomicBool,
    /// Told when an instance may have a place.
    pub place: Notify,
}

impl Load {
    /// No instances yet.
    pub fn new(reuse: Reuse) -> Arc<Self> {
        Arc::new(Self {
            reuse,
            cores: std::thread::available_parallelism().map_or(1, Into::into),
            making: Mutex::new(0),
            living: AtomicUsize::new(0),
            accepting: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            overdue: AtomicBool::new(false),
            place: Notify::new(),
        })
    }

    /// A seat for an instance that is made now, because it is needed.
    ///
    /// # Errors
    /// Whether to wait.
    pub fn begin(self: &Arc<Self>) -> Result<(Making, Seat), NoInstance> {
        let mut making = self.lock();
        let accepting = self.accepting.load(Relaxed);
        let room = accepting.saturating_mul(self.most_at_once(accepting));
        let is_full = self.waiting.load(Relaxed) >= room;
        if self.living.load(Relaxed) >= self.reuse.instances {
            // What is being made has a place soon.
            let is_full = is_full && *making == 0;
            return Err(if is_full { NoInstance::Full } else { NoInstance::Busy });
        }
        // Where each request has an instance of its own, waiting saves none.
        let is_paced = self.reuse.shares();
        if is_paced && *making >= self.cores {
            return Err(NoInstance::Busy);
        }
        let useful = (self.cores.saturating_mul(COMPUTING_PER_CORE)).max(COMPUTING);
        if is_paced && accepting >= useful && !is_full && !self.overdue.swap(false, Relaxed) {
            return Err(NoInstance::Busy);
        }
        *making = making.saturating_add(1);
        drop(making);
        Ok((Making(Arc::clone(self)), Seat::new(self)))
    }

    /// The next instance is made whether it is useful or not.
    pub fn is_overdue(&self) {
        self.overdue.store(true, Relaxed);
    }

    /// Whether as many instances are being made as the machine makes at once.
    pub fn is_making(&self) -> bool {
        *self.lock() >= self.cores
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn most_at_once(&self, accepting: usize) -> usize {
        let most = self.reuse.concurrent_requests;
        if accepting < SPREAD_INSTANCES { most.div_ceil(SPREAD_PART) } else { most }
    }
}

/// An instance is being made, until this is dropped.
pub struct Making(Arc<Load>);

impl Drop for Making {
    fn drop(&mut self) {
        let mut making = self.0.lock();
        *making = making.saturating_sub(1);
        drop(making);
        self.0.place.notify_one();
    }
}

/// A living instance, until it is dropped.
pub struct Seat {
    load: Arc<Load>,
    waiting: AtomicUsize,
    is_retired: AtomicBool,
}

impl Seat {
    fn new(load: &Arc<Load>) -> Self {
        load.living.fetch_add(1, Relaxed);
        load.accepting.fetch_add(1, Relaxed);
        Self {
            load: Arc::clone(load),
            waiting: AtomicUsize::new(0),
            is_retired: AtomicBool::new(false),
        }
    }

    /// Whether the instance takes another request now, and whether it ever will: it has these requests without an answer,
    /// and has had so many.
    pub fn accepts(&self, waiting: usize, total: usize) -> ShouldAccept {
        let load = &self.load;
        let is_crowded = load.living.load(Relaxed) > CROWDED;
        let most = if is_crowded { load.reuse.crowded_requests } else { load.reuse.requests };
        if total >= most {
            self.retire();
            return ShouldAccept::Never;
        }
        let before = self.waiting.swap(waiting, Relaxed);
        load.waiting.fetch_add(waiting.wrapping_sub(before), Relaxed);
        match waiting >= load.most_at_once(load.accepting.load(Relaxed)) {
            true => ShouldAccept::No,
            false => {
                // The request that waited for too long has a place here, or the ones before it have.
                load.overdue.store(false, Relaxed);
                ShouldAccept::Yes
            }
        }
    }

    /// An instance that has a place may be waiting for requests now.
    pub fn is_free(&self) {
        self.load.place.notify_one();
    }

    fn retire(&self) {
        if !self.is_retired.swap(true, Relaxed) {
            self.load.accepting.fetch_sub(1, Relaxed);
            self.load.waiting.fetch_sub(self.waiting.swap(0, Relaxed), Relaxed);
            self.load.place.notify_one();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.retire();
        self.load.living.fetch_sub(1, Relaxed);
        self.load.place.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn load(requests: usize, instances: usize) -> Arc<Load> {
        let idle_timeout = Duration::from_secs(1);
        let crowded_requests = requests * 2;
        let concurrent_requests = 64;
        Load::new(Reuse {
            requests,
            crowded_requests,
            concurrent_requests,
            idle_timeout,
            instances,
        })
    }

    fn seat(load: &Arc<Load>) -> Seat {
        let Ok((_, seat)) = load.begin() else { panic!("an instance may be made") };
        seat
    }

    fn refusal(load: &Arc<Load>) -> Option<NoInstance> {
        load.begin().err()
    }

    #[test]
    fn as_many_are_made_at_once_as_there_are_cores() {
        let load = load(128, 100);
        let made: Vec<_> = (0..load.cores).map(|_| load.begin().ok().unwrap()).collect();
        assert_eq!(refusal(&load), Some(NoInstance::Busy));
        drop(made);
        assert_eq!(refusal(&load), None);
    }

    #[test]
    fn more_are_made_when_all_have_their_fill_or_a_request_has_waited_for_too_long() {
        let load = load(128, 100);
        let useful = (load.cores * COMPUTING_PER_CORE).max(COMPUTING);
        let seats: Vec<_> = (0..useful).map(|_| seat(&load)).collect();
        assert_eq!(refusal(&load), Some(NoInstance::Busy), "all compute, and have places");
        load.is_overdue();
        drop(seat(&load));
        assert_eq!(refusal(&load), Some(NoInstance::Busy), "once");
        load.is_overdue();
        assert!(matches!(seats[0].accepts(0, 0), ShouldAccept::Yes));
        assert_eq!(refusal(&load), Some(NoInstance::Busy), "it has found a place");
        seats.iter().for_each(|seat| assert!(matches!(seat.accepts(16, 16), ShouldAccept::No)));
        assert_eq!(refusal(&load), None, "all are full");
        seats.iter().for_each(|seat| assert!(matches!(seat.accepts(3, 17), ShouldAccept::Yes)));
        assert_eq!(refusal(&load), Some(NoInstance::Busy), "they have places again");
    }

    #[test]
    fn what_has_had_its_requests_counts_as_living_only() {
        let load = load(2, 100);
        let first = seat(&load);
        assert!(matches!(first.accepts(1, 1), ShouldAccept::Yes));
        assert!(matches!(first.accepts(2, 2), ShouldAccept::Never));
        let counts =
            [&load.living, &load.accepting, &load.waiting].map(|count| count.load(Relaxed));
        assert_eq!(counts, [1, 0, 0]);
        drop(first);
        assert_eq!(load.living.load(Relaxed), 0);
        let crowd: Vec<_> = (0..=CROWDED).map(|_| Seat::new(&load)).collect();
        assert!(matches!(crowd[0].accepts(2, 2), ShouldAccept::Yes), "a crowd takes more");
        assert!(matches!(crowd[0].accepts(2, 4), ShouldAccept::Never), "twice as many");
    }

    #[test]
    fn at_the_bound_a_request_is_refused_if_all_are_full_and_else_waits() {
        let load = load(128, 2);
        let seats = [seat(&load), seat(&load)];
        assert_eq!(refusal(&load), Some(NoInstance::Busy));
        for seat in &seats {
            let _ = seat.accepts(16, 16);
        }
        assert_eq!(refusal(&load), Some(NoInstance::Full));
        drop(seats);
        assert_eq!(refusal(&load), None);
    }
}
