//! Carries a body to the client. The one pump: a write waits for the client's side, the next read waits for the write,
//! and so a slow client slows the vendor.

use crate::answer::Streamed;
use crate::exchange::Exchange;
use crate::found::Direction;
use crate::late::Late;
use crate::lease::{self, Lease};
use crate::opinion;
use crate::record::Event;
use crate::stages::{Client, Stages};
use crate::within::within;
use futures::future::join;
use postern_dialect::responses::failed::Sequence;
use postern_dialect::{Dialect, translate};
use postern_fault::Fault;
use postern_types::limiter::Outcome;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

/// A comment, which clients skip (WHATWG HTML, 9.2.6). A leaving client shows only in a write, and proxies on the way
/// cut connections that are silent for long. No empty line follows it: at one, older official SDKs hand out an event
/// without data (`openai-go`, pull request 621; `openai-python`, issue 2722).
const COMMENT: &str = ": \n";

/// Models think for seconds between events; proxies cut after 30 or 60 s.
const COMMENT_AFTER_MS: u64 = 5_000;

/// A client that takes nothing for ten minutes does not read any more; its vendor's connection is needed elsewhere.
pub const STALLED_MS: u64 = 600_000;

/// Writes `first`, then what is still arriving, then the record. Ends when the client has all, or has left: dropping
/// `streamed` then cancels the vendor's work.
pub async fn run<S: Stages, C: Client>(
    client: C,
    first: Vec<u8>,
    mut streamed: Option<Streamed<S>>,
    mut exchange: Exchange<S>,
) {
    let afterwards = exchange.afterwards.take();
    let lease = streamed.as_mut().and_then(|streamed| streamed.lease.take());
    let sequence = (exchange.client == Dialect::Responses).then(Sequence::default);
    let mut pump = Pump { client, lease, exchange, sequence };
    let mut end = pump.begin(first, streamed.as_mut()).await;
    // Other requests need not fail where this one did; this one does not wait for that.
    let (failures, stages) = (pump.exchange.failures(), pump.exchange.stages.clone());
    let telling = async {
        if let Some(failures) = failures {
            stages.observe(failures).await;
        }
    };
    match (&mut streamed, &end) {
        (Some(streamed), End::Complete) => (end, ()) = join(pump.carry(streamed), telling).await,
        _ => telling.await,
    }
    if let Some(streamed) = &mut streamed {
        pump.exchange.found(streamed.take_findings(), Direction::Answer);
        let (usage, price) = (streamed.usage, streamed.price.as_ref());
        pump.exchange.observe(Event::Used(usage, price));
        pump.exchange.observe(Event::Unbound(streamed.unbound.clone()));
        pump.exchange.asked(&streamed.take_asked(), Direction::Answer);
        opinion::settle_left(&mut pump.exchange).await;
        // An answer that ends early has used what was generated so far, if that is known.
        pump.settle(|| streamed.cut_short()).await;
    }
    let is_sound = streamed.as_ref().is_some_and(Streamed::is_sound);
    let Pump { mut client, mut exchange, .. } = pump;
    if is_sound && matches!(end, End::Cut(_)) {
        client.cut().await;
    }
    drop(client);
    match &end {
        End::Complete => exchange.observe(Event::Completed),
        End::ClientGone => exchange.observe(Event::ClientGone),
        End::Cut(fault) => {
            exchange.observe(Event::SaidByVendor(fault));
            exchange.observe(Event::Failed(fault));
        }
    }
    exchange.end().await;
    if let (Some(mut streamed), End::Complete) = (streamed, end)
        && !streamed.is_stopped()
    {
        streamed.rest().await;
    }
    if let Some(afterwards) = afterwards {
        afterwards.await;
    }
}

/// The end of a body.
enum End {
    Complete,
    ClientGone,
    Cut(Fault),
}

/// The client of a body, and the lease until its end.
struct Pump<S: Stages, C> {
    client: C,
    lease: Option<Lease<S>>,
    exchange: Exchange<S>,
    /// The numbers of a stream of Responses.
    sequence: Option<Sequence>,
}

impl<S: Stages, C: Client> Pump<S, C> {
    async fn begin(&mut self, first: Vec<u8>, streamed: Option<&mut Streamed<S>>) -> End {
        let written = match streamed {
            Some(streamed) => self.settle_if_done(streamed, first.len()).await,
            // Of a refusal: there is nothing else to refuse.
            None => {
                let _ = self.exchange.write_record(&[Event::Sent(first.len())]).await;
                Ok(())
            }
        };
        if let Err(fault) = written {
            self.fail(&fault).await;
            return End::Cut(fault);
        }
        match self.write(first).await {
            true => End::Complete,
            false => End::ClientGone,
        }
    }

