//! The records of this instance, from the request's end to the ledger.

use crate::connection;
use crate::report;
use postern_contract::clock::unix_ms;
use postern_fault::{Fault, Kind};
use postern_policy::Ledger;
use postern_trail::Record;
use postern_trail::ledger::{
    InstanceState, LedgerError, MAX_GROUP, find_lost, lost_records, note_instance, write_from,
};
use postern_trail::recorder::{Backoff, CallRole, Group, Queue, QueueBounds};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use spin_sdk::wasip3::spawn;
use std::cell::{Cell, RefCell};

const NS_PER_MS: u64 = 1_000_000;

/// How long a call goes on trying to write while the store is down; the next record's call goes on after it.
const TRIES_FOR_MS: u64 = 60_000;

/// In a group's time so many groups may come at most, before they are noted: more are missed without being counted.
const GROUPS_AHEAD: u64 = 4;

/// How often instances are looked for that ended without closing.
const LOOKS_EVERY_MS: u64 = 5_000;

/// An instance says that it is there once in a group's time. After so many of them it is not.
const SILENT_GROUPS: u64 = 3;

/// The shortest silence of an instance that has ended.
const SILENT_MS: u64 = 5_000;

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
    name: RefCell<String>,
    started_ms: u64,
    looked_ms: Cell<u64>,
    /// The ledger says that records may wait here.
    noted_open: Cell<bool>,
    /// A call waits to say that none do.
    closes: Cell<bool>,
    /// The dropped records that were reported.
    reported: Cell<u64>,
}

