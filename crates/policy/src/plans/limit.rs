//! From a limit as written to a [`Limit`].

use std::ops::RangeInclusive;

use toml::Spanned;

use super::written::{self, AMOUNT, DOWNGRADE_TO, PER, SCOPE, UNIT, WARN_AT_PERCENT, WINDOW};
use super::{Limit, Scope, amount};
use crate::closed::{LimitUnit, Period, Window};
use crate::grants::{self, Other, Said};
use crate::reading::{Report, Seen, at_least_one, nearest_or_list, one_of, shown, whole_number};

/// At 0 every request would get a warning; at 100 the warning would coincide with the refusal.
const WARN_AT_PERCENT_BOUNDS: RangeInclusive<u64> = 1..=99;

/// How messages list a claim among the scopes.
const CLAIM_IN_LIST: &str = "claim:NAME";

/// A limit, if all of it is valid.
pub(super) fn check(
    report: &mut Report<'_>,
    written: &written::Limit<'_>,
    said: &mut Vec<Said>,
) -> Option<Limit> {
    let label = written.label;
    let scopes = scopes(report, written, said);
    let unit = written.unit.as_ref();
    let unit = unit.and_then(|word| one_of(report, label, UNIT, word, LimitUnit::WORDS));
    let period = period(report, written, unit);
    let window = match &written.window {
        None => Some(Window::Calendar),
        Some(word) => one_of(report, label, WINDOW, word, Window::WORDS),
    };
    let amount = amount(report, written, unit);
    let models = grants::models(report, label, &written.models, said);
    let warn_at_percent = written.warn_at_percent.as_ref().and_then(|value| {
        let bounds = WARN_AT_PERCENT_BOUNDS;
        u8::try_from(whole_number(report, label, WARN_AT_PERCENT, value, bounds)?).ok()
    });
    let downgrade_to = written.downgrade_to.as_ref().and_then(|value| {
        let name = crate::reading::model_name(report, label, DOWNGRADE_TO, value)?;
        said.push(Said::new(label, value.span(), Other::Downgrade(name.clone())));
        Some(name)
    });
    if let (Some(LimitUnit::Usd), Some(word)) = (unit, &written.unit) {
        said.push(Said::new(label, word.span(), Other::Money));
    }
    let (scopes, unit, period, window, amount) = (scopes?, unit?, period?, window?, amount?);
    Some(Limit { scopes, unit, period, window, amount, models, warn_at_percent, downgrade_to })
}

/// The scopes, sorted, if all are valid.
fn scopes(
    report: &mut Report<'_>,
    written: &written::Limit<'_>,
    said: &mut Vec<Said>,
) -> Option<Vec<Scope>> {
    let (label, list) = (written.label, written.scope.as_ref()?);
    at_least_one(report, label, SCOPE, list);
    let problems = report.count();
    let mut seen = Seen::default();
    let mut scopes = Vec::with_capacity(list.get_ref().len());
    for text in list.get_ref() {
        let what = format!("the scope {}", shown(text.get_ref()));
        seen.note(report, label, text, &what, "remove");
        let Some(scope) = Scope::parse(text.get_ref()) else {
            report.problem(label, text.span(), no_scope(text.get_ref()));
            continue;
        };
        if scope == Scope::All && list.get_ref().len() > 1 {
            let message = "`scope` has \"all\" beside others, where it changes nothing; remove it from the list";
            report.problem(label, text.span(), message);
        }
        if let Scope::Claim(name) = &scope {
            said.push(Said::new(label, text.span(), Other::Claim(name.clone())));
        }
        scopes.push(scope);
    }
    scopes.sort_unstable();
    (!scopes.is_empty() && report.count() == problems).then_some(scopes)
}

fn no_scope(text: &str) -> String {
    let words = Scope::WORDS.iter().map(|(word, _)| *word).chain([CLAIM_IN_LIST]);
    let advice = nearest_or_list(text, words, "it can be");
    format!("`scope` cannot be {}; {advice}", shown(text))
}

/// The period: `Some(None)` if the unit has none, and `None` if it is invalid.
fn period(
    report: &mut Report<'_>,
    written: &written::Limit<'_>,
    unit: Option<LimitUnit>,
) -> Option<Option<Period>> {
    let label = written.label;
    if unit == Some(LimitUnit::ConcurrentRequests) {
        for (key, value) in [(PER, &written.per), (WINDOW, &written.window)] {
            if let Some(value) = value {
                let message = format!(
                    "`{}` says in how long, and concurrent_requests are those under way at one moment; remove it, or write unit = \"requests\"",
                    key.name
                );
                report.problem(label, value.span(), message);
            }
        }
        return Some(None);
    }
    if let Some(word) = &written.per {
        return one_of(report, label, PER, word, Period::WORDS).map(Some);
    }
    if let (Some(unit), false) = (unit, written.has_per) {
        let message = format!(
            "`per` is missing, and {} are limited in a time; write for example {}",
            unit.as_str(),
            PER.example
        );
        report.problem(label, written.span.clone(), message);
    }
    None
}

fn amount(
    report: &mut Report<'_>,
    written: &written::Limit<'_>,
    unit: Option<LimitUnit>,
) -> Option<u64> {
    let value: &Spanned<_> = written.amount.as_ref()?;
    match amount::checked(*value.get_ref(), unit?) {
        Ok(amount) => Some(amount),
        Err(remedy) => {
            let message = format!("`{}` is {}; {remedy}", AMOUNT.name, value.get_ref().0);
            report.problem(written.label, value.span(), message);
            None
        }
    }
}
