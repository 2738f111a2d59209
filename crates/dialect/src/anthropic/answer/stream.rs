//! A streamed answer: blocks one after the other, each with a start, deltas and a stop.

use super::counts::Counts;
use super::finish::finish;
use super::read_block;
use crate::anthropic::{citation, explain};
use crate::chat::{Content, Delta, Event, FinishReason, Kind, Part, Slot};
use crate::usage::lenient;
use crate::vendor_fault::{invalid, parsed};
use crate::{Dialect, Memo, ReadAnswer};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The fields of all events. Each type of event has only some of them.
#[derive(Debug, Deserialize)]
struct Said<'a> {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(borrow)]
    message: Option<Head<'a>>,
    index: Option<u64>,
    #[serde(borrow)]
    content_block: Option<&'a RawValue>,
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<Counts>,
}

#[derive(Debug, Deserialize)]
struct Head<'a> {
    #[serde(default)]
    id: String,
    #[serde(default)]
    model: String,
    // Usually empty: a buffered answer has its blocks here, but is read elsewhere.
    #[serde(borrow, default)]
    content: Vec<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<Counts>,
}

#[derive(Debug, Deserialize)]
struct Stop {
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Piece {
    TextDelta {
        text: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    SignatureDelta {
        signature: String,
    },
    CitationsDelta {
        citation: Value,
    },
    #[serde(other)]
    Unknown,
}

/// Reads the events of a stream.
#[derive(Debug, Default)]
pub struct Reader {
    counts: Counts,
    started: bool,
    /// The number of the next part.
    next: u32,
    open: Option<Open>,
    /// A call that ended without any text of arguments: only the next event shows whether it has none or was cut.
    wordless: Option<Slot>,
    finished: bool,
    done: bool,
}

/// The block that is being written.
#[derive(Debug)]
struct Open {
    index: u64,
    slot: Slot,
    kind: Block,
}

#[derive(Debug)]
enum Block {
    Plain,
    /// The arguments of its start event, until deltas replace them.
    Call {
        first: Option<String>,
    },
    /// Held until it is complete, as content that only one dialect knows cannot be passed on in pieces.
    Foreign {
        block: Value,
        input: String,
        deltas: Vec<Value>,
    },
}

impl Reader {
    /// Reads the answer to a request.
    pub fn new(_: &Memo) -> Self {
        Reader::default()
    }

    fn start(&mut self, head: Head<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        self.started = true;
        events.push(Event::Started { id: head.id, model: head.model, created_unix_s: None });
        if let Some(mut counts) = head.usage {
            events.extend(counts.service_tier.take().map(Event::ServiceTier));
            self.count(counts, events);
        }
        for (index, block) in (0..).zip(head.content) {
            self.begin(index, block, events)?;
            self.end_block(events);
        }
        Ok(())
    }

    fn count(&mut self, counts: Counts, events: &mut Vec<Event>) {
        self.counts.update(counts);
        events.extend(self.counts.usage().map(Event::Usage));
    }

    fn begin(&mut self, index: u64, raw: &RawValue, events: &mut Vec<Event>) -> Result<(), Fault> {
        self.end_block(events);
        self.end_wordless(true, events);
        let slot = Slot { choice: 0, part: self.next };
        self.next = self.next.saturating_add(1);
        let kind = begun(slot, read_block::read(raw)?, events);
        self.open = Some(Open { index, slot, kind });
        Ok(())
    }

    fn delta(&mut self, index: u64, raw: &RawValue, events: &mut Vec<Event>) -> Result<(), Fault> {
        let piece: Piece = parsed("an event", raw.get())?;
        let Some(open) = self.open.as_mut().filter(|open| open.index == index) else {
            return Err(invalid("the provider sent more of a block that is not open"));
        };
        if let Block::Foreign { input, deltas, .. } = &mut open.kind {
            match piece {
                Piece::InputJsonDelta { partial_json } => input.push_str(&partial_json),
                _ => deltas.push(parsed("an event", raw.get())?),
            }
            return Ok(());
        }
        let delta = match piece {
            Piece::TextDelta { text: words }
            | Piece::ThinkingDelta { thinking: words }
            | Piece::InputJsonDelta { partial_json: words } => {
                if words.is_empty() {
                    return Ok(());
                }
                if let Block::Call { first } = &mut open.kind {
                    *first = None;
                    open.kind = Block::Plain;
                }
                Delta::Text(words)
            }
            Piece::SignatureDelta { signature } => Delta::Sealed(read_block::sealed(signature)),
            Piece::CitationsDelta { citation } => Delta::Annotation(citation::from_value(citation)),
            Piece::Unknown => Delta::Foreign(Dialect::Anthropic, parsed("an event", raw.get())?),
        };
        events.push(Event::Delta(open.slot, delta));
        Ok(())
    }

    fn end_block(&mut self, events: &mut Vec<Event>) {
        let Some(Open { slot, kind, .. }) = self.open.take() else { return };
        match kind {
            Block::Plain => {}
            Block::Call { first: Some(arguments) } => {
                events.push(Event::Delta(slot, Delta::Text(arguments)));
            }
            Block::Call { first: None } => {
                self.wordless = Some(slot);
                return;
            }
            Block::Foreign { mut block, input, deltas } => {
                if let (Ok(input), Some(block)) =
                    (serde_json::from_str(&input), block.as_object_mut())
                {
                    block.insert("input".to_owned(), input);
                }
                let whole = Kind::Whole(Box::new(Content::Foreign(Dialect::Anthropic, block)));
                events.push(Event::Begun(slot, whole));
                let foreign = |delta| Event::Delta(slot, Delta::Foreign(Dialect::Anthropic, delta));
                events.extend(deltas.into_iter().map(foreign));
            }
        }
        events.push(Event::Ended(slot));
    }

    /// A call without arguments receives `{}`; one that was cut before its first word stays empty.
    fn end_wordless(&mut self, whole: bool, events: &mut Vec<Event>) {
        let Some(slot) = self.wordless.take() else { return };
        if whole {
            events.push(Event::Delta(slot, Delta::Text("{}".to_owned())));
        }
        events.push(Event::Ended(slot));
    }

    fn stop(&mut self, stop: Stop, events: &mut Vec<Event>) {
        let Some(reason) = stop.stop_reason else { return };
        let finish = finish(reason, stop.stop_sequence);
        self.end_block(events);
        let cut = matches!(finish.reason, FinishReason::Length | FinishReason::ContextFull);
        self.end_wordless(!cut, events);
        if !std::mem::replace(&mut self.finished, true) {
            events.push(Event::Finished(0, finish));
        }
    }

    fn said(&mut self, said: Said<'_>, data: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        let lacks = |field| invalid(format!("the provider sent an event without `{field}`"));
        let index = said.index;
        match said.kind.as_str() {
            "message_start" => self.start(said.message.ok_or_else(|| lacks("message"))?, events)?,
            "content_block_start" => {
                let block = said.content_block.ok_or_else(|| lacks("content_block"))?;
                self.begin(index.ok_or_else(|| lacks("index"))?, block, events)?;
            }
            "content_block_delta" => {
                let delta = said.delta.ok_or_else(|| lacks("delta"))?;
                self.delta(index.ok_or_else(|| lacks("index"))?, delta, events)?;
            }
            "content_block_stop" => self.end_block(events),
            "message_delta" => {
                said.usage.into_iter().for_each(|counts| self.count(counts, events));
                let stop = said.delta.map(|raw| parsed("an event", raw.get())).transpose()?;
                stop.into_iter().for_each(|stop| self.stop(stop, events));
            }
            "message_stop" if !self.finished => {
                return Err(invalid("the provider's answer ended without `stop_reason`"));
            }
            "message_stop" => {
                self.done = true;
                events.push(Event::Done);
            }
            "error" => return Err(explain::reported(data)),
            // `ping`, and unknown events.
            _ => {}
        }
        Ok(())
    }
}

/// Emits the content of a part's start event, after its beginning.
fn begun(slot: Slot, part: Part, events: &mut Vec<Event>) -> Block {
    let mut deltas = Vec::new();
    let mut open = Block::Plain;
    let words = |words: String| (!words.is_empty()).then_some(Delta::Text(words));
    let kind = match part.content {
        Content::Text(text) => {
            deltas.extend(words(text));
            Kind::Text
        }
        Content::Reasoning(reasoned) => {
            deltas.extend(words(reasoned.text));
            deltas.extend(reasoned.sealed.map(Delta::Sealed));
            Kind::Reasoning { redacted: reasoned.redacted }
        }
        Content::ToolCall(call) => {
            let is_empty = call.arguments.bytes().all(|byte| b"{} \t\r\n".contains(&byte));
            open = Block::Call { first: (!is_empty).then_some(call.arguments) };
            Kind::ToolCall { id: call.id, name: call.name, custom: false }
        }
        Content::Foreign(_, block) => {
            return Block::Foreign { block, input: String::new(), deltas: Vec::new() };
        }
        whole => Kind::Whole(Box::new(whole)),
    };
    deltas.extend(part.annotations.into_iter().map(Delta::Annotation));
    events.push(Event::Begun(slot, kind));
    events.extend(deltas.into_iter().map(|delta| Event::Delta(slot, delta)));
    open
}

impl ReadAnswer for Reader {
    fn event(
        &mut self,
        name: Option<&str>,
        data: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        // Servers that speak several dialects send the end mark of another one.
        if self.done || data.is_empty() || data == "[DONE]" {
            return Ok(());
        }
        if name == Some("error") {
            return Err(explain::reported(data));
        }
        let said: Said<'_> = parsed("an event", data)?;
        if !self.started && said.kind.starts_with("content_block") {
            return Err(invalid("the provider's answer does not begin with `message_start`"));
        }
        self.said(said, data, events)
    }

    fn end(&mut self, events: &mut Vec<Event>) -> Result<(), Fault> {
        if !self.finished {
            return Err(invalid("the provider's stream ended before the answer was complete"));
        }
        if !std::mem::replace(&mut self.done, true) {
            events.push(Event::Done);
        }
        Ok(())
    }
}
