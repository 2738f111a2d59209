//! Collects the events of an answer into a buffered one.

use super::{Answer, Audio, Choice, Content, Delta, Event, Kind, Part, Reasoned, Slot, ToolCall};

/// OpenAI's maximum of choices, and more parts than any answer has. Events with higher numbers are dropped.
const MAX_CHOICES: usize = 128;
const MAX_PARTS: usize = 4_096;

/// Collects the events of one answer. Joining the pieces of a text takes linear time.
#[derive(Debug, Default)]
pub struct Collector {
    answer: Answer,
}

impl Collector {
    /// Adds the next event.
    pub fn push(&mut self, event: Event) {
        match event {
            Event::Started { id, model, created_unix_s } => {
                self.answer.id = id;
                self.answer.model = model;
                self.answer.created_unix_s = created_unix_s;
            }
            Event::ServiceTier(tier) => self.answer.service_tier = Some(tier),
            Event::Begun(slot, kind) => self.begin(slot, kind),
            Event::Delta(slot, delta) => {
                if let Some(part) = self.part(slot) {
                    extend(part, delta);
                }
            }
            Event::Logprobs(choice, more) => {
                if let Some(choice) = self.choice(choice) {
                    choice.logprobs.extend(more);
                }
            }
            Event::Finished(choice, finish) => {
                if let Some(choice) = self.choice(choice) {
                    choice.finish = Some(finish);
                }
            }
            Event::Usage(usage) => self.answer.usage = Some(usage),
            Event::Ended(_) | Event::Done => {}
        }
    }

    /// The collected answer.
    pub fn finish(self) -> Answer {
        self.answer
    }

    fn choice(&mut self, index: u32) -> Option<&mut Choice> {
        let index = usize::try_from(index).ok().filter(|index| *index < MAX_CHOICES)?;
        if self.answer.choices.len() <= index {
            self.answer.choices.resize_with(index + 1, Choice::default);
        }
        self.answer.choices.get_mut(index)
    }

    fn part(&mut self, slot: Slot) -> Option<&mut Part> {
        let index = usize::try_from(slot.part).ok()?;
        self.choice(slot.choice)?.parts.get_mut(index)
    }

    fn begin(&mut self, slot: Slot, kind: Kind) {
        let Some(choice) = self.choice(slot.choice) else { return };
        // Parts are numbered as they begin; any other number is a mistake of the reader.
        if choice.parts.len() == slot.part as usize && choice.parts.len() < MAX_PARTS {
            choice.parts.push(Part::new("", content(kind)));
        }
    }
}

fn content(kind: Kind) -> Content {
    match kind {
        Kind::Text => Content::Text(String::new()),
        Kind::Refusal => Content::Refusal(String::new()),
        Kind::Reasoning { redacted } => {
            Content::Reasoning(Reasoned { redacted, ..Reasoned::default() })
        }
        Kind::ToolCall { id, name, custom } => {
            Content::ToolCall(ToolCall { id, name, arguments: String::new(), custom })
        }
        Kind::Audio { format, id, expires_unix_s } => {
            Content::Audio(Audio { format, id, expires_unix_s, ..Audio::default() })
        }
        Kind::Whole(content) => *content,
    }
}

fn extend(part: &mut Part, delta: Delta) {
    match (&mut part.content, delta) {
        (Content::Text(text) | Content::Refusal(text), Delta::Text(more)) => text.push_str(&more),
        (Content::ToolCall(call), Delta::Text(more)) => call.arguments.push_str(&more),
        (Content::Audio(audio), Delta::Text(more)) => audio.data.push_str(&more),
        (Content::Audio(audio), Delta::Transcript(more)) => {
            audio.transcript.get_or_insert_default().push_str(&more);
        }
        (Content::Reasoning(reasoned), Delta::Text(more)) => reasoned.text.push_str(&more),
        (Content::Reasoning(reasoned), Delta::Summary(piece, more)) => {
            let piece = (piece as usize).min(reasoned.summary.len());
            if piece == reasoned.summary.len() {
                reasoned.summary.push(String::new());
            }
            if let Some(text) = reasoned.summary.get_mut(piece) {
                text.push_str(&more);
            }
        }
        (Content::Reasoning(reasoned), Delta::Sealed(sealed)) => reasoned.sealed = Some(sealed),
        (_, Delta::Annotation(annotation)) => part.annotations.push(annotation),
        _ => {}
    }
}
