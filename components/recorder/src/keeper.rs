//! The records of this instance, from the request's end to the ledger.

use crate::kept::{NS_PER_MS, dropped, failed, signed, unavailable, with};
use crate::noted::{close, note_open, state};
use crate::{connection, housekeeping, report};
use postern_contract::clock::unix_ms;
use postern_fault::Fault;
use postern_policy::Ledger;
use postern_trail::Record;
use postern_trail::ledger::{LedgerError, MAX_GROUP, write_from};
use postern_trail::recorder::{CallRole, Group, QueueBounds};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use spin_sdk::wasip3::spawn;

/// How long records wait while the store is down and no others come; then they are given up, and the instance may end.
const TRIES_FOR_MS: u64 = 600_000;

/// What became of an attempt to write.
enum Wrote {
    /// There is nothing to write, or another call writes.
    Nothing,
    /// So many records are written.
    Some(usize),
    Failed,
}

fn bounds(ledger: &Ledger) -> QueueBounds {
    let of = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    QueueBounds {
        group: of(ledger.group_records),
        records: of(ledger.queue_records),
        bytes: of(ledger.queue_bytes),
    }
}

/// Takes a record. Returns when its group is written or could not be, if this call writes it, and at once otherwise.
pub async fn keep(record: Record, ledger: &Ledger) {
    match with(|keeper| keeper.queue.borrow_mut().push(record, bounds(ledger))) {
        CallRole::Leads => {
            note_open(ledger).await;
            lead(ledger).await;
        }
        CallRole::Writes => begin(ledger).await,
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
            Wrote::Some(_) => {}
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

/// Whether records can be written; if not, tries to, unless the store is to be left alone.
pub async fn accepts(ledger: &Ledger) -> Result<(), Fault> {
    if with(|keeper| keeper.backoff.get().wait_ms(unix_ms())) > 0 {
        return Err(unavailable("the ledger cannot be written: its store has failed just now"));
    }
    let is_down = is_down();
    if is_down && !with(|keeper| keeper.queue.borrow().is_empty()) {
        return match write_once(ledger).await {
            Wrote::Some(_) => Ok(()),
            _ => Err(unavailable("the ledger cannot be written")),
        };
    }
    let known = if is_down { connection::probe().await } else { connection::is_known().await };
    if let Err(error) = known {
        failed(&error);
        return Err(unavailable(&error.to_string()));
    }
    if is_down {
        succeeded();
    }
    Ok(())
}

/// Whether the last thing that the store did was to fail.
pub fn is_down() -> bool {
    with(|keeper| keeper.backoff.get().is_down())
}

/// Waits for others, and writes what is there.
async fn lead(ledger: &Ledger) {
    wait_for(ledger.group_ms.saturating_mul(NS_PER_MS)).await;
    with(|keeper| keeper.queue.borrow_mut().leader_is_done());
    begin(ledger).await;
}

async fn lead_on(ledger: Ledger) {
    if with(|keeper| keeper.queue.borrow_mut().lead()) {
        lead(&ledger).await;
    }
}

/// Writes what is there. A task of its own goes on, so that what else its record leads to does not wait for a busy or a dead store.
async fn begin(ledger: &Ledger) {
    match write_once(ledger).await {
        Wrote::Nothing => {}
        wrote => spawn(go_on(wrote, ledger.clone())),
    }
}

/// Writes on until nothing is left, or until what is left has waited for too long.
async fn go_on(mut wrote: Wrote, ledger: Ledger) {
    let (mut given, mut until_ms) = (0, 0);
    loop {
        let wait_ms = match wrote {
            Wrote::Some(records) => {
                housekeeping::due(records, &ledger).await;
                ledger.group_ms
            }
            Wrote::Nothing => return,
            Wrote::Failed => {
                let now_ms = unix_ms();
                let last = with(|keeper| keeper.queue.borrow().given());
                if last != given {
                    (given, until_ms) = (last, now_ms.saturating_add(TRIES_FOR_MS));
                }
                if now_ms >= until_ms && give_up() {
                    return;
                }
                with(|keeper| keeper.backoff.get().wait_ms(now_ms)).max(1)
            }
        };
        // What came meanwhile has no leader but this call.
        if !with(|keeper| keeper.queue.borrow_mut().lead()) {
            return close(&ledger).await;
        }
        wait_for(wait_ms.saturating_mul(NS_PER_MS)).await;
        with(|keeper| keeper.queue.borrow_mut().leader_is_done());
        wrote = write_once(&ledger).await;
    }
}

/// What waits is dropped, and counted, unless another call writes it. Returns whether it was.
fn give_up() -> bool {
    let left = with(|keeper| keeper.queue.borrow_mut().give_up());
    if left > 0 {
        report::given_up(left);
        dropped();
    }
    left > 0
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
            Wrote::Some(group.records.len())
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
    connection::put(store);
    Ok(())
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
