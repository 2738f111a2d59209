//! Deletes expired counters: a key-value store does not do it by itself.

use std::sync::atomic::Ordering;

use super::io::{get_unix_s, set_unix_s};
use super::{IncrementIo, Increments, PREFIX};
use crate::Error;

/// The plain key with the time of the next sweep.
const KEY: &str = "limit-sweep";

/// The interval of sweeps of all instances: a sweep reads the names of all keys, a few milliseconds for each ten
/// thousand.
const EVERY_S: u64 = 3_600;

/// When a sweep that left some is continued.
const GO_ON_AFTER_S: u64 = 60;

/// The most deletions of one sweep: each is a write, up to some milliseconds on a disk.
const MOST_DELETIONS: usize = 1_000;

/// The deletions in a row, during which an instance does nothing else.
const DELETIONS_IN_A_ROW: usize = 20;

/// The latest that a sweep may be and is still done: a day. Beyond that, the clock may be wrong.
const LATE_S: u64 = 86_400;

/// The wait then for an instance with another clock.
const DOUBT_S: u64 = 600;

impl<I: IncrementIo> Increments<I> {
    /// Whether a [`sweep`](Increments::sweep) would do more than look at its clock.
    pub fn may_have_to_sweep(&self, unix_s: u64) -> bool {
        !is_ahead(self.sweep_due_unix_s.load(Ordering::Relaxed), unix_s)
    }

    /// Deletes expired counters, if a sweep is due; returns their number.
    ///
    /// A sweep is due once an hour for all instances (a minute after one that left some), and costs only a comparison
    /// until then. A clock far ahead must not delete counters that still count: if the last sweep seems to be more than
    /// a day ago, the next is put off by ten minutes, in which any instance with another clock corrects it.
    ///
    /// # Errors
    /// If the store cannot be used.
    pub async fn sweep(&self, unix_s: u64) -> Result<usize, Error> {
        if !self.may_have_to_sweep(unix_s) {
            return Ok(0);
        }
        let due_unix_s = get_unix_s(&self.io, KEY)?.unwrap_or(0);
        if is_ahead(due_unix_s, unix_s) {
            self.sweep_due_unix_s.store(due_unix_s, Ordering::Relaxed);
            return Ok(0);
        }
        if due_unix_s.abs_diff(unix_s) > LATE_S {
            self.put_off(unix_s.saturating_add(DOUBT_S))?;
            return Ok(0);
        }
        // Written before the sweep begins, so that other instances do not begin one.
        self.put_off(unix_s.saturating_add(EVERY_S))?;
        let names = self.io.names(PREFIX).await?;
        let mut passed: Vec<_> = names.iter().filter(|name| is_passed(name, unix_s)).collect();
        if passed.len() > MOST_DELETIONS {
            passed.truncate(MOST_DELETIONS);
            self.put_off(unix_s.saturating_add(GO_ON_AFTER_S))?;
        }
        for some in passed.chunks(DELETIONS_IN_A_ROW) {
            some.iter().try_for_each(|name| self.io.delete(name))?;
            self.io.pause(1).await;
        }
        Ok(passed.len())
    }

    fn put_off(&self, until_unix_s: u64) -> Result<(), Error> {
        set_unix_s(&self.io, KEY, until_unix_s)?;
        self.sweep_due_unix_s.store(until_unix_s, Ordering::Relaxed);
        Ok(())
    }
}

/// Whether a sweep is due later, within the interval of any instance.
fn is_ahead(due_unix_s: u64, unix_s: u64) -> bool {
    due_unix_s > unix_s && due_unix_s - unix_s <= LATE_S
}

fn is_passed(name: &str, unix_s: u64) -> bool {
    let keep_until_unix_s = name
        .strip_prefix(PREFIX)
        .and_then(|rest| rest.split_once('/'))
        .and_then(|(keep_until_unix_s, _)| keep_until_unix_s.parse::<u64>().ok());
    keep_until_unix_s.is_some_and(|keep_until_unix_s| keep_until_unix_s < unix_s)
}
