//! What the ledger is told of this instance: whether records wait in it, so that what it takes with it is counted.

use crate::kept::{NS_PER_MS, failed, signed, with};
use crate::{connection, report};
use postern_contract::clock::unix_ms;
use postern_policy::Ledger;
use postern_trail::ledger::{InstanceState, LedgerError, note_instance};
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;

/// In a group's time so many groups may come at most, before they are noted: more are missed without being counted.
const GROUPS_AHEAD: u64 = 4;

/// After a busy time, one call looks whether it is over.
pub async fn close(ledger: &Ledger) {
    let closes = with(|keeper| keeper.noted_open.get() && !keeper.closes.replace(true));
    if closes {
        wait_for(ledger.group_ms.saturating_mul(NS_PER_MS)).await;
        with(|keeper| keeper.closes.set(false));
        note_closed(ledger).await;
    }
}

/// The ledger learns that records wait here, before they are in it.
pub async fn note_open(ledger: &Ledger) {
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

/// What the instance says of itself when a record of this number is written.
pub fn state(ledger: &Ledger, done: u64, is_busy: bool) -> InstanceState {
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
