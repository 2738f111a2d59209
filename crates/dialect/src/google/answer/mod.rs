//! Reads an answer of Google, buffered or streamed: a buffered one is a stream of one event, and a stream's events are partial
//! answers of the same shape (<https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent>).

mod choice;
mod finish;
mod grounding;
mod logprobs;
mod sound;
mod time;
mod usage;
mod wire;

use self::choice::Choice;
use self::wire::{Candidate, EVENT, Response};
use super::explain::reported;
use crate::chat::{Answer, Collector, Event, Finish, FinishReason};
use crate::vendor_fault::{invalid, parsed};
use crate::{Memo, ReadAnswer, Usage};
use postern_fault::Fault;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Google gives at most 8. A number beyond what any client can receive is the vendor's mistake.
const MAX_CHOICES: u32 = 128;

const BODY: &str = "an answer";

/// Reads the events of one answer.
#[derive(Debug, Default)]
pub struct Reader {
    started: bool,
    /// Google's id of the answer, the base of generated call ids.
    id: String,
    choices: BTreeMap<u32, Choice>,
    /// The reason why the prompt was not answered.
    blocked: Option<String>,
    usage: Option<Usage>,
    tier: Option<&'static str>,
}

impl Reader {
    /// A reader of the answer to the request that left `memo`.
    pub fn new(_memo: &Memo) -> Self {
        Reader::default()
    }

    /// Reads an answer, or an array of them, which is the form of errors in streams and of streams without `alt=sse`.
    fn read(&mut self, what: &str, data: &str, events: &mut Vec<Event>) -> Result<(), Fault> {
        if !data.trim_start().starts_with('[') {
            return self.response(parsed(what, data)?, events);
        }
        for response in parsed::<Vec<&RawValue>>(what, data)? {
            self.response(parsed(what, response.get())?, events)?;
        }
        Ok(())
    }

    fn response(&mut self, response: Response<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        if let Some(error) = response.error {
            return Err(reported(error.get()));
        }
        if !std::mem::replace(&mut self.started, true) {
            let id = response.response_id.unwrap_or_default();
            self.id.clone_from(&id);
            let model = response.model_version.unwrap_or_default();
            let created_unix_s = response.create_time.as_deref().and_then(time::unix_s);
            events.push(Event::Started { id, model, created_unix_s });
        }
        for candidate in response.candidates.unwrap_or_default() {
            self.candidate(candidate, events)?;
        }
        let blocked = response.prompt_feedback.and_then(|feedback| feedback.block_reason);
        self.blocked = blocked.or(self.blocked.take());
        if let Some(usage) = response.usage_metadata {
            self.usage(usage, events);
        }
        Ok(())
    }

    fn candidate(&mut self, read: Candidate<'_>, events: &mut Vec<Event>) -> Result<(), Fault> {
        let index = read.index.unwrap_or_default();
        if index >= MAX_CHOICES {
            return Err(invalid("the provider sent an alternative of an impossible number"));
        }
        let choice = self.choices.entry(index).or_insert_with(|| Choice::new(index));
        choice.candidate(read, &self.id, events)
    }

    /// Every event repeats the counts so far: the latest holds. An unreadable count is ignored.
    fn usage(&mut self, read: &RawValue, events: &mut Vec<Event>) {
        if !read.get().starts_with('{') {
            return;
        }
        let Ok(read) = serde_json::from_str::<wire::UsageMetadata>(read.get()) else { return };
        let tier = usage::tier(&read);
        if tier.is_some() && tier != self.tier {
            self.tier = tier;
            events.extend(tier.map(|tier| Event::ServiceTier(tier.to_owned())));
        }
        let usage = usage::usage(&read);
        if usage.is_some() && usage != self.usage {
            self.usage = usage;
            events.extend(usage.map(Event::Usage));
        }
    }
}

impl ReadAnswer for Reader {
    fn event(
        &mut self,
        _name: Option<&str>,
        data: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        self.read(EVENT, data, events)
    }

    fn end(&mut self, events: &mut Vec<Event>) -> Result<(), Fault> {
        let blocked = self.blocked.take().map(|reason| Finish {
            detail: Some(reason),
            ..Finish::from(FinishReason::ContentFilter)
        });
        if self.choices.is_empty() {
            let Some(blocked) = blocked else {
                return Err(invalid("the provider's answer says nothing"));
            };
            events.push(Event::Finished(0, blocked));
        } else {
            for choice in self.choices.values_mut() {
                choice.end(blocked.as_ref(), events)?;
            }
        }
        events.push(Event::Done);
        Ok(())
    }
}

/// Reads a buffered answer.
///
/// # Errors
/// `upstream-invalid` for a body that is not an answer; otherwise the failure that the vendor reports.
pub fn read_whole(body: &str) -> Result<Answer, Fault> {
    let mut reader = Reader::default();
    let mut events = Vec::new();
    reader.read(BODY, body, &mut events)?;
    reader.end(&mut events)?;
    let mut collector = Collector::default();
    for event in events {
        collector.push(event);
    }
    Ok(collector.finish())
}
