//! An answer in the client's own dialect: it passes unchanged, while its usage, its end and its errors are observed.

use super::answer_head::AnswerHead;
use super::generated::Generated;
use super::translating::Framing;
use crate::chat::Event;
use crate::counted::Counted;
use crate::openai::stream::pass;
use crate::usage::latest;
use crate::vendor_fault::invalid;
use crate::{Decoded, Dialect, Facts, ReadAnswer, codecs};
use postern_fault::Fault;
use std::mem;

/// Passes one answer on.
pub(super) struct Passing {
    form: Form,
    events: Vec<Event>,
    generated: Generated,
}

enum Form {
    Stream {
        framing: Box<Framing>,
        reader: Box<dyn ReadAnswer>,
    },
    Whole {
        wire: Dialect,
        text: String,
    },
    /// A small answer that need not be read.
    Unread {
        text: String,
    },
}

impl Passing {
    pub fn new(wire: Dialect, facts: &Facts, head: &AnswerHead) -> Self {
        let form = match facts.stream {
            true => Form::Stream {
                framing: Box::default(),
                reader: (codecs::vendor(wire).reader)(&head.memo),
            },
            false => Form::Whole { wire, text: String::new() },
        };
        Passing { form, events: Vec::new(), generated: Generated::default() }
    }

    /// The count of what was generated so far.
    pub fn generated(&self) -> Counted {
        self.generated.counted()
    }

    pub fn unread() -> Self {
        let form = Form::Unread { text: String::new() };
        Passing { form, events: Vec::new(), generated: Generated::default() }
    }

    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        match &mut self.form {
            Form::Whole { text, .. } | Form::Unread { text } => {
                text.push_str(chunk);
                Ok(Decoded::default())
            }
            Form::Stream { framing, .. } => {
                framing.push(chunk);
                self.drain()
            }
        }
    }

    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        match &mut self.form {
            Form::Whole { wire, text } => {
                let answer = (codecs::vendor(*wire).read_whole)(text)?;
                let mut decoded = Decoded { output: mem::take(text), ..Decoded::default() };
                self.events = answer.into_events();
                note(&mut self.events, &mut self.generated, &mut decoded);
                Ok(decoded)
            }
            Form::Unread { text } => {
                Ok(Decoded { output: mem::take(text), done: true, ..Decoded::default() })
            }
            Form::Stream { framing, .. } => {
                framing.finish();
                let decoded = self.drain()?;
                let Form::Stream { framing, reader } = &mut self.form else { return Ok(decoded) };
                framing.say_held()?;
                match decoded.done {
                    true => Ok(decoded),
                    // The client waits for the end event: an answer without it would look whole to some, and cut to others.
                    false => Err(reader.end(&mut self.events).err().unwrap_or_else(cut)),
                }
            }
        }
    }

    fn drain(&mut self) -> Result<Decoded, Fault> {
        let Form::Stream { framing, reader } = &mut self.form else {
            return Ok(Decoded::default());
        };
        let (events, generated) = (&mut self.events, &mut self.generated);
        framing.drain(|event, decoded| {
            if let Some(data) = event.data.as_deref() {
                reader.event(event.name, data, events)?;
                note(events, generated, decoded);
            }
            pass(event, decoded);
            Ok(())
        })
    }
}

fn cut() -> Fault {
    invalid("the provider's stream ended before its last event")
}

fn note(events: &mut Vec<Event>, generated: &mut Generated, decoded: &mut Decoded) {
    for event in events.drain(..) {
        generated.see(&event);
        match event {
            Event::Usage(usage) => decoded.usage = latest(decoded.usage, Some(usage)),
            Event::Done => decoded.done = true,
            _ => {}
        }
    }
}
