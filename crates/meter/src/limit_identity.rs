//! The identity of a limit: all of it but its amount.

use crate::subject;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use postern_policy::{Limit, Scope, Window};

/// The characters of a claim's name that are escaped in a counter's name: those that separate its parts.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// Whether two limits share their counters.
pub(crate) fn are_counted_together(left: &Limit, right: &Limit) -> bool {
    left.unit == right.unit && left.scopes == right.scopes && identity(left) == identity(right)
}

/// The beginning of a counter's name.
pub(crate) fn identity(limit: &Limit) -> String {
    let scopes: Vec<_> = limit.scopes.iter().map(named).collect();
    let mut text = format!("{}:{}", scopes.join("+"), limit.unit.as_str());
    if let Some(period) = limit.period {
        text.push(':');
        text.push_str(period.as_str());
    }
    if limit.window == Window::Rolling {
        text.push_str(":rolling");
    }
    if let Some(models) = &limit.models {
        let mut models: Vec<_> = models.iter().map(ToString::to_string).collect();
        models.sort_unstable();
        models.dedup();
        // No model's name contains a line end.
        let models = models.join("\n");
        text.push_str(":of:");
        text.push_str(&subject::key(Some(&models)));
    }
    text
}

/// A claim's name may contain any character, including those that separate the parts of a counter's name.
fn named(scope: &Scope) -> String {
    match scope {
        Scope::Claim(name) => {
            format!("{}:{}", scope.as_str(), utf8_percent_encode(name, ESCAPED))
        }
        word => word.to_string(),
    }
}
