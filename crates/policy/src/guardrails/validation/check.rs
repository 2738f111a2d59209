//! From `[[validation]]` as written to a [`Validation`].

use super::super::list::entries;
use super::super::pattern;
use super::super::rule::{ON_ERROR_WORDS, callers, words, wrong_message};
use super::super::shared::ON_ERROR;
use super::written::{
    ACTION, JSON_SCHEMA, LANGUAGES as LANGUAGES_KEY, MUST_CITE, MUST_MATCH, MUST_NOT_CITE,
    MUST_NOT_MATCH, NAME, STREAMS, WHEN_UNREPAIRED, Written,
};
use super::{CitationForm, Correction, LANGUAGES, Streams, Validation, bounds};
use crate::grants::{self, Said, Texts};
use crate::reading::{Key, Report, Seen, name, one_of, shown};

/// Each answer is compared with the validations one by one, so their number is bounded.
const MAX_VALIDATIONS: usize = 100;

/// Each pattern is searched for separately, so their number is bounded.
const MAX_PATTERNS: usize = 100;

/// The values of `when_unrepaired`: whether the answer is refused.
const WHEN_UNREPAIRED_WORDS: &[(&str, bool)] = &[("flag", false), ("block", true)];

/// The valid validations of a file.
pub(in super::super) fn check_all<'w, 't: 'w>(
    report: &mut Report<'_>,
    written: impl Iterator<Item = &'w Written<'t>>,
    compiled_bytes: &mut usize,
    said: &mut Vec<Said>,
) -> Vec<Validation> {
    let mut names = Seen::default();
    let mut all = Vec::new();
    for (count, one) in (1..).zip(written) {
        if count == MAX_VALIDATIONS + 1 {
            let message = format!(
                "there are more than {MAX_VALIDATIONS} validations in this file; merge some of them"
            );
            report.problem(one.label, one.span.clone(), message);
        }
        if let Some(name) = &one.name {
            names.note(report, one.label, name, "a validation of this name", "rename or remove");
        }
        all.extend(check(report, one, compiled_bytes, said));
    }
    all
}

/// A validation, if all of it is valid.
fn check(
    report: &mut Report<'_>,
    written: &Written<'_>,
    compiled_bytes: &mut usize,
    said: &mut Vec<Said>,
) -> Option<Validation> {
    let label = written.label;
    let problems = report.count();
    let name = written.name.as_ref().and_then(|value| name(report, label, NAME, value));
    let action = written.action.as_ref();
    let action = action.and_then(|word| one_of(report, label, ACTION, word, Correction::WORDS));
    let is_on = |flag: &Option<toml::Spanned<bool>>| flag.as_ref().is_some_and(|on| *on.get_ref());
    let (min_characters, max_characters) = bounds::characters(report, written);
    let mut patterns = |report: &mut Report<'_>, key, list: &Texts<'_>| {
        patterns(report, written, (key, list), compiled_bytes)
    };
    let checked = Validation {
        name: name.unwrap_or_default(),
        models: grants::models(report, label, &written.models, said),
        callers: callers(report, label, &written.callers, said),
        json_schema: is_on(&written.json_schema),
        tool_arguments: is_on(&written.tool_arguments),
        must_match: patterns(report, MUST_MATCH, &written.must_match),
        must_not_match: patterns(report, MUST_NOT_MATCH, &written.must_not_match),
        min_characters,
        max_characters,
        languages: words(report, label, LANGUAGES_KEY, &written.languages, LANGUAGES),
        must_cite: words(report, label, MUST_CITE, &written.must_cite, CitationForm::WORDS),
        must_not_cite: words(
            report,
            label,
            MUST_NOT_CITE,
            &written.must_not_cite,
            CitationForm::WORDS,
        )
        .unwrap_or_default(),
        action: action.unwrap_or_default(),
        blocks_unrepaired: when_unrepaired(report, written, action),
        streams: streams(report, written, action).unwrap_or_default(),
        message: message(report, written, action),
        fails_open: written.on_error.as_ref().is_some_and(|word| {
            one_of(report, label, ON_ERROR, word, ON_ERROR_WORDS).unwrap_or_default()
        }),
    };
    checks_something(report, written, &checked);
    bounds::contradictions(report, written, &checked);
    (report.count() == problems).then_some(checked)
}

