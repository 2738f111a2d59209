//! The action `ask`: the model whose opinion decides, and what is done then.

use std::ops::RangeInclusive;

use toml::Spanned;

use super::Action;
use super::written::{self, ACTION, MAX_QUESTIONS, MODEL, OTHERWISE, THEN, TIMEOUT_MS, Written};
use crate::grants::{Other, Said};
use crate::reading::{Key, Report, model_name, one_of, shown, whole_number};

/// The value of `action` with which a rule asks a model.
const WORD: &str = "ask";

/// The values of `otherwise`.
const OTHERWISE_WORDS: &[(&str, Action)] = &[("allow", Action::Allow), ("flag", Action::Flag)];

/// Less is shorter than any model takes; more is longer than clients wait.
const TIMEOUT_MS_BOUNDS: RangeInclusive<u64> = 100..=30_000;

/// How long a small model takes for one word, with room for a busy vendor.
const DEFAULT_TIMEOUT_MS: u32 = 3_000;

/// Each question is a request that the caller pays for.
const MAX_QUESTIONS_BOUNDS: RangeInclusive<u64> = 1..=32;

/// A second opinion: a model is asked before the action of a rule is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The model or alias that is asked.
    pub model: String,
    /// What is done if it disagrees: [`Action::Allow`] or [`Action::Flag`], and always milder than the rule's action.
    pub otherwise: Action,
    /// How long its answer is waited for, in milliseconds.
    pub timeout_ms: u32,
}

/// The name of the key that says a rule's action, for messages.
pub(super) fn acting_key(rule: &written::Rule<'_>) -> &'static str {
    if is_asking(rule) { THEN.name } else { ACTION.name }
}

/// Whether the rule asks a model.
pub(super) fn is_asking(rule: &written::Rule<'_>) -> bool {
    rule.action.as_ref().is_some_and(|word| *word.get_ref() == WORD)
}

/// The action of a rule, and the model that is asked before.
pub(super) fn check(
    report: &mut Report<'_>,
    rule: &written::Rule<'_>,
    said: &mut Vec<Said>,
) -> (Option<Action>, Option<Ask>) {
    if is_asking(rule) {
        return asking(report, rule, said);
    }
    let own = Action::WORDS.iter().map(|(word, action)| (*word, Some(*action)));
    let words: Vec<_> = own.chain([(WORD, None)]).collect();
    let action = rule.action.as_ref();
    let action = action.and_then(|word| one_of(report, rule.label, ACTION, word, &words));
    let keys = [
        (MODEL, rule.model.as_ref().map(Spanned::span)),
        (THEN, rule.then.as_ref().map(Spanned::span)),
        (OTHERWISE, rule.otherwise.as_ref().map(Spanned::span)),
        (TIMEOUT_MS, rule.timeout_ms.as_ref().map(Spanned::span)),
    ];
    for (key, span) in keys {
        // Another action that is wrong is reported by itself.
        if let (Some(span), Some(Some(action))) = (span, action) {
            let message = format!(
                "`{}` is for a rule that asks a model, and `action` is {}; write action = \"{WORD}\", or remove it",
                key.name,
                action.as_str()
            );
            report.problem(rule.label, span, message);
        }
    }
    (action.flatten(), None)
}

fn asking(
    report: &mut Report<'_>,
    rule: &written::Rule<'_>,
    said: &mut Vec<Said>,
) -> (Option<Action>, Option<Ask>) {
    let label = rule.label;
    let mut missing = |key: Key, is_there: bool| {
        if !is_there {
            let message = format!(
                "`{}` is missing, and `action` is {WORD}; write for example {}",
                key.name, key.example
            );
            report.problem(label, rule.span.clone(), message);
        }
    };
    missing(MODEL, rule.has_model);
    missing(THEN, rule.has_then);
    let model = rule.model.as_ref().and_then(|value| {
        let name = model_name(report, label, MODEL, value)?;
        said.push(Said::new(label, value.span(), Other::Judge(name.clone())));
        Some(name)
    });
    let then = rule.then.as_ref();
    let then = then.and_then(|word| one_of(report, label, THEN, word, Action::WORDS));
    let otherwise = match &rule.otherwise {
        Some(word) => one_of(report, label, OTHERWISE, word, OTHERWISE_WORDS),
        None => Some(Action::Allow),
    };
    let timeout_ms = match &rule.timeout_ms {
        Some(value) => whole_number(report, label, TIMEOUT_MS, value, TIMEOUT_MS_BOUNDS)
            .and_then(|ms| u32::try_from(ms).ok()),
        None => Some(DEFAULT_TIMEOUT_MS),
    };
    if let (Some(written), Some(then), Some(otherwise)) = (&rule.then, then, otherwise)
        && then <= otherwise
    {
        let message = format!(
            "`then` is {}, and `otherwise` is {}, so the answer of {} would change nothing; write a stricter `then`, for example {}",
            then.as_str(),
            otherwise.as_str(),
            shown(model.as_deref().unwrap_or("the model")),
            THEN.example
        );
        report.problem(label, written.span(), message);
        return (None, None);
    }
    let ask = model.zip(otherwise).zip(timeout_ms);
    (then, ask.map(|((model, otherwise), timeout_ms)| Ask { model, otherwise, timeout_ms }))
}

/// The number of questions of `[ask]`, if it is written.
pub(super) fn max_questions(report: &mut Report<'_>, written: &Written<'_>) -> Option<u32> {
    let ask = written.ask.as_ref()?;
    let number = ask.max_questions.as_ref()?;
    let number = whole_number(report, ask.label, MAX_QUESTIONS, number, MAX_QUESTIONS_BOUNDS)?;
    u32::try_from(number).ok()
}
