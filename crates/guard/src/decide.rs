//! The findings in one text, and the rule that decides on each.

use crate::lists::Lists;
use crate::opinion::{Asking, Heard};
use crate::rules::{Active, Direction, LIST, Source, Wanted};
use crate::tally::Tally;
use postern_detect::{DetectorSet, Evidence, Finding, Scanner, Text};
use postern_policy::{self as policy, Guardrails, Rule, Speaker};
use postern_types::guardrail::Action;
use std::ops::Range;

/// The detectors and lists that scan texts.
pub struct Eyes {
    scanner: &'static Scanner,
    lists: Lists,
    list_names: Vec<String>,
}

/// A finding, and the rule that decides on it.
pub struct Decided<'r> {
    pub source: Source,
    pub form: &'static str,
    /// Its place, in bytes of the text.
    pub span: Range<usize>,
    pub confidence: u8,
    pub rule: &'r Rule,
    /// What is done about it, as far as no model is asked or has answered.
    pub action: policy::Action,
    /// The rules that ask a model whether to be stricter, the strictest first.
    pub asks: Vec<Asking<'r>>,
}

impl<'r> Decided<'r> {
    /// A finding with the rule that decides as long as no model is asked.
    pub fn new(
        source: Source,
        form: &'static str,
        span: Range<usize>,
        confidence: u8,
        (rule, action, asks): (&'r Rule, policy::Action, Vec<&'r Rule>),
    ) -> Self {
        let asks = asks.into_iter().map(|rule| Asking { rule, heard: None }).collect();
        Decided { source, form, span, confidence, rule, action, asks }
    }

    /// Notes what is known of the opinion that a rule asks for.
    pub fn hear(&mut self, rule: &Rule, heard: Heard) {
        for asking in self.asks.iter_mut().filter(|asking| std::ptr::eq(asking.rule, rule)) {
            asking.heard = Some(heard);
            if heard.takes() && asking.rule.action > self.action {
                self.rule = asking.rule;
                self.action = asking.rule.action;
            }
        }
    }

    /// Whether a model has said that this rule is not to act.
    pub fn is_denied(&self, rule: &Rule) -> bool {
        let denies = |asking: &Asking<'r>| {
            std::ptr::eq(asking.rule, rule) && asking.heard.is_some_and(|heard| !heard.takes())
        };
        self.asks.iter().any(denies)
    }

    /// The rules that still ask: those that would be stricter.
    pub fn open(&self) -> impl Iterator<Item = &'r Rule> {
        let is_open =
            |asking: &&Asking<'r>| asking.heard.is_none() && asking.rule.action > self.action;
        self.asks.iter().filter(is_open).map(|asking| asking.rule)
    }

    /// The model that was asked: that of the strictest rule.
    pub fn asked(&self) -> Option<&'r str> {
        let was_asked = |asking: &&Asking<'r>| matches!(asking.heard, Some(Heard::Asked(_)));
        let asking = self.asks.iter().find(was_asked)?;
        asking.rule.ask.as_ref().map(|ask| ask.model.as_str())
    }
}

/// A finding without a decision.
pub struct Found {
    pub source: Source,
    pub form: &'static str,
    /// Its place, in bytes of the text.
    pub span: Range<usize>,
    pub confidence: u8,
    pub evidence: Vec<Evidence>,
}

impl Eyes {
    pub fn new(scanner: &'static Scanner, policy: &Guardrails) -> Self {
        let list_names = policy.lists.iter().map(|list| list.name.clone()).collect();
        Eyes { scanner, lists: Lists::new(policy), list_names }
    }

