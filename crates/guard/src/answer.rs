//! An answer on its way to the client.
//!
//! A text is decided window by window. The borders of a window depend on the text alone, and so does the context it is scanned
//! with, so the decisions are the same however the text is cut into pieces. A text leaves when it is decided, or at once if no
//! rule could hold it back.

use crate::decide::{Decided, covered, editing};
use crate::memo::Memo;
use crate::request::Guard;
use crate::restore::{Restored, Restorer};
use crate::rules::{Active, Direction, Source, Wanted};
use crate::tally::Tally;
use postern_detect::Group;
use postern_fault::{Fault, Kind};
use postern_policy::{Action, Speaker};
use postern_types::guardrail::{Flushed, LateText, Piece, PieceEdit, Released, Stop};
use postern_types::provider::{Place, TextKind};
use std::collections::BTreeMap;
use std::ops::Range;

mod window;

use window::{View, Window};

/// Guards one answer.
pub struct Answer<'g> {
    guard: &'g Guard,
    active: Active<'g>,
    wanted: Wanted,
    /// Whether a rule can keep text from leaving.
    holds: bool,
    restorer: Restorer,
    texts: BTreeMap<(u32, u32, u32, u8), Text>,
    tally: Tally,
    stopped: bool,
}

/// The state of one text of the answer.
struct Text {
    at: Place,
    window: Window,
    restored: Restored,
}

impl<'g> Answer<'g> {
    /// Guards the answer to the request whose [`Guard::check`] returned this memo.
    ///
    /// # Errors
    ///
    /// `unavailable` if the text is not a memo.
    pub fn new(guard: &'g Guard, memo: &str) -> Result<Self, Fault> {
        let memo = Memo::read(memo).ok_or_else(|| {
            Fault::new(Kind::Unavailable, "the answer could not be guarded")
                .with_private("the guardrail's memo cannot be read")
        })?;
        let active = guard.rules.of(&memo.caller.into_caller(), &memo.model);
        Ok(Answer {
            guard,
            wanted: active.wanted(Direction::Answer, Speaker::Assistant),
            holds: active.holds_answers(),
            active,
            restorer: Restorer::new(memo.entries),
            texts: BTreeMap::new(),
            tally: Tally::default(),
            stopped: false,
        })
    }

    /// Takes the next texts, and returns what leaves in their place.
    pub fn push(&mut self, pieces: &[Piece]) -> Released {
        let mut edits = Vec::new();
        let mut stop = None;
        for (at, piece) in (0..).zip(pieces) {
            // A tool's name arrives whole and is not scanned.
            if piece.at.kind == TextKind::ToolName || self.stopped {
                continue;
            }
            let (text, stopped) = self.advance(piece.at, &piece.text, piece.ended);
            if let Some(stopped) = stopped {
                stop = Some(Stop { piece: at, ..stopped });
                self.stopped = true;
                continue;
            }
            if text != piece.text {
                edits.push(PieceEdit { piece: at, text });
            }
        }
        let is_held = self.holds && self.texts.values().any(|text| text.window.is_holding());
        Released {
            edits,
            findings: self.tally.take(),
            stop,
            held_ms: is_held.then_some(self.guard.hold_back_ms),
        }
    }

    /// Decides on the held text without waiting for more of it.
    pub fn flush(&mut self) -> Flushed {
        let places: Vec<Place> = self.texts.values().map(|text| text.at).collect();
        let mut texts = Vec::new();
        for at in places {
            if self.stopped {
                break;
            }
            let (text, stop) = self.decide(at, true);
            if let Some(stop) = stop {
                self.stopped = true;
                return Flushed { texts, findings: self.tally.take(), stop: Some(stop) };
            }
            let text = self.restore(at, &text, false);
            if !text.is_empty() {
                texts.push(LateText { at, text });
            }
        }
        Flushed { texts, findings: self.tally.take(), stop: None }
    }

    /// Takes more of a text, or its end, and returns what leaves.
    fn advance(&mut self, at: Place, more: &str, ended: bool) -> (String, Option<Stop>) {
        let text = self.texts.entry(at.key()).or_insert_with(|| Text::new(at));
        let leaves = if self.wanted.is_empty() {
            more.to_owned()
        } else {
            text.window.push(more);
            let (decided, stop) = self.decide(at, ended);
            if stop.is_some() {
                return (String::new(), stop);
            }
            // If no rule could keep the text, it leaves as it comes.
            if self.holds { decided } else { more.to_owned() }
        };
        (self.restore(at, &leaves, ended), None)
    }

