//! Chooses the rule that decides on a finding.

use postern_detect::{Detector, DetectorSet};
use postern_policy::{Action, Callers, Guardrails, Rule, Speaker};
use postern_types::{Caller, Role, Segment, SegmentKind};
use std::collections::BTreeSet;

/// The prefix of detectors that are the operator's lists.
pub const LIST: &str = "list:";

/// The source of a finding: a detector, or a list by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// A built-in detector.
    Detector(Detector),
    /// A list of the policy.
    List(usize),
}

/// The direction of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the vendor.
    Request,
    /// To the client.
    Answer,
}

/// All rules.
pub struct Rules {
    sets: Vec<Vec<Compiled>>,
}

/// A rule, with its detectors resolved.
pub struct Compiled {
    pub rule: Rule,
    sources: BTreeSet<Source>,
}

/// The rules that apply to a caller and a model.
pub struct Active<'r> {
    sets: Vec<Vec<&'r Compiled>>,
}

/// The detectors and lists that a text is scanned for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub detectors: DetectorSet,
    pub lists: BTreeSet<usize>,
}

impl Wanted {
    pub fn is_empty(&self) -> bool {
        self.detectors.is_empty() && self.lists.is_empty()
    }
}

impl Rules {
    pub fn new(policy: &Guardrails) -> Self {
        let source = |name: &String| match name.strip_prefix(LIST) {
            Some(list) => {
                policy.lists.iter().position(|known| known.name == list).map(Source::List)
            }
            None => Detector::from_name(name).map(Source::Detector),
        };
        let compiled = |rule: &Rule| Compiled {
            rule: rule.clone(),
            sources: rule.detectors.iter().filter_map(source).collect(),
        };
        let sets = policy.rule_sets.iter().map(|set| set.rules.iter().map(compiled).collect());
        Rules { sets: sets.collect() }
    }

    /// The rules that apply to this caller when it asks for this model.
    pub fn of(&self, caller: &Caller, model: &str) -> Active<'_> {
        let concerns = |compiled: &&Compiled| {
            let models = compiled.rule.models.as_ref();
            models.is_none_or(|models| models.iter().any(|pattern| pattern.matches(model)))
                && is_of(&compiled.rule.callers, caller)
        };
        let sets = self.sets.iter().map(|set| set.iter().filter(concerns).collect());
        Active { sets: sets.collect() }
    }
}

impl<'r> Active<'r> {
    /// The detectors and lists for a text of this speaker in this direction.
    pub fn wanted(&self, direction: Direction, speaker: Speaker) -> Wanted {
        let mut wanted = Wanted::default();
        let mut detectors = Vec::new();
        for compiled in self.concerning(direction, speaker) {
            for source in &compiled.sources {
                match source {
                    Source::Detector(detector) => detectors.push(*detector),
                    Source::List(list) => drop(wanted.lists.insert(*list)),
                }
            }
        }
        wanted.detectors = detectors.into_iter().collect();
        wanted
    }

    /// The rule that decides on a finding, the strictest of the first matching rule of each file, and its action; and those that
    /// would be stricter if a model agreed, the strictest first.
    pub fn decide(
        &self,
        source: Source,
        confidence: u8,
        direction: Direction,
        speaker: Speaker,
    ) -> Option<(&'r Rule, Action, Vec<&'r Rule>)> {
        let firsts = || self.firsts(source, confidence, direction, speaker).map(|(_, rule)| rule);
        let unasked = |rule: &Rule| rule.ask.as_ref().map_or(rule.action, |ask| ask.otherwise);
        // Of equally strict rules, the earlier file's decides.
        let rule = firsts().rev().max_by_key(|rule| unasked(rule))?;
        let action = unasked(rule);
        let is_asking = |rule: &&Rule| rule.ask.is_some() && rule.action > action;
        let mut asks: Vec<_> = firsts().filter(is_asking).collect();
        asks.sort_by_key(|rule| std::cmp::Reverse(rule.action));
        Some((rule, action, asks))
    }

