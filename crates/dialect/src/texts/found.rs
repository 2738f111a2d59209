//! Collects the texts of an output as a dialect finds them.

use super::mark::{Mark, What, When};
use super::memory::Memory;
use crate::Span;
use crate::json::{Node, Value};
use postern_types::Unescaped;
use postern_types::provider::{Place, SegmentForm, TextKind};
use std::borrow::Cow;

/// The place of marks that are not texts.
pub(super) const NOWHERE: Place = Place { kind: TextKind::Text, choice: 0, content: 0, part: 0 };

/// Collects the marks of an output.
pub(crate) struct Found<'m> {
    memory: &'m mut Memory,
    marks: Vec<Mark>,
    next_number: u64,
    contradicts: bool,
    event: Event,
}

/// The event that is being read.
#[derive(Default)]
struct Event {
    start: usize,
    text: String,
    lines: Vec<(usize, usize)>,
    /// The number of its own mark, which is its first.
    first: usize,
}

impl<'m> Found<'m> {
    pub(super) fn new(memory: &'m mut Memory, next_number: u64) -> Self {
        Found {
            memory,
            marks: Vec::new(),
            next_number,
            contradicts: false,
            event: Event::default(),
        }
    }

    /// Marks that are found from now on belong to the event that begins at `start`.
    pub fn at(&mut self, start: usize, text: &str, lines: Vec<(usize, usize)>) -> &mut Self {
        self.event = Event { start, text: text.to_owned(), lines, first: self.marks.len() };
        let span = Span::from(start..start);
        self.marks.push(Mark { span, place: NOWHERE, what: What::Event { frame: false } });
        self
    }

    /// Marks the event as a frame: it begins or ends the container of a text, and must be known to close a stream early.
    pub fn frame(&mut self) {
        if let Some(mark) = self.marks.get_mut(self.event.first) {
            mark.what = What::Event { frame: true };
        }
    }

    /// The marks in order, the number of the next event, and whether a repeat differs from the earlier text.
    pub(super) fn finish(mut self) -> (Vec<Mark>, u64, bool) {
        // Insertions at the beginning of an event are sent before it.
        self.marks.sort_by_key(|mark| (mark.span.start, mark.rank()));
        (self.marks, self.next_number, self.contradicts)
    }

    pub fn seen(&self, at: Place) -> &str {
        self.memory.seen(at)
    }

    /// A text begins; it may still be empty.
    pub fn open(&mut self, at: Place) {
        if at.kind != TextKind::ToolName {
            self.memory.open(at);
        }
    }

    /// More of a text. Arguments may be JSON instead of a string.
    pub fn say(&mut self, at: Place, node: &Node<'_>) {
        let (span, form, words) = match &node.value {
            Value::String(text) => (text.inside(), SegmentForm::JsonString, text.said()),
            Value::Array(_) | Value::Object(_) | Value::Number(_)
                if at.kind == TextKind::ToolArguments || is_number(node) =>
            {
                let raw = node.span.of(&self.event.text).unwrap_or_default();
                (node.span, SegmentForm::JsonValue, Cow::Owned(raw.to_owned()))
            }
            _ => return,
        };
        if !words.is_empty() {
            self.memory.say(at, &words);
            self.piece(at, span, form);
        }
    }

    /// A text that comes whole and belongs to `at`: it is decided on where it stands.
    pub fn complete(&mut self, at: Place, node: &Node<'_>) {
        let Value::String(text) = &node.value else {
            let place = self.memory.next(at);
            self.say(place, node);
            return self.end(place);
        };
        let words = text.said();
        if words.is_empty() {
            return;
        }
        match self.memory.complete(at, &words) {
            (place, true) => {
                self.say(place, node);
                self.end(place);
            }
            (place, false) => self.mark(place, text.inside(), What::Repeat),
        }
    }

    /// As [`tell`](Found::tell), unless the text differs from what the stream has said: then it is a text of its own.
    pub fn tell_or_complete(&mut self, at: Place, node: &Node<'_>) {
        match node.text().starts_with(self.seen(at)) {
            true => self.tell(at, node),
            false => self.complete(at, node),
        }
    }

    /// A text in an answer that is not JSON.
    pub fn plain(&mut self, at: Place, span: Span) {
        let words = span.of(&self.event.text).unwrap_or_default().to_owned();
        if !words.is_empty() {
            self.memory.say(at, &words);
            self.piece(at, span, SegmentForm::PlainText);
            self.end(at);
        }
    }

