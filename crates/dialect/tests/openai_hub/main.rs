//! OpenAI's chat completions and the hub, both ways and both sides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod from_client;
mod from_vendor;
mod properties;
mod thoughts;
mod to_client;
mod to_vendor;

use postern_dialect::chat::{Answer, Collector, Event, Losses, Request};
use postern_dialect::{Dialect, Memo, ReadAnswer, Vendor, openai};
use postern_fault::Fault;
use serde_json::Value;

/// Decode a request that must be one, without losses.
fn decode(body: &str) -> Request {
    let (request, losses) = openai::decode(body).unwrap();
    assert_eq!(losses, Losses::default());
    request
}

/// The paths of what is lost.
fn paths(losses: &Losses) -> Vec<&str> {
    losses.0.iter().map(|loss| loss.path.as_str()).collect()
}

/// A conversation of these messages.
fn conversation(messages: &str) -> Request {
    decode(&format!(r#"{{"model":"m","messages":[{messages}]}}"#))
}

/// A model that thinks, of a vendor without quirks.
fn vendor() -> Vendor {
    Vendor { reasons: true, ..Vendor::new(Dialect::OpenAi, "upstream") }
}

fn encode(request: Request, vendor: &Vendor) -> (Value, Losses) {
    let mut losses = Losses::default();
    let spoken = openai::encode_chat(request, vendor, &mut losses, &mut Memo::default()).unwrap();
    (serde_json::from_str(&spoken.body).unwrap(), losses)
}

/// The events of a stream's data, the end included.
fn events(data: &[&str]) -> Result<Vec<Event>, Fault> {
    let mut reader = openai::Reader::new(&Memo::default());
    let mut events = Vec::new();
    for data in data {
        reader.event(None, data, &mut events)?;
    }
    reader.end(&mut events)?;
    Ok(events)
}

fn collect(events: Vec<Event>) -> Answer {
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    collector.finish()
}

fn read(data: &[&str]) -> Answer {
    collect(events(data).unwrap())
}