    /// Carries part after part until the vendor's answer ends, or one side breaks off.
    async fn carry(&mut self, streamed: &mut Streamed<S>) -> End {
        loop {
            match self.next(streamed).await {
                Some(Ok(part)) => {
                    let bytes = part.as_ref().map_or(0, Vec::len);
                    if let Err(fault) = self.settle_if_done(streamed, bytes).await {
                        self.fail(&fault).await;
                        return End::Cut(fault);
                    }
                    // What has left is not valid, so its end does not follow.
                    if let Some(fault) = streamed.refused() {
                        self.fail(&fault).await;
                        return End::Cut(fault);
                    }
                    let Some(part) = part else { return End::Complete };
                    if !self.write(part).await {
                        return End::ClientGone;
                    }
                }
                Some(Err(fault)) => {
                    // The client's dialect has an event for this; no end marker follows it. Sound has none, and breaks off.
                    if !streamed.is_sound() {
                        self.fail(&fault).await;
                    }
                    return End::Cut(fault);
                }
                None => return End::ClientGone,
            }
        }
    }

    /// The client's dialect says that the stream has failed.
    async fn fail(&mut self, fault: &Fault) {
        let event = match &self.sequence {
            Some(sequence) => sequence.failed(fault),
            None => translate::error::event(self.exchange.client, fault),
        };
        self.write(event.into_bytes()).await;
    }

    /// Before the client has the last part: it may send its next request at once. Its record is written then, if policy wants that.
    async fn settle_if_done(
        &mut self,
        streamed: &mut Streamed<S>,
        bytes: usize,
    ) -> Result<(), Fault> {
        if streamed.is_stopped() {
            self.settle(|| streamed.cut_short()).await;
        } else if streamed.is_done() {
            self.settle(|| lease::answered(streamed.usage, || streamed.so_far())).await;
        } else {
            return Ok(());
        }
        // What is not valid is refused with a fault of its own.
        if streamed.refused().is_some() {
            return Ok(());
        }
        self.exchange.found(streamed.take_findings(), Direction::Answer);
        let used = Event::Used(streamed.usage, streamed.price.as_ref());
        self.exchange.write_record(&[used, Event::Sent(bytes)]).await
    }

    /// Settles the lease, once.
    async fn settle(&mut self, outcome: impl FnOnce() -> Outcome) {
        if let Some(lease) = self.lease.take() {
            lease.settle(outcome(), &mut self.exchange).await;
        }
    }

    /// The next part of the answer; none if the client has left while the vendor was silent.
    async fn next(&mut self, streamed: &mut Streamed<S>) -> Option<Result<Option<Vec<u8>>, Fault>> {
        let stages = self.exchange.stages.clone();
        if streamed.is_sound() {
            return Some(keep(&mut self.lease, streamed.next()).await);
        }
        let late = streamed.late();
        // One future for however many comments: dropping a read could lose what it had already taken.
        let mut next = pin!(streamed.next());
        loop {
            let part = within(&stages, COMMENT_AFTER_MS, or_late(next.as_mut(), &late));
            let part = match keep(&mut self.lease, part).await {
                Some(Arrived::Part(part)) => {
                    // What was held back leaves before what came after it.
                    let text = late.take();
                    return match text.is_empty() || self.write(text.into_bytes()).await {
                        true => Some(part),
                        false => None,
                    };
                }
                Some(Arrived::Late(text)) => text.into_bytes(),
                None => COMMENT.into(),
            };
            if !self.write(part).await {
                return None;
            }
        }
    }

    /// False: the client has left, or has not taken anything for so long that it might as well have.
    async fn write(&mut self, part: Vec<u8>) -> bool {
        self.exchange.observe(Event::Sent(part.len()));
        if let (Some(sequence), Ok(events)) = (&mut self.sequence, str::from_utf8(&part)) {
            sequence.see(events);
        }
        let written = self.client.write(part);
        let written = within(&self.exchange.stages, STALLED_MS, written);
        keep(&mut self.lease, written).await == Some(true)
    }
}

/// What is there for the client.
enum Arrived<T> {
    Part(T),
    Late(String),
}

/// The next part, or text that was held back before it.
async fn or_late<T>(mut next: Pin<&mut impl Future<Output = T>>, late: &Late) -> Arrived<T> {
    poll_fn(|context| {
        if let Poll::Ready(text) = late.poll(context) {
            return Poll::Ready(Arrived::Late(text));
        }
        next.as_mut().poll(context).map(Arrived::Part)
    })
    .await
}

/// Wait for `work`, and keep what is reserved meanwhile.
async fn keep<S: Stages, T>(lease: &mut Option<Lease<S>>, work: impl Future<Output = T>) -> T {
    match lease {
        Some(lease) => lease.keep(work).await,
        None => work.await,
    }
}
