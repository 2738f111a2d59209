//! What every build of the port must do, whatever it stands on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod alone;
pub mod moving;
pub mod random;
pub mod together;

use std::sync::{Condvar, Mutex};
use std::time::Duration;

use futures::executor::block_on;
use postern_store::{Change, Counter, Counters, Gate, ReserveOutcome};

/// 2027-01-15T08:00:00Z.
pub const NOW: u64 = 1_800_000_000;

/// Kept until long after the tests, by the server's clock as well.
pub const KEPT: u64 = 4_000_000_000;

/// A store under test, which several processes use.
pub trait Store: Sync {
    type Counters<'a>: Counters
    where
        Self: 'a;

    /// The store as one more process sees it.
    fn open(&self) -> Self::Counters<'_>;

    /// Writes something under a counter that no counter writes.
    fn spoil(&self, counter: &Counter);

    /// Whether a copy of that was put aside, and the original left.
    fn is_aside(&self, counter: &Counter) -> bool;
}

/// Where several processes wait for one another, to begin at once. A barrier would wait for ever for one that has
/// panicked on its way here.
pub struct Start {
    expected: usize,
    arrived: Mutex<usize>,
    all_arrived: Condvar,
}

impl Start {
    /// Far more than opening a store takes, on cores that compile something else as well.
    const PATIENCE: Duration = Duration::from_secs(60);

    pub fn of(expected: usize) -> Self {
        Self { expected, arrived: Mutex::new(0), all_arrived: Condvar::new() }
    }

    pub fn wait(&self) {
        let mut arrived = self.arrived.lock().unwrap();
        *arrived += 1;
        if *arrived == self.expected {
            self.all_arrived.notify_all();
        }
        let is_short = |arrived: &mut usize| *arrived < self.expected;
        let waited = self.all_arrived.wait_timeout_while(arrived, Self::PATIENCE, is_short);
        // Copied, so that the others do not find the lock poisoned.
        let (arrived, end) = waited.map(|(arrived, end)| (*arrived, end)).unwrap();
        let expected = self.expected;
        assert!(!end.timed_out(), "{arrived} of {expected} processes opened the store");
    }
}

/// The tests of the suite for a store made by this expression, each with the attribute in brackets, if there is one.
#[macro_export]
macro_rules! conformance {
    ($module:ident $attribute:tt $arguments:tt: $($name:ident),+) => {
        $($crate::conformance!(@ $module $name $attribute $arguments);)+
    };
    (@ $module:ident $name:ident [$($attribute:meta)?] ($store:expr $(, $runs:expr)?)) => {
        #[test]
        $(#[$attribute])?
        fn $name() {
            conformance::$module::$name(&$store $(, $runs)?);
        }
    };
    ($store:expr, runs: $runs:expr, $attribute:tt) => {
        $crate::conformance!(alone $attribute ($store):
            adds_to_all_or_to_none, adds_nothing_for_0_and_checks_it,
            counts_what_a_counter_is_named_twice, reports_a_broken_value_and_puts_it_aside,
            leaves_a_broken_value_out_of_changes, takes_no_more_away_than_is_there,
            asks_an_earlier_caller_to_come_again,
            believes_a_clock_that_is_a_day_behind, holds_no_more_than_a_double,
            refuses_what_can_never_fit, takes_no_gates_and_no_changes);
        $crate::conformance!(random $attribute ($store): answers_as_the_one_in_memory);
        $crate::conformance!(together $attribute ($store, $runs):
            admits_exactly_as_many_as_fit, admits_exactly_what_keys_teams_and_tenants_all_admit,
            admits_one_model_exactly_while_another_is_exhausted, shares_a_limit_between_two_slots,
            never_exceeds_limits_that_overlap);
        $crate::conformance!(moving $attribute ($store, $runs):
            misses_no_amount_that_moves, settles_to_the_unit_what_was_reserved);
    };
}

pub fn counter(name: &str) -> Counter {
    Counter { name: name.to_owned(), keep_until_unix_s: KEPT }
}

pub fn gate(name: &str, add: u64, at_most: u64) -> Gate {
    Gate { counter: counter(name), add, also: Vec::new(), at_most }
}

pub fn reserve(counters: &impl Counters, gates: &[Gate]) -> ReserveOutcome {
    block_on(counters.reserve(NOW, gates)).unwrap()
}

pub fn is_admitted(counters: &impl Counters, gates: &[Gate]) -> bool {
    match reserve(counters, gates) {
        ReserveOutcome::Admitted(_) => true,
        ReserveOutcome::Refused { .. } => false,
        other => panic!("{other:?}"),
    }
}

pub fn change(counters: &impl Counters, changes: &[(&str, i64)]) -> Vec<Counter> {
    let change = |(name, by): &(&str, i64)| Change { counter: counter(name), by: *by };
    block_on(counters.change(&changes.iter().map(change).collect::<Vec<_>>())).unwrap()
}

pub fn read(counters: &impl Counters, names: &[&str]) -> Vec<Option<i64>> {
    block_on(counters.read(&names.iter().map(|name| counter(name)).collect::<Vec<_>>())).unwrap()
}
