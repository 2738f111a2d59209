//! An answer on its way to the client.
//!
//! A text is decided window by window. The borders of a window depend on the text alone, and so does the context it is scanned
//! with, so the decisions are the same however the text is cut into pieces. A text leaves when it is decided, or at once if no
//! rule could hold it back.

use crate::decide::{Change, Decided, changes, covered};
use crate::memo::Memo;
use crate::request::Guard;
use crate::restore::{Restored, Restorer};
use crate::rules::{Active, Direction, Source, Wanted};
use crate::tally::Tally;
use postern_detect::Group;
use postern_fault::{Fault, Kind};
use postern_policy::{Action, Speaker};
use postern_types::escape;
use postern_types::guardrail::{Flushed, LateText, Piece, PieceEdit, Released, Stop};
use postern_types::provider::{Place, TextKind};
use std::collections::BTreeMap;
use std::ops::Range;

mod json;
mod quoted;
mod window;
mod written;

use json::Json;
use quoted::Quoted;
use window::{View, Window};

/// Guards one answer.
pub struct Answer<'g> {
    guard: &'g Guard,
    active: Active<'g>,
    wanted: Wanted,
    /// Whether a rule can keep text from leaving.
    holds: bool,
    restorer: Restorer,
    /// The answer's text is JSON, as the request wants it.
    is_json: bool,
    texts: BTreeMap<(u32, u32, u32, u8), Text>,
    tally: Tally,
    stopped: bool,
}

/// The state of one text of the answer.
struct Text {
    at: Place,
    window: Window,
    /// Whether it is JSON.
    json: Json,
    /// Whether its decided part ends within a string, if it is JSON.
    quoted: Quoted,
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
            is_json: memo.is_json,
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
        let is_json = self.is_json;
        let text = self.texts.entry(at.key()).or_insert_with(|| Text::new(at, is_json));
        text.see(more);
        let leaves = if self.wanted.is_empty() {
            more.to_owned()
        } else {
            text.window.push(more, ended);
            let (decided, stop) = self.decide(at, ended);
            if stop.is_some() {
                return (String::new(), stop);
            }
            // If no rule could keep the text, it leaves as it comes.
            if self.holds { decided } else { more.to_owned() }
        };
        let leaves = self.restore(at, &leaves, ended);
        if ended && COMPLETE.contains(&at.kind) {
            self.texts.remove(&at.key());
        }
        (leaves, None)
    }

    fn restore(&mut self, at: Place, text: &str, ended: bool) -> String {
        let Some(state) = self.texts.get_mut(&at.key()) else { return text.to_owned() };
        let in_json = state.json.is_json();
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
            let (decided, end) = self.look(&view);
            let name = |one: &Decided<'_>| self.guard.eyes.name(one.source);
            let stopping = strictest(&decided);
            for one in &decided {
                let is_stopping = stopping.is_some_and(|stopping| std::ptr::eq(stopping, one));
                // What began before was counted then, unless it was not known then.
                if one.span.start >= view.start || is_stopping {
                    self.guard.eyes.tally(one, Direction::Answer, &mut self.tally);
                }
            }
            if let Some(one) = stopping {
                return (String::new(), Some(stop(one, name(one))));
            }
            let changes = changes(&decided, Action::Mask);
            let begun = changes.last().filter(|last| last.span.end == view.text.len());
            let begun = begun.map(|last| end - last.span.start);
            if let Some(text) = self.texts.get_mut(&at.key()) {
                out.push_str(&text.edited(&view, end, &changes, name));
                text.quoted = text.quoted.over(text.window.written(&view, view.start..end));
                text.window.advance(end - view.start, begun);
            }
        }
        (out, None)
    }

    /// What is found in a window, but for placeholders, and where it ends: it is longer by what is changed of a finding that
    /// reaches further, and what is found there counts, too.
    fn look(&self, view: &View) -> (Vec<Decided<'g>>, usize) {
        let Answer { guard, wanted, active, .. } = self;
        let mut decided =
            guard.eyes.look(&view.text, wanted, active, Direction::Answer, Speaker::Assistant);
        let placeholders = self.restorer.placeholders(&view.text);
        let overlap = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        decided.retain(|one| {
            let is_personal = matches!(one.source, Source::Detector(detector) if detector.group() == Group::Personal);
            let is_placeholder =
                is_personal && placeholders.iter().any(|span| overlap(span, &one.span));
            one.span.end > view.start && !is_placeholder
        });
        // They are sorted by where they begin.
        let mut end = view.end;
        for one in decided.iter().filter(|one| one.rule.action > Action::Anonymise) {
            if one.span.start < end {
                end = end.max(one.span.end);
            }
        }
        decided.retain(|one| one.span.start < end);
        (decided, end)
    }
}

/// Texts that come whole, so that nothing is to be known of them once they have ended.
const COMPLETE: [TextKind; 2] = [TextKind::Citation, TextKind::ToolData];

impl Text {
    fn new(at: Place, answer_is_json: bool) -> Self {
        let json = Json::new(at.kind, answer_is_json);
        let window = if json.is_json() { Window::of_json() } else { Window::default() };
        Text { at, window, json, quoted: Quoted::default(), restored: Restored::default() }
    }

    /// Looks at more of it, to tell whether it is JSON.
    fn see(&mut self, more: &str) {
        if self.json.see(more) {
            self.window.is_plain();
        }
    }

    /// A view up to `end`, as it is written, with its findings covered.
    fn edited(
        &self,
        view: &View,
        end: usize,
        changes: &[Change<'_, '_>],
        name: impl Fn(&Decided<'_>) -> String,
    ) -> String {
        let written = |range| self.window.written(view, range);
        let mut out = String::new();
        let mut done = view.start;
        for Change { span, by } in changes {
            out.push_str(written(done..span.start.max(done)));
            // What began in the window before has its replacement.
            if span.start >= view.start {
                let original = view.text.get(span.clone()).unwrap_or_default();
                let with = covered(by.rule.action, &name(by), original);
                match self.json.is_json() {
                    false => out.push_str(&with),
                    true => {
                        let before = self.quoted.over(written(view.start..span.start));
                        let after = before.over(written(span.clone()));
                        out.push_str(&in_string(&escape(&with), before, after));
                    }
                }
            }
            done = span.end.max(done);
        }
        out.push_str(written(done..end));
        out
    }
}

/// A replacement in JSON. A number that is covered becomes a string; a string in which the original began or ended stays one.
fn in_string(with: &str, before: Quoted, after: Quoted) -> String {
    let quote = |state: Quoted| if state.inside { "" } else { "\"" };
    [quote(before), with, quote(after)].concat()
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

#[cfg(test)]
mod tests;
