//! The lease of a request: reserved by `limiter` before it is sent, renewed while it runs, settled when it has ended.

use crate::call::Call;
use crate::exchange::Exchange;
use crate::record::Event;
use crate::stages::Stages;
use crate::within::within;
use postern_types::limiter::{Admission, AdmissionRequest, LeaseSettlement, Outcome, Rejection};
use postern_types::{Target, Usage};
use std::future::Future;
use std::pin::pin;

const NS_PER_MS: u64 = 1_000_000;

/// The reservations of a request. They are consumed by the one outcome that the request has; a lease that is dropped,
/// because its client has left, lapses by itself after a minute or two.
#[must_use = "an outcome settles it"]
pub struct Lease<S: Stages> {
    stages: S,
    /// Empty: nothing is reserved, or it is settled.
    lease: String,
    renew_after_ms: Option<u64>,
    /// Of the clock, if it needs renewal.
    renewed_ns: u64,
}

impl<S: Stages> Lease<S> {
    /// The lease of an admission.
    pub fn of(admission: &Admission, stages: S) -> Self {
        let renew_after_ms = admission.renew_after_ms.map(u64::from);
        let renewed_ns = renew_after_ms.map_or(0, |_| stages.now_ns());
        Lease { lease: admission.lease.clone(), renew_after_ms, renewed_ns, stages }
    }

    /// A lease that was left.
    pub fn left(lease: String, stages: S) -> Self {
        Lease { lease, renew_after_ms: None, renewed_ns: 0, stages }
    }

    /// Takes its name, by which it is settled later.
    pub fn leave(mut self) -> String {
        std::mem::take(&mut self.lease)
    }

    /// Waits for `work`, and renews the lease meanwhile.
    pub async fn keep<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            let Some(due_in_ms) = self.due_in_ms() else { return work.await };
            if let Some(output) = within(&self.stages, due_in_ms, work.as_mut()).await {
                return output;
            }
            self.renew().await;
        }
    }

    /// None: it needs no renewal.
    fn due_in_ms(&self) -> Option<u64> {
        let after_ms = self.renew_after_ms.filter(|_| !self.lease.is_empty())?;
        let age_ms = self.stages.now_ns().saturating_sub(self.renewed_ns) / NS_PER_MS;
        Some(after_ms.saturating_sub(age_ms))
    }

    async fn renew(&mut self) {
        self.renewed_ns = self.stages.now_ns();
        // A failed renewal is tried again; at last the lease lapses.
        if let Ok(lease) = self.stages.renew(self.lease.clone()).await {
            self.lease = lease;
        }
    }

    /// Replaces the reservation by the usage.
    pub async fn settle(self, outcome: Outcome, exchange: &mut Exchange<S>) {
        if self.lease.is_empty() {
            exchange.observe(Event::Settled(&told(outcome)));
            return;
        }
        match exchange.wait("settle", self.end(outcome)).await {
            Ok(settlement) => exchange.observe(Event::Settled(&settlement)),
            Err(fault) => {
                exchange.observe(Event::Settled(&told(outcome)));
                exchange.observe(Event::Unsettled(fault.private.unwrap_or(fault.public)));
            }
        }
    }

    /// As [`Lease::settle`], for what is not in the record.
    ///
    /// # Errors
    ///
    /// It cannot be settled, and lapses.
    pub async fn end(mut self, outcome: Outcome) -> Result<LeaseSettlement, postern_types::Fault> {
        let lease = std::mem::take(&mut self.lease);
        if lease.is_empty() {
            return Ok(told(outcome));
        }
        self.stages.settle(lease, outcome).await
    }
}

impl<S: Stages> Drop for Lease<S> {
    fn drop(&mut self) {
        if !self.lease.is_empty() {
            self.stages.abandoned(std::mem::take(&mut self.lease));
        }
    }
}

/// What the limiter was told, if it cannot say what it settled.
fn told(outcome: Outcome) -> LeaseSettlement {
    let usage = match outcome {
        Outcome::Completed(usage) | Outcome::Interrupted(usage) => Some(usage),
        Outcome::Unused | Outcome::Failed | Outcome::Reserved(_) => None,
    };
    LeaseSettlement { usage, limits: Vec::new() }
}

/// The outcome of an answered request: with the vendor's count, or with an estimate where the vendor has not counted
/// all.
pub fn answered(usage: Option<Usage>, so_far: impl FnOnce() -> Usage) -> Outcome {
    match usage {
        Some(usage) if !usage.estimated => Outcome::Completed(usage),
        _ => Outcome::Interrupted(so_far()),
    }
}

/// The outcome of a failed attempt; another replaces it unless it is the last.
pub fn failed(answered: bool, is_last: bool) -> Outcome {
    match (answered, is_last) {
        (true, is_last) => Outcome::Reserved(is_last),
        (false, true) => Outcome::Failed,
        (false, false) => Outcome::Unused,
    }
}

/// Asks for admission, which reserves the most that the request may use.
pub async fn admit<S: Stages>(
    call: &Call<'_>,
    target: &Target,
    exchange: &mut Exchange<S>,
) -> Result<Admission, Rejection> {
    let request = AdmissionRequest {
        caller: call.caller.clone(),
        deployment: target.deployment.clone(),
        metering: target.metering,
        client_ip: call.head.client_ip.clone(),
    };
    let stages = exchange.stages.clone();
    let admitted = stages.admit(request, call.prompt.clone());
    let admitted = exchange.wait("limiter", admitted).await;
    match &admitted {
        Ok(admission) => exchange.observe(Event::Admitted(admission)),
        Err(rejection) => exchange.observe(Event::Rejected(rejection.limit.as_deref())),
    }
    admitted
}

/// The headers for the client: the status of its limits, and warnings.
pub fn fields(admission: &mut Admission) -> Vec<(String, String)> {
    let mut fields = std::mem::take(&mut admission.headers);
    if !admission.warnings.is_empty() {
        // A claim's value may have any script; a header is ASCII.
        let warnings =
            admission.warnings.join(", ").replace(|c: char| !c.is_ascii_graphic() && c != ' ', "?");
        fields.push(("x-postern-limit-warning".to_owned(), warnings));
    }
    fields
}
