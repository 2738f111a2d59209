//! Finds the texts of an answer in the client's dialect, and edits them.
//!
//! It reads the client's answer, not the vendor's. So it works the same whether the answer is translated or passes, and a stage
//! sees what the client receives. None of it runs unless a stage asks for segments.

pub(crate) mod anthropic;
mod beside;
pub(crate) mod chat;
mod close;
mod completions;
mod compose;
mod cut;
mod documents;
mod events;
pub(crate) mod find;
mod found;
mod head;
mod hosted;
mod items;
mod mark;
mod memory;
mod pictures;
pub(crate) mod responses;
mod speech;

use crate::json::Node;
use crate::vendor_fault::malformed;
use crate::{Decoded, Facts, Operation, codecs};
use compose::{Composed, Edits, Texture};
use find::{FindTexts, misfit};
use found::Found;
use mark::Mark;
use memory::Memory;
use postern_fault::Fault;
use postern_types::provider::{Place, SegmentEdit};
use std::mem;

/// Watches one answer on its way to the client.
pub(crate) struct Texts {
    dialect: Box<dyn FindTexts>,
    stream: bool,
    memory: Memory,
    last: Last,
    /// The number of the next event, and the count of inserted events, by which the vendor's numbers are too low.
    next_number: u64,
    put_in: u64,
    /// A fault that follows output which had to be sent first.
    held: Option<Fault>,
    is_cut: bool,
}

/// The last output as it was found, until the next one.
#[derive(Default)]
struct Last {
    output: String,
    marks: Vec<Mark>,
    /// More text of each place, if there are no edits.
    more: memory::More,
    /// The number of its first event, and the count of events inserted before it.
    numbers: (u64, u64),
    /// Its events that begin or end the containers of texts, as they are sent.
    frames: Vec<String>,
    /// It was edited, or there was no output.
    settled: bool,
}

impl Texts {
    /// None: an answer without texts, such as embeddings or counts. `media_type` is the answer's.
    pub fn new(facts: &Facts, media_type: &str) -> Option<Self> {
        let mut stream = facts.stream;
        let dialect: Box<dyn FindTexts> = match facts.operation {
            Operation::Chat => (codecs::client(facts.client).texts)(facts),
            Operation::Completions => Box::new(completions::Completions::new(facts)),
            Operation::Transcribe | Operation::Translate => {
                // Models that cannot stream ignore the request for a stream.
                stream &= is_stream(media_type);
                Box::new(speech::Speech::new(media_type))
            }
            Operation::GenerateImages | Operation::EditImages | Operation::VaryImages => {
                Box::new(pictures::Pictures::default())
            }
            Operation::Rerank => {
                stream = false;
                Box::new(documents::Documents)
            }
            Operation::Embeddings | Operation::CountTokens | Operation::Speak => return None,
        };
        Some(Texts {
            dialect,
            stream,
            memory: Memory::default(),
            last: Last { settled: true, ..Last::default() },
            next_number: 0,
            put_in: 0,
            held: None,
            is_cut: false,
        })
    }

    /// Returns the fault that was found after the last output, or one that says that the answer has ended.
    pub fn say_held(&self) -> Result<(), Fault> {
        self.say_cut()?;
        self.held.clone().map_or(Ok(()), Err)
    }

    /// Finds the texts of an output.
    ///
    /// # Errors
    /// Output that cannot be read, and so could not be guarded. The output before it is sent first.
    pub fn see(&mut self, decoded: &mut Decoded) -> Result<(), Fault> {
        self.settle();
        let mut found = Found::new(&mut self.memory, self.next_number);
        if let Err((end, fault)) =
            read(&mut *self.dialect, self.stream, &decoded.output, &mut found)
        {
            self.held = Some(fault.clone());
            decoded.output.truncate(end);
            decoded.done = false;
            if end == 0 {
                return Err(fault);
            }
        }
        let (marks, next_number, contradicts) = found.finish();
        let numbers = (self.next_number, self.put_in);
        self.next_number = next_number;
        let mut last = Last { marks, numbers, ..Last::default() };
        last.output.clone_from(&decoded.output);
        let segments = |marks: &[Mark]| marks.iter().filter_map(Mark::segment).collect();
        if contradicts || self.put_in > 0 || self.memory.is_touched() {
            let composed = self.compose(&last, &Edits::default())?;
            decoded.output = composed.output;
            decoded.segments = segments(&composed.marks);
            last.frames = cut::frames(&decoded.output, &composed.marks);
            self.next_number = composed.next_number;
            last.more = composed.more;
        } else {
            decoded.segments = segments(&last.marks);
            last.frames = cut::frames(&decoded.output, &last.marks);
        }
        self.last = last;
        Ok(())
    }

