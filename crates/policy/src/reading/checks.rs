//! Checks that several files share.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;

use super::{Key, Label, Report, nearest_or_list, shown};

/// The longest name of a consumer, team, provider or region: it fits a log column and a header.
const MAX_NAME_LENGTH: usize = 64;
/// The longest name of a model or alias.
const MAX_MODEL_NAME_LENGTH: usize = 128;
/// The longest name of a model at its vendor; Azure and Bedrock have names of over 100 characters.
const MAX_UPSTREAM_MODEL_LENGTH: usize = 256;

/// Whether a text can name a consumer, plan or region: `[a-z0-9][a-z0-9._-]{0,63}`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    is_spelled(text, is_name_byte, MAX_NAME_LENGTH)
}

fn is_name_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-')
}

/// A name that policies define: `[a-z0-9][a-z0-9._-]{0,63}`, safe in headers, logs and store keys.
pub(crate) fn name(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    let rule = "lower-case letters, digits, `.`, `_` and `-`, the first a letter or digit";
    spelled(report, label, key, value, is_name_byte, MAX_NAME_LENGTH, rule)
}

/// A name that clients request: vendors' names with their slashes, colons and capitals are allowed.
pub(crate) fn model_name(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    let rule = "letters, digits and `.` `_` `-` `/` `:` `@` `+`, the first a letter or digit";
    spelled(report, label, key, value, is_model_byte, MAX_MODEL_NAME_LENGTH, rule)
}

/// Whether a byte may be in the name of a model or alias.
pub(crate) fn is_model_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._-/:@+".contains(&byte)
}

/// The vendor's name for a model: printable ASCII without quotes, so that it can be spliced into JSON without escaping.
pub(crate) fn upstream_model(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    let right = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    let rule = "printable ASCII without spaces, quotes and backslashes";
    spelled(report, label, key, value, right, MAX_UPSTREAM_MODEL_LENGTH, rule)
}

/// A text with a given alphabet and length, whose first character is a letter or digit.
fn spelled(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
    right: impl Fn(u8) -> bool,
    max_length: usize,
    rule: &str,
) -> Option<String> {
    let text = *value.get_ref();
    if is_spelled(text, right, max_length) {
        return Some(text.to_owned());
    }
    let message = format!(
        "`{}` has {}; write 1 to {max_length} characters of {rule}, for example {}",
        key.name,
        shown(text),
        key.example
    );
    report.problem(label, value.span(), message);
    None
}

fn is_spelled(text: &str, right: impl Fn(u8) -> bool, max_length: usize) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.len() <= max_length
        && text.bytes().all(right)
}

/// The name of a variable of `spin.toml`. An invalid name may be the credential itself, so it is never repeated.
pub(crate) fn variable_name(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    if is_variable_name(value.get_ref()) {
        return Some((*value.get_ref()).to_owned());
    }
    let message = format!(
        "`{}` is not the name of a variable (its value is not shown, it may be a credential); \
         write the name of a variable of spin.toml, lower-case letters, digits and single `_`, for example {}",
        key.name, key.example
    );
    report.problem(label, value.span(), message);
    None
}

/// Spin's rule for names of variables: lower-case letters, digits and single underscores inside.
pub(crate) fn is_variable_name(text: &str) -> bool {
    let inside = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.len() <= MAX_NAME_LENGTH
        && text.bytes().all(inside)
        && !text.ends_with('_')
        && !text.contains("__")
}

/// A word of a closed list.
pub(crate) fn one_of<T: Copy>(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
    list: &[(&'static str, T)],
) -> Option<T> {
    let wanted = *value.get_ref();
    let found = list.iter().find(|(word, _)| *word == wanted);
    if found.is_none() {
        let words = list.iter().map(|(word, _)| *word);
        let advice = nearest_or_list(wanted, words, "it can be");
        let message = format!("`{}` cannot be {}; {advice}", key.name, shown(wanted));
        report.problem(label, value.span(), message);
    }
    found.map(|(_, meaning)| *meaning)
}

/// A whole number within bounds.
pub(crate) fn whole_number(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<i128>,
    bounds: RangeInclusive<u64>,
) -> Option<u64> {
    let number = u64::try_from(*value.get_ref()).ok().filter(|number| bounds.contains(number));
    if number.is_none() {
        let message = format!(
            "`{}` is {}; write a number from {} to {}",
            key.name,
            value.get_ref(),
            bounds.start(),
            bounds.end()
        );
        report.problem(label, value.span(), message);
    }
    number
}

/// Reports an empty list.
pub(crate) fn at_least_one<T>(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Spanned<Vec<T>>,
) {
    if list.get_ref().is_empty() {
        let message = format!("`{}` is empty; write for example {}", key.name, key.example);
        report.problem(label, list.span(), message);
    }
}

/// The declarations so far and their places, to find duplicates.
#[derive(Default)]
pub(crate) struct Seen<'t>(BTreeMap<&'t str, Range<usize>>);

impl<'t> Seen<'t> {
    /// Notes a value; a second one with the same text is a problem. `what` names it, `remedy` ends the sentence.
    pub(crate) fn note(
        &mut self,
        report: &mut Report<'_>,
        label: Label<'_>,
        value: &Spanned<&'t str>,
        what: &str,
        remedy: &str,
    ) {
        if let Some(first) = self.0.get(value.get_ref()) {
            let first = report.line_of(first);
            let message = format!("{what} is already on line {first}; {remedy} one of the two");
            report.problem(label, value.span(), message);
        } else {
            self.0.insert(value.get_ref(), value.span());
        }
    }
}
