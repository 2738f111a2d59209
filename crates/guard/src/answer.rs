//! An answer on its way to the client.
//!
//! A text is decided window by window. The borders of a window depend on the text alone, and so does the context it is scanned
//! with, so the decisions are the same however the text is cut into pieces. A text leaves when it is decided, or at once if no
//! rule could hold it back.

use crate::decide::{Change, Decided, changes, covered};
use crate::leak::Hidden;
use crate::memo::Memo;
use crate::request::Guard;
use crate::restore::{Restored, Restorer};
use crate::rules::{Active, Direction, Source, Wanted};
use crate::tally::Tally;
use crate::validate::Judge;
use postern_detect::Group;
use postern_fault::{Fault, Kind};
use postern_policy::{Action, Speaker};
use postern_types::escape;
use postern_types::guardrail::{
    Action as Recorded, Flushed, Judgement, LateText, Piece, PieceEdit, Released, Stop,
};
use postern_types::provider::{Place, TextKind};
use std::collections::BTreeMap;
use std::ops::Range;

mod asking;
mod disclaimers;
mod json;
mod leaks;
mod quoted;
mod window;
mod written;

use asking::{Asked, Judged};
use disclaimers::Disclaimers;
use json::Json;
use leaks::Leaking;
use quoted::Quoted;
use window::{Reach, View, Window};

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
    /// What the answer may not repeat.
    hidden: Option<Hidden>,
    disclaimers: Disclaimers<'g>,
    texts: BTreeMap<(u32, u32, u32, u8), Text<'g>>,
    tally: Tally,
    /// Judges what has left, if a rule is about complete answers.
    judge: Option<Judge<'g>>,
    stopped: bool,
    /// What models are asked about it.
    asked: Asked<'g>,
}

