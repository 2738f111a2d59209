//! From a `[[route]]` as written to a draft, whose targets are names.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;

use super::shadow::DraftShadow;
use super::written::{ALIAS, MAX_COMPLEXITY, MODEL, MODELS, SAME_FOR, STRATEGY, VERSION, WEIGHT};
use super::{Condition, hedge, when, written};
use crate::closed::{SameFor, Strategy};
use crate::deadlines::SetDeadlines;
use crate::grants::{self, Said};
use crate::lifecycle::{self, Lifecycle};
use crate::models::Declared;
use crate::reading::{
    Key, Label, Report, Seen, at_least_one, model_name, name, one_of, shown, whole_number,
};
use postern_types::router::Hedge;

/// Up to a million: a thousandth of a percent is still a whole number.
const WEIGHTS: RangeInclusive<u64> = 0..=1_000_000;
/// The scale of complexities.
const COMPLEXITIES: RangeInclusive<u64> = 0..=100;

/// A route whose targets are not looked up yet.
pub(super) struct Draft<'t> {
    pub(super) label: Label<'t>,
    pub(super) alias: String,
    pub(super) strategy: Strategy,
    pub(super) same_for: SameFor,
    pub(super) regions: Option<(Vec<String>, Range<usize>)>,
    pub(super) version: Option<String>,
    pub(super) lifecycle: Lifecycle,
    pub(super) shadow: Option<DraftShadow<'t>>,
    pub(super) deadlines: SetDeadlines,
    pub(super) hedge: Option<(Hedge, Range<usize>)>,
    pub(super) targets: Vec<DraftTarget<'t>>,
    /// The place of all targets together.
    pub(super) span: Range<usize>,
}

/// A target whose name is not looked up yet.
pub(super) struct DraftTarget<'t> {
    pub(super) label: Label<'t>,
    /// The key that names it.
    pub(super) key: &'static str,
    pub(super) name: Spanned<&'t str>,
    pub(super) weight: u32,
    pub(super) max_complexity: u8,
    pub(super) when: Option<Condition>,
}

pub(super) fn check<'t>(
    report: &mut Report<'_>,
    written: &written::Route<'t>,
    declared: &Declared,
    said: &mut Vec<Said>,
) -> Option<Draft<'t>> {
    let label = written.label;
    let alias = written.alias.as_ref();
    let alias = alias.and_then(|alias| checked_alias(report, written, alias, declared));
    let strategy = match &written.strategy {
        None => Some(Strategy::Ordered),
        Some(value) => one_of(report, label, STRATEGY, value, Strategy::WORDS),
    };
    let same_for = same_for(report, written, strategy);
    let version = written.version.as_ref().and_then(|value| name(report, label, VERSION, value));
    let regions = grants::regions(report, label, &written.regions, said);
    let regions = regions.zip(written.regions.as_ref().map(Spanned::span));
    let own = written.alias.as_ref().map(|alias| *alias.get_ref());
    let lifecycle = lifecycle::check(report, label, &written.lifecycle, own, said);
    let shadow = written.shadow.as_ref().and_then(|written| written.check(report));
    let hedge = written.hedge.as_ref().and_then(|written| hedge::check(report, written));
    let targets = targets(report, written, strategy, said);
    let span = written.models.as_ref().map_or(written.span.clone(), Spanned::span);
    Some(Draft {
        label,
        alias: alias?,
        strategy: strategy?,
        same_for: same_for?,
        regions,
        version,
        lifecycle,
        shadow,
        deadlines: written.deadlines,
        hedge,
        targets: targets?,
        span,
    })
}

fn checked_alias(
    report: &mut Report<'_>,
    written: &written::Route<'_>,
    alias: &Spanned<&str>,
    declared: &Declared,
) -> Option<String> {
    if declared.models.contains_key(*alias.get_ref()) {
        let message = "a model of models.toml has this name already; choose another alias";
        report.problem(written.label, alias.span(), message);
        return None;
    }
    model_name(report, written.label, ALIAS, alias)
}

/// By default a conversation stays where its prompt cache is, and a caller on its side of a canary.
fn same_for(
    report: &mut Report<'_>,
    written: &written::Route<'_>,
    strategy: Option<Strategy>,
) -> Option<SameFor> {
    let Some(value) = &written.same_for else {
        return Some(match strategy {
            Some(Strategy::Sticky) => SameFor::Conversation,
            _ => SameFor::Caller,
        });
    };
    let strategy = strategy?;
    if !matches!(strategy, Strategy::Weighted | Strategy::Sticky) {
        only_with(report, written.label, SAME_FOR, value.span(), "weighted or sticky", strategy);
    }
    one_of(report, written.label, SAME_FOR, value, SameFor::WORDS)
}