    /// The first rule of each file that matches a finding, with the file's index.
    pub fn firsts(
        &self,
        source: Source,
        confidence: u8,
        direction: Direction,
        speaker: Speaker,
    ) -> impl DoubleEndedIterator<Item = (usize, &'r Rule)> {
        let matches = move |compiled: &&&'r Compiled| {
            compiled.sources.contains(&source)
                && confidence >= compiled.rule.min_confidence
                && is_about(&compiled.rule, direction, speaker)
        };
        let first = move |(file, set): (usize, &Vec<&'r Compiled>)| {
            set.iter().find(matches).map(|compiled| (file, &compiled.rule))
        };
        self.sets.iter().enumerate().filter_map(first)
    }

    /// Whether every rule about such a text lets it pass when it cannot be scanned.
    pub fn fails_open(&self, direction: Direction, speaker: Speaker) -> bool {
        self.concerning(direction, speaker).all(|compiled| compiled.rule.fails_open)
    }

    /// True: some rule does not let pass what is found in such a segment as it is, nor what cannot be scanned.
    pub fn holds_requests(&self, segment: &Segment) -> bool {
        let speaker = match segment.role {
            Role::System => Speaker::System,
            Role::User => Speaker::User,
            Role::Assistant => Speaker::Assistant,
            Role::Tool => Speaker::Tool,
        };
        self.concerning(Direction::Request, speaker)
            .any(|compiled| compiled.rule.action > Action::Flag && !compiled.rule.fails_open)
    }

    /// True: some rule keeps text of answers from leaving.
    pub fn holds_answers(&self) -> bool {
        self.concerning(Direction::Answer, Speaker::Assistant)
            .any(|compiled| compiled.rule.action > Action::Anonymise)
    }

    /// Whether some rule about answers asks a model.
    pub fn asks_about_answers(&self) -> bool {
        self.concerning(Direction::Answer, Speaker::Assistant)
            .any(|compiled| compiled.rule.ask.is_some())
    }

    /// The texts that may have to be appended to an answer.
    pub fn disclaimers(&self) -> impl Iterator<Item = &'r str> {
        let answers = self.concerning(Direction::Answer, Speaker::Assistant);
        answers.filter_map(|compiled| compiled.rule.disclaimer.as_deref())
    }

    fn concerning(
        &self,
        direction: Direction,
        speaker: Speaker,
    ) -> impl Iterator<Item = &'r Compiled> {
        let all = self.sets.iter().flatten().copied();
        all.filter(move |compiled| is_about(&compiled.rule, direction, speaker))
    }
}

fn is_about(rule: &Rule, direction: Direction, speaker: Speaker) -> bool {
    let goes = match direction {
        Direction::Request => rule.directions.request,
        Direction::Answer => rule.directions.answer,
    };
    goes && rule.roles.as_ref().is_none_or(|roles| roles.contains(&speaker))
}

/// Whether a caller is one of these.
pub fn is_of(callers: &Callers, caller: &Caller) -> bool {
    let named = |names: &Option<BTreeSet<String>>, name: Option<&String>| {
        names.as_ref().is_none_or(|names| name.is_some_and(|name| names.contains(name)))
    };
    let class = caller.data_class.as_deref();
    named(&callers.consumers, Some(&caller.consumer))
        && named(&callers.teams, caller.team.as_ref())
        && named(&callers.tenants, caller.tenant.as_ref())
        && callers
            .roles
            .as_ref()
            .is_none_or(|roles| caller.roles.iter().any(|role| roles.contains(role)))
        && callers
            .data_classes
            .as_ref()
            .is_none_or(|classes| classes.iter().any(|known| Some(known.as_str()) == class))
}

/// The speaker of a segment; `None` if it has no text to guard: bytes, references, sealed reasoning.
pub fn speaker(segment: &Segment) -> Option<Speaker> {
    Some(match segment.kind {
        SegmentKind::SealedReasoning
        | SegmentKind::ImageReference
        | SegmentKind::LowDetailImage
        | SegmentKind::Media
        | SegmentKind::FileReference
        | SegmentKind::VendorReference
        | SegmentKind::TokenIds => return None,
        SegmentKind::Instruction | SegmentKind::ToolSchema | SegmentKind::AnswerSchema => {
            Speaker::System
        }
        SegmentKind::AssistantText
        | SegmentKind::Reasoning
        | SegmentKind::ToolName
        | SegmentKind::ToolArguments
        | SegmentKind::Prediction => Speaker::Assistant,
        SegmentKind::ToolResult | SegmentKind::Document => Speaker::Tool,
        SegmentKind::UserText
        | SegmentKind::SpeakerName
        | SegmentKind::FileName
        | SegmentKind::EmbeddingInput
        | SegmentKind::Metadata
        | SegmentKind::Other => match segment.role {
            Role::System => Speaker::System,
            Role::User => Speaker::User,
            Role::Assistant => Speaker::Assistant,
            Role::Tool => Speaker::Tool,
        },
    })
}

#[cfg(test)]
mod tests;
