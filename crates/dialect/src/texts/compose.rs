//! Composes an output with edited texts.

use super::find::{FindTexts, misfit};
use super::mark::{Mark, What, When};
use super::memory::{Memory, More};
use crate::Span;
use postern_fault::Fault;
use postern_types::provider::{Place, SegmentEdit, SegmentForm, TextKind};
use postern_types::{escape, unescape};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A stage's edits, by the number of their mark.
#[derive(Default)]
pub(super) struct Edits<'a>(BTreeMap<usize, &'a str>);

impl<'a> Edits<'a> {
    /// # Errors
    /// An edit that matches no segment, a repeated edit, and edits out of order.
    pub fn new(marks: &[Mark], edits: &'a [SegmentEdit]) -> Result<Self, Fault> {
        let segments: Vec<usize> = (0..)
            .zip(marks)
            .filter(|(_, mark)| mark.segment().is_some())
            .map(|(at, _)| at)
            .collect();
        let mut found = BTreeMap::new();
        let mut next = 0;
        for SegmentEdit { segment, text } in edits {
            let at = segments.get(*segment as usize).copied();
            let takes = |at: &usize| {
                let mark = marks.get(*at).map(|mark| mark.what);
                matches!(mark, Some(What::Piece { .. } | What::End { .. })) && *segment >= next
            };
            let at = at.filter(takes).ok_or_else(|| {
                let count = segments.len();
                misfit(&format!("segment {segment} of {count} takes no edit, or not in this order"))
            })?;
            next = segment.saturating_add(1);
            found.insert(at, text.as_str());
        }
        Ok(Edits(found))
    }

    /// The edited text of a mark.
    pub fn text(&self, mark: usize) -> Option<&'a str> {
        self.0.get(&mark).copied()
    }

    /// Empties all pieces from this mark on, unless they are edited.
    pub fn empty_from(&mut self, first: usize, marks: &[Mark]) {
        for (at, mark) in marks.iter().enumerate().skip(first) {
            if matches!(mark.what, What::Piece { .. }) {
                self.0.entry(at).or_insert("");
            }
        }
    }
}

/// An output, and what is known of it.
pub(super) struct Texture<'a> {
    pub dialect: &'a dyn FindTexts,
    pub memory: &'a Memory,
    pub output: &'a str,
    pub marks: &'a [Mark],
}

pub(super) struct Composed {
    pub output: String,
    pub marks: Vec<Mark>,
    /// The text that each place received.
    pub more: More,
    /// The places that were edited.
    pub touched: Vec<Place>,
    pub next_number: u64,
    /// The number of events that were inserted.
    pub put_in: u64,
}

/// The changes that the edits amount to.
struct Plan<'a> {
    /// The new text of pieces, by the number of their mark.
    texts: BTreeMap<usize, String>,
    /// The same, by where the pieces begin.
    starts: BTreeMap<u32, usize>,
    /// The text of each inserted event.
    events: BTreeMap<usize, &'a str>,
    more: More,
    touched: Vec<Place>,
}

impl Texture<'_> {
    pub fn compose(
        &self,
        edits: &Edits<'_>,
        next_number: u64,
        put_in: u64,
    ) -> Result<Composed, Fault> {
        let plan = self.plan(edits);
        let mut writing = Writing {
            texture: self,
            plan: &plan,
            said: More::new(),
            output: String::with_capacity(self.output.len()),
            marks: Vec::with_capacity(self.marks.len()),
            done: 0,
            next_number,
            shift: put_in,
        };
        for (at, mark) in self.marks.iter().enumerate() {
            writing.mark(at, mark)?;
        }
        writing.output.push_str(self.output.get(writing.done..).unwrap_or_default());
        let Writing { output, marks, next_number, shift, .. } = writing;
        let Plan { more, touched, .. } = plan;
        Ok(Composed { output, marks, more, touched, next_number, put_in: shift - put_in })
    }

    fn raw(&self, mark: &Mark) -> &str {
        mark.span.of(self.output).unwrap_or_default()
    }

    /// The text of a piece after the edits.
    pub fn text(&self, mark: &Mark, form: SegmentForm) -> Cow<'_, str> {
        match form {
            SegmentForm::JsonString => unescape(self.raw(mark)),
            SegmentForm::JsonValue | SegmentForm::PlainText => Cow::Borrowed(self.raw(mark)),
        }
    }

    fn plan<'a>(&self, edits: &Edits<'a>) -> Plan<'a> {
        let mut plan = Plan {
            texts: BTreeMap::new(),
            starts: BTreeMap::new(),
            events: BTreeMap::new(),
            more: More::new(),
            touched: Vec::new(),
        };
        for (at, mark) in self.marks.iter().enumerate() {
            let edit = edits.text(at);
            match mark.what {
                What::Piece { form } => {
                    plan.starts.insert(mark.span.start, at);
                    let text = self.text(mark, form);
                    if let Some(edit) = edit.filter(|edit| **edit != *text) {
                        plan.texts.insert(at, edit.to_owned());
                        plan.touched.push(mark.place);
                    }
                    plan.say(mark.place, edit.unwrap_or(&text));
                }
                What::End { inside } => {
                    let Some(edit) = edit.filter(|edit| !edit.is_empty()) else { continue };
                    plan.touched.push(mark.place);
                    plan.say(mark.place, edit);
                    match self.piece_before(at, mark.place).filter(|_| inside) {
                        Some((piece, form)) => {
                            let own = self.marks.get(piece).map(|mark| self.text(mark, form));
                            let own = own.unwrap_or_default().into_owned();
                            plan.texts.entry(piece).or_insert(own).push_str(edit);
                        }
                        None => drop(plan.events.insert(at, edit)),
                    }
                }
                _ => {}
            }
        }
        plan
    }

    fn piece_before(&self, at: usize, place: Place) -> Option<(usize, SegmentForm)> {
        let before = self.marks.get(..at)?.iter().enumerate().rev();
        before.filter(|(_, mark)| mark.place == place).find_map(|(at, mark)| match mark.what {
            What::Piece { form } => Some((at, form)),
            _ => None,
        })
    }
}