/// The state of one text of the answer.
#[derive(Clone)]
struct Text<'g> {
    at: Place,
    window: Window,
    /// Whether it is JSON.
    json: Json,
    /// Whether its decided part ends within a string, if it is JSON.
    quoted: Quoted,
    restored: Restored,
    /// What models have said about it.
    judged: Vec<Judged<'g>>,
    /// Leaks that were found and go on.
    leaking: Leaking,
    disclaimers: Disclaimers<'g>,
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
        let caller = memo.caller.into_caller();
        let active = guard.rules.of(&caller, &memo.model);
        let validations = || guard.validations.of(&caller, &memo.model);
        let judge = memo.form.map(|form| Judge::new(validations(), form));
        Ok(Answer {
            guard,
            wanted: active.wanted(Direction::Answer, Speaker::Assistant),
            holds: active.holds_answers(),
            asked: Asked::new(active.asks_about_answers(), guard.max_questions),
            disclaimers: Disclaimers::new(active.disclaimers()),
            active,
            restorer: Restorer::new(memo.entries),
            is_json: memo.is_json,
            hidden: memo.hidden.as_ref().map(Hidden::new),
            texts: BTreeMap::new(),
            tally: Tally::default(),
            judge,
            stopped: false,
        })
    }

    /// Takes the next texts, and returns what leaves in their place. If it returns questions, it has taken nothing: the same texts
    /// must come again after [`Answer::take_opinions`].
    pub fn push(&mut self, pieces: &[Piece]) -> Released {
        let before = self.before();
        let released = self.released(pieces);
        match self.questions(before) {
            None => released,
            Some(questions) => Released {
                edits: Vec::new(),
                findings: Vec::new(),
                stop: None,
                held_ms: None,
                questions,
            },
        }
    }

    fn released(&mut self, pieces: &[Piece]) -> Released {
        let mut edits = Vec::new();
        let mut stop = None;
        for (at, piece) in (0..).zip(pieces) {
            if self.stopped {
                break;
            }
            // A tool's name arrives whole and is not scanned.
            if piece.at.kind == TextKind::ToolName {
                self.see(piece.at, &piece.text);
                continue;
            }
            let (text, stopped) = self.advance(piece.at, &piece.text, piece.ended);
            if self.asked.is_waiting() {
                break;
            }
            self.see(piece.at, &text);
            let after = pieces.get(at as usize + 1..).unwrap_or_default();
            let stopped = stopped.or_else(|| self.judged(piece, after));
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
            questions: Vec::new(),
        }
    }

    /// Decides on the held text without waiting for more of it. If it returns questions, nothing is decided: it must be called again
    /// after [`Answer::take_opinions`].
    pub fn flush(&mut self) -> Flushed {
        let before = self.before();
        let flushed = self.flushed();
        match self.questions(before) {
            None => flushed,
            Some(questions) => {
                Flushed { texts: Vec::new(), findings: Vec::new(), stop: None, questions }
            }
        }
    }

    fn flushed(&mut self) -> Flushed {
        let places: Vec<Place> = self.texts.values().map(|text| text.at).collect();
        let mut texts = Vec::new();
        for at in places {
            if self.stopped {
                break;
            }
            let (text, stop) = self.decide(at, true);
            if self.asked.is_waiting() {
                break;
            }
            if let Some(stop) = stop {
                self.stopped = true;
                let findings = self.tally.take();
                return Flushed { texts, findings, stop: Some(stop), questions: Vec::new() };
            }
            let text = self.restore(at, &text, false);
            self.see(at, &text);
            if !text.is_empty() {
                texts.push(LateText { at, text });
            }
        }
        Flushed { texts, findings: self.tally.take(), stop: None, questions: Vec::new() }
    }

    /// Judges the complete answer.
    pub fn finish(&mut self) -> Judgement {
        let none = || Judgement { violations: Vec::new(), repair: None };
        self.judge.as_ref().map_or_else(none, Judge::finish)
    }

    /// Keeps what leaves.
    fn see(&mut self, at: Place, text: &str) {
        if let Some(judge) = &mut self.judge {
            judge.see(at, text);
        }
    }

    /// Why a stream ends with a text that is complete.
    fn judged(&mut self, piece: &Piece, after: &[Piece]) -> Option<Stop> {
        let judge = self.judge.as_ref().filter(|_| piece.ended)?;
        let stop = judge.stop(piece.at, after)?;
        self.tally.add(&stop.detector, "", &stop.rule, Recorded::Block, None);
        Some(stop)
    }

    /// Takes more of a text, or its end, and returns what leaves.
    fn advance(&mut self, at: Place, more: &str, ended: bool) -> (String, Option<Stop>) {
        let is_json = self.is_json;
        let text = self.texts.entry(at.key());
        let text = text.or_insert_with(|| {
            // Into data, arguments and speech nothing can be appended.
            let is_text = at.kind == TextKind::Text && !is_json;
            let disclaimers =
                if is_text { self.disclaimers.clone() } else { Disclaimers::default() };
            Text::new(at, is_json, disclaimers)
        });
        text.see(more);
        text.disclaimers.read(more, ended);
        let leaves = if self.wanted.is_empty() {
            more.to_owned()
        } else {
            text.window.push(more, ended);
            let (decided, stop) = self.decide(at, ended);
            if stop.is_some() || self.asked.is_waiting() {
                return (String::new(), stop);
            }
            // If no rule could keep the text, it leaves as it comes.
            if self.holds { decided } else { more.to_owned() }
        };
        let mut leaves = self.restore(at, &leaves, ended);
        if let Some(text) = self.texts.get_mut(&at.key()).filter(|_| ended) {
            leaves.push_str(&text.disclaimers.due());
        }
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
        let reach = if self.holds { Reach::holding(hold_back) } else { Reach::flagging(hold_back) };
        while let Some(view) =
            self.texts.get_mut(&at.key()).and_then(|text| text.window.next(reach, all))
        {
            let leaking = self.texts.get(&at.key()).map(|text| text.leaking).unwrap_or_default();
            let Some((decided, end)) = self.look(at, &view, leaking) else {
                return (String::new(), None);
            };
            let name = |one: &Decided<'_>| self.guard.eyes.name(one.source);
            self.require_disclaimers(at, &decided);
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
                text.leaking = leaks::going_on(&decided, end);
                text.window.advance(end - view.start, begun);
            }
        }
        (out, None)
    }

    /// Notes what the rules that match these findings want appended: of each file the first, as with actions.
    fn require_disclaimers(&mut self, at: Place, decided: &[Decided<'g>]) {
        let text = self.texts.get_mut(&at.key());
        let Some(text) = text.filter(|text| !text.disclaimers.is_empty()) else { return };
        for one in decided {
            let assistant = Speaker::Assistant;
            let firsts =
                self.active.firsts(one.source, one.confidence, Direction::Answer, assistant);
            let wanted = firsts
                .filter(|(_, rule)| !one.is_denied(rule))
                .filter_map(|(_, rule)| rule.disclaimer.as_deref());
            wanted.for_each(|disclaimer| text.disclaimers.require(disclaimer));
        }
    }

    /// What is found in a window, but for placeholders, and where it ends: it is longer by what is changed of a finding that
    /// reaches further, and what is found there counts, too. `None` if a model must be asked before.
    fn look(
        &mut self,
        at: Place,
        view: &View,
        leaking: Leaking,
    ) -> Option<(Vec<Decided<'g>>, usize)> {
        let Answer { guard, wanted, active, .. } = self;
        let mut decided =
            guard.eyes.look(&view.text, wanted, active, Direction::Answer, Speaker::Assistant);
        if let Some(hidden) = &self.hidden {
            leaks::add(hidden, view, leaking, active, &mut decided);
        }
        let placeholders = self.restorer.placeholders(&view.text);
        let overlap = |a: &Range<usize>, b: &Range<usize>| a.start < b.end && b.start < a.end;
        decided.retain(|one| {
            let is_personal = matches!(one.source, Source::Detector(detector) if detector.group() == Group::Personal);
            let is_placeholder =
                is_personal && placeholders.iter().any(|span| overlap(span, &one.span));
            one.span.end > view.start && !is_placeholder
        });
        let end = self.heard(at, view, &mut decided)?;
        decided.retain(|one| one.span.start < end);
        Some((decided, end))
    }
}

/// Texts that come whole, so that nothing is to be known of them once they have ended.
const COMPLETE: [TextKind; 2] = [TextKind::Citation, TextKind::ToolData];

impl<'g> Text<'g> {
    fn new(at: Place, answer_is_json: bool, disclaimers: Disclaimers<'g>) -> Self {
        let json = Json::new(at.kind, answer_is_json);
        let window = if json.is_json() { Window::of_json() } else { Window::default() };
        Text {
            at,
            window,
            json,
            quoted: Quoted::default(),
            restored: Restored::default(),
            judged: Vec::new(),
            leaking: Leaking::default(),
            disclaimers,
        }
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
                let with = covered(by.action, &name(by), original);
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
    decided.iter().filter(|one| one.action >= Action::Replace).max_by_key(|one| one.action)
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
        said: one.action == Action::Replace,
    }
}

#[cfg(test)]
mod tests;
