//! What a request may use: reserved by `limiter` before it is sent, renewed while it lives, settled when it has ended.

use crate::attempt::Call;
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::stages::limiter::{self, Admitted, Refused, Settlement, Wish};
use postern_contract::clock::within;
use postern_contract::types::{Target, Usage};
use spin_sdk::wasip3::clocks::monotonic_clock::now;
use std::future::Future;
use std::pin::pin;

const NS_PER_MS: u64 = 1_000_000;

/// What is reserved for a request. Dropped without being settled it lapses by itself, after a minute or two.
#[derive(Default)]
pub struct Reservation {
    /// Empty: nothing is reserved, or it is settled.
    ticket: String,
    renew_after_ms: Option<u64>,
    renewed_ns: u64,
}

impl Reservation {
    /// What was admitted.
    pub fn of(admitted: &Admitted) -> Self {
        Reservation {
            ticket: admitted.ticket.clone(),
            renew_after_ms: admitted.renew_after_ms.map(u64::from),
            renewed_ns: now(),
        }
    }

    /// Wait for `work`, and keep what is reserved meanwhile.
    pub async fn keep<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            let Some(due_in_ms) = self.due_in_ms() else { return work.await };
            if let Some(output) = within(due_in_ms, work.as_mut()).await {
                return output;
            }
            self.renew().await;
        }
    }

    /// None: it need not be renewed.
    fn due_in_ms(&self) -> Option<u64> {
        let after_ms = self.renew_after_ms.filter(|_| !self.ticket.is_empty())?;
        let age_ms = now().saturating_sub(self.renewed_ns) / NS_PER_MS;
        Some(after_ms.saturating_sub(age_ms))
    }

    async fn renew(&mut self) {
        self.renewed_ns = now();
        // What could not be renewed is tried again, and lapses at last.
        if let Ok(ticket) = limiter::renew(self.ticket.clone()).await {
            self.ticket = ticket;
        }
    }

    /// Put what was used in its place. Settled once; more is nothing.
    pub async fn settle(&mut self, settlement: Settlement, exchange: &mut Exchange) {
        let ticket = std::mem::take(&mut self.ticket);
        if ticket.is_empty() {
            return;
        }
        let settled = limiter::settle(ticket, settlement);
        if let Err(fault) = exchange.wait("settle", settled).await {
            exchange.record.unsettled(fault.private.unwrap_or(fault.public));
        }
    }
}

/// What became of a request that a vendor has answered: what it counted, or what is known of an answer that it has not
/// counted, or not wholly.
pub fn used(usage: Option<Usage>, so_far: impl FnOnce() -> Usage) -> Settlement {
    match usage {
        Some(usage) if !usage.estimated => Settlement::Used(usage),
        _ => Settlement::CutShort(so_far()),
    }
}

/// May it be sent there? Reserves what it may use.
pub async fn admit(
    call: &Call<'_>,
    target: &Target,
    exchange: &mut Exchange,
) -> Result<Admitted, Refused> {
    let wish = Wish {
        caller: call.caller.clone(),
        facts: call.facts.clone(),
        target: target.clone(),
        client_ip: call.head.client_ip.clone(),
        texts: call.texts.to_vec(),
    };
    let admitted = exchange.wait("limiter", limiter::admit(wish, call.body.to_owned())).await;
    match &admitted {
        Ok(admitted) => exchange.record.admitted(admitted),
        Err(refused) => exchange.record.not_admitted(refused.limit.as_deref()),
    }
    admitted
}

/// For the client: how its limits stand, and of which little is left.
pub fn fields(admitted: &mut Admitted) -> Vec<(String, String)> {
    let mut fields = std::mem::take(&mut admitted.headers);
    if !admitted.warnings.is_empty() {
        // A claim's value may be of any script; a header is ASCII.
        let warnings =
            admitted.warnings.join(", ").replace(|c: char| !c.is_ascii_graphic() && c != ' ', "?");
        fields.push(("x-postern-limit-warning".to_owned(), warnings));
    }
    fields
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        let Refused { fault, headers, downgrade_to, .. } = refused;
        let downgrade_to = downgrade_to.map(String::into_boxed_str);
        Refusal { fields: headers, downgrade_to, ..fault.into() }
    }
}
