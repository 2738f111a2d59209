//! Carries a body to the client. The one pump: a write waits until the client's side takes it, the next read waits for
//! the write, and so a slow client slows the vendor.

use crate::answer::Streamed;
use crate::exchange::Exchange;
use crate::limits::{self, Reservation};
use crate::stages::limiter::Settlement;
use postern_contract::clock::within;
use postern_dialect::translate;
use postern_fault::Fault;
use spin_sdk::wit_bindgen::rt::async_support::StreamWriter;
use std::pin::pin;

/// A comment, which clients skip (WHATWG HTML, 9.2.6). That a client has left shows only in a write; and what stands
/// between us and it cuts connections that are silent for long.
const COMMENT: &str = ": \n\n";

/// Models think for seconds between events; proxies cut after 30 or 60.
const COMMENT_AFTER_MS: u64 = 5_000;

/// A client that takes nothing for ten minutes does not read any more; its vendor's connection is worth more.
const STALLED_MS: u64 = 600_000;

/// Write `first`, then what is still arriving, then the record. Ends when the client has all, or has left: dropping
/// `streamed` then cancels the vendor's work.
pub async fn run(
    client: StreamWriter<u8>,
    first: String,
    mut streamed: Option<Streamed>,
    exchange: Exchange,
) {
    let reservation = streamed.as_mut().map(|streamed| std::mem::take(&mut streamed.reservation));
    let mut pump = Pump { client, reservation: reservation.unwrap_or_default(), exchange };
    let mut end = pump.begin(first, streamed.as_ref()).await;
    if let (Some(streamed), End::Complete) = (&mut streamed, &end) {
        end = pump.carry(streamed).await;
    }
    if let Some(streamed) = &streamed {
        pump.exchange.record.usage(streamed.usage, streamed.price.as_ref());
        if !streamed.is_done() {
            // What ends early has used what was generated up to then.
            let used = Settlement::CutShort(streamed.so_far());
            pump.reservation.settle(used, &mut pump.exchange).await;
        }
    }
    let Pump { client, mut exchange, .. } = pump;
    drop(client);
    match &end {
        End::Complete => {}
        End::ClientGone => exchange.record.client_gone(),
        End::Cut(fault) => {
            exchange.record.said_by_vendor(fault);
            exchange.record.fault(fault);
        }
    }
    exchange.finish();
    if let (Some(mut streamed), End::Complete) = (streamed, end) {
        streamed.rest().await;
    }
}

/// How a body ended.
enum End {
    Complete,
    ClientGone,
    Cut(Fault),
}

/// Where a body goes, and what is held until it is there.
struct Pump {
    client: StreamWriter<u8>,
    reservation: Reservation,
    exchange: Exchange,
}

impl Pump {
    async fn begin(&mut self, first: String, streamed: Option<&Streamed>) -> End {
        if let Some(streamed) = streamed {
            self.settle_if_done(streamed).await;
        }
        match self.write(first).await {
            true => End::Complete,
            false => End::ClientGone,
        }
    }

    /// Carry part after part until the vendor has no more, or one side breaks off.
    async fn carry(&mut self, streamed: &mut Streamed) -> End {
        loop {
            match self.next(streamed).await {
                Some(Ok(Some(part))) => {
                    self.settle_if_done(streamed).await;
                    if !self.write(part).await {
                        return End::ClientGone;
                    }
                }
                Some(Ok(None)) => {
                    self.settle_if_done(streamed).await;
                    return End::Complete;
                }
                Some(Err(fault)) => {
                    // The client's dialect has an event for this; no end marker follows it.
                    let event = translate::error::event(self.exchange.client, &fault);
                    self.write(event).await;
                    return End::Cut(fault);
                }
                None => return End::ClientGone,
            }
        }
    }

    /// Before the client has the last part: it may send its next request as soon as it has that.
    async fn settle_if_done(&mut self, streamed: &Streamed) {
        if streamed.is_done() {
            let used = limits::used(streamed.usage, || streamed.so_far());
            self.reservation.settle(used, &mut self.exchange).await;
        }
    }

    /// The next part of the answer; none if the client has left while the vendor was silent.
    async fn next(&mut self, streamed: &mut Streamed) -> Option<Result<Option<String>, Fault>> {
        // One future for however many comments: dropping a read could lose what it had already taken.
        let mut next = pin!(streamed.next());
        loop {
            let part = within(COMMENT_AFTER_MS, next.as_mut());
            if let Some(part) = self.reservation.keep(part).await {
                return Some(part);
            }
            if !self.write(COMMENT.to_owned()).await {
                return None;
            }
        }
    }

    /// False: the client has left, or has not taken anything for so long that it might as well have.
    async fn write(&mut self, part: String) -> bool {
        self.exchange.record.sent(part.len());
        let left = within(STALLED_MS, self.client.write_all(part.into_bytes()));
        self.reservation.keep(left).await.is_some_and(|left| left.is_empty())
    }
}