/// What became of an attempt to write.
enum Wrote {
    /// There is nothing to write, or another call writes.
    Nothing,
    Some,
    Failed,
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
            looked_ms: Cell::default(),
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

fn bounds(ledger: &Ledger) -> QueueBounds {
    let of = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    QueueBounds {
        group: of(ledger.group_records),
        records: of(ledger.queue_records),
        bytes: of(ledger.queue_bytes),
    }
}

/// Takes a record. Returns when its group is written, if this call writes it, and at once otherwise.
pub async fn keep(record: Record, ledger: &Ledger) {
    match with(|keeper| keeper.queue.borrow_mut().push(record, bounds(ledger))) {
        CallRole::Leads => {
            note_open(ledger).await;
            lead(ledger).await;
        }
        CallRole::Writes => drain(ledger).await,
        CallRole::Follows => {}
        CallRole::Dropped => dropped(),
    }
}

/// Takes a record, and returns when it is written.
///
/// # Errors
///
/// It cannot be written now, and the answer that awaits it is refused: it is not kept. All others stay in the queue, if that has room.
pub async fn write(record: Record, is_awaited: bool, ledger: &Ledger) -> Result<(), Fault> {
    let refuses = is_awaited && ledger.refuses_without_store;
    let (role, number) = with(|keeper| {
        let mut queue = keeper.queue.borrow_mut();
        (queue.push(record, bounds(ledger)), queue.given())
    });
    if role == CallRole::Dropped {
        dropped();
        return if refuses { Err(unavailable("the queue of records is full")) } else { Ok(()) };
    }
    if role == CallRole::Leads {
        // No one waits here: this call writes at once, and so does the next one.
        with(|keeper| keeper.queue.borrow_mut().leader_is_done());
    }
    loop {
        if with(|keeper| keeper.queue.borrow().done() >= number) {
            return Ok(());
        }
        match write_once(ledger).await {
            Wrote::Some => {}
            // Another call's group has it, or will be followed by it.
            Wrote::Nothing => wait_for(NS_PER_MS).await,
            Wrote::Failed if !refuses => {
                spawn(lead_on(ledger.clone()));
                return Ok(());
            }
            Wrote::Failed if with(|keeper| keeper.queue.borrow_mut().withdraw(number)) => {
                return Err(unavailable("the ledger cannot be written"));
            }
            // Another call is writing it.
            Wrote::Failed => wait_for(NS_PER_MS).await,
        }
    }
}

/// Whether records can be written; if not, tries to.
pub async fn accepts(ledger: &Ledger) -> Result<(), Fault> {
    if !with(|keeper| keeper.backoff.get().is_down()) && connection::is_known().await.is_ok() {
        return Ok(());
    }
    if with(|keeper| keeper.queue.borrow().is_empty()) {
        return connection::is_known().await.map_err(|error| unavailable(&error.to_string()));
    }
    match write_once(ledger).await {
        Wrote::Some => Ok(()),
        _ => Err(unavailable("the ledger cannot be written")),
    }
}

/// Waits for others, and writes what is there.
async fn lead(ledger: &Ledger) {
    wait_for(ledger.group_ms.saturating_mul(NS_PER_MS)).await;
    with(|keeper| keeper.queue.borrow_mut().leader_is_done());
    drain(ledger).await;
}

async fn lead_on(ledger: Ledger) {
    if with(|keeper| keeper.queue.borrow_mut().lead()) {
        lead(&ledger).await;
    }
}

/// Writes what is there until nothing is, or for a minute while the store is down.
async fn drain(ledger: &Ledger) {
    let until_ms = unix_ms().saturating_add(TRIES_FOR_MS);
    loop {
        let wait_ms = match write_once(ledger).await {
            Wrote::Some => ledger.group_ms,
            Wrote::Nothing => return,
            Wrote::Failed => {
                let now_ms = unix_ms();
                if now_ms >= until_ms {
                    return;
                }
                with(|keeper| keeper.backoff.get().wait_ms(now_ms)).max(1)
            }
        };
        // What came meanwhile has no leader but this call.
        if !with(|keeper| keeper.queue.borrow_mut().lead()) {
            return close(ledger).await;
        }
        wait_for(wait_ms.saturating_mul(NS_PER_MS)).await;
        with(|keeper| keeper.queue.borrow_mut().leader_is_done());
    }
}

/// After a busy time, one call looks whether it is over.
async fn close(ledger: &Ledger) {
    let closes = with(|keeper| keeper.noted_open.get() && !keeper.closes.replace(true));
    if closes {
        wait_for(ledger.group_ms.saturating_mul(NS_PER_MS)).await;
        with(|keeper| keeper.closes.set(false));
        note_closed(ledger).await;
    }
}

async fn write_once(ledger: &Ledger) -> Wrote {
    if with(|keeper| keeper.backoff.get().wait_ms(unix_ms())) > 0 {
        return Wrote::Failed;
    }
    let Some(group) = with(|keeper| keeper.queue.borrow_mut().take(MAX_GROUP)) else {
        return Wrote::Nothing;
    };
    match write_group(&group, ledger).await {
        Ok(()) => {
            with(|keeper| {
                keeper.queue.borrow_mut().wrote(&group);
                keeper.last_write_ms.set(Some(unix_ms()));
            });
            succeeded();
            Wrote::Some
        }
        Err(error) => {
            with(|keeper| keeper.queue.borrow_mut().put_back(group));
            failed(&error);
            Wrote::Failed
        }
    }
}

async fn write_group(group: &Group, ledger: &Ledger) -> Result<(), LedgerError> {
    let now_ms = signed(unix_ms());
    // While groups are full the next one comes at once.
    let is_busy = group.records.len() as u64 >= ledger.group_records;
    let state = state(ledger, group.last, is_busy);
    let mut store = connection::take().await?;
    write_from(&mut store, &group.records, Some((&state, now_ms))).await?;
    with(|keeper| keeper.noted_open.set(state.is_open));
    if with(|keeper| unix_ms().saturating_sub(keeper.looked_ms.get()) >= LOOKS_EVERY_MS) {
        look(&mut store, ledger).await?;
    }
    crate::sweep::due(&mut store).await?;
    connection::put(store);
    Ok(())
}

/// Finds instances that took records with them.
async fn look(store: &mut crate::store::Sql, ledger: &Ledger) -> Result<(), LedgerError> {
    let now_ms = unix_ms();
    let silent_ms = ledger.group_ms.saturating_mul(SILENT_GROUPS).max(SILENT_MS);
    for lost in find_lost(store, signed(now_ms.saturating_sub(silent_ms))).await? {
        report::lost(&lost);
    }
    let all = lost_records(store).await?;
    with(|keeper| {
        keeper.lost.set(u64::try_from(all).unwrap_or(0));
        keeper.looked_ms.set(now_ms);
    });
    Ok(())
}

/// The ledger learns that records wait here, before they are in it.
async fn note_open(ledger: &Ledger) {
    if with(|keeper| keeper.noted_open.get()) {
        return;
    }
    let done = with(|keeper| keeper.queue.borrow().done());
    note(&state(ledger, done, true)).await;
}

/// And that none do, if none do.
async fn note_closed(ledger: &Ledger) {
    let (done, is_empty) = with(|keeper| {
        let queue = keeper.queue.borrow();
        (queue.done(), queue.is_empty())
    });
    if is_empty && with(|keeper| keeper.noted_open.get()) {
        note(&state(ledger, done, false)).await;
        // One that came meanwhile took this for open.
        if !with(|keeper| keeper.queue.borrow().is_empty()) {
            note_open(ledger).await;
        }
    }
}

/// What cannot be noted is noted with the next group.
async fn note(state: &InstanceState) {
    let noted = async {
        let mut store = connection::take().await?;
        note_instance(&mut store, state, signed(unix_ms())).await?;
        connection::put(store);
        Ok::<_, LedgerError>(())
    };
    match noted.await {
        Ok(()) => with(|keeper| keeper.noted_open.set(state.is_open)),
        Err(error) => failed(&error),
    }
}

fn state(ledger: &Ledger, done: u64, is_busy: bool) -> InstanceState {
    with(|keeper| {
        if keeper.name.borrow().is_empty() {
            *keeper.name.borrow_mut() = report::new_name();
        }
        let queue = keeper.queue.borrow();
        let is_open = is_busy || queue.given() > done;
        let ahead = ledger.group_records.saturating_mul(GROUPS_AHEAD);
        let given = if is_open { queue.given().saturating_add(ahead) } else { done };
        InstanceState {
            instance: keeper.name.borrow().clone(),
            started_unix_ms: signed(keeper.started_ms),
            is_open,
            done: signed(done),
            given: signed(given),
            dropped: signed(queue.dropped()),
        }
    })
}

fn succeeded() {
    with(|keeper| {
        let mut backoff = keeper.backoff.get();
        if backoff.is_down() {
            report::back(keeper.queue.borrow().dropped());
        }
        backoff.succeeded();
        keeper.backoff.set(backoff);
        keeper.problem.replace(None);
    });
}

/// The first failure is logged, and not each one after it.
fn failed(error: &LedgerError) {
    with(|keeper| {
        let mut backoff = keeper.backoff.get();
        if !backoff.is_down() {
            report::down(&error.to_string(), keeper.queue.borrow().len());
        }
        backoff.failed(unix_ms());
        keeper.backoff.set(backoff);
        keeper.problem.replace(Some(error.to_string()));
    });
}

/// The first dropped record is logged, and then each time that their number has doubled.
fn dropped() {
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

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
