//! A streamed answer: <https://platform.openai.com/docs/api-reference/chat-streaming>. Events pass unchanged.

use super::answer::{Answer, Choice};
use super::explain;
use crate::counted::Counted;
use crate::usage::latest;
use crate::vendor_error::VendorError;
use crate::vendor_fault::{invalid, malformed};
use crate::{Decoded, Facts, Operation};
use postern_event_stream::{Event, Parser};
use postern_fault::Fault;
use std::collections::BTreeMap;

/// No event is this long: the longest hold an image or a minute of speech, about 10 MiB.
const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// OpenAI gives at most 128 choices. Choices beyond this number are not tracked.
const MAX_CHOICES: usize = 1_024;

const END: &str = "[DONE]";

#[derive(Debug)]
pub(super) struct Stream {
    operation: Operation,
    parser: Parser,
    progress: Progress,
    /// Whether the client asked for the usage and receives its event.
    usage_in_stream: bool,
    /// A fault that follows events which had to be sent first.
    held: Option<Fault>,
    done: bool,
}

/// The progress of the choices.
#[derive(Debug, Default)]
struct Progress {
    asked: usize,
    /// The choices that began, and whether they have ended.
    choices: BTreeMap<u64, bool>,
    finished: usize,
    generated: Counted,
}

impl Stream {
    pub fn new(facts: &Facts) -> Self {
        let asked = usize::try_from(facts.choices).unwrap_or(usize::MAX);
        Stream {
            operation: facts.operation,
            parser: Parser::new(MAX_EVENT_BYTES),
            progress: Progress { asked, ..Progress::default() },
            usage_in_stream: facts.usage_in_stream,
            held: None,
            done: false,
        }
    }

    pub fn generated(&self) -> Counted {
        self.progress.generated
    }

    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        if !self.done && self.held.is_none() {
            self.parser.push(chunk);
        }
        self.drain()
    }

    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        self.parser.finish();
        let mut decoded = self.drain()?;
        // There is no later call that could return it.
        if let Some(fault) = &self.held {
            return Err(fault.clone());
        }
        if decoded.done {
            return Ok(decoded);
        }
        if !self.progress.is_complete() {
            let fault = invalid("the provider's stream ended before the answer was complete");
            return Err(self.held.insert(fault).clone());
        }
        // Some servers omit it, but every client waits for it.
        decoded.output.push_str("data: [DONE]\n\n");
        decoded.done = true;
        self.done = true;
        Ok(decoded)
    }

    /// Reads all complete events.
    fn drain(&mut self) -> Result<Decoded, Fault> {
        if let Some(fault) = &self.held {
            return Err(fault.clone());
        }
        let mut decoded = Decoded { done: self.done, ..Decoded::default() };
        while !decoded.done {
            let found = match self.parser.next_event() {
                Ok(Some(event)) => {
                    let asked = (self.operation, self.usage_in_stream);
                    read_event(&event, asked, &mut self.progress, &mut decoded)
                }
                Ok(None) => break,
                Err(too_long) => Err(invalid("the provider sent an event that is too long")
                    .with_private(too_long.to_string())),
            };
            if let Err(fault) = found {
                return self.hold(decoded, fault);
            }
        }
        self.done = decoded.done;
        Ok(decoded)
    }

    /// Returns the output before the fault, which the next call returns; without any output, returns the fault at once.
    fn hold(&mut self, decoded: Decoded, fault: Fault) -> Result<Decoded, Fault> {
        self.held = Some(fault.clone());
        if decoded == Decoded::default() { Err(fault) } else { Ok(decoded) }
    }
}

fn read_event(
    event: &Event<'_>,
    (operation, usage_in_stream): (Operation, bool),
    progress: &mut Progress,
    decoded: &mut Decoded,
) -> Result<(), Fault> {
    let Some(data) = event.data.as_deref() else {
        pass(event, decoded);
        return Ok(());
    };
    // The SDKs of this dialect end there, whatever the event's name.
    if data.starts_with(END) {
        decoded.done = true;
        pass(event, decoded);
        return Ok(());
    }
    if event.name == Some("error") {
        let error = VendorError::from_json(data);
        return Err(explain::reported(&error));
    }
    // An event of another name is not of this dialect, and one with empty data (`data:`) has no meaning in it.
    if data.is_empty() || !matches!(event.name, None | Some("message")) {
        pass(event, decoded);
        return Ok(());
    }
    let answer = Answer::read(operation, data, |choice| progress.see(choice))
        .map_err(|error| malformed("an event", data, error))?;
    if let Some(error) = answer.error {
        return Err(explain::reported(&error));
    }
    decoded.usage = latest(decoded.usage, answer.usage);
    let only_usage = answer.reports_usage && answer.items.unwrap_or_default() == 0;
    if !only_usage || usage_in_stream {
        pass(event, decoded);
    }
    Ok(())
}

/// Passes an event unchanged, with the blank line that ends it if the vendor omitted that.
pub(crate) fn pass(event: &Event<'_>, decoded: &mut Decoded) {
    decoded.output.push_str(event.raw);
    if !event.complete {
        let line_ended = event.raw.ends_with(['\n', '\r']);
        decoded.output.push_str(if line_ended { "\n" } else { "\n\n" });
    }
}

impl Progress {
    fn see(&mut self, choice: Choice) {
        self.generated.add_counted(choice.generated);
        if self.choices.len() == MAX_CHOICES && !self.choices.contains_key(&choice.index) {
            return;
        }
        let ended = self.choices.entry(choice.index).or_default();
        self.finished += usize::from(choice.finished && !*ended);
        *ended |= choice.finished;
    }

    /// Whether every requested choice, and every choice that began, has ended.
    fn is_complete(&self) -> bool {
        self.finished >= self.asked && self.finished == self.choices.len()
    }
}