    /// All findings that a rule matches, by their start.
    pub fn look<'r>(
        &self,
        text: &str,
        wanted: &Wanted,
        active: &Active<'r>,
        direction: Direction,
        speaker: Speaker,
    ) -> Vec<Decided<'r>> {
        if wanted.is_empty() || text.is_empty() {
            return Vec::new();
        }
        let text = Text::new(text);
        let mut decided = Vec::new();
        for finding in self.scanner.scan(&text, wanted.detectors) {
            let source = Source::Detector(finding.detector);
            let rule = active.decide(source, finding.confidence, direction, speaker);
            let Finding { form, span, confidence, .. } = finding;
            decided.extend(rule.map(|rule| Decided::new(source, form, span, confidence, rule)));
        }
        for (list, span) in self.lists.find(&text, &wanted.lists) {
            let source = Source::List(list);
            let rule = active.decide(source, CERTAIN, direction, speaker);
            decided.extend(rule.map(|rule| Decided::new(source, "", span, CERTAIN, rule)));
        }
        decided.sort_by_key(|one| (one.span.start, std::cmp::Reverse(one.span.end)));
        decided
    }

    /// Everything that detectors and lists find, by its start.
    pub fn all(&self, text: &str) -> Vec<Found> {
        let text = Text::new(text);
        let lists = (0..self.list_names.len()).collect();
        let mut all: Vec<Found> = Vec::new();
        for finding in self.scanner.scan(&text, DetectorSet::all()) {
            let source = Source::Detector(finding.detector);
            let Finding { form, span, confidence, evidence, .. } = finding;
            all.push(Found { source, form, span, confidence, evidence });
        }
        for (list, span) in self.lists.find(&text, &lists) {
            let (source, evidence) = (Source::List(list), Vec::new());
            all.push(Found { source, form: "", span, confidence: CERTAIN, evidence });
        }
        all.sort_by_key(|one| (one.span.start, std::cmp::Reverse(one.span.end)));
        all
    }

    /// The name of a finding's source.
    pub fn name(&self, source: Source) -> String {
        match source {
            Source::Detector(detector) => detector.as_str().to_owned(),
            Source::List(list) => {
                let name = self.list_names.get(list).map_or("", String::as_str);
                format!("{LIST}{name}")
            }
        }
    }

    /// Count findings.
    pub fn tally(&self, decided: &Decided<'_>, direction: Direction, tally: &mut Tally) {
        let name = self.name(decided.source);
        let action = match (decided.action, direction) {
            // Nothing is put in its place on the way to the client.
            (policy::Action::Anonymise, Direction::Answer) => Action::Flag,
            (action, _) => recorded(action),
        };
        tally.add(&name, decided.form, &decided.rule.name, action, decided.asked());
    }
}

/// The confidence of a term or pattern: it either matches or not.
const CERTAIN: u8 = 100;

/// A part of a text that is changed, and the finding that says how.
pub struct Change<'d, 'r> {
    pub span: Range<usize>,
    pub by: &'d Decided<'r>,
}

/// The changes of a text, without overlaps: where findings overlap, all that they cover is changed as the strictest of them says,
/// or of equally strict ones the longest.
pub fn changes<'d, 'r>(decided: &'d [Decided<'r>], mildest: policy::Action) -> Vec<Change<'d, 'r>> {
    let rank = |one: &Decided<'r>| (one.action, one.span.len());
    let mut changes: Vec<Change<'d, 'r>> = Vec::new();
    for one in decided.iter().filter(|one| one.action >= mildest && !one.span.is_empty()) {
        match changes.last_mut().filter(|last| last.span.end > one.span.start) {
            Some(last) => {
                last.span.end = last.span.end.max(one.span.end);
                if rank(one) > rank(last.by) {
                    last.by = one;
                }
            }
            None => changes.push(Change { span: one.span.clone(), by: one }),
        }
    }
    changes
}

/// The replacement of a masked or redacted finding.
pub fn covered(action: policy::Action, name: &str, original: &str) -> String {
    match action {
        policy::Action::Mask => masked(original),
        _ => format!("[{}]", name.trim_start_matches(LIST)),
    }
}

/// How many characters a mask leaves: as many as receipts print (PCI DSS v4.0.1, 3.4.1 allows the last four).
const UNMASKED: usize = 4;

/// Masks all letters and digits except the last ones; a short text is masked entirely.
fn masked(original: &str) -> String {
    let count = original.chars().filter(|character| character.is_alphanumeric()).count();
    let covered = if count >= 2 * UNMASKED { count - UNMASKED } else { count };
    let mut seen = 0;
    let cover = |character: char| {
        if !character.is_alphanumeric() {
            return character;
        }
        seen += 1;
        if seen <= covered { '*' } else { character }
    };
    original.chars().map(cover).collect()
}

/// The action as the WIT contract names it.
pub fn recorded(action: policy::Action) -> Action {
    match action {
        policy::Action::Allow => Action::Allow,
        policy::Action::Flag => Action::Flag,
        policy::Action::Anonymise => Action::Anonymise,
        policy::Action::Mask => Action::Mask,
        policy::Action::Redact => Action::Redact,
        policy::Action::Replace => Action::Replace,
        policy::Action::Block => Action::Block,
    }
}
