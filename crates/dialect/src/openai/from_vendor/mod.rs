//! Decodes a vendor's answer into the hub: OpenAI's (<https://platform.openai.com/docs/api-reference/chat-streaming>) and those
//! of other servers of its API. A buffered answer is read as a stream of one chunk, so that both yield the same.

mod choice;
mod chunk;
mod finish;
mod said;
mod thinking;

use super::explain;
use crate::chat::{Answer, Collector, Event};
use crate::vendor_error::VendorError;
use crate::vendor_fault::invalid;
use crate::{Memo, ReadAnswer};
use choice::Choice;
use chunk::Chunk;
use postern_fault::Fault;
use std::collections::BTreeMap;

/// The end mark of a stream.
const END: &str = "[DONE]";

/// OpenAI gives at most 128 choices. Choices beyond this number are dropped.
const MAX_CHOICES: usize = 128;

/// Reads the chunks of one answer.
#[derive(Debug, Default)]
pub struct Reader {
    started: bool,
    id: String,
    service_tier: Option<String>,
    choices: BTreeMap<u32, Choice>,
    done: bool,
}

impl Reader {
    /// A reader of one answer.
    pub fn new(_: &Memo) -> Self {
        Reader::default()
    }

    fn chunk(&mut self, chunk: Chunk<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        if let Some(error) = chunk.error {
            return Err(explain::reported(&VendorError::from_json(error.get())));
        }
        let usage = chunk.usage();
        self.head(&chunk, events);
        for choice in chunk.choices.into_iter().flatten() {
            self.choice(choice, events)?;
        }
        events.extend(usage.map(Event::Usage));
        Ok(())
    }

    /// Azure's first chunk is about the prompt and has neither id nor model.
    fn head(&mut self, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        let id = chunk.id.clone().unwrap_or_default();
        let says_nothing = id.is_empty() && chunk.choices.as_ref().is_none_or(Vec::is_empty);
        if !self.started && !says_nothing {
            self.started = true;
            self.id.clone_from(&id);
            // A cast of a float saturates.
            let created_unix_s = chunk.created.filter(|at| *at >= 1.0).map(|at| at as u64);
            let model = chunk.model.clone().unwrap_or_default();
            events.push(Event::Started { id, model, created_unix_s });
        }
        if chunk.service_tier.is_some() && chunk.service_tier != self.service_tier {
            self.service_tier.clone_from(&chunk.service_tier);
            events.extend(chunk.service_tier.clone().map(Event::ServiceTier));
        }
    }

    fn choice(&mut self, chunk: chunk::Choice<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        if let Some(error) = chunk.error {
            return Err(explain::reported(&VendorError::from_json(error.get())));
        }
        let index = chunk.index.unwrap_or_default();
        if self.choices.len() == MAX_CHOICES && !self.choices.contains_key(&index) {
            return Ok(());
        }
        let choice = self.choices.entry(index).or_insert_with(|| Choice::new(&self.id, index));
        if let Some(said) = chunk.delta.or(chunk.message) {
            choice.said(said, events)?;
        }
        let logprobs = chunk.logprobs.and_then(|logprobs| logprobs.content).unwrap_or_default();
        if !logprobs.is_empty() {
            events.push(Event::Logprobs(index, logprobs));
        }
        choice.see_finish(chunk.finish_reason, chunk.stop_reason);
        Ok(())
    }

    /// Ends the answer. An answer without choices is invalid.
    fn finish(&mut self, events: &mut Vec<Event>) -> Result<(), Fault> {
        if self.choices.is_empty() {
            return Err(invalid("the provider's answer has no choices"));
        }
        for choice in self.choices.values_mut() {
            choice.end(events);
        }
        self.done = true;
        events.push(Event::Done);
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
        if self.done {
            return Ok(());
        }
        // The SDKs of this dialect end there, whatever the event's name.
        if data.starts_with(END) {
            return self.finish(events);
        }
        if name == Some("error") {
            return Err(explain::reported(&VendorError::from_json(data)));
        }
        // An event of another name is not of this dialect, and one with empty data (`data:`) has no meaning in it.
        if data.is_empty() || !matches!(name, None | Some("message")) {
            return Ok(());
        }
        chunk::read("an event", data, |chunk| self.chunk(chunk, events))
    }

    fn end(&mut self, events: &mut Vec<Event>) -> Result<(), Fault> {
        if self.done {
            return Ok(());
        }
        // Some servers omit the end mark.
        if !self.choices.values().all(Choice::finished) || self.choices.is_empty() {
            return Err(invalid("the provider's stream ended before the answer was complete"));
        }
        self.finish(events)
    }
}

/// Reads a vendor's buffered answer.
///
/// # Errors
/// `upstream-invalid`: it is not a chat completion; or the failure that the vendor reports instead of an answer.
pub fn read_whole(body: &str) -> Result<Answer, Fault> {
    let mut reader = Reader::default();
    let mut events = Vec::new();
    chunk::read("a chat completion", body, |chunk| {
        let choices = chunk.choices.as_ref();
        if chunk.error.is_none() && choices.is_none() {
            return Err(invalid("the provider sent a chat completion without `choices`"));
        }
        let says_nothing = |choice: &chunk::Choice<'_>| choice.message.is_none();
        if choices.into_iter().flatten().any(says_nothing) {
            return Err(invalid("the provider sent a choice without a `message`"));
        }
        reader.chunk(chunk, &mut events)
    })?;
    reader.finish(&mut events)?;
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    Ok(collector.finish())
}
