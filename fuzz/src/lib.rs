//! The bodies of the fuzz targets: one for every decoder and framer, and for the guardrail (`guardrail.rs`).
//!
//! A body takes any bytes and panics if what must always hold does not. The last byte says how the rest is cut, since
//! nothing may depend on how a stream is cut: a fixture, which ends in a line feed, is an input as it stands. The bodies
//! are plain functions, so that a test of the dialect's crate (`crates/dialect/tests/fuzz`) runs them too, without a
//! fuzzer.

// The dialects' test includes this file, and does not depend on the guardrail.
#[cfg(not(test))]
pub mod guardrail;
mod translation;

use postern_dialect::chat::{Answer, Collector, Event, Losses, Request};
use postern_dialect::translate;
use postern_dialect::{
    Context, Decoded, Dialect, Memo, Operation, ReadAnswer, Spoken, Vendor, WriteAnswer, anthropic,
    bedrock, cohere, google, openai, responses,
};
use postern_event_stream::Parser;
use postern_event_stream::aws::Unframer;
use postern_fault::Fault;
use serde_json::Value;
use std::borrow::Cow;

pub use translation::{translate_answer, translate_request};

/// Makes a program of a body: for libFuzzer under `cargo fuzz`, else one that runs the files it is given.
#[macro_export]
macro_rules! target {
    ($($body:ident)::+) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::$($body)::+(data));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for path in std::env::args().skip(1) {
                $crate::$($body)::+(&std::fs::read(path)?);
            }
            Ok(())
        }
    };
}

/// A client's dialect: what it decodes, every vendor's encoder takes.
macro_rules! clients {
    ($($body:ident: $($module:ident)::+;)+) => {$(
        #[doc = concat!("Requests of `", stringify!($($module)::+), "`.")]
        pub fn $body(data: &[u8]) {
            let (_, text) = split(data);
            if let Ok((request, _)) = postern_dialect::$($module)::+::decode(&text) {
                encode_for_all(&request);
            }
        }
    )+};
}

/// A vendor's dialect: its answers whole, in events however they are cut, and its errors.
macro_rules! vendors {
    ($($body:ident: $module:ident;)+) => {$(
        #[doc = concat!("Answers of `", stringify!($module), "`.")]
        pub fn $body(data: &[u8]) {
            let (size, text) = split(data);
            if let Ok(answer) = postern_dialect::$module::read_whole(&text) {
                write_for_all(answer);
            }
            let status = u16::try_from(400 + size).unwrap_or(500);
            let _ = postern_dialect::$module::explain(status, &[], &text);
            let read = |pieces: &[&str]| {
                read_stream(postern_dialect::$module::Reader::new(&Memo::default()), pieces)
            };
            let (events, end) = read(&[&text]);
            let cut = read(&pieces(&text, size));
            assert_eq!((&events, &end), (&cut.0, &cut.1));
            check_order(&events, end.is_ok());
            write_for_all(collect(events));
        }
    )+};
}

clients! {
    openai_chat_request: openai;
    completions_request: openai::completions;
    responses_request: responses;
    anthropic_request: anthropic;
}

vendors! {
    openai_chat_answer: openai;
    responses_answer: responses;
    anthropic_answer: anthropic;
    bedrock_answer: bedrock;
    google_answer: google;
    cohere_answer: cohere;
}

/// The encoders of all vendors.
const ENCODERS: &[(Dialect, Encode)] = &[
    (Dialect::OpenAi, openai::encode_chat),
    (Dialect::Responses, responses::encode),
    (Dialect::Anthropic, anthropic::encode),
    (Dialect::Bedrock, bedrock::encode),
    (Dialect::Google, google::encode),
    (Dialect::Cohere, cohere::encode),
];

type Body = fn(&[u8]);
type Write = fn(Context) -> Box<dyn WriteAnswer>;
type Encode = fn(Request, &Vendor, &mut Losses, &mut Memo) -> Result<Spoken, Fault>;

/// The writers of all clients.
const WRITERS: &[Write] = &[
    |context| Box::new(openai::Writer::new(context)),
    |context| Box::new(openai::completions::Writer::new(context)),
    |context| Box::new(responses::Writer::new(context)),
    |context| Box::new(anthropic::Writer::new(context)),
];

