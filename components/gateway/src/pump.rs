//! Carries a body to the client. The one pump: a write waits until the client's side takes it, the next read waits for
//! the write, and so a slow client slows the vendor.

use crate::answer::Streamed;
use crate::exchange::Exchange;
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
    mut client: StreamWriter<u8>,
    first: String,
    mut streamed: Option<Streamed>,
    mut exchange: Exchange,
) {
    let mut end = match write(&mut client, first, &mut exchange).await {
        true => End::Complete,
        false => End::ClientGone,
    };
    if let (Some(streamed), End::Complete) = (&mut streamed, &end) {
        end = carry(streamed, &mut client, &mut exchange).await;
        exchange.record.usage(streamed.usage, streamed.price.as_ref());
    }
    drop(client);
    match &end {
        End::Complete => {}
        End::ClientGone => exchange.record.client_gone(),
        End::Cut(fault) => exchange.record.fault(fault),
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

/// Carry part after part until the vendor has no more, or one side breaks off.
async fn carry(
    streamed: &mut Streamed,
    client: &mut StreamWriter<u8>,
    exchange: &mut Exchange,
) -> End {
    loop {
        match next(streamed, client, exchange).await {
            Some(Ok(Some(part))) => {
                if !write(client, part, exchange).await {
                    return End::ClientGone;
                }
            }
            Some(Ok(None)) => return End::Complete,
            Some(Err(fault)) => {
                // The client's dialect has an event for this; no end marker follows it.
                let event = translate::error::event(exchange.client, &fault);
                write(client, event, exchange).await;
                return End::Cut(fault);
            }
            None => return End::ClientGone,
        }
    }
}

/// The next part of the answer; none if the client has left while the vendor was silent.
async fn next(
    streamed: &mut Streamed,
    client: &mut StreamWriter<u8>,
    exchange: &mut Exchange,
) -> Option<Result<Option<String>, Fault>> {
    // One future for however many comments: dropping a read could lose what it had already taken.
    let mut next = pin!(streamed.next());
    loop {
        if let Some(part) = within(COMMENT_AFTER_MS, next.as_mut()).await {
            return Some(part);
        }
        if !write(client, COMMENT.to_owned(), exchange).await {
            return None;
        }
    }
}

/// False: the client has left, or has not taken anything for so long that it might as well have.
async fn write(client: &mut StreamWriter<u8>, part: String, exchange: &mut Exchange) -> bool {
    exchange.record.sent(part.len());
    let left = within(STALLED_MS, client.write_all(part.into_bytes())).await;
    left.is_some_and(|left| left.is_empty())
}
