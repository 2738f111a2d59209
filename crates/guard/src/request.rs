//! A request: the findings in its segments, and the verdict on it.

use crate::ask::Replaced;
use crate::decide::{Change, Decided, Eyes, changes, covered};
use crate::leak::Fingerprint;
use crate::memo::{Memo, OfCaller};
use crate::part::{self, Part};
use crate::rules::{self, Active, Direction, Rules, Source};
use crate::tally::Tally;
use crate::validate::Validations;
use crate::vault::{Entry, Taken, Vault};
use aho_corasick::{AhoCorasick, MatchKind};
use postern_detect::{Detector, Scanner};
use postern_fault::{Fault, Kind};
use postern_policy::{Action, Guardrails, Rule, Speaker};
use postern_types::guardrail::{Finding, Opinion, OriginalsPolicy, Question, Verdict};
use postern_types::{Caller, Edit, Operation, Prompt, Segment, SegmentKind};
use std::cell::LazyCell;
use std::ops::Range;

mod ask;

/// The rules and the detectors that they use.
pub struct Guard {
    pub(crate) eyes: Eyes,
    pub(crate) rules: Rules,
    pub(crate) validations: Validations,
    pub(crate) hold_back: usize,
    pub(crate) hold_back_ms: u32,
    originals: Option<OriginalsPolicy>,
    pub(crate) max_questions: usize,
}

/// A longer text is not scanned: 16 MiB, the longest body that policies are meant to allow.
const MAX_TEXT_BYTES: usize = 16 * 1024 * 1024;

/// A part of the request, and the decisions on its findings.
struct Scanned<'a, 'r> {
    part: Part<'a>,
    speaker: Speaker,
    decided: Vec<Decided<'r>>,
    /// The name of a file in a form.
    is_of_form: bool,
}

impl Scanned<'_, '_> {
    /// Whether some of it would be replaced.
    fn is_changed(&self) -> bool {
        !changes(&self.decided, Action::Anonymise).is_empty()
    }
}

impl Guard {
    /// Applies a policy to the findings of a scanner whose tables are built.
    pub fn new(scanner: &'static Scanner, policy: &Guardrails) -> Self {
        Guard {
            eyes: Eyes::new(scanner, policy),
            rules: Rules::new(policy),
            validations: Validations::new(policy),
            hold_back: policy.hold_back_characters as usize,
            hold_back_ms: policy.hold_back_ms,
            originals: policy.originals.as_ref().map(|originals| OriginalsPolicy {
                key_variable: originals.key_variable.clone(),
                ttl_s: originals.ttl_s,
            }),
            max_questions: policy.max_questions as usize,
        }
    }

    /// How originals are kept for the next turn of a conversation, if policy keeps them.
    pub fn keeps_originals(&self) -> Option<OriginalsPolicy> {
        self.originals.clone()
    }

    /// Decides on a request, or asks whether findings in it are what they seem.
    ///
    /// # Errors
    ///
    /// As [`Guard::check_with`].
    pub fn check(
        &self,
        caller: &Caller,
        prompt: &Prompt,
        known: Option<&str>,
    ) -> Result<Verdict, Fault> {
        self.check_with(caller, prompt, known, &[])
    }

