//! Looks for the unusual in what the ledger has, and sends what it tells.

use crate::{connection, report};
use postern_contract::clock::unix_ms;
use postern_policy::{LedgerStore, Recorder};
use postern_trail::ledger::LedgerError;
use postern_trail::telemetry::Delivery;
use postern_trail::watch::{WatchPlan, WebhookNotice, delivered, due, evaluate, failed};
use std::cell::Cell;

/// The steps of one group's call: some tens of milliseconds.
const STEPS: usize = 1;

/// The wait for the next look while all closed buckets are evaluated.
const IDLE_MS: u64 = 15_000;

/// The most messages at once.
const MESSAGES: i64 = 8;

thread_local! {
    static NEXT_MS: Cell<u64> = const { Cell::new(0) };
    static IS_FAILING: Cell<bool> = const { Cell::new(false) };
}

/// What policy has watched; none: nothing.
pub fn plan(policy: &Recorder) -> Option<WatchPlan> {
    let is_watched = policy.anomalies.enabled && policy.ledger.store == LedgerStore::Sql;
    is_watched.then(|| WatchPlan {
        bucket_s: i64::try_from(policy.anomalies.bucket_s).unwrap_or(3_600),
        webhooks: policy.webhooks.iter().map(|webhook| webhook.name.clone()).collect(),
    })
}

/// Evaluates what is due, and returns the messages that are to be sent.
pub async fn messages(policy: &Recorder) -> Vec<WebhookNotice> {
    let Some(plan) = plan(policy) else { return Vec::new() };
    let now_ms = unix_ms();
    if now_ms < NEXT_MS.get() {
        return Vec::new();
    }
    // Others that come meanwhile do not look as well.
    NEXT_MS.set(now_ms.saturating_add(IDLE_MS));
    match look(&plan, now_ms).await {
        Ok((notices, is_up_to_date)) => {
            IS_FAILING.set(false);
            if !is_up_to_date {
                NEXT_MS.set(0);
            }
            notices
        }
        Err(error) => {
            not_done(&error);
            Vec::new()
        }
    }
}

async fn look(plan: &WatchPlan, now_ms: u64) -> Result<(Vec<WebhookNotice>, bool), LedgerError> {
    let now = i64::try_from(now_ms).unwrap_or(i64::MAX);
    let mut store = connection::take().await?;
    let done = evaluate(&mut store, plan, now / 1_000, STEPS).await?;
    let notices = due(&mut store, now, MESSAGES).await?;
    connection::put(store);
    Ok((notices, done.is_up_to_date))
}

/// Notes what became of messages.
pub async fn settle(deliveries: Vec<Delivery>) {
    if deliveries.is_empty() {
        return;
    }
    if let Err(error) = noted(deliveries).await {
        not_done(&error);
    }
}

async fn noted(deliveries: Vec<Delivery>) -> Result<(), LedgerError> {
    let now = i64::try_from(unix_ms()).unwrap_or(i64::MAX);
    let mut store = connection::take().await?;
    for delivery in deliveries {
        match delivery {
            Delivery::Arrived(notice) => {
                delivered(&mut store, &notice.id, &notice.webhook).await?;
            }
            Delivery::Refused(notice) => {
                report::not_told(&notice.webhook, "its webhook refuses it, or is in no policy");
                delivered(&mut store, &notice.id, &notice.webhook).await?;
            }
            Delivery::Failed(notice) => {
                if !failed(&mut store, &notice.id, &notice.webhook, now).await? {
                    report::not_told(&notice.webhook, "its webhook was away for too long");
                }
            }
        }
    }
    connection::put(store);
    Ok(())
}

/// The first failure is logged, and not each one after it.
fn not_done(error: &LedgerError) {
    if !IS_FAILING.replace(true) {
        report::unwatched(&error.to_string());
    }
}
