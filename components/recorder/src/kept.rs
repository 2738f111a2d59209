//! What this instance has of records that are not in the ledger yet.

use crate::report;
use postern_contract::clock::unix_ms;
use postern_fault::{Fault, Kind};
use postern_trail::ledger::LedgerError;
use postern_trail::recorder::{Backoff, Queue};
use std::cell::{Cell, RefCell};

pub const NS_PER_MS: u64 = 1_000_000;

thread_local! {
    /// One instance has one thread.
    static KEEPER: Keeper = Keeper::new();
}

/// What this instance has.
pub struct Keeper {
    pub queue: RefCell<Queue>,
    pub backoff: Cell<Backoff>,
    /// Why the last write failed.
    pub problem: RefCell<Option<String>>,
    pub last_write_ms: Cell<Option<u64>>,
    /// Of all instances.
    pub lost: Cell<u64>,
    /// Its name, once it has written.
    pub name: RefCell<String>,
    pub started_ms: u64,
    /// The ledger says that records may wait here.
    pub noted_open: Cell<bool>,
    /// A call waits to say that none do.
    pub closes: Cell<bool>,
    /// The dropped records that were reported.
    reported: Cell<u64>,
}

impl Keeper {
    fn new() -> Self {
        Keeper {
            queue: RefCell::default(),
            backoff: Cell::default(),
            problem: RefCell::default(),
            last_write_ms: Cell::default(),
            lost: Cell::default(),
            name: RefCell::default(),
            started_ms: unix_ms(),
            noted_open: Cell::default(),
            closes: Cell::default(),
            reported: Cell::default(),
        }
    }
}

/// Calls this with the instance's keeper.
pub fn with<T>(work: impl FnOnce(&Keeper) -> T) -> T {
    KEEPER.with(work)
}

/// The first failure is logged, and not each one after it.
pub fn failed(error: &LedgerError) {
    with(|keeper| {
        let mut backoff = keeper.backoff.get();
        if !backoff.is_down() {
            report::down(&error.to_string(), keeper.queue.borrow().len());
        }
        // Of several that fail at once, one counts.
        if backoff.wait_ms(unix_ms()) == 0 {
            backoff.failed(unix_ms());
        }
        keeper.backoff.set(backoff);
        keeper.problem.replace(Some(error.to_string()));
    });
}

/// The first dropped record is logged, and then each time that their number has doubled.
pub fn dropped() {
    with(|keeper| {
        let dropped = keeper.queue.borrow().dropped();
        if dropped >= keeper.reported.get().saturating_mul(2).max(1) {
            keeper.reported.set(dropped);
            report::dropped(dropped);
        }
    });
}

/// The fault of a request whose record cannot be kept.
pub fn unavailable(private: &str) -> Fault {
    let public = "the gateway cannot record requests at the moment";
    let fault = Fault::new(Kind::Unavailable, public).with_code("ledger_unavailable");
    Fault { retryable: false, ..fault.with_private(private) }
}

/// A number as the ledger keeps it.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