    /// Decides on a request. `known` are the originals of its conversation, as the verdict on the last turn had them. Without
    /// opinions it may return questions; with opinions on them it decides.
    ///
    /// # Errors
    ///
    /// `content-filtered` for a text that cannot be scanned, unless its rules let it pass; `unavailable` for known originals that
    /// another version has written; `invalid-request` for a schema by which the answer is to be checked and cannot be.
    pub fn check_with(
        &self,
        caller: &Caller,
        prompt: &Prompt,
        known: Option<&str>,
        opinions: &[Opinion],
    ) -> Result<Verdict, Fault> {
        let mut vault = known.map_or_else(|| Ok(Vault::default()), recalled)?;
        let active = self.rules.of(caller, &prompt.facts.model);
        let mut tally = Tally::default();
        let mut scanned = self.scan(&active, prompt, &mut tally)?;
        let questions = self.ask(&mut scanned, prompt, &vault, opinions);
        if !questions.is_empty() {
            return Ok(verdict(Vec::new(), Vec::new(), None, questions));
        }
        if scanned.iter().any(|one| one.is_of_form && one.is_changed()) {
            return Err(unsayable());
        }
        let mut strictest: Option<&Decided<'_>> = None;
        for one in scanned.iter().flat_map(|scanned| &scanned.decided) {
            self.eyes.tally(one, Direction::Request, &mut tally);
            if strictest.is_none_or(|known| one.action > known.action) {
                strictest = Some(one);
            }
        }
        let demand = self.validations.demand(caller, prompt, &mut tally)?;
        let findings = tally.take();
        if let Some(one) = strictest.filter(|one| one.action >= Action::Replace) {
            let refusal = Some(refusal(one.rule, &self.eyes.name(one.source)).into());
            return Ok(Verdict { refusal, ..verdict(Vec::new(), findings, None, Vec::new()) });
        }
        let edits = self.edits(&scanned, prompt, &mut vault);
        let originals = self.originals.as_ref().and_then(|_| vault.to_kept());
        let wanted = active.wanted(Direction::Answer, Speaker::Assistant);
        let is_read = !wanted.is_empty();
        let is_hidden = wanted.detectors.contains(Detector::SystemPromptLeak);
        let judging = demand.as_ref().map(|demand| demand.judging);
        let memo = (is_read || !vault.is_empty() || demand.is_some()).then(|| Memo {
            model: prompt.facts.model.clone(),
            entries: vault.into_entries(),
            caller: OfCaller::new(caller),
            is_json: prompt.segments.iter().any(|one| one.kind == SegmentKind::AnswerSchema),
            form: demand.map(|demand| demand.form),
            hidden: is_hidden.then(|| hidden(prompt, &edits)).flatten(),
        });
        let memo = memo.map(|memo| memo.write());
        Ok(Verdict { originals, judging, ..verdict(edits, findings, memo, Vec::new()) })
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
                tally.add("too_long", "", "", postern_types::guardrail::Action::Allow, None);
                continue;
            }
            for part in part::of(*segment, &prompt.body) {
                let decided =
                    self.eyes.look(&part.text, wanted, active, Direction::Request, speaker);
                all.push(Scanned {
                    part,
                    speaker,
                    decided,
                    is_of_form: is_of_form(segment, prompt),
                });
            }
        }
        Ok(all)
    }

    /// The edits of all parts, in order.
    fn edits(&self, scanned: &[Scanned<'_, '_>], prompt: &Prompt, vault: &mut Vault) -> Vec<Edit> {
        let parts = scanned.iter().zip(self.replaced(scanned, prompt, vault));
        parts.flat_map(|(scanned, replaced)| edits_of(&scanned.part, replaced)).collect()
    }

    /// What is replaced in each part, in order.
    fn replaced(
        &self,
        scanned: &[Scanned<'_, '_>],
        prompt: &Prompt,
        vault: &mut Vault,
    ) -> Vec<Replaced> {
        let taken = LazyCell::new(|| Taken::of(&prompt.body));
        let mut replaced: Vec<Replaced> = Vec::with_capacity(scanned.len());
        for Scanned { part, decided, .. } in scanned {
            let mut of_part = Vec::new();
            for Change { span, by } in changes(decided, Action::Anonymise) {
                let original = part.text.get(span.clone()).unwrap_or_default();
                let with = match (by.action, by.source) {
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
        replaced
    }
}

/// Replaces originals also where no detector found them: a name found in context is replaced out of context, too.
fn elsewhere(scanned: &[Scanned<'_, '_>], vault: &Vault, replaced: &mut [Replaced]) {
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

fn edits_of(part: &Part<'_>, replaced: Replaced) -> Vec<Edit> {
    let mut edits: Vec<Edit> =
        replaced.into_iter().map(|(span, with)| part.replace(span, &with)).collect();
    // A number is replaced once.
    edits.dedup_by_key(|edit| edit.span);
    edits
}

fn verdict(
    edits: Vec<Edit>,
    findings: Vec<Finding>,
    memo: Option<String>,
    questions: Vec<Question>,
) -> Verdict {
    Verdict { edits, findings, refusal: None, memo, originals: None, judging: None, questions }
}

/// The instructions as the model gets them: with placeholders, which its answer repeats.
fn hidden(prompt: &Prompt, edits: &[Edit]) -> Option<Fingerprint> {
    if edits.is_empty() {
        return Fingerprint::of(prompt);
    }
    Fingerprint::of(&prompt.clone().apply(edits).ok()?)
}

/// The message of a refusal whose rule has none.
const DEFAULT_MESSAGE: &str = "the request contains content that this gateway does not accept";

/// States the category and the rule's public text, never the text that was found.
fn refusal(rule: &Rule, detector: &str) -> Fault {
    let message = rule.message.as_deref().unwrap_or(DEFAULT_MESSAGE);
    Fault::new(Kind::ContentFiltered, format!("{message} ({detector})"))
        .with_private(format!("guardrail rule {}", rule.name))
}

/// The originals of the last turn.
fn recalled(known: &str) -> Result<Vault, Fault> {
    Vault::from_kept(known).ok_or_else(|| {
        let public = "the gateway cannot read what it keeps of this conversation; begin a new one";
        Fault::new(Kind::Unavailable, public)
            .with_code("originals_unavailable")
            .with_private("the originals were kept by another version of the guardrail")
    })
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