/// All bodies by the names of their targets, for runs without a fuzzer.
pub const BODIES: &[(&str, Body)] = &[
    ("server_sent", server_sent),
    ("aws", aws),
    ("openai_request", openai_request),
    ("openai_answer", openai_answer),
    ("openai_chat_request", openai_chat_request),
    ("openai_chat_answer", openai_chat_answer),
    ("completions_request", completions_request),
    ("responses_request", responses_request),
    ("responses_answer", responses_answer),
    ("anthropic_request", anthropic_request),
    ("anthropic_answer", anthropic_answer),
    ("bedrock_answer", bedrock_answer),
    ("google_answer", google_answer),
    ("cohere_answer", cohere_answer),
    ("translate_request", translate_request),
    ("translate_answer", translate_answer),
];

/// Server-sent events: every byte comes out once and in order, and events are the same however they are cut.
pub fn server_sent(data: &[u8]) {
    let (size, text) = split(data);
    let events = |pieces: &[&str]| {
        let mut events = Vec::new();
        each_event(pieces, |raw, name, data| {
            events.push((raw.to_owned(), name.map(str::to_owned), data.map(str::to_owned)));
            Ok::<(), Fault>(())
        })
        .map(|()| events)
    };
    let whole = events(&[&text]);
    assert_eq!(whole, events(&pieces(&text, size)));
    let raw: String = whole.into_iter().flatten().map(|(raw, ..)| raw).collect();
    assert_eq!(raw, text);
}

/// Amazon's frames: what comes out before the first that cannot be read is the same however they are cut.
pub fn aws(data: &[u8]) {
    let (size, bytes) = data.split_last().map_or((1, data), |(size, bytes)| (*size, bytes));
    let unframed = |chunks: &mut dyn Iterator<Item = &[u8]>| {
        let (mut unframer, mut text) = (Unframer::new(MAX_EVENT_BYTES), String::new());
        for chunk in chunks {
            match unframer.push(chunk) {
                Ok(more) => text += &more,
                Err(_) => return (text, false),
            }
        }
        (text, unframer.finish().is_ok())
    };
    let (whole, whole_ended) = unframed(&mut std::iter::once(bytes));
    let (cut, cut_ended) = unframed(&mut bytes.chunks(usize::from(size).max(1)));
    assert_eq!(whole_ended, cut_ended);
    // A push of everything at once returns a bad frame's error in place of the good frames before it.
    assert!(whole == cut || (!whole_ended && cut.starts_with(&whole)));
}

/// The JSON scanner, by way of the requests that it reads: what any reader takes is JSON, and
/// its segments are in order, insides of strings or JSON.
pub fn openai_request(data: &[u8]) {
    let (_, text) = split(data);
    let read = [
        translate::read(Dialect::OpenAi, Operation::Chat, &text),
        translate::read(Dialect::OpenAi, Operation::Embeddings, &text),
        translate::read(Dialect::OpenAi, Operation::Completions, &text),
        translate::read(Dialect::Responses, Operation::Chat, &text),
        translate::read(Dialect::Anthropic, Operation::Chat, &text),
        translate::read(Dialect::Cohere, Operation::Rerank, &text),
    ];
    for request in read.into_iter().flatten() {
        let body: Value = match serde_json::from_str(&text) {
            Ok(body) => body,
            // The reader leaves numbers to the vendor.
            Err(error) if error.to_string().contains("out of range") => continue,
            Err(error) => panic!("what is read is JSON: {error}"),
        };
        assert_eq!(body["model"], request.facts.model.as_str());
        let mut end = 0;
        for segment in &request.segments {
            assert!(end <= segment.span.start, "segments are in order");
            end = segment.span.end;
            let raw = segment.raw(&text).expect("a segment is within the body");
            let (open, close) = if segment.is_json_string { ("\"", "\"") } else { ("[", "]") };
            serde_json::from_str::<Value>(&format!("{open}{raw}{close}"))
                .expect("a string or JSON");
        }
    }
}

