//! The latest time seen: in memory, and now and then in the store for other instances.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::IncrementIo;
use super::io::{get_unix_s, set_unix_s};
use crate::{Error, Seen, seen};

/// The plain key with the time.
pub(super) const KEY: &str = "limit-clock";

/// The maximum age of the time in the store, in seconds: the shortest windows that are worth guarding across instances
/// are minutes, and a write every five seconds is cheap for any store.
const WRITE_EVERY_S: u64 = 5;

#[derive(Debug, Default)]
pub(super) struct Clock {
    is_read: AtomicBool,
    latest_unix_s: AtomicU64,
    /// When it was last compared with the store.
    compared_unix_s: AtomicU64,
}

impl Clock {
    pub(super) const fn new() -> Self {
        Self {
            is_read: AtomicBool::new(false),
            latest_unix_s: AtomicU64::new(0),
            compared_unix_s: AtomicU64::new(0),
        }
    }

    /// Compares a time; it is the latest from now on unless it is behind.
    pub(super) fn see(&self, io: &impl IncrementIo, unix_s: u64) -> Result<Seen, Error> {
        let compared_unix_s = self.compared_unix_s.load(Ordering::Relaxed);
        let is_due = unix_s.abs_diff(compared_unix_s) >= WRITE_EVERY_S;
        if !self.is_read.load(Ordering::Relaxed) || is_due {
            self.compare(io, unix_s)?;
        }
        let latest_unix_s = self.latest_unix_s.load(Ordering::Relaxed);
        let what = seen(latest_unix_s, unix_s);
        if what == Seen::Latest {
            self.hold(latest_unix_s, unix_s);
        }
        Ok(what)
    }

    fn compare(&self, io: &impl IncrementIo, unix_s: u64) -> Result<(), Error> {
        let stored_unix_s = get_unix_s(io, KEY)?.unwrap_or(0);
        let latest_unix_s = self.latest_unix_s.load(Ordering::Relaxed);
        // The other instances' time is later, by a plausible difference.
        if matches!(seen(stored_unix_s, latest_unix_s), Seen::Behind(_))
            || !self.is_read.load(Ordering::Relaxed)
        {
            self.hold(latest_unix_s, stored_unix_s);
        }
        let is_old = stored_unix_s.abs_diff(unix_s) >= WRITE_EVERY_S;
        if is_old && seen(stored_unix_s, unix_s) == Seen::Latest {
            set_unix_s(io, KEY, unix_s)?;
        }
        self.compared_unix_s.store(unix_s, Ordering::Relaxed);
        self.is_read.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Another request may have set a later time, which then stays.
    fn hold(&self, before_unix_s: u64, unix_s: u64) {
        if unix_s >= before_unix_s {
            self.latest_unix_s.fetch_max(unix_s, Ordering::Relaxed);
        } else {
            self.latest_unix_s.store(unix_s, Ordering::Relaxed);
        }
    }
}
