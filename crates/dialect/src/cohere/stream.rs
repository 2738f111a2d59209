//! A streamed answer: <https://docs.cohere.com/v2/docs/streaming>.

use super::answer::{Block, Cost, LogprobItem, OneOrMany, finish};
use super::citation::Citation;
use super::event::{End, Head, OfCalls, OfCitations, OfContent, OfPlan, WHAT, message};
use super::whole::into_call;
use super::{Thought, explain};
use crate::chat::{self, Content, Delta, Event, Kind, Slot};
use crate::vendor_error::VendorError;
use crate::vendor_fault::{invalid, parsed};
use crate::{Dialect, Memo, ReadAnswer};
use postern_fault::Fault;
use std::collections::BTreeMap;

/// Reads the events of a stream.
#[derive(Debug, Default)]
pub struct Reader {
    started: bool,
    finished: bool,
    called_tools: bool,
    parts: u32,
    /// The open content, of which there is one at a time.
    open: Option<Place>,
    /// Blocks of the content, by Cohere's indices.
    blocks: BTreeMap<u64, Slot>,
    /// Open calls, by Cohere's indices, which are separate from those of blocks.
    calls: BTreeMap<u64, Slot>,
    plan: Option<Slot>,
    /// The part for citations that do not name one.
    words: Option<Slot>,
}

/// Content that began and has not ended.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    slot: Slot,
    of: Of,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Of {
    Plan,
    Words(u64),
    Thoughts(u64),
}

impl Reader {
    /// A reader, which needs nothing of the memo.
    pub fn new(_memo: &Memo) -> Self {
        Reader::default()
    }
}

impl ReadAnswer for Reader {
    fn event(
        &mut self,
        name: Option<&str>,
        data: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        if self.finished || data.is_empty() || data.starts_with("[DONE]") {
            return Ok(());
        }
        let head: Head<'_> = parsed(WHAT, data)?;
        let named = name.filter(|name| !matches!(*name, "message"));
        match head.kind.as_deref().or(named) {
            // An event without a type may be an error object, as in an answer with an error status.
            None | Some("error") => {
                let error = VendorError::from_json(data);
                if error.message.is_some() || head.kind.as_deref().or(named).is_some() {
                    return Err(explain::reported(&error));
                }
            }
            Some("message-start") => self.start(head.id.unwrap_or_default(), events),
            Some("content-start") => self.content(&head, true, events)?,
            Some("content-delta") => self.content(&head, false, events)?,
            Some("content-end") => {
                // Citations of it may follow, so it ends with the next part.
            }
            Some("tool-plan-delta") => self.plan(&head, events)?,
            Some("tool-call-start") => self.call(&head, events)?,
            Some("tool-call-delta") => self.arguments(&head, events)?,
            Some("tool-call-end") => self.end_call(head.index.unwrap_or_default(), events),
            Some("citation-start") => self.citation(&head, events)?,
            Some("message-end") => self.finish(&head, events)?,
            Some(_) => {}
        }
        Ok(())
    }

    fn end(&mut self, events: &mut Vec<Event>) -> Result<(), Fault> {
        if !self.finished {
            return Err(invalid("the provider's stream ended before the answer was complete"));
        }
        events.push(Event::Done);
        Ok(())
    }
}