fn only_with(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    span: Range<usize>,
    with: &str,
    strategy: Strategy,
) {
    let message = format!(
        "`{}` is of use with the strategy {with} only, and this is {}; remove one of the two",
        key.name,
        strategy.as_str()
    );
    report.problem(label, span, message);
}

/// The targets, of `models` or of `[[route.target]]`.
fn targets<'t>(
    report: &mut Report<'_>,
    written: &written::Route<'t>,
    strategy: Option<Strategy>,
    said: &mut Vec<Said>,
) -> Option<Vec<DraftTarget<'t>>> {
    let label = written.label;
    match (written.has_models, written.targets.is_empty()) {
        (true, false) => {
            let message = "`models` and [[route.target]] both say what it leads to; write all as targets, or all as models";
            report.problem(label, written.span.clone(), message);
            return None;
        }
        (false, true) => {
            let message = format!(
                "it leads to nothing; write for example {}, or a [[route.target]] below it",
                MODELS.example
            );
            report.problem(label, written.span.clone(), message);
            return None;
        }
        (true, true) => {
            let list = written.models.as_ref()?;
            at_least_one(report, label, MODELS, list);
            let target = |name: &Spanned<&'t str>| DraftTarget {
                label,
                key: MODELS.name,
                name: name.clone(),
                weight: 1,
                max_complexity: 100,
                when: None,
            };
            let targets: Vec<_> = list.get_ref().iter().map(target).collect();
            each_once(report, &targets);
            return (!targets.is_empty()).then_some(targets);
        }
        (false, false) => {}
    }
    let checked = written.targets.iter();
    let targets: Vec<Option<_>> =
        checked.map(|target| check_target(report, target, strategy, said)).collect();
    let targets = targets.into_iter().collect::<Option<Vec<_>>>()?;
    // The same model may serve different requests under different conditions.
    if targets.iter().all(|target| target.when.is_none()) {
        each_once(report, &targets);
    }
    together(report, written, &targets, strategy?);
    Some(targets)
}

fn each_once(report: &mut Report<'_>, targets: &[DraftTarget<'_>]) {
    let mut seen = Seen::default();
    for target in targets {
        let what = format!("the model {}", shown(target.name.get_ref()));
        seen.note(report, target.label, &target.name, &what, "remove");
    }
}

fn check_target<'t>(
    report: &mut Report<'_>,
    written: &written::Target<'t>,
    strategy: Option<Strategy>,
    said: &mut Vec<Said>,
) -> Option<DraftTarget<'t>> {
    let label = written.label;
    let mut number = |key: Key, value: &Option<Spanned<i128>>, bounds, with: Strategy| {
        let value = value.as_ref()?;
        if let Some(strategy) = strategy.filter(|strategy| *strategy != with) {
            only_with(report, label, key, value.span(), with.as_str(), strategy);
        }
        whole_number(report, label, key, value, bounds)
    };
    let weight = number(WEIGHT, &written.weight, WEIGHTS, Strategy::Weighted);
    let complexity =
        number(MAX_COMPLEXITY, &written.max_complexity, COMPLEXITIES, Strategy::Complexity);
    let when = written.when.as_ref().map(|written| when::check(report, written, said));
    Some(DraftTarget {
        label,
        key: MODEL.name,
        name: written.model.clone()?,
        weight: weight.and_then(|weight| u32::try_from(weight).ok()).unwrap_or(1),
        max_complexity: complexity.and_then(|most| u8::try_from(most).ok()).unwrap_or(100),
        when,
    })
}

/// What the targets have to be together.
fn together(
    report: &mut Report<'_>,
    written: &written::Route<'_>,
    targets: &[DraftTarget<'_>],
    strategy: Strategy,
) {
    let first = written.targets.iter().find_map(|target| target.weight.as_ref());
    if strategy == Strategy::Weighted && targets.iter().all(|target| target.weight == 0) {
        let span = first.map_or(written.span.clone(), Spanned::span);
        let message = "all weights are 0, so no target would get a request; write one above 0";
        report.problem(written.label, span, message);
    }
    if strategy != Strategy::Complexity {
        return;
    }
    let most: Vec<_> = targets.iter().map(|target| target.max_complexity).collect();
    if !most.is_sorted() {
        let message = "`max_complexity` falls from one target to the next; write them from the simplest prompts to the most complex ones";
        report.problem(written.label, written.span.clone(), message);
    }
    if most.last().is_some_and(|last| *last < 100) {
        let message = "no target takes the most complex prompts; leave out `max_complexity` of the last one, or write 100";
        report.problem(written.label, written.span.clone(), message);
    }
}
