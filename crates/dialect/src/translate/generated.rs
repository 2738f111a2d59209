//! Counts what an answer's events have generated: words, thoughts, refusals, calls, speech.

use crate::chat::{Content, Delta, Event, Kind, Slot};
use crate::counted::Counted;
use std::collections::BTreeSet;

/// The number of recordings that are told apart from texts; no answer has more.
const MAX_SOUNDS: usize = 128;

/// The count so far.
#[derive(Debug, Default)]
pub(super) struct Generated {
    counted: Counted,
    /// The parts that are recordings, whose pieces are base64.
    sounds: BTreeSet<Slot>,
}

impl Generated {
    pub fn counted(&self) -> Counted {
        self.counted
    }

    pub fn see(&mut self, event: &Event) {
        match event {
            Event::Begun(slot, kind) => self.begun(*slot, kind),
            Event::Delta(slot, Delta::Text(base64)) if self.sounds.contains(slot) => {
                self.counted.add_sound(base64.len());
            }
            Event::Delta(
                _,
                Delta::Text(text) | Delta::Summary(_, text) | Delta::Transcript(text),
            ) => self.counted.add(text),
            Event::Ended(slot) => drop(self.sounds.remove(slot)),
            _ => {}
        }
    }

    fn begun(&mut self, slot: Slot, kind: &Kind) {
        match kind {
            Kind::ToolCall { name, .. } => self.counted.add(name),
            Kind::Audio { .. } if self.sounds.len() < MAX_SOUNDS => {
                self.sounds.insert(slot);
            }
            // The model writes a call of a tool that runs at the vendor like any other call.
            Kind::Whole(content) => {
                if let Content::Foreign(_, block) = &**content {
                    for words in ["name", "input", "arguments"] {
                        let words = block.get(words).map(ToString::to_string);
                        self.counted.add(words.as_deref().unwrap_or_default());
                    }
                }
            }
            _ => {}
        }
    }
}
