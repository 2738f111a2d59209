//! A stream whose head leaves before its first event, if `[response] early_head_after_ms` asks for it.
//!
//! A guest sees that its client has left only by a failed write, and there is nothing to write before the head. Proxies cut
//! connections that are silent for long. With an early head the client is written to while the vendors are tried: another
//! deployment may still answer, a fault becomes the dialect's error event, and a failed write ends what was asked for the
//! client.

use crate::answer::Answer;
use crate::attempt::early::Early;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::opinion;
use crate::own_headers;
use crate::pump::{self, STALLED_MS};
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::{Client, Stages};
use crate::within::within;
use futures::future::{Either, select};
use postern_dialect::{Dialect, Operation, translate};
use postern_fault::{Fault, Kind};
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};

/// How often a client is written to that waits for its first event. A client that leaves is seen at the next write, and
/// proxies cut after 30 s of silence and more.
const BEAT_MS: u64 = 2_000;

/// How long the end of a request may take whose client has left: the settlement of its lease.
const LEAVING_MS: u64 = 2_000;

const NS_PER_MS: u64 = 1_000_000;

/// The content type of every dialect's stream.
const EVENTS: &str = "text/event-stream; charset=utf-8";

/// A request until its answer begins, or is refused.
pub type Work<S> = Pin<Box<dyn Future<Output = Answered<S>>>>;

/// What the work leads to.
pub type Answered<S> = (Result<Answer<S>, Refusal>, Exchange<S>);

/// From here on the head of a stream may leave early: the guardrail has passed the request, and what is left is to find a
/// deployment that answers.
pub fn arm<S: Stages>(call: &Call<'_>, exchange: &mut Exchange<S>) {
    let Some(early) = exchange.early.clone() else { return };
    let is_chat = matches!(call.facts.operation, Operation::Chat | Operation::Completions);
    // Before a repair it has been armed.
    let Some(after_ms) = call.policy.early_head_after_ms else { return };
    if !is_chat || !call.facts.stream || early.is_armed() {
        return;
    }
    let mut fields = vec![("content-type".to_owned(), EVENTS.to_owned())];
    let notices = exchange.notices.clone();
    own_headers::add(&mut fields, exchange);
    exchange.notices = notices;
    let due_ns = exchange.started_ns.saturating_add(after_ms.saturating_mul(NS_PER_MS));
    early.arm(due_ns, fields);
}

/// What became of the request when its head has to leave.
pub enum Begun<S: Stages> {
    Answered(Box<Answered<S>>),
    /// Its head leaves early, with these fields.
    Waiting(Vec<(String, String)>, Waiting<S>),
}

/// Waits for the answer, or until the head leaves without it.
pub async fn begin<S: Stages>(work: Work<S>, early: Early, client: Dialect, stages: S) -> Begun<S> {
    let (fields, work) = match select(work, pin!(early.due(&stages))).await {
        Either::Left((answered, _)) => return Begun::Answered(Box::new(answered)),
        Either::Right(due) => due,
    };
    Begun::Waiting(fields, Waiting { work, early, client, stages })
}

/// A stream whose head has left, and whose answer has not begun.
pub struct Waiting<S: Stages> {
    work: Work<S>,
    early: Early,
    client: Dialect,
    stages: S,
}

impl<S: Stages> Waiting<S> {
    /// Writes to the client until the answer begins, then the answer.
    pub async fn send(self, mut client: impl Client) {
        let Waiting { mut work, early, client: dialect, stages } = self;
        let beat = translate::waiting(dialect);
        let mut pause_ms = 0;
        let (result, exchange) = loop {
            let pause = stages.sleep(pause_ms);
            pause_ms = BEAT_MS;
            let is_writing = Cell::new(false);
            let written = pin!(async {
                pause.await;
                is_writing.set(true);
                let written = client.write(beat.into());
                within(&stages, STALLED_MS, written).await == Some(true)
            });
            match select(&mut work, written).await {
                Either::Left((answered, written)) => {
                    // Half a comment would spoil what follows.
                    if is_writing.get() && !written.await {
                        return leave(answered).await;
                    }
                    break answered;
                }
                Either::Right((true, _)) => {}
                Either::Right((false, _)) => {
                    early.leave();
                    if let Some(answered) = within(&stages, LEAVING_MS, work.as_mut()).await {
                        leave(answered).await;
                    }
                    return;
                }
            }
        };
        finish(result, exchange, client).await;
    }
}

/// The end of a request whose client has left before its first event. Nothing is written after a write that failed.
async fn leave<S: Stages>((result, mut exchange): Answered<S>) {
    match result {
        Ok(mut answer) => {
            settle(&mut answer, &mut exchange).await;
            exchange.observe(Event::Answered(answer.status));
        }
        Err(refusal) => exchange.observe(Event::Failed(&refusal.fault)),
    }
    opinion::settle_left(&mut exchange).await;
    exchange.observe(Event::ClientGone);
    exchange.end().await;
}

/// Settles what a stream has reserved that no one gets.
async fn settle<S: Stages>(answer: &mut Answer<S>, exchange: &mut Exchange<S>) {
    if let Some(streamed) = &mut answer.streamed
        && let Some(lease) = streamed.lease.take()
    {
        exchange.observe(Event::Used(streamed.usage, streamed.price.as_ref()));
        lease.settle(streamed.cut_short(), exchange).await;
    }
}

/// The answer, after its head.
async fn finish<S: Stages>(
    result: Result<Answer<S>, Refusal>,
    mut exchange: Exchange<S>,
    client: impl Client,
) {
    exchange.observe(Event::Answered(200));
    let fault = match result {
        Ok(answer) if is_stream(&answer) => {
            return pump::run(client, answer.body, answer.streamed, exchange).await;
        }
        // Its body would not be events.
        Ok(mut answer) => {
            settle(&mut answer, &mut exchange).await;
            Fault::new(Kind::UpstreamInvalid, "the provider answered without a stream")
        }
        Err(refusal) => refusal.fault,
    };
    exchange.observe(Event::Failed(&fault));
    let event = translate::error::event(exchange.client, &fault);
    pump::run(client, event.into_bytes(), None, exchange).await;
}

fn is_stream<S: Stages>(answer: &Answer<S>) -> bool {
    let media_type = answer.content_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("text/event-stream")
}
