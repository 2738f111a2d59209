//! Carries a body to the client. The one pump: a write waits until the client's side takes it, the next read waits for
//! the write, and so a slow client slows the vendor.

use crate::answer::Streamed;
use crate::exchange::Exchange;
use futures::future::{Either, select};
use postern_dialect::openai;
use postern_fault::Fault;
use spin_sdk::wasip3::clocks::monotonic_clock::wait_for;
use spin_sdk::wit_bindgen::rt::async_support::StreamWriter;
use std::pin::pin;

/// A comment, which clients skip (WHATWG HTML, 9.2.6). That a client has left shows only in a write; and what stands
/// between us and it cuts connections that are silent for long.
const COMMENT: &str = ": \n\n";

/// Models think for seconds between events; proxies cut after 30 or 60.
const COMMENT_AFTER_NS: u64 = 5_000_000_000;

/// Write `first`, then what is still arriving, then the record. Ends when the client has all, or has left: dropping
/// `streamed` then cancels the vendor's work.
pub async fn run(
    mut client: StreamWriter<u8>,
    first: String,
    streamed: Option<Streamed>,
    mut exchange: Exchange,
) {
    let mut there = write(&mut client, first, &mut exchange).await;
    if let Some(mut streamed) = streamed {
        while there {
            let Some(next) = next(&mut streamed, &mut client, &mut exchange).await else {
                there = false;
                break;
            };
            match next {
                Ok(Some(part)) => there = write(&mut client, part, &mut exchange).await,
                Ok(None) => break,
                Err(fault) => {
                    exchange.record.fault(&fault);
                    // The client's dialect has an event for this; no end marker follows it.
                    write(&mut client, openai::error::event(&fault), &mut exchange).await;
                    break;
                }
            }
        }
        exchange.record.usage(streamed.usage);
    }
    drop(client);
    if !there {
        exchange.record.client_gone();
    }
    exchange.finish();
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
        let pause = pin!(async { wait_for(COMMENT_AFTER_NS).await });
        match select(next.as_mut(), pause).await {
            Either::Left((part, _)) => return Some(part),
            Either::Right(_) => {
                if !write(client, COMMENT.to_owned(), exchange).await {
                    return None;
                }
            }
        }
    }
}

/// False: the client has left.
async fn write(client: &mut StreamWriter<u8>, part: String, exchange: &mut Exchange) -> bool {
    exchange.record.sent(part.len());
    client.write_all(part.into_bytes()).await.is_empty()
}
