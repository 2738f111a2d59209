//! Ends an answer within its last output.

use super::close::raw::Raw;
use super::close::{Cut, Ending, leaves_alone};
use super::compose::{Composed, Edits, Texture};
use super::find::{FindTexts, misfit};
use super::found::NOWHERE;
use super::mark::{Mark, What};
use super::{Last, Texts, events};
use crate::Usage;
use crate::json::Node;
use postern_fault::Fault;
use postern_types::provider::{Notice, Place, SegmentEdit};
use std::borrow::Cow;
use std::ops::Range;

impl Texts {
    /// The last output with edited texts, truncated before `segment`, and the end of the answer.
    ///
    /// # Errors
    /// As [`edit`](Texts::edit), and a segment at which the answer cannot be cut.
    pub fn cut(
        &mut self,
        edits: &[SegmentEdit],
        segment: u32,
        notice: &Notice,
        usage: Usage,
    ) -> Result<String, Fault> {
        self.say_cut()?;
        if self.last.settled {
            return self.cut_behind(notice, usage);
        }
        let edits = Edits::new(&self.last.marks, edits)?;
        let at = self.mark_of(segment)?;
        let answer = match self.stream {
            true => self.cut_stream(&edits, at, notice, usage),
            false => self.cut_whole(edits, at, notice),
        }?;
        self.is_cut = true;
        Ok(answer)
    }

    /// Ends a stream whose last output has been sent.
    fn cut_behind(&mut self, notice: &Notice, usage: Usage) -> Result<String, Fault> {
        if !self.stream || self.memory.is_empty() {
            return Err(misfit("there is no output in which the answer could end"));
        }
        let mut ending = Ending {
            memory: &mut self.memory,
            notice,
            usage,
            at: NOWHERE,
            event: "",
            rest: Vec::new(),
            number: self.next_number,
            out: String::new(),
        };
        self.dialect.close(&mut ending);
        self.is_cut = true;
        Ok(ending.out)
    }

    /// Refuses any call after the end.
    pub fn say_cut(&self) -> Result<(), Fault> {
        if self.is_cut { Err(misfit("the answer was cut, and has ended")) } else { Ok(()) }
    }

    /// The number of the mark of this segment.
    fn mark_of(&self, segment: u32) -> Result<usize, Fault> {
        let segments = (0..).zip(&self.last.marks).filter(|(_, mark)| mark.segment().is_some());
        let found = segments.map(|(at, mark): (usize, _)| (at, mark)).nth(segment as usize);
        let found = found.filter(|(_, mark)| is_said(mark));
        let wrong = || misfit(&format!("the answer cannot end at segment {segment}"));
        found.map(|(at, _)| at).ok_or_else(wrong)
    }

    fn cut_stream(
        &mut self,
        edits: &Edits<'_>,
        at: usize,
        notice: &Notice,
        usage: Usage,
    ) -> Result<String, Fault> {
        let Kept { composed, rest, event, place } = self.keep(edits, at)?;
        self.last.settled = true;
        for frame in frames(&composed.output, &composed.marks) {
            leave(&mut *self.dialect, &frame);
        }
        self.memory.leave(&composed.more);
        let mut ending = Ending {
            memory: &mut self.memory,
            notice,
            usage,
            at: place,
            event: &event,
            rest,
            number: composed.next_number,
            out: composed.output,
        };
        self.dialect.close(&mut ending);
        Ok(ending.out)
    }

    /// The part of the last output that is sent.
    fn keep(&self, edits: &Edits<'_>, at: usize) -> Result<Kept, Fault> {
        let Last { output, marks, numbers, .. } = &self.last;
        let all = Texture { dialect: &*self.dialect, memory: &self.memory, output, marks };
        let (kept, start) = event_of(marks, at);
        let before = Texture {
            output: output.get(..start).unwrap_or_default(),
            marks: marks.get(..kept).unwrap_or_default(),
            ..all
        };
        Ok(Kept {
            composed: before.compose(edits, numbers.0, numbers.1)?,
            rest: all.rest(edits, kept..at),
            event: output.get(start..).and_then(first_data).unwrap_or_default(),
            place: marks.get(at).map_or(NOWHERE, |mark| mark.place),
        })
    }

    fn cut_whole(
        &mut self,
        mut edits: Edits<'_>,
        at: usize,
        notice: &Notice,
    ) -> Result<String, Fault> {
        edits.empty_from(at, &self.last.marks);
        let composed = self.compose(&self.last, &edits)?;
        self.last.settled = true;
        let mark = composed.marks.get(at);
        let offset = mark.map_or(0, |mark| mark.span.start as usize);
        let cut = Cut { notice, at: mark.map_or(NOWHERE, |mark| mark.place) };
        Ok(self.dialect.cut(Raw::new(&composed.output, offset), &cut))
    }
}

/// The part of an output that is sent.
struct Kept {
    /// The events before the event of the cut.
    composed: Composed,
    /// The remaining texts of the event of the cut.
    rest: Vec<(Place, String)>,
    /// The event of the cut.
    event: String,
    /// The place of the first text that is not sent.
    place: Place,
}

fn is_said(mark: &Mark) -> bool {
    matches!(mark.what, What::Piece { .. } | What::End { .. })
}

/// The number of marks before the event of this mark, and where that event begins.
fn event_of(marks: &[Mark], at: usize) -> (usize, usize) {
    let Some(mark) = marks.get(at) else { return (at, 0) };
    if let What::End { inside: false } = mark.what {
        return (at, mark.span.start as usize);
    }
    let mut before = marks.iter().enumerate().take(at).rev();
    let event = before.find(|(_, mark)| mark.is_event());
    event.map_or((0, 0), |(at, mark)| (at, mark.span.start as usize))
}

impl Texture<'_> {
    /// The texts of these marks that can be sent by themselves.
    fn rest(&self, edits: &Edits<'_>, within: Range<usize>) -> Vec<(Place, String)> {
        let marks = self.marks.iter().enumerate().take(within.end).skip(within.start);
        let texts = marks.filter(|(_, mark)| leaves_alone(mark.place.kind)).map(|(at, mark)| {
            let own = match mark.what {
                What::Piece { form } => self.text(mark, form),
                _ => Cow::Borrowed(""),
            };
            let text = edits.text(at).map_or(own, Cow::Borrowed);
            (mark.place, text.into_owned())
        });
        texts.filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// The events of an output that begin or end the containers of texts.
pub(super) fn frames(output: &str, marks: &[Mark]) -> Vec<String> {
    let mut frames = Vec::new();
    let mut events = marks.iter().filter(|mark| mark.is_event()).peekable();
    while let Some(mark) = events.next() {
        let start = mark.span.start as usize;
        let end = events.peek().map_or(output.len(), |next| next.span.start as usize);
        if let What::Event { frame: true } = mark.what {
            frames.extend(output.get(start..end).map(str::to_owned));
        }
    }
    frames
}

/// Notes that a frame has been sent.
pub(super) fn leave(dialect: &mut dyn FindTexts, frame: &str) {
    // It parsed before, so it parses now.
    let _ = events::each(frame, |data| {
        if let Some(text) = data.text
            && let Ok(node) = Node::read(&text)
        {
            dialect.left(&node, &text);
        }
        Ok(())
    });
}

fn first_data(output: &str) -> Option<String> {
    let mut found = None;
    let _ = events::each(output, |data| {
        if found.is_none() {
            found = data.text.map(Cow::into_owned);
        }
        Ok(())
    });
    found
}
