//! Finds limits of one list that conflict.

use toml::Spanned;

use super::Limit;
use super::written;
use crate::closed::{Period, Window};
use crate::consumers::ModelPattern;
use crate::reading::Report;

/// A valid limit, as written and as used.
pub(super) type Pair<'l, 't> = (&'l written::Limit<'t>, &'l Limit);

/// Reports limits that count the same use twice, and limits that another limit makes unreachable.
pub(super) fn check(report: &mut Report<'_>, limits: &[Pair<'_, '_>]) {
    for (index, pair) in limits.iter().enumerate() {
        let earlier = limits.iter().take(index);
        let alike = |(_, other): &&Pair<'_, '_>| counts_the_same(pair.1, other);
        if let Some(first) = earlier.clone().find(alike) {
            let line = report.line_of(&first.0.span);
            let message = format!(
                "a limit of the same scope, unit, period, window and models is already on line {line}; remove one of the two"
            );
            report.problem(pair.0.label, pair.0.span.clone(), message);
        }
        if let Some(tighter) = limits.iter().find(|other| keeps_from(pair.1, other.1)) {
            never_reached(report, pair, tighter);
        }
    }
}

fn never_reached(report: &mut Report<'_>, pair: &Pair<'_, '_>, tighter: &Pair<'_, '_>) {
    let line = report.line_of(&tighter.0.span);
    let message = format!(
        "`amount` is {}, which the limit of {} on line {line} keeps from ever being reached; write a smaller amount, or remove one of the two",
        in_words(pair),
        in_words(tighter),
    );
    let place = pair.0.amount.as_ref().map_or(pair.0.span.clone(), Spanned::span);
    report.problem(pair.0.label, place, message);
}

/// As in `500 a day`.
fn in_words((written, limit): &Pair<'_, '_>) -> String {
    let amount = written.amount.as_ref().map_or("", |amount| amount.get_ref().0);
    let article = if limit.period == Some(Period::Hour) { "an" } else { "a" };
    format!("{amount} {article} {}", limit.period.map_or("", Period::as_str))
}

/// Whether one counter would serve both limits.
fn counts_the_same(left: &Limit, right: &Limit) -> bool {
    has_the_same_use(left, right) && left.period == right.period && left.window == right.window
}

/// Whether both limit the same use, regardless of the period.
fn has_the_same_use(left: &Limit, right: &Limit) -> bool {
    left.scopes == right.scopes
        && left.unit == right.unit
        && are_the_same(left.models.as_deref(), right.models.as_deref())
}

/// Whether the longer limit admits less in its whole period than the shorter one admits in its own.
fn keeps_from(shorter: &Limit, longer: &Limit) -> bool {
    // A rolling period can span two calendar periods, and so use the amounts of both.
    let halves = (shorter.window, longer.window) == (Window::Rolling, Window::Calendar);
    let most = longer.amount.saturating_mul(if halves { 2 } else { 1 });
    has_the_same_use(shorter, longer) && shorter.period < longer.period && most < shorter.amount
}

fn are_the_same(left: Option<&[ModelPattern]>, right: Option<&[ModelPattern]>) -> bool {
    let is_in = |left: &[ModelPattern], right: &[ModelPattern]| {
        left.iter().all(|pattern| right.contains(pattern))
    };
    match (left, right) {
        (Some(left), Some(right)) => is_in(left, right) && is_in(right, left),
        (None, None) => true,
        _ => false,
    }
}
