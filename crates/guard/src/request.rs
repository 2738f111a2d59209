//! A request: the findings in its segments, and the verdict on it.

use crate::decide::{Change, Decided, Eyes, changes, covered};
use crate::leak::Fingerprint;
use crate::memo::{Memo, OfCaller};
use crate::part::{self, Part};
use crate::rules::{self, Active, Direction, Rules, Source};
use crate::tally::Tally;
use crate::vault::{Entry, Taken, Vault};
use aho_corasick::{AhoCorasick, MatchKind};
use postern_detect::{Detector, Scanner};
use postern_fault::{Fault, Kind};
use postern_policy::{Action, Guardrails, Rule, Speaker};
use postern_types::guardrail::Verdict;
use postern_types::{Caller, Edit, Operation, Prompt, Segment, SegmentKind};
use std::cell::LazyCell;
use std::ops::Range;

/// The rules and the detectors that they use.
pub struct Guard {
    pub(crate) eyes: Eyes,
    pub(crate) rules: Rules,
    pub(crate) hold_back: usize,
    pub(crate) hold_back_ms: u32,
}

/// A longer text is not scanned: 16 MiB, the longest body that policies are meant to allow.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// A part of the request, and the decisions on its findings.
struct Scanned<'a, 'r> {
    part: Part<'a>,
    speaker: Speaker,
    decided: Vec<Decided<'r>>,
}

impl Guard {
    /// Applies a policy to the findings of a scanner whose tables are built.
    pub fn new(scanner: &'static Scanner, policy: &Guardrails) -> Self {
        Guard {
            eyes: Eyes::new(scanner, policy),
            rules: Rules::new(policy),
            hold_back: policy.hold_back_characters as usize,
            hold_back_ms: policy.hold_back_ms,
        }
    }

    /// Decides on a request.
    ///
    /// # Errors
    ///
    /// `content-filtered` for a text that cannot be scanned, unless its rules let it pass.
    pub fn check(&self, caller: &Caller, prompt: &Prompt) -> Result<Verdict, Fault> {
        let active = self.rules.of(caller, &prompt.facts.model);
        let mut tally = Tally::default();
        let scanned = self.scan(&active, prompt, &mut tally)?;
        let mut strictest: Option<&Decided<'_>> = None;
        for one in scanned.iter().flat_map(|scanned| &scanned.decided) {
            self.eyes.tally(one, Direction::Request, &mut tally);
            if strictest.is_none_or(|known| one.rule.action > known.rule.action) {
                strictest = Some(one);
            }
        }
        let findings = tally.take();
        if let Some(one) = strictest.filter(|one| one.rule.action >= Action::Replace) {
            let refusal = Some(refusal(one.rule, &self.eyes.name(one.source)).into());
            return Ok(Verdict { edits: Vec::new(), findings, refusal, memo: None });
        }
        let mut vault = Vault::default();
        let edits = self.edits(&scanned, prompt, &mut vault);
        let wanted = active.wanted(Direction::Answer, Speaker::Assistant);
        let is_read = !wanted.is_empty();
        let is_hidden = wanted.detectors.contains(Detector::SystemPromptLeak);
        let memo = (is_read || !vault.is_empty()).then(|| Memo {
            model: prompt.facts.model.clone(),
            entries: vault.into_entries(),
            caller: OfCaller::new(caller),
            is_json: prompt.segments.iter().any(|one| one.kind == SegmentKind::AnswerSchema),
            hidden: is_hidden.then(|| Fingerprint::of(prompt)).flatten(),
        });
        let memo = memo.map(|memo| memo.write());
        Ok(Verdict { edits, findings, refusal: None, memo })
    }

    fn scan<'a, 'r>(
        &self,
        active: &Active<'r>,
        prompt: &'a Prompt,
        tally: &mut Tally,
    ) -> Result<Vec<Scanned<'a, 'r>>, Fault> {
        let mut all = Vec::new();
        let speakers = [Speaker::System, Speaker::User, Speaker::Assistant, Speaker::Tool];
        let wanted = speakers.map(|speaker| active.wanted(Direction::Request, speaker));
        for segment in &prompt.segments {
            if segment.kind == SegmentKind::TokenIds && active.holds_requests(segment) {
                return Err(unreadable(segment));
            }
            let Some(speaker) = rules::speaker(segment) else { continue };
            let Some(wanted) = wanted.get(speaker as usize).filter(|wanted| !wanted.is_empty())
            else {
                continue;
            };
            if segment.raw(&prompt.body).is_some_and(|raw| raw.len() > MAX_TEXT_BYTES) {
                if !active.fails_open(Direction::Request, speaker) {
                    return Err(too_long());
                }
                tally.add("too_long", "", "", postern_types::guardrail::Action::Allow);
                continue;
            }
            for part in part::of(*segment, &prompt.body) {
                let decided =
                    self.eyes.look(&part.text, wanted, active, Direction::Request, speaker);
                if is_of_form(segment, prompt) && !changes(&decided, Action::Anonymise).is_empty() {
                    return Err(unsayable());
                }
                all.push(Scanned { part, speaker, decided });
            }
        }
        Ok(all)
    }