/// Reports a validation without a check.
fn checks_something(report: &mut Report<'_>, written: &Written<'_>, checked: &Validation) {
    let is_any = checked.json_schema || checked.tool_arguments;
    let lists = !checked.must_match.is_empty() || !checked.must_not_match.is_empty();
    let sizes = checked.min_characters.or(checked.max_characters).is_some();
    let cites = checked.must_cite.is_some() || !checked.must_not_cite.is_empty();
    // A check that is wrong has its own problem.
    let is_off = !written.has_check || written.checks_are_off();
    if is_off && !is_any && !lists && !sizes && !cites && checked.languages.is_none() {
        let message = format!(
            "it checks nothing, so every answer satisfies it; write for example {}",
            JSON_SCHEMA.example
        );
        report.problem(written.label, written.span.clone(), message);
    }
}

impl Written<'_> {
    /// Whether all checks that are present say `false`.
    fn checks_are_off(&self) -> bool {
        let flags = [&self.json_schema, &self.tool_arguments];
        let is_off =
            |flag: &&Option<toml::Spanned<bool>>| flag.as_ref().is_some_and(|on| !*on.get_ref());
        flags.iter().any(is_off)
            && [&self.must_match, &self.must_not_match, &self.languages, &self.must_cite]
                .iter()
                .chain([&&self.must_not_cite])
                .all(|list| list.is_none())
            && self.min_characters.is_none()
            && self.max_characters.is_none()
    }
}

fn patterns(
    report: &mut Report<'_>,
    written: &Written<'_>,
    (key, list): (Key, &Texts<'_>),
    compiled_bytes: &mut usize,
) -> Vec<String> {
    entries(report, written.label, (key, MAX_PATTERNS), list, |text| {
        let wrong = |wrong| format!("`{}` has {}, which {wrong}", key.name, shown(text));
        let bytes = pattern::check(text, pattern::MAX_MATCH_BYTES).map_err(wrong)?;
        let (before, most) = (*compiled_bytes, pattern::MAX_COMPILED_BYTES_OF_ALL);
        *compiled_bytes = before.saturating_add(bytes);
        // The problem is reported once, not again for every further pattern.
        if *compiled_bytes <= most || before > most {
            return Ok(());
        }
        Err(wrong(format!(
            "together with all before it takes more than {} MiB of memory; write smaller repetitions",
            most / (1024 * 1024)
        )))
    })
}

/// Whether an answer that was not repaired is refused: by default it is.
fn when_unrepaired(
    report: &mut Report<'_>,
    written: &Written<'_>,
    action: Option<Correction>,
) -> bool {
    let Some(word) = &written.when_unrepaired else { return true };
    if action.is_some_and(|action| action != Correction::Repair) {
        let message = "`when_unrepaired` is about action = \"repair\"; remove it";
        report.problem(written.label, word.span(), message);
    }
    let meaning = one_of(report, written.label, WHEN_UNREPAIRED, word, WHEN_UNREPAIRED_WORDS);
    meaning.unwrap_or(true)
}

/// What is done about streams: what has left can be neither repaired nor taken back.
fn streams(
    report: &mut Report<'_>,
    written: &Written<'_>,
    action: Option<Correction>,
) -> Option<Streams> {
    let label = written.label;
    let Some(word) = &written.streams else {
        if action == Some(Correction::Repair) && !written.has_streams {
            let message = "`streams` is missing, and what has left cannot be repaired; write streams = \"hold\" to hold a stream back until it is judged, or streams = \"flag\"";
            report.problem(label, written.span.clone(), message);
        }
        return Some(if action == Some(Correction::Block) { Streams::Cut } else { Streams::Flag });
    };
    let streams = one_of(report, label, STREAMS, word, Streams::WORDS)?;
    let message = match (action?, streams) {
        (Correction::Flag, Streams::Cut | Streams::Buffered) => {
            "`action` is flag, which keeps nothing from leaving; remove `streams`"
        }
        (Correction::Repair, Streams::Cut) => {
            "`action` is repair, and what has left cannot be repaired; write streams = \"hold\" to hold a stream back until it is judged, or streams = \"flag\""
        }
        _ => return Some(streams),
    };
    report.problem(label, word.span(), message);
    None
}

fn message(
    report: &mut Report<'_>,
    written: &Written<'_>,
    action: Option<Correction>,
) -> Option<String> {
    let value = written.message.as_ref()?;
    let text = *value.get_ref();
    let wrong = match action? {
        Correction::Flag => Some("is what block says, and `action` is flag; remove it".to_owned()),
        Correction::Block | Correction::Repair => wrong_message(text),
    };
    let Some(wrong) = wrong else { return Some(text.to_owned()) };
    report.problem(written.label, value.span(), format!("`message` {wrong}"));
    None
}
