//! A streamed answer, with blocks strictly one after the other. Interleaved parts wait for the one before them.

use super::counts::Counts;
use super::head::Message;
use super::part::{BlockDelta, Piece, Writing};
use super::stop::{Seen, words};
use super::whole;
use crate::anthropic::block::Block;
use crate::chat::{Answer, Delta, Event, Finish, Kind, Slot};
use crate::{Context, Usage, WriteAnswer};
use serde::Serialize;
use std::collections::BTreeMap;

/// Writes an answer for a client of this dialect.
#[derive(Debug)]
pub struct Writer {
    context: Context,
    /// Id and model, held until the next event: if the vendor reports usage early, it belongs to the same event.
    head: Option<(String, String)>,
    started: bool,
    tier: Option<String>,
    usage: Option<Usage>,
    /// The number of the next block.
    next: u32,
    open: Option<(Slot, Writing)>,
    /// The waiting parts, in the order in which they began.
    waiting: BTreeMap<Slot, Waiting>,
    seen: Seen,
    finish: Option<Finish>,
    done: bool,
}

/// A part that began while another was being written.
#[derive(Debug)]
struct Waiting {
    kind: Kind,
    deltas: Vec<Delta>,
    ended: bool,
}

/// An event of the stream.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    MessageStart { message: Message },
    ContentBlockStart { index: u32, content_block: Block },
    ContentBlockDelta { index: u32, delta: BlockDelta },
    ContentBlockStop { index: u32 },
    MessageDelta { delta: Stop, usage: Counts },
    MessageStop,
}

#[derive(Debug, Serialize)]
struct Stop {
    stop_reason: &'static str,
    stop_sequence: Option<String>,
}

impl Said {
    fn name(&self) -> &'static str {
        match self {
            Said::MessageStart { .. } => "message_start",
            Said::ContentBlockStart { .. } => "content_block_start",
            Said::ContentBlockDelta { .. } => "content_block_delta",
            Said::ContentBlockStop { .. } => "content_block_stop",
            Said::MessageDelta { .. } => "message_delta",
            Said::MessageStop => "message_stop",
        }
    }

    fn write(&self, out: &mut String) {
        // Serializing fails only for maps whose keys are not strings, of which there are none.
        let data = serde_json::to_string(self).unwrap_or_default();
        for piece in ["event: ", self.name(), "\ndata: ", &data, "\n\n"] {
            out.push_str(piece);
        }
    }
}

impl Writer {
    /// Writes one answer.
    pub fn new(context: Context) -> Self {
        Writer {
            context,
            head: None,
            started: false,
            tier: None,
            usage: None,
            next: 0,
            open: None,
            waiting: BTreeMap::new(),
            seen: Seen::default(),
            finish: None,
            done: false,
        }
    }

    fn start(&mut self, out: &mut String) {
        if std::mem::replace(&mut self.started, true) {
            return;
        }
        let (id, model) = self.head.take().unwrap_or_default();
        let usage = self.usage.unwrap_or_else(|| whole::estimated(&self.context));
        let usage = Counts::new(usage).served_by(self.tier.as_deref());
        let message = Message::new(&self.context, id, model, usage);
        Said::MessageStart { message }.write(out);
    }

    fn begin(&mut self, slot: Slot, kind: Kind, out: &mut String) {
        self.seen.calls |= matches!(kind, Kind::ToolCall { .. });
        self.seen.refusal |= matches!(kind, Kind::Refusal);
        if self.open.is_some() {
            let waiting = Waiting { kind, deltas: Vec::new(), ended: false };
            self.waiting.insert(slot, waiting);
            return;
        }
        let mut pieces = Vec::new();
        self.open = Some((slot, Writing::begin(kind, &mut pieces)));
        self.write(pieces, out);
    }

    fn delta(&mut self, slot: Slot, delta: Delta, out: &mut String) {
        let mut pieces = Vec::new();
        match &mut self.open {
            Some((open, writing)) if *open == slot => writing.delta(delta, &mut pieces),
            _ => {
                if let Some(waiting) = self.waiting.get_mut(&slot).filter(|part| !part.ended) {
                    waiting.deltas.push(delta);
                }
            }
        }
        self.write(pieces, out);
    }

    fn end(&mut self, slot: Slot, out: &mut String) {
        match &self.open {
            Some((open, _)) if *open == slot => self.close(out),
            _ => {
                if let Some(waiting) = self.waiting.get_mut(&slot) {
                    waiting.ended = true;
                }
                return;
            }
        }
        // Writes the waiting parts in order, up to the first that is incomplete.
        while self.open.is_none()
            && let Some((slot, Waiting { kind, deltas, ended })) = self.waiting.pop_first()
        {
            self.begin(slot, kind, out);
            deltas.into_iter().for_each(|delta| self.delta(slot, delta, out));
            if ended {
                self.close(out);
            }
        }
    }

    fn close(&mut self, out: &mut String) {
        let Some((_, writing)) = self.open.take() else { return };
        let mut pieces = Vec::new();
        writing.end(&mut pieces);
        self.write(pieces, out);
    }

    /// Completes all open and waiting parts.
    fn flush(&mut self, out: &mut String) {
        self.waiting.values_mut().for_each(|waiting| waiting.ended = true);
        if let Some((slot, _)) = self.open {
            self.end(slot, out);
        }
    }

    fn write(&mut self, pieces: Vec<Piece>, out: &mut String) {
        for piece in pieces {
            let index = self.next;
            let said = match piece {
                Piece::Start(content_block) => Said::ContentBlockStart { index, content_block },
                Piece::Delta(delta) => Said::ContentBlockDelta { index, delta },
                Piece::Stop => {
                    self.next = self.next.saturating_add(1);
                    Said::ContentBlockStop { index }
                }
            };
            said.write(out);
        }
    }

    /// Writes one event for the stop reason and the final counts, which may come after it.
    fn finish(&mut self, out: &mut String) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        self.start(out);
        self.flush(out);
        let (stop_reason, stop_sequence) = words(self.finish.take(), self.seen);
        let usage = Counts::new(self.usage.unwrap_or_else(|| whole::estimated(&self.context)));
        Said::MessageDelta { delta: Stop { stop_reason, stop_sequence }, usage }.write(out);
        Said::MessageStop.write(out);
    }
}

impl WriteAnswer for Writer {
    fn event(&mut self, event: Event, out: &mut String) {
        match event {
            Event::Started { id, model, .. } => self.head = Some((id, model)),
            Event::ServiceTier(tier) => self.tier = Some(tier),
            Event::Usage(usage) => {
                self.usage = Some(usage);
                self.start(out);
            }
            // This dialect has one choice and no probabilities.
            Event::Begun(Slot { choice: 1.., .. }, _)
            | Event::Delta(Slot { choice: 1.., .. }, _)
            | Event::Ended(Slot { choice: 1.., .. })
            | Event::Finished(1.., _)
            | Event::Logprobs(..) => {}
            Event::Begun(slot, kind) => {
                self.start(out);
                self.begin(slot, kind, out);
            }
            Event::Delta(slot, delta) => self.delta(slot, delta, out),
            Event::Ended(slot) => self.end(slot, out),
            Event::Finished(_, finish) => {
                self.start(out);
                self.flush(out);
                self.finish = Some(finish);
            }
            Event::Done => self.finish(out),
        }
    }

    fn whole(&mut self, answer: Answer) -> String {
        whole::write(&self.context, answer)
    }
}
