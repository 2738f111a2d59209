//! `[headers]`: headers that pass in addition to those of a dialect.

use toml::Spanned;

use super::never::{self, Direction};
use crate::reading::{Key, Label, Report, Seen, Table, at_least_one, shown};

const TO_VENDORS: Key = Key::new("to_vendors", r#"to_vendors = ["x-title"]"#);
const TO_ROUTER: Key = Key::new("to_router", r#"to_router = ["x-tier"]"#);
const TO_CLIENTS: Key = Key::new("to_clients", r#"to_clients = ["x-vendor-region"]"#);

/// Header names are short; a longer text is not meant as one.
const MAX_NAME_LENGTH: usize = 64;

/// Headers that pass because a policy names them, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassedHeaders {
    /// Headers of requests that pass to the vendor. A header with a vendor's own name passes to that vendor only.
    pub to_vendors: Vec<String>,
    /// Headers of requests that the router may decide by.
    pub to_router: Vec<String>,
    /// Headers of answers that pass to the client.
    pub to_clients: Vec<String>,
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> PassedHeaders {
    PassedHeaders {
        to_vendors: passed(report, table, TO_VENDORS, Direction::Vendors),
        to_router: passed(report, table, TO_ROUTER, Direction::Router),
        to_clients: passed(report, table, TO_CLIENTS, Direction::Clients),
    }
}

fn passed(
    report: &mut Report<'_>,
    table: &mut Table<'_>,
    key: Key,
    direction: Direction,
) -> Vec<String> {
    let names = names(report, table, key);
    let mut passed = Vec::with_capacity(names.len());
    for name in names {
        match never::reason(direction, name.get_ref()) {
            None => passed.push((*name.get_ref()).to_owned()),
            Some(reason) => {
                let shown = shown(name.get_ref());
                let message =
                    format!("`{}` has {shown}, which never passes: {reason}; remove it", key.name);
                report.problem(table.label, name.span(), message);
            }
        }
    }
    passed
}

/// Names of headers, each once, and at least one if the key is present.
pub(super) fn names<'t>(
    report: &mut Report<'_>,
    table: &mut Table<'t>,
    key: Key,
) -> Vec<Spanned<&'t str>> {
    let Some(list) = table.optional::<Vec<Spanned<&'t str>>>(report, key) else {
        return Vec::new();
    };
    at_least_one(report, table.label, key, &list);
    let mut seen = Seen::default();
    let mut names = list.into_inner();
    names.retain(|name| {
        let what = format!("the header {}", shown(name.get_ref()));
        seen.note(report, table.label, name, &what, "remove");
        is_name(report, table.label, key, name)
    });
    names
}

/// Whether it is a token (RFC 9110, 5.1 and 5.6.2) in lower case, as HTTP/2 carries names and as they are compared.
fn is_name(report: &mut Report<'_>, label: Label<'_>, key: Key, name: &Spanned<&str>) -> bool {
    let text = *name.get_ref();
    let right =
        |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9') || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_wildcard = text.contains('*');
    if !text.is_empty() && text.len() <= MAX_NAME_LENGTH && text.bytes().all(right) && !is_wildcard
    {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let is_right = !text.is_empty() && lower.bytes().all(right) && !is_wildcard;
    let advice = if is_right && lower.len() <= MAX_NAME_LENGTH {
        format!("write {}", shown(&lower))
    } else {
        format!(
            "write the name of one header: 1 to {MAX_NAME_LENGTH} lower-case letters, digits and `-`, for example {}",
            key.example
        )
    };
    let message = format!("`{}` has {}; {advice}", key.name, shown(text));
    report.problem(label, name.span(), message);
    false
}