impl Reader {
    fn start(&mut self, id: String, events: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            events.push(Event::Started { id, model: String::new(), created_unix_s: None });
        }
    }

    fn content(
        &mut self,
        head: &Head<'_>,
        starts: bool,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        let index = head.index.unwrap_or_default();
        let said: Option<OfContent<'_>> = message(head)?;
        if let Some(raw) = said.and_then(|said| said.content) {
            let block: Block = parsed(WHAT, raw.get())?;
            match block.kind.as_deref() {
                Some("text" | "thinking") | None => self.block(index, starts, block, events),
                Some(_) if starts => {
                    let content = Content::Foreign(Dialect::Cohere, parsed(WHAT, raw.get())?);
                    let slot = self.begin(Kind::Whole(Box::new(content)), events);
                    self.blocks.insert(index, slot);
                    events.push(Event::Ended(slot));
                }
                Some(_) => {}
            }
        }
        if let Some(raw) = head.logprobs {
            let item: Option<LogprobItem> = parsed(WHAT, raw.get())?;
            events.extend(item.map(|item| Event::Logprobs(0, vec![item.into_openai()])));
        }
        Ok(())
    }

    fn block(&mut self, index: u64, starts: bool, block: Block, events: &mut Vec<Event>) {
        let thoughts = block.kind.as_deref() == Some("thinking") || block.thinking.is_some();
        let (of, text) = match thoughts {
            true => (Of::Thoughts(index), block.thinking),
            false => (Of::Words(index), block.text),
        };
        let slot = self.say(of, starts, events);
        self.blocks.insert(index, slot);
        say_more(slot, text, events);
    }

    fn plan(&mut self, head: &Head<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let said: Option<OfPlan> = message(head)?;
        if let Some(text) = said.and_then(|said| said.tool_plan).filter(|text| !text.is_empty()) {
            let slot = self.say(Of::Plan, false, events);
            self.plan = Some(slot);
            say_more(slot, Some(text), events);
        }
        Ok(())
    }

    /// The part for this content.
    fn say(&mut self, of: Of, starts: bool, events: &mut Vec<Event>) -> Slot {
        if let Some(open) = self.open.filter(|open| !starts && open.of == of) {
            return open.slot;
        }
        let kind = match of {
            Of::Thoughts(_) | Of::Plan => Kind::Reasoning { redacted: false },
            Of::Words(_) => Kind::Text,
        };
        let words = kind == Kind::Text;
        let slot = self.begin(kind, events);
        self.open = Some(Place { slot, of });
        if words {
            self.words = Some(slot);
        }
        slot
    }

    fn call(&mut self, head: &Head<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let said: Option<OfCalls> = message(head)?;
        let calls = said.and_then(|said| said.tool_calls).map(OneOrMany::into_vec);
        let Some(calls) = calls.filter(|calls| !calls.is_empty()) else {
            return Err(invalid("the provider began a call without saying of which tool"));
        };
        for (index, call) in (head.index.unwrap_or_default()..).zip(calls) {
            let chat::ToolCall { id, name, arguments, custom } = into_call(call);
            let slot = self.begin(Kind::ToolCall { id, name, custom }, events);
            self.called_tools = true;
            // A repeated index belongs to another call.
            events.extend(self.calls.insert(index, slot).map(Event::Ended));
            say_more(slot, Some(arguments), events);
        }
        Ok(())
    }

    fn arguments(&mut self, head: &Head<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let said: Option<OfCalls> = message(head)?;
        let calls = said.and_then(|said| said.tool_calls).map(OneOrMany::into_vec);
        for (index, call) in (head.index.unwrap_or_default()..).zip(calls.unwrap_or_default()) {
            let more = into_call(call).arguments;
            let Some(slot) = self.calls.get(&index) else {
                return Err(invalid("the provider sent arguments of a call that did not begin"));
            };
            say_more(*slot, Some(more), events);
        }
        Ok(())
    }

    fn end_call(&mut self, index: u64, events: &mut Vec<Event>) {
        events.extend(self.calls.remove(&index).map(Event::Ended));
    }

    fn citation(&mut self, head: &Head<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let said: Option<OfCitations> = message(head)?;
        let raws = said.and_then(|said| said.citations).map(OneOrMany::into_vec);
        for raw in raws.unwrap_or_default() {
            let Some(citation) = Citation::from_value(&raw) else { continue };
            let about = match citation.content_index {
                _ if citation.is_of_plan() => self.plan,
                Some(block) => self.blocks.get(&block).copied(),
                None => None,
            };
            let Some(slot) = about.or(self.words) else { continue };
            let annotations = citation.into_annotations(raw).into_iter();
            events.extend(annotations.map(|one| Event::Delta(slot, Delta::Annotation(one))));
        }
        Ok(())
    }

    fn finish(&mut self, head: &Head<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let end: Option<End> = head.delta.map(|raw| parsed(WHAT, raw.get())).transpose()?;
        let Some(End { error, finish_reason: Some(reason), usage }) = end else {
            return Err(invalid("the provider's stream ended without a reason"));
        };
        let reason = finish(&reason, error, self.called_tools)?;
        self.start(String::new(), events);
        self.end_content(events);
        events.extend(std::mem::take(&mut self.calls).into_values().map(Event::Ended));
        events.push(Event::Finished(0, reason));
        events.extend(usage.and_then(Cost::into_usage).map(Event::Usage));
        self.finished = true;
        Ok(())
    }

    /// Begins a part. The content before it is then complete; calls end by events of their own.
    fn begin(&mut self, kind: Kind, events: &mut Vec<Event>) -> Slot {
        self.start(String::new(), events);
        self.end_content(events);
        let slot = Slot { choice: 0, part: self.parts };
        self.parts = self.parts.saturating_add(1);
        events.push(Event::Begun(slot, kind));
        slot
    }

    fn end_content(&mut self, events: &mut Vec<Event>) {
        let Some(Place { slot, of }) = self.open.take() else { return };
        let thought = match of {
            Of::Thoughts(_) => Some(Thought::Thinking),
            Of::Plan => Some(Thought::Plan),
            Of::Words(_) => None,
        };
        let seal = thought.map(|thought| Delta::Sealed(thought.seal()));
        events.extend(seal.map(|seal| Event::Delta(slot, seal)));
        events.push(Event::Ended(slot));
    }
}

fn say_more(slot: Slot, text: Option<String>, events: &mut Vec<Event>) {
    let text = text.filter(|text| !text.is_empty());
    events.extend(text.map(|text| Event::Delta(slot, Delta::Text(text))));
}