    /// The edits of all parts, in order.
    fn edits(&self, scanned: &[Scanned<'_, '_>], prompt: &Prompt, vault: &mut Vault) -> Vec<Edit> {
        let taken = LazyCell::new(|| Taken::of(&prompt.body));
        let mut replaced: Vec<Vec<(Range<usize>, String)>> = Vec::with_capacity(scanned.len());
        for Scanned { part, decided, .. } in scanned {
            let mut of_part = Vec::new();
            for Change { span, by } in changes(decided, Action::Anonymise) {
                let original = part.text.get(span.clone()).unwrap_or_default();
                let with = match (by.rule.action, by.source) {
                    (Action::Anonymise, Source::Detector(detector)) => {
                        vault.placeholder(detector, original, &taken)
                    }
                    (action, source) => covered(action, &self.eyes.name(source), original),
                };
                of_part.push((span, with));
            }
            replaced.push(of_part);
        }
        elsewhere(scanned, vault, &mut replaced);
        let parts = scanned.iter().zip(replaced);
        parts.flat_map(|(scanned, replaced)| edits_of(&scanned.part, replaced)).collect()
    }
}

/// Replaces originals also where no detector found them: a name found in context is replaced out of context, too.
fn elsewhere(
    scanned: &[Scanned<'_, '_>],
    vault: &Vault,
    replaced: &mut [Vec<(Range<usize>, String)>],
) {
    let originals = vault.originals();
    if originals.is_empty() {
        return;
    }
    let needles = originals.iter().map(|entry| &*entry.original);
    let mut builder = AhoCorasick::builder();
    let Ok(searcher) =
        builder.ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(needles)
    else {
        return;
    };
    for (Scanned { part, speaker, .. }, replaced) in scanned.iter().zip(replaced) {
        // The operator's own text is edited only where a detector found something.
        if *speaker == Speaker::System {
            continue;
        }
        let mut more = Vec::new();
        for found in searcher.find_iter(&*part.text) {
            // They are sorted and do not overlap.
            let before = replaced.partition_point(|(span, _)| span.end <= found.start());
            let is_free = replaced.get(before).is_none_or(|(span, _)| found.end() <= span.start);
            let said = part.text.get(found.range()).unwrap_or_default();
            if is_free
                && is_whole(&part.text, found.range())
                && let Some(entry) = originals.get(found.pattern().as_usize())
                && let Some(placeholder) = in_case_of(entry, said)
            {
                more.push((found.range(), placeholder));
            }
        }
        replaced.extend(more);
        replaced.sort_by_key(|(span, _)| span.start);
    }
}

/// The placeholder as the original is written here: as it was found, or in capitals. A surname in small letters is another word.
fn in_case_of(entry: &Entry, said: &str) -> Option<String> {
    if said == entry.original {
        return Some(entry.placeholder.clone());
    }
    let is_capitals = said == entry.original.to_uppercase();
    is_capitals.then(|| entry.placeholder.to_uppercase())
}

fn is_whole(text: &str, range: Range<usize>) -> bool {
    let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let before = text.get(..range.start).and_then(|text| text.chars().next_back());
    let after = text.get(range.end..).and_then(|text| text.chars().next());
    !is_letter(before) && !is_letter(after)
}

fn edits_of(part: &Part<'_>, replaced: Vec<(Range<usize>, String)>) -> Vec<Edit> {
    let mut edits: Vec<Edit> =
        replaced.into_iter().map(|(span, with)| part.replace(span, &with)).collect();
    // A number is replaced once.
    edits.dedup_by_key(|edit| edit.span);
    edits
}

/// The message of a refusal whose rule has none.
const DEFAULT_MESSAGE: &str = "the request contains content that this gateway does not accept";

/// States the category and the rule's public text, never the text that was found.
fn refusal(rule: &Rule, detector: &str) -> Fault {
    let message = rule.message.as_deref().unwrap_or(DEFAULT_MESSAGE);
    Fault::new(Kind::ContentFiltered, format!("{message} ({detector})"))
        .with_private(format!("guardrail rule {}", rule.name))
}

/// The name of a file in a form, which stands in the head of its part.
fn is_of_form(segment: &Segment, prompt: &Prompt) -> bool {
    let is_form = matches!(
        prompt.facts.operation,
        Operation::Transcribe
            | Operation::Translate
            | Operation::EditImages
            | Operation::VaryImages
    );
    is_form && segment.kind == SegmentKind::FileName
}

fn unsayable() -> Fault {
    let public = "the name of a file contains what a guardrail does not let pass; give the file another name";
    Fault::new(Kind::ContentFiltered, public).with_param("file")
}

fn unreadable(segment: &Segment) -> Fault {
    let public =
        "a prompt of token ids cannot be read by the guardrails of this gateway; send it as text";
    let private = format!("token ids at byte {}", segment.span.start);
    Fault::new(Kind::ContentFiltered, public).with_private(private)
}

fn too_long() -> Fault {
    let public = format!(
        "a text of this request is longer than {MAX_TEXT_BYTES} bytes, which cannot be scanned; shorten it"
    );
    Fault::new(Kind::ContentFiltered, public)
}

#[cfg(test)]
mod tests;
