//! Values that several tables of `issuers.toml` share: claims, scopes, URLs, numbers with a default.

use std::ops::RangeInclusive;

use toml::Spanned;

use crate::reading::{Key, Label, Report, Seen, shown, whole_number};
use crate::web_url::{self, Query};

pub(super) type Text<'t> = Option<Spanned<&'t str>>;
pub(super) type Texts<'t> = Option<Spanned<Vec<Spanned<&'t str>>>>;
pub(super) type Number = Option<Spanned<i128>>;

/// The longest name or value of a claim, audience or scope; claims that are URLs have up to a hundred characters.
const MAX_CLAIM_LENGTH: usize = 256;

/// Scopes, each once: RFC 6749, 3.3, a `scope-token`.
pub(super) fn scopes(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Texts<'_>,
) -> Vec<String> {
    let Some(list) = list else {
        return Vec::new();
    };
    let mut scopes = texts(report, label, key, list);
    scopes.retain(|scope| {
        let right =
            scope.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
        if !right {
            let message = format!(
                "`{}` has {}; write each scope as an entry of its own, without spaces, quotes and backslashes, for example {}",
                key.name,
                shown(scope),
                key.example
            );
            report.problem(label, list.span(), message);
        }
        right
    });
    scopes
}

/// Texts as they occur in tokens, each once.
pub(super) fn texts(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Spanned<Vec<Spanned<&str>>>,
) -> Vec<String> {
    let mut seen = Seen::default();
    let mut texts = Vec::with_capacity(list.get_ref().len());
    for value in list.get_ref() {
        let what = format!("the entry {} of `{}`", shown(value.get_ref()), key.name);
        seen.note(report, label, value, &what, "remove");
        texts.extend(claim(report, label, key, value));
    }
    texts
}

/// The name or value of a claim.
pub(super) fn claim(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    let text = *value.get_ref();
    if (1..=MAX_CLAIM_LENGTH).contains(&text.len()) && !text.chars().any(char::is_control) {
        return Some(text.to_owned());
    }
    let message = format!(
        "`{}` has {}; write 1 to {MAX_CLAIM_LENGTH} bytes without control characters, for example {}",
        key.name,
        shown(text),
        key.example
    );
    report.problem(label, value.span(), message);
    None
}

/// A URL without variables, over TLS or to this machine.
pub(super) fn url(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
    query: Query,
) -> Option<String> {
    let text = *value.get_ref();
    match web_url::check(text, query) {
        Ok(()) => Some(text.to_owned()),
        Err(error) => {
            report.problem(label, value.span(), format!("`{}` cannot be used: {error}", key.name));
            None
        }
    }
}

/// A number within its bounds; the default if it is absent or invalid.
pub(super) fn within(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Number,
    bounds: RangeInclusive<u64>,
    default: u64,
) -> u64 {
    let value = value.as_ref();
    value.and_then(|value| whole_number(report, label, key, value, bounds)).unwrap_or(default)
}