impl Plan<'_> {
    fn say(&mut self, at: Place, text: &str) {
        self.more.entry(at.key()).or_default().push_str(text);
    }
}

struct Writing<'a> {
    texture: &'a Texture<'a>,
    plan: &'a Plan<'a>,
    /// The text of each place up to here.
    said: More,
    output: String,
    marks: Vec<Mark>,
    /// How much of the old output has been processed.
    done: usize,
    next_number: u64,
    shift: u64,
}

impl Writing<'_> {
    fn mark(&mut self, at: usize, mark: &Mark) -> Result<(), Fault> {
        let (start, end) = (mark.span.start as usize, mark.span.end as usize);
        let before = self.texture.output.get(self.done..start);
        self.output.push_str(before.ok_or_else(|| misfit("the marks of an output overlap"))?);
        self.done = end;
        let mut what = mark.what;
        let old = self.texture.raw(mark);
        let event = self.plan.events.get(&at).copied().unwrap_or_default();
        let new = match what {
            What::Piece { form } => self.piece(at, mark, form)?,
            What::End { .. } => self.event(mark.place, event)?,
            What::Repeat => self.repeat(mark),
            What::Echo { piece } => {
                let piece = self.plan.starts.get(&piece);
                let text = piece.and_then(|piece| self.plan.texts.get(piece));
                text.map(|text| escape(text).into_owned())
            }
            What::Void { with, when } => self.is_void(mark.place, when).then(|| with.to_owned()),
            What::Number(number) => {
                let number = number.saturating_add(self.shift);
                self.next_number = number.saturating_add(1);
                what = What::Number(number);
                (self.shift > 0).then(|| number.to_string())
            }
            What::Event { .. } => None,
        };
        let start = self.output.len();
        self.output.push_str(new.as_deref().unwrap_or(old));
        if let What::Echo { piece } = &mut what {
            *piece = self.moved(*piece);
        }
        let span = Span::from(start..self.output.len());
        self.marks.push(Mark { span, place: mark.place, what });
        Ok(())
    }

    /// The new position of the piece that began at `start`.
    fn moved(&self, start: u32) -> u32 {
        let piece = self.plan.starts.get(&start);
        let mark = piece.and_then(|piece| self.marks.get(*piece));
        mark.map_or(start, |mark| mark.span.start)
    }

    fn piece(
        &mut self,
        at: usize,
        mark: &Mark,
        form: SegmentForm,
    ) -> Result<Option<String>, Fault> {
        let said = self.said.entry(mark.place.key()).or_default();
        let Some(text) = self.plan.texts.get(&at) else {
            said.push_str(&self.texture.text(mark, form));
            return Ok(None);
        };
        said.push_str(text);
        match (form, mark.place.kind) {
            (SegmentForm::JsonString, _) => Ok(Some(escape(text).into_owned())),
            (SegmentForm::PlainText, _) => Ok(Some(text.clone())),
            (SegmentForm::JsonValue, TextKind::ToolArguments) => {
                self.texture.dialect.value(text).map(Some)
            }
            // A number in the data of a tool becomes a string.
            (SegmentForm::JsonValue, _) => Ok(Some(format!("\"{}\"", escape(text)))),
        }
    }

    fn event(&mut self, at: Place, text: &str) -> Result<Option<String>, Fault> {
        if text.is_empty() {
            return Ok(None);
        }
        self.said.entry(at.key()).or_default().push_str(text);
        let event = self.texture.dialect.delta(at, text, self.next_number);
        self.next_number = self.next_number.saturating_add(1);
        self.shift = self.shift.saturating_add(1);
        event.map(Some).ok_or_else(|| misfit("this kind of text has no event"))
    }

    fn repeat(&self, mark: &Mark) -> Option<String> {
        let key = mark.place.key();
        let said = self.said.get(&key).map_or("", String::as_str);
        let whole = [self.texture.memory.released(mark.place), said].concat();
        let agrees = *unescape(self.texture.raw(mark)) == whole;
        (!agrees).then(|| escape(&whole).into_owned())
    }

    fn is_void(&self, own: Place, when: When) -> bool {
        let memory = self.texture.memory;
        let concerns = |other: Place| when.concerns(own, other);
        match when {
            When::Touched | When::ChoiceTouched => {
                self.plan.touched.iter().any(|place| concerns(*place))
                    || memory.any_touched(concerns)
            }
            When::Differs | When::ThoughtsDiffer => memory.any_differs(&self.plan.more, concerns),
        }
    }
}