/// OpenAI's answers that pass as they are.
pub fn openai_answer(data: &[u8]) {
    let (size, text) = split(data);
    let _ = openai::explain(u16::try_from(400 + size).unwrap_or(500), &[], &text);
    for (stream, media_type) in [(true, "text/event-stream"), (false, "application/json")] {
        let body = format!(r#"{{"model":"m","stream":{stream},"messages":[{{"role":"user"}}]}}"#);
        let facts = openai::read(Operation::Chat, &body).expect("the request is right").facts;
        let passed = |pieces: &[&str]| pass(openai::Decoder::new(&facts, media_type), pieces);
        assert_eq!(passed(&[&text]), passed(&pieces(&text, size)));
    }
}

/// How many bytes to a piece, and the text.
fn split(data: &[u8]) -> (usize, Cow<'_, str>) {
    let (size, rest) = data.split_last().map_or((1, data), |(size, rest)| (*size, rest));
    (usize::from(size).max(1), String::from_utf8_lossy(rest))
}

/// `text` in pieces of about `size` bytes, cut between two characters.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let at = (size..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(at);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// No event here is as long.
const MAX_EVENT_BYTES: usize = 1 << 30;

fn each_event<E>(
    pieces: &[&str],
    mut see: impl FnMut(&str, Option<&str>, Option<&str>) -> Result<(), E>,
) -> Result<(), E> {
    let mut parser = Parser::new(MAX_EVENT_BYTES);
    let mut drain = |parser: &mut Parser| {
        while let Ok(Some(event)) = parser.next_event() {
            see(event.raw, event.name, event.data.as_deref())?;
        }
        Ok(())
    };
    for piece in pieces {
        parser.push(piece);
        drain(&mut parser)?;
    }
    parser.finish();
    drain(&mut parser)
}

/// What came out before the stream ended, well or not.
fn read_stream(mut reader: impl ReadAnswer, pieces: &[&str]) -> (Vec<Event>, Result<(), Fault>) {
    let mut events = Vec::new();
    let end = each_event(pieces, |_, name, data| match data {
        Some(data) => reader.event(name, data, &mut events),
        None => Ok(()),
    });
    let end = end.and_then(|()| reader.end(&mut events));
    (events, end)
}

/// What [`Event`] promises of its order, as far as every reader keeps it with any vendor.
fn check_order(events: &[Event], ended_well: bool) {
    assert_eq!(ended_well, matches!(events.last(), Some(Event::Done)), "{events:?}");
    let mut next = std::collections::BTreeMap::new();
    for event in events {
        match event {
            Event::Begun(slot, _) => {
                let next = next.entry(slot.choice).or_insert(0);
                assert_eq!(slot.part, *next, "parts are numbered as they begin");
                *next += 1;
            }
            Event::Delta(slot, _) | Event::Ended(slot) => {
                assert!(next.get(&slot.choice).is_some_and(|next| slot.part < *next));
            }
            _ => {}
        }
    }
}

fn collect(events: Vec<Event>) -> Answer {
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    collector.finish()
}

/// Every client gets JSON, whole and in each event.
fn write_for_all(answer: Answer) {
    for writer in WRITERS {
        let whole = writer(Context::default()).whole(answer.clone());
        serde_json::from_str::<Value>(&whole).expect("a whole answer is JSON");
        let (mut writer, mut out) = (writer(Context::default()), String::new());
        answer.clone().into_events().into_iter().for_each(|event| writer.event(event, &mut out));
        check_events(&out);
    }
}

fn check_events(out: &str) {
    let check = each_event(&[out], |_, _, data| match data {
        Some("[DONE]") | None => Ok(()),
        Some(data) => serde_json::from_str::<Value>(data).map(drop),
    });
    check.expect("an event is JSON");
}

/// Every vendor is sent JSON, or the request is refused as the caller's mistake.
fn encode_for_all(request: &Request) {
    for (wire, encode) in ENCODERS {
        for reasons in [false, true] {
            let vendor = Vendor { reasons, ..Vendor::new(*wire, "m") };
            let (mut losses, mut memo) = (Losses::default(), Memo::default());
            match encode(request.clone(), &vendor, &mut losses, &mut memo) {
                Ok(spoken) => drop(serde_json::from_str::<Value>(&spoken.body).expect("JSON")),
                Err(fault) => assert_eq!(fault.kind, postern_fault::Kind::InvalidRequest),
            }
        }
    }
}

/// Takes an answer apart.
trait Decode {
    fn push(&mut self, chunk: &str) -> Result<Decoded, Fault>;
    fn finish(&mut self) -> Result<Decoded, Fault>;
}

macro_rules! decode {
    ($decoder:ty) => {
        impl Decode for $decoder {
            fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
                self.push(chunk)
            }
            fn finish(&mut self) -> Result<Decoded, Fault> {
                self.finish()
            }
        }
    };
}

decode!(openai::Decoder);
decode!(translate::Decoder);

/// All that came out, the latest usage and the end.
fn pass(
    mut decoder: impl Decode,
    pieces: &[&str],
) -> (String, Option<postern_dialect::Usage>, Result<(), Fault>) {
    let (mut output, mut usage) = (String::new(), None);
    let mut take = |decoded: Decoded| {
        output += &decoded.output;
        usage = decoded.usage.or(usage);
        decoded.done
    };
    let pushed = pieces.iter().try_fold(false, |done, piece| match done {
        true => Ok(true),
        false => decoder.push(piece).map(&mut take),
    });
    let end = pushed.and_then(|done| if done { Ok(true) } else { decoder.finish().map(&mut take) });
    (output, usage, end.map(drop))
}
