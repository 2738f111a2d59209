//! Carries a body to the client. The one pump: a write waits until the client's side takes it, the next read waits for
//! the write, and so a slow client slows the vendor.

use crate::answer::Streamed;
use crate::exchange::Exchange;
use postern_dialect::openai;
use spin_sdk::wit_bindgen::rt::async_support::StreamWriter;

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
            match streamed.next().await {
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

/// False: the client has left.
async fn write(client: &mut StreamWriter<u8>, part: String, exchange: &mut Exchange) -> bool {
    exchange.record.sent(part.len());
    client.write_all(part.into_bytes()).await.is_empty()
}