    fn piece(&mut self, at: Place, span: Span, form: SegmentForm) {
        self.open(at);
        self.mark(at, span, What::Piece { form });
    }

    /// The complete text: new in a buffered answer, a repetition where a stream has sent it in pieces.
    pub fn tell(&mut self, at: Place, node: &Node<'_>) {
        let Value::String(text) = &node.value else { return };
        let (whole, inside) = (text.said(), text.inside());
        let seen = self.memory.seen(at);
        if seen.is_empty() {
            return self.say(at, node);
        }
        match whole.strip_prefix(seen) {
            Some("") => self.mark(at, inside, What::Repeat),
            Some(rest) => {
                let said = whole.len() - rest.len();
                let raw = inside.of(&self.event.text).unwrap_or_default();
                let border = inside.start + length_of(raw, said);
                self.memory.say(at, rest);
                self.mark(at, Span { start: inside.start, end: border }, What::Repeat);
                let rest = Span { start: border, end: inside.end };
                self.piece(at, rest, SegmentForm::JsonString);
            }
            None => {
                self.contradicts = true;
                self.mark(at, inside, What::Repeat);
            }
        }
    }

    /// The same event has the text under another name.
    pub fn echo(&mut self, at: Place, node: &Node<'_>) {
        let Value::String(text) = &node.value else { return };
        let piece = self.own().iter().rev().find(|mark| mark.is_piece_of(at));
        match piece.map(|mark| mark.span.start) {
            Some(piece) => self.mark(at, text.inside(), What::Echo { piece }),
            None => self.say(at, node),
        }
    }

    /// A text is complete.
    pub fn end(&mut self, at: Place) {
        if !self.memory.close(at) {
            return;
        }
        let piece = self.own().iter().rev().find(|mark| mark.is_piece_of(at));
        let (offset, inside) = match piece {
            Some(piece) => (piece.span.end, true),
            None => (offset(self.event.start), false),
        };
        let span = Span { start: offset, end: offset };
        self.marks.push(Mark { span, place: at, what: What::End { inside } });
    }

    /// All open texts that match are complete.
    pub fn end_if(&mut self, mut like: impl FnMut(Place) -> bool) {
        for place in self.memory.open_places() {
            if like(place) {
                self.end(place);
            }
        }
    }

    /// The event has more of this choice: open texts that it does not continue are complete.
    pub fn end_others(&mut self, choice: u32) {
        let said: Vec<Place> =
            self.own().iter().filter(|mark| mark.is_piece()).map(|mark| mark.place).collect();
        if said.iter().any(|place| place.choice == choice) {
            self.end_if(|place| place.choice == choice && !said.contains(&place));
        }
    }

    /// A value that edits invalidate; `with` then replaces it.
    pub(super) fn void(&mut self, at: Place, node: &Node<'_>, with: &'static str, when: When) {
        self.mark(at, node.span, What::Void { with, when });
    }

    /// The number of the event.
    pub fn number(&mut self, node: &Node<'_>) {
        if let Some(number) = node.number() {
            self.next_number = number.saturating_add(1);
            self.mark(NOWHERE, node.span, What::Number(number));
        }
    }

    fn own(&self) -> &[Mark] {
        self.marks.get(self.event.first..).unwrap_or_default()
    }

    fn mark(&mut self, place: Place, span: Span, what: What) {
        let span = Span { start: self.event.place(span.start), end: self.event.place(span.end) };
        self.marks.push(Mark { span, place, what });
    }
}

impl Mark {
    fn is_piece(&self) -> bool {
        matches!(self.what, What::Piece { .. })
    }

    fn is_piece_of(&self, at: Place) -> bool {
        self.is_piece() && self.place == at
    }
}

impl Event {
    /// The position in the output of an offset into the text.
    fn place(&self, at: u32) -> u32 {
        let at = at as usize;
        let line = self.lines.iter().rev().find(|(in_text, _)| *in_text <= at);
        let (in_text, in_output) = line.copied().unwrap_or_default();
        offset(at - in_text + in_output)
    }
}

fn is_number(node: &Node<'_>) -> bool {
    matches!(node.value, Value::Number(_))
}

/// The written length of the first `bytes` decoded bytes of a string's inside.
fn length_of(inside: &str, bytes: usize) -> u32 {
    let mut said = 0;
    for (end, character) in Unescaped::new(inside) {
        said += character.len_utf8();
        if said >= bytes {
            return offset(end);
        }
    }
    offset(inside.len())
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
