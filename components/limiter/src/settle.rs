//! Replaces reservations by usage.

use crate::counters;
use postern_contract::types::Usage;
use postern_contract::types::limiter::{LeaseSettlement, Outcome};
use postern_fault::Fault;
use postern_meter::{Amounts, Lease, Settlement as Settled, closed};
use postern_store::{Change, Counters as _};

/// Settles a lease.
pub async fn settle(lease: &str, outcome: Outcome, now_ms: u64) -> Result<LeaseSettlement, Fault> {
    let lease = read(lease)?;
    let outcome = counted(outcome, &lease);
    let usage = match outcome {
        Outcome::Completed(usage) | Outcome::Interrupted(usage) => Some(usage),
        Outcome::Unused | Outcome::Failed | Outcome::Reserved(_) => None,
    };
    let settled = match outcome {
        Outcome::Unused => Settled::Unused,
        Outcome::Failed => Settled::Used(Amounts::default()),
        Outcome::Reserved(counts) => Settled::Reserved { counts },
        Outcome::Completed(usage) | Outcome::Interrupted(usage) => {
            Settled::Used(used(&lease, usage))
        }
    };
    change(&lease.settle(settled, now_ms)).await?;
    Ok(LeaseSettlement { usage, limits: lease.settlements(settled) })
}

/// With the limiter's own count of the prompt, where the vendor has none.
fn counted(outcome: Outcome, lease: &Lease) -> Outcome {
    match outcome {
        Outcome::Interrupted(usage) if usage.input_tokens == 0 => {
            let input_tokens = lease.input_tokens;
            Outcome::Interrupted(Usage { input_tokens, estimated: true, ..usage })
        }
        other => other,
    }
}

/// Renews a lease.
pub async fn renew(lease: &str, now_ms: u64) -> Result<String, Fault> {
    let (renewed, changes) = read(lease)?.renew(now_ms);
    change(&changes).await?;
    Ok(renewed.to_text())
}

fn read(lease: &str) -> Result<Lease, Fault> {
    Lease::from_text(lease).ok_or_else(|| closed("the lease is not what admit gave"))
}

async fn change(changes: &[Change]) -> Result<(), Fault> {
    if changes.is_empty() {
        return Ok(());
    }
    let broken = counters::counters().change(changes).await;
    let broken = broken.map_err(|error| closed(&error.to_string()))?;
    match broken.first() {
        None => Ok(()),
        Some(counter) => Err(closed(&format!("the counter `{}` holds no count", counter.name))),
    }
}

fn used(lease: &Lease, usage: Usage) -> Amounts {
    Amounts::used(&usage, lease.price().as_ref())
}
