//! A streamed answer: `ConverseStreamOutput`.
//!
//! A block of words or thoughts has no start event: its first delta begins it. The usage follows the stop reason.

use super::content::{Additional, Tier, TokenUsage, annotation, finish, sealed};
use super::error;
use crate::chat::{Delta, Event, Kind, Slot};
use crate::usage::lenient;
use crate::vendor_fault::{invalid, parsed};
use crate::{Memo, ReadAnswer};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads the events of ConverseStream.
#[derive(Debug, Default)]
pub struct Reader {
    /// The blocks that have begun and not ended, by the vendor's index.
    open: BTreeMap<u64, Open>,
    /// The number of parts that have begun.
    parts: u32,
    stopped: bool,
    done: bool,
}

#[derive(Debug)]
struct Open {
    slot: Slot,
    /// The seal so far.
    seal: String,
    /// Not passed on, as the tool runs at the vendor.
    hidden: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockStart {
    content_block_index: u64,
    start: Option<Start>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    tool_use: Option<ToolUse>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse {
    tool_use_id: String,
    name: String,
    r#type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockDelta {
    content_block_index: u64,
    delta: Said,
}

/// `ContentBlockDelta`, a union.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    text: Option<String>,
    tool_use: Option<Input>,
    reasoning_content: Option<Thought>,
    citation: Option<Value>,
}

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    input: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Thought {
    text: Option<String>,
    signature: Option<String>,
    redacted_content: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BlockStop {
    content_block_index: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageStop {
    stop_reason: String,
    additional_model_response_fields: Option<Additional>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<TokenUsage>,
    service_tier: Option<Tier>,
}

impl Reader {
    /// A reader at the beginning of a stream. It needs nothing of the request.
    pub fn new(_memo: &Memo) -> Self {
        Reader::default()
    }

    fn begin(&mut self, index: u64, kind: Option<Kind>, events: &mut Vec<Event>) {
        self.stop(index, events);
        let hidden = kind.is_none();
        let slot = Slot { choice: 0, part: self.parts };
        if let Some(kind) = kind {
            events.push(Event::Begun(slot, kind));
            self.parts = self.parts.saturating_add(1);
        }
        self.open.insert(index, Open { slot, seal: String::new(), hidden });
    }

    fn stop(&mut self, index: u64, events: &mut Vec<Event>) {
        let open = self.open.remove(&index).filter(|open| !open.hidden);
        events.extend(open.map(|open| Event::Ended(open.slot)));
    }

    fn block_start(&mut self, data: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let said: BlockStart = parsed("an event", data)?;
        if let Some(tool) = said.start.and_then(|start| start.tool_use) {
            let kind = Kind::ToolCall { id: tool.tool_use_id, name: tool.name, custom: false };
            let kind = tool.r#type.is_none().then_some(kind);
            self.begin(said.content_block_index, kind, events);
        }
        Ok(())
    }

    fn block_delta(&mut self, data: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let BlockDelta { content_block_index: index, delta: said } = parsed("an event", data)?;
        if !self.open.contains_key(&index) {
            let kind = match &said {
                Said { reasoning_content: Some(thought), .. } => {
                    Kind::Reasoning { redacted: thought.redacted_content.is_some() }
                }
                Said { text: None, citation: None, tool_use: None, .. } => return Ok(()),
                Said { tool_use: Some(_), .. } => {
                    return Err(invalid(
                        "the provider sent arguments of a call that has not begun",
                    ));
                }
                _ => Kind::Text,
            };
            self.begin(index, Some(kind), events);
        }
        let Some(open) = self.open.get_mut(&index).filter(|open| !open.hidden) else {
            return Ok(());
        };
        let thought = said.reasoning_content;
        let (thought, seal) = thought
            .map(|thought| (thought.text, thought.signature.or(thought.redacted_content)))
            .unwrap_or_default();
        let text = said.text.or(said.tool_use.map(|tool| tool.input)).or(thought);
        let text = text.filter(|text| !text.is_empty());
        events.extend(text.map(|text| Event::Delta(open.slot, Delta::Text(text))));
        if let Some(seal) = seal {
            open.seal.push_str(&seal);
            events.push(Event::Delta(open.slot, Delta::Sealed(sealed(open.seal.clone()))));
        }
        let citation = said.citation.map(|said| Delta::Annotation(annotation(said)));
        events.extend(citation.map(|delta| Event::Delta(open.slot, delta)));
        Ok(())
    }

    fn message_stop(&mut self, data: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let said: MessageStop = parsed("an event", data)?;
        self.stop_all(events);
        let finish = finish(&said.stop_reason, said.additional_model_response_fields);
        events.push(Event::Finished(0, finish));
        self.stopped = true;
        Ok(())
    }

    fn stop_all(&mut self, events: &mut Vec<Event>) {
        let open = std::mem::take(&mut self.open);
        let open = open.into_values().filter(|open| !open.hidden);
        events.extend(open.map(|open| Event::Ended(open.slot)));
    }

    fn metadata(&mut self, data: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let said: Metadata = parsed("an event", data)?;
        events.extend(said.service_tier.map(|tier| Event::ServiceTier(tier.r#type)));
        events.extend(said.usage.and_then(TokenUsage::into_usage).map(Event::Usage));
        if self.stopped {
            self.done = true;
            events.push(Event::Done);
        }
        Ok(())
    }
}

impl ReadAnswer for Reader {
    fn event(
        &mut self,
        name: Option<&str>,
        data: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        match name {
            _ if self.done => Ok(()),
            Some("messageStart") => {
                let (id, model) = (String::new(), String::new());
                events.push(Event::Started { id, model, created_unix_s: None });
                Ok(())
            }
            Some("contentBlockStart") => self.block_start(data, events),
            Some("contentBlockDelta") => self.block_delta(data, events),
            Some("contentBlockStop") => {
                let said: BlockStop = parsed("an event", data)?;
                self.stop(said.content_block_index, events);
                Ok(())
            }
            Some("messageStop") => self.message_stop(data, events),
            Some("metadata") => self.metadata(data, events),
            Some(name) if error::is_exception(name) => Err(error::reported(name, data)),
            _ => Ok(()),
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) -> Result<(), Fault> {
        if !self.stopped {
            return Err(invalid("the provider's stream ended before the answer was complete"));
        }
        if !std::mem::replace(&mut self.done, true) {
            events.push(Event::Done);
        }
        Ok(())
    }
}
