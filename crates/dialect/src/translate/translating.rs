//! Translates an answer from one dialect into another through the hub, buffered and streamed alike.

use super::estimate::Estimate;
use crate::chat::{Collector, Event};
use crate::counted::Counted;
use crate::emulate::Restore;
use crate::openai::completions;
use crate::vendor_fault::invalid;
use crate::{Context, Decoded, Dialect, Facts, Operation, ReadAnswer, Usage, WriteAnswer, codecs};
use postern_event_stream::{self as event_stream, Parser};
use postern_fault::Fault;

/// No event is this long: the longest hold an image or a minute of speech, about 10 MiB.
const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// Splits a stream into events, and holds a fault back until the output before it has been returned.
pub(super) struct Framing {
    parser: Parser,
    held: Option<Fault>,
    done: bool,
}

impl Default for Framing {
    fn default() -> Self {
        Framing { parser: Parser::new(MAX_EVENT_BYTES), held: None, done: false }
    }
}

impl Framing {
    pub fn push(&mut self, chunk: &str) {
        if !self.done && self.held.is_none() {
            self.parser.push(chunk);
        }
    }

    pub fn finish(&mut self) {
        self.parser.finish();
    }

    /// Returns the fault that is held back, if there is one, on the last call.
    pub fn say_held(&self) -> Result<(), Fault> {
        self.held.clone().map_or(Ok(()), Err)
    }

    /// Gives `read` every complete event, until it is done or fails. Output before a fault is returned first.
    pub fn drain(
        &mut self,
        mut read: impl FnMut(&event_stream::Event<'_>, &mut Decoded) -> Result<(), Fault>,
    ) -> Result<Decoded, Fault> {
        self.say_held()?;
        let mut decoded = Decoded { done: self.done, ..Decoded::default() };
        while !decoded.done {
            let found = match self.parser.next_event() {
                Ok(Some(event)) => read(&event, &mut decoded),
                Ok(None) => break,
                Err(too_long) => Err(invalid("the provider sent an event that is too long")
                    .with_private(too_long.to_string())),
            };
            if let Err(fault) = found {
                self.held = Some(fault.clone());
                let nothing = decoded.output.is_empty() && decoded.usage.is_none();
                return if nothing { Err(fault) } else { Ok(decoded) };
            }
        }
        self.done = decoded.done;
        Ok(decoded)
    }
}

/// Translates one answer.
pub(super) struct Translating {
    wire: Dialect,
    source: Source,
    sink: Sink,
}

/// The vendor's side.
enum Source {
    Stream { framing: Box<Framing>, reader: Box<dyn ReadAnswer> },
    Whole { text: String },
}

/// The client's side.
struct Sink {
    restore: Restore,
    estimate: Estimate,
    writer: Box<dyn WriteAnswer>,
    /// The events so far, if the client requested a buffered answer.
    whole: Option<Collector>,
    events: Vec<Event>,
}

impl Translating {
    pub fn new(wire: Dialect, facts: &Facts, context: Context, is_stream: bool) -> Self {
        let source = match is_stream {
            true => Source::Stream {
                framing: Box::default(),
                reader: (codecs::vendor(wire).reader)(&context.memo),
            },
            false => Source::Whole { text: String::new() },
        };
        let sink = Sink {
            restore: Restore::new(&context.memo),
            estimate: Estimate::new(&context.memo),
            whole: (!facts.stream).then(Collector::default),
            writer: writer(facts, context),
            events: Vec::new(),
        };
        Translating { wire, source, sink }
    }

    /// The count of what was generated so far.
    pub fn generated(&self) -> Counted {
        self.sink.estimate.counted()
    }

    /// The usage that the vendor itself has reported.
    pub fn said(&self) -> Option<Usage> {
        self.sink.estimate.said()
    }

    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        match &mut self.source {
            Source::Whole { text } => {
                text.push_str(chunk);
                Ok(Decoded::default())
            }
            Source::Stream { framing, .. } => {
                framing.push(chunk);
                self.drain()
            }
        }
    }

    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        match &mut self.source {
            Source::Whole { text } => {
                let answer = (codecs::vendor(self.wire).read_whole)(text)?;
                *text = String::new();
                let mut decoded = Decoded::default();
                self.sink.events = answer.into_events();
                self.sink.take(&mut decoded);
                Ok(decoded)
            }
            Source::Stream { framing, .. } => {
                framing.finish();
                let mut decoded = self.drain()?;
                let Source::Stream { framing, reader } = &mut self.source else {
                    return Ok(decoded);
                };
                framing.say_held()?;
                if !decoded.done {
                    reader.end(&mut self.sink.events)?;
                    self.sink.take(&mut decoded);
                    decoded.done = true;
                }
                Ok(decoded)
            }
        }
    }

    fn drain(&mut self) -> Result<Decoded, Fault> {
        let Source::Stream { framing, reader } = &mut self.source else {
            return Ok(Decoded::default());
        };
        let sink = &mut self.sink;
        framing.drain(|event, decoded| {
            let Some(data) = event.data.as_deref().filter(|data| !data.is_empty()) else {
                return Ok(());
            };
            let read = reader.event(event.name, data, &mut sink.events);
            sink.take(decoded);
            read
        })
    }
}

impl Sink {
    /// Writes the events that were read.
    fn take(&mut self, decoded: &mut Decoded) {
        self.restore.events(&mut self.events, 0);
        self.estimate.events(&mut self.events);
        for event in self.events.drain(..) {
            match &event {
                Event::Usage(usage) => decoded.usage = Some(*usage),
                Event::Done => decoded.done = true,
                _ => {}
            }
            match &mut self.whole {
                Some(collector) => collector.push(event),
                None => self.writer.event(event, &mut decoded.output),
            }
        }
        if decoded.done
            && let Some(collector) = self.whole.take()
        {
            decoded.output = self.writer.whole(collector.finish());
        }
    }
}

fn writer(facts: &Facts, context: Context) -> Box<dyn WriteAnswer> {
    match facts.operation {
        Operation::Completions => Box::new(completions::Writer::new(context)),
        _ => (codecs::client(facts.client).writer)(context),
    }
}
