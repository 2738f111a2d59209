//! Decodes a vendor's answer into the hub: streams (<https://platform.openai.com/docs/api-reference/responses-streaming>) and
//! buffered answers (<https://platform.openai.com/docs/api-reference/responses/object>). A buffered answer is read as the last
//! event of a stream, so that both yield the same.

mod event;
mod fault;
mod finish;
mod item;
mod usage;

use crate::chat::{Answer, Collector, Delta, Event, Kind, Slot};
use crate::usage::lenient;
use crate::vendor_fault::{invalid, parsed};
use crate::{Memo, ReadAnswer};
use event::{Named, Of};
use item::Reading;
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// More items than any answer has; items beyond this number are ignored.
const MAX_ITEMS: usize = 4_096;

/// Reads the events of one answer.
#[derive(Debug, Default)]
pub struct Reader {
    started: bool,
    service_tier: Option<String>,
    /// The items that have begun, by their index.
    items: BTreeMap<u64, Reading>,
    /// The number of the hub's next part.
    parts: u32,
    said: finish::Said,
    done: bool,
}

/// A response, as complete as it is.
#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    created_at: Option<f64>,
    #[serde(default)]
    service_tier: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    incomplete_details: Option<finish::Incomplete>,
    #[serde(default)]
    output: Option<Vec<Value>>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<usage::Counts>,
}

impl Reader {
    /// A reader of one answer.
    pub fn new(_: &Memo) -> Self {
        Reader::default()
    }

    fn head(&mut self, response: &Response, events: &mut Vec<Event>) {
        if !std::mem::replace(&mut self.started, true) {
            events.push(Event::Started {
                id: response.id.clone().unwrap_or_default(),
                model: response.model.clone().unwrap_or_default(),
                // A cast of a float saturates.
                created_unix_s: response.created_at.filter(|at| *at >= 1.0).map(|at| at as u64),
            });
        }
    }

    /// Reads the last event of a stream, or a buffered answer.
    fn finish(&mut self, response: Response, events: &mut Vec<Event>) -> Result<(), Fault> {
        if let Some(error) = response.error.as_ref().filter(|error| !error.is_null()) {
            return Err(fault::reported(&error.to_string()));
        }
        let status = response.status.as_deref();
        if matches!(status, Some("failed" | "cancelled")) {
            return Err(fault::reported("{}"));
        }
        self.head(&response, events);
        // `auto` only repeats the request; the tier that served it is known at the end.
        if let Some(tier) = response.service_tier.filter(|tier| tier != "auto") {
            self.service_tier = Some(tier.clone());
            events.push(Event::ServiceTier(tier));
        }
        for (index, item) in (0..).zip(response.output.into_iter().flatten()) {
            self.item_done(index, item, events);
        }
        for index in self.items.keys().copied().collect::<Vec<_>>() {
            self.close(index, events);
        }
        let finish = finish::read(status, response.incomplete_details, self.said);
        events.push(Event::Finished(0, finish));
        events.extend(response.usage.and_then(usage::Counts::into_usage).map(Event::Usage));
        events.push(Event::Done);
        self.done = true;
        Ok(())
    }

    fn begin(&mut self, kind: Kind, events: &mut Vec<Event>) -> Slot {
        let slot = Slot { choice: 0, part: self.parts };
        self.parts = self.parts.saturating_add(1);
        self.said.see(&kind);
        events.push(Event::Begun(slot, kind));
        slot
    }

    fn whole(&mut self, content: crate::chat::Content, events: &mut Vec<Event>) {
        let slot = self.begin(Kind::Whole(Box::new(content)), events);
        events.push(Event::Ended(slot));
    }
}

impl ReadAnswer for Reader {
    fn event(
        &mut self,
        name: Option<&str>,
        data: &str,
        events: &mut Vec<Event>,
    ) -> Result<(), Fault> {
        // Some servers of this API end with the end mark of chat completions.
        if self.done || data.is_empty() || data.starts_with("[DONE]") {
            return Ok(());
        }
        let named: Named<'_> = parsed("an event", data)?;
        let kind = named.kind.as_deref().or(name).unwrap_or_default();
        match Of::kind(kind) {
            Of::Error => Err(fault::reported(data)),
            Of::Head => {
                let event: event::OfResponse<Response> = parsed("an event", data)?;
                self.head(&event.response, events);
                Ok(())
            }
            Of::End => {
                let event: event::OfResponse<Response> = parsed("an event", data)?;
                self.finish(event.response, events)
            }
            Of::ItemAdded => {
                let event: event::OfItem = parsed("an event", data)?;
                self.item_added(event.output_index, event.item, events);
                Ok(())
            }
            Of::ItemDone => {
                let event: event::OfItem = parsed("an event", data)?;
                self.item_done(event.output_index, event.item, events);
                Ok(())
            }
            Of::More(more) => {
                let event: event::More = parsed("an event", data)?;
                self.more(more, event, events);
                Ok(())
            }
            Of::Nothing => Ok(()),
        }
    }

    fn end(&mut self, _: &mut Vec<Event>) -> Result<(), Fault> {
        match self.done {
            true => Ok(()),
            false => Err(invalid("the provider's stream ended before the answer was complete")),
        }
    }
}

/// Reads a vendor's buffered answer.
///
/// # Errors
/// `upstream-invalid`: it is not a response, or an incomplete one; or the failure that the vendor reports instead of an answer.
pub fn read_whole(body: &str) -> Result<Answer, Fault> {
    let response: Response = parsed("a response", body)?;
    let failed = response.error.as_ref().is_some_and(|error| !error.is_null())
        || response.status.as_deref() == Some("failed");
    if !failed && response.output.is_none() {
        return Err(invalid("the provider sent a response without `output`"));
    }
    if matches!(response.status.as_deref(), Some("in_progress" | "queued")) {
        return Err(invalid("the provider sent a response that is not complete"));
    }
    let (mut reader, mut events) = (Reader::default(), Vec::new());
    reader.finish(response, &mut events)?;
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    Ok(collector.finish())
}

/// A text as a delta, unless it is empty.
fn text(words: String) -> Option<Delta> {
    Some(words).filter(|words| !words.is_empty()).map(Delta::Text)
}