    fn restore(&mut self, at: Place, text: &str, ended: bool) -> String {
        let in_json = at.kind == TextKind::ToolArguments;
        let Some(state) = self.texts.get_mut(&at.key()) else { return text.to_owned() };
        let mut out = self.restorer.push(&mut state.restored, text, in_json);
        if ended {
            out.push_str(&self.restorer.finish(&mut state.restored, in_json));
        }
        out
    }

    /// Decides on every complete window; with `all`, also on an incomplete last one.
    fn decide(&mut self, at: Place, all: bool) -> (String, Option<Stop>) {
        let mut out = String::new();
        let hold_back = self.guard.hold_back;
        while let Some(view) =
            self.texts.get_mut(&at.key()).and_then(|text| text.window.next(hold_back, all))
        {
            let decided = self.look(&view);
            let names = |one: &Decided<'_>| self.guard.eyes.name(one.source);
            for one in decided.iter().filter(|one| one.span.start >= view.start) {
                self.guard.eyes.tally(one, &mut self.tally);
            }
            if let Some(one) = strictest(&decided) {
                return (String::new(), Some(stop(one, names(one))));
            }
            let (text, end) = edited(&view, &decided, at.kind, names);
            out.push_str(&text);
            if let Some(text) = self.texts.get_mut(&at.key()) {
                text.window.advance(end - view.start);
            }
        }
        (out, None)
    }

    /// The findings in a window, without placeholders.
    fn look(&self, view: &View) -> Vec<Decided<'g>> {
        let Answer { guard, wanted, active, .. } = self;
        let mut decided =
            guard.eyes.look(&view.text, wanted, active, Direction::Answer, Speaker::Assistant);
        let placeholders = self.restorer.placeholders(&view.text);
        let overlap = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        decided.retain(|one| {
            let is_personal = matches!(one.source, Source::Detector(detector) if detector.group() == Group::Personal);
            let is_placeholder =
                is_personal && placeholders.iter().any(|span| overlap(span, &one.span));
            overlap(&one.span, &(view.start..view.end)) && !is_placeholder
        });
        decided
    }
}

/// A window with its findings replaced, and its end.
fn edited(
    view: &View,
    decided: &[Decided<'_>],
    kind: TextKind,
    name: impl Fn(&Decided<'_>) -> String,
) -> (String, usize) {
    let mut out = String::new();
    let (mut done, mut end) = (view.start, view.end);
    for one in editing(decided, Action::Mask) {
        let before = view.text.get(done..one.span.start.max(done));
        out.push_str(before.unwrap_or_default());
        // A finding that began in the previous window is already replaced.
        if one.span.start >= view.start {
            let original = view.text.get(one.span.clone()).unwrap_or_default();
            let with = covered(one.rule.action, &name(one), original);
            out.push_str(&in_place(kind, &view.text, one, with));
        }
        done = one.span.end.max(done);
        end = end.max(done);
    }
    out.push_str(view.text.get(done..end).unwrap_or_default());
    (out, end)
}

impl Text {
    fn new(at: Place) -> Self {
        Text { at, window: Window::default(), restored: Restored::default() }
    }
}

fn strictest<'d, 'r>(decided: &'d [Decided<'r>]) -> Option<&'d Decided<'r>> {
    decided
        .iter()
        .filter(|one| one.rule.action >= Action::Replace)
        .max_by_key(|one| one.rule.action)
}

/// The message of a stop whose rule has none.
const DEFAULT_MESSAGE: &str =
    "the answer was ended because it contains content that this gateway does not pass on";

fn stop(one: &Decided<'_>, detector: String) -> Stop {
    Stop {
        piece: 0,
        rule: one.rule.name.clone(),
        detector,
        message: one.rule.message.clone().unwrap_or_else(|| DEFAULT_MESSAGE.to_owned()),
        said: one.rule.action == Action::Replace,
    }
}

/// The replacement of a finding; in arguments, a replaced number becomes a string.
fn in_place(kind: TextKind, text: &str, one: &Decided<'_>, with: String) -> String {
    let before = text.get(..one.span.start).unwrap_or_default().trim_end();
    let after = text.get(one.span.end..).unwrap_or_default().trim_start();
    let is_bare = kind == TextKind::ToolArguments
        && before.ends_with([':', ',', '['])
        && after.starts_with([',', '}', ']']);
    if is_bare { format!("\"{with}\"") } else { with }
}

#[cfg(test)]
mod tests;
