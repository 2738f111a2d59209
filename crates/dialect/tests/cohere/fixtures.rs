//! What most tests begin with.

use postern_dialect::chat::{
    Answer, Collector, Content, Event, Format, Losses, Message, Part, Request, Role, Sampling,
    ToolCall,
};
use postern_dialect::cohere::{self, Reader};
use postern_dialect::{Dialect, Memo, ReadAnswer, Spoken, Vendor};
use postern_fault::Fault;
use serde_json::Value;

pub fn vendor() -> Vendor {
    Vendor::new(Dialect::Cohere, "command-a-03-2025")
}

pub fn thinker() -> Vendor {
    Vendor { reasons: true, ..Vendor::new(Dialect::Cohere, "command-a-reasoning-08-2025") }
}

pub fn asked(messages: Vec<Message>) -> Request {
    Request {
        namespaced: std::collections::BTreeMap::new(),
        client: Dialect::OpenAi,
        model: "alias".to_owned(),
        messages,
        tools: Vec::new(),
        tool_choice: None,
        parallel_tool_calls: None,
        format: Format::Text,
        max_output_tokens: None,
        stop: Vec::new(),
        choices: 1,
        sampling: Sampling::default(),
        logprobs: None,
        reasoning: None,
        modalities: Vec::new(),
        audio: None,
        verbosity: None,
        service_tier: None,
        user: None,
        metadata: None,
        prompt_cache_key: None,
        cache: None,
        store: None,
        stream: false,
    }
}

pub fn hi() -> Request {
    asked(vec![said(Role::User, vec![text("hi")])])
}

/// A message and its parts, which stand at `m` and `m[0]`...
pub fn said(role: Role, contents: Vec<Content>) -> Message {
    let parts = contents
        .into_iter()
        .enumerate()
        .map(|(at, content)| Part::new(format!("m[{at}]"), content));
    Message { path: "m".to_owned(), role, parts: parts.collect(), name: None }
}

pub fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

pub fn call(id: &str, name: &str, arguments: &str) -> Content {
    let (id, name, arguments) = (id.to_owned(), name.to_owned(), arguments.to_owned());
    Content::ToolCall(ToolCall { id, name, arguments, custom: false })
}

/// The body for `vendor`, and the paths of what was lost.
pub fn encoded_for(request: Request, vendor: &Vendor) -> (Value, Vec<String>) {
    let mut losses = Losses::default();
    let spoken = cohere::encode(request, vendor, &mut losses, &mut Memo::default()).unwrap();
    (body(&spoken), losses.0.into_iter().map(|loss| loss.path).collect())
}

pub fn encoded(request: Request) -> (Value, Vec<String>) {
    encoded_for(request, &vendor())
}

pub fn refused(request: Request) -> Fault {
    cohere::encode(request, &vendor(), &mut Losses::default(), &mut Memo::default()).unwrap_err()
}

pub fn body(spoken: &Spoken) -> Value {
    serde_json::from_str(&spoken.body).unwrap()
}

/// The events of a stream whose data are these, one a line.
pub fn events(lines: &str) -> Result<Vec<Event>, Fault> {
    let mut reader = Reader::new(&Memo::default());
    let mut events = Vec::new();
    for line in lines.lines() {
        reader.event(None, line, &mut events)?;
    }
    reader.end(&mut events)?;
    Ok(events)
}

pub fn collected(events: Vec<Event>) -> Answer {
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    collector.finish()
}
