//! From when a model or an alias is deprecated, until when it is served, and who may use it before others.

use serde::{Deserialize, Serialize};

use toml::Spanned;

use crate::grants::{Other, Said};
use crate::reading::{
    Instant, Key, Label, Report, Seen, Table, at_least_one, model_name, name, shown,
};

const PREVIEW_FOR: Key = Key::new("preview_for", r#"preview_for = ["search-team"]"#);
const DEPRECATED: Key = Key::new("deprecated", "deprecated = 2027-01-01T00:00:00Z");
const SUNSET: Key = Key::new("sunset", "sunset = 2027-07-01T00:00:00Z");
const SUCCESSOR: Key = Key::new("successor", r#"successor = "gpt-5-mini""#);

/// When a model or an alias is served, and to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// The consumers that may use it already; `None` if it is not a preview.
    pub preview_for: Option<Vec<String>>,
    /// The second since which it should not be used any more.
    pub deprecated_unix_s: Option<u64>,
    /// The second from which it is not served any more. It has a successor then.
    pub sunset_unix_s: Option<u64>,
    /// The model or alias to use instead.
    pub successor: Option<String>,
}

/// The keys of a lifecycle as written.
pub(crate) struct Written<'t> {
    preview_for: Option<Spanned<Vec<Spanned<&'t str>>>>,
    deprecated: Option<Spanned<Instant>>,
    sunset: Option<Spanned<Instant>>,
    successor: Option<Spanned<&'t str>>,
}

impl<'t> Written<'t> {
    pub(crate) fn read(report: &mut Report<'_>, table: &mut Table<'t>) -> Self {
        Self {
            preview_for: table.optional(report, PREVIEW_FOR),
            deprecated: table.optional(report, DEPRECATED),
            sunset: table.optional(report, SUNSET),
            successor: table.optional(report, SUCCESSOR),
        }
    }
}

/// `own` is the name of what has this lifecycle.
pub(crate) fn check(
    report: &mut Report<'_>,
    label: Label<'_>,
    written: &Written<'_>,
    own: Option<&str>,
    said: &mut Vec<Said>,
) -> Lifecycle {
    let seconds = |value: &Option<Spanned<Instant>>| value.as_ref().map(|at| at.get_ref().unix_s);
    let lifecycle = Lifecycle {
        preview_for: preview_for(report, label, written, said),
        deprecated_unix_s: seconds(&written.deprecated),
        sunset_unix_s: seconds(&written.sunset),
        successor: successor(report, label, written, own, said),
    };
    times(report, label, written);
    lifecycle
}

fn times(report: &mut Report<'_>, label: Label<'_>, written: &Written<'_>) {
    if let (Some(sunset), None) = (&written.sunset, &written.successor) {
        let message = format!(
            "`sunset` has no `successor`, so callers would not know what to use instead; write for example {}",
            SUCCESSOR.example
        );
        report.problem(label, sunset.span(), message);
    }
    if let (Some(deprecated), Some(sunset)) = (&written.deprecated, &written.sunset)
        && deprecated.get_ref().unix_s > sunset.get_ref().unix_s
    {
        let message = "`sunset` is before `deprecated`; write the later time, from which it is not served any more";
        report.problem(label, sunset.span(), message);
    }
    if let (Some(successor), None, None) =
        (&written.successor, &written.deprecated, &written.sunset)
    {
        let message = format!(
            "`successor` is of no use without `deprecated` or `sunset`; write for example {}, or remove it",
            DEPRECATED.example
        );
        report.problem(label, successor.span(), message);
    }
}

fn preview_for(
    report: &mut Report<'_>,
    label: Label<'_>,
    written: &Written<'_>,
    said: &mut Vec<Said>,
) -> Option<Vec<String>> {
    let list = written.preview_for.as_ref()?;
    at_least_one(report, label, PREVIEW_FOR, list);
    let mut seen = Seen::default();
    let mut consumers = Vec::new();
    for value in list.get_ref() {
        let what = format!("the consumer {}", shown(value.get_ref()));
        seen.note(report, label, value, &what, "remove");
        if let Some(consumer) = name(report, label, PREVIEW_FOR, value) {
            said.push(Said::new(label, value.span(), Other::Previewer(consumer.clone())));
            consumers.push(consumer);
        }
    }
    Some(consumers)
}

fn successor(
    report: &mut Report<'_>,
    label: Label<'_>,
    written: &Written<'_>,
    own: Option<&str>,
    said: &mut Vec<Said>,
) -> Option<String> {
    let value = written.successor.as_ref()?;
    if own == Some(*value.get_ref()) {
        let message = "`successor` names itself; write the model or alias to use instead";
        report.problem(label, value.span(), message);
        return None;
    }
    let successor = model_name(report, label, SUCCESSOR, value)?;
    said.push(Said::new(label, value.span(), Other::Successor(successor.clone())));
    Some(successor)
}