    /// The last output with edited texts.
    ///
    /// # Errors
    /// An edit that matches no segment, and a second call for one output.
    pub fn edit(&mut self, edits: &[SegmentEdit]) -> Result<String, Fault> {
        self.say_cut()?;
        if self.last.settled {
            return Err(misfit("there is no output that could be edited"));
        }
        let edits = Edits::new(&self.last.marks, edits)?;
        let composed = self.compose(&self.last, &edits)?;
        self.next_number = composed.next_number;
        self.put_in = self.put_in.saturating_add(composed.put_in);
        composed.touched.iter().for_each(|place| self.memory.touch(*place));
        self.last.more = composed.more;
        self.last.frames = cut::frames(&composed.output, &composed.marks);
        self.settle();
        Ok(match self.stream {
            true => composed.output,
            false => self.dialect.mend(composed.output),
        })
    }

    /// An additional event.
    ///
    /// # Errors
    /// A place that is not open.
    pub fn delta(&mut self, at: Place, text: &str) -> Result<String, Fault> {
        self.say_cut()?;
        self.settle();
        let event = match self.stream && self.memory.is_open(at) {
            true => self.dialect.delta(at, text, self.next_number),
            false => None,
        };
        let event = event.ok_or_else(|| misfit(&format!("{at:?} is not open")))?;
        self.next_number = self.next_number.saturating_add(1);
        self.put_in = self.put_in.saturating_add(1);
        self.memory.release(at, text);
        Ok(event)
    }

    fn compose(&self, last: &Last, edits: &Edits<'_>) -> Result<Composed, Fault> {
        let Last { output, marks, numbers, .. } = last;
        let texture = Texture { dialect: &*self.dialect, memory: &self.memory, output, marks };
        texture.compose(edits, numbers.0, numbers.1)
    }

    /// Notes that the last output was sent.
    fn settle(&mut self) {
        if !mem::replace(&mut self.last.settled, true) {
            let Last { marks, more, frames, .. } = mem::take(&mut self.last);
            self.last.settled = true;
            self.memory.settle(&marks, &more);
            for frame in frames.iter().filter(|_| self.stream) {
                cut::leave(&mut *self.dialect, frame);
            }
        }
    }
}

fn is_stream(media_type: &str) -> bool {
    media_type.is_empty() || media_type.eq_ignore_ascii_case("text/event-stream")
}

/// On an error, the position of the event that cannot be read.
fn read(
    dialect: &mut dyn FindTexts,
    stream: bool,
    output: &str,
    found: &mut Found<'_>,
) -> Result<(), (usize, Fault)> {
    if stream {
        return events::each(output, |data| {
            let Some(text) = data.text else {
                dialect.event(None, found.at(data.start, "", Vec::new()));
                return Ok(());
            };
            let node = Node::read(&text)
                .map_err(|error| (data.start, malformed("an event", &text, error)))?;
            dialect.event(Some(&node), found.at(data.start, &text, data.lines));
            Ok(())
        });
    }
    if output.is_empty() {
        return Ok(());
    }
    let found = found.at(0, output, vec![(0, 0)]);
    if dialect.plain(output, found) {
        return Ok(());
    }
    let node = Node::read(output).map_err(|error| (0, malformed("an answer", output, error)))?;
    dialect.whole(&node, found);
    found.end_if(|_| true);
    Ok(())
}
