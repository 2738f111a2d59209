//! Headers of posts: a text that all may read, or a secret by the name of its variable.

use crate::reading::{Key, Report, Seen, Table, shown, variable_name};

pub(super) const NAME: Key = Key::new("name", r#"name = "dd-api-key""#);
const VALUE: Key = Key::new("value", r#"value = "llmobs""#);
const VARIABLE: Key = Key::new("variable", r#"variable = "datadog_api_key""#);
const PREFIX: Key = Key::new("prefix", r#"prefix = "Bearer ""#);

/// Longer ones are not meant as a name or a value.
const LONGEST: usize = 256;

/// What the message and the connection say themselves.
const OURS: [&str; 6] = [
    "content-length",
    "content-type",
    "content-encoding",
    "host",
    "transfer-encoding",
    "connection",
];

/// A header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentHeader {
    /// In lower case.
    pub name: String,
    /// Its value, or what is before a secret.
    pub text: String,
    /// The variable that holds the secret.
    pub variable: Option<String>,
}

pub(super) fn read_all(report: &mut Report<'_>, tables: Vec<Table<'_>>) -> Vec<SentHeader> {
    let (mut seen, mut headers) = (Seen::default(), Vec::new());
    for mut table in tables {
        let header = read(report, &mut table, &mut seen);
        headers.extend(header);
        table.finish(report);
    }
    headers
}

fn read<'t>(
    report: &mut Report<'_>,
    table: &mut Table<'t>,
    seen: &mut Seen<'t>,
) -> Option<SentHeader> {
    let name = table.required::<&str>(report, NAME);
    let value = table.optional::<&str>(report, VALUE);
    let variable = table.optional::<&str>(report, VARIABLE);
    let prefix = table.optional::<&str>(report, PREFIX);
    let name = name?;
    let text = *name.get_ref();
    seen.note(report, table.label, &name, &format!("the header {}", shown(text)), "remove");
    let is_sign = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    let is_name = (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_sign);
    if !is_name || OURS.contains(&text) {
        let message = format!(
            "`name` is {}, which cannot be sent here; write the name of a header in lower case that says nothing of the message itself, for example {}",
            shown(text),
            NAME.example
        );
        report.problem(table.label, name.span(), message);
    }
    if value.is_some() == variable.is_some() {
        let message = "one of `value` and `variable` is needed; write `value` for what all may read, and `variable` for the name of the variable that holds a secret";
        report.problem(table.label, table.span.clone(), message);
    }
    let label = table.label;
    let secret = variable.and_then(|written| variable_name(report, label, VARIABLE, &written));
    let written = value.or(prefix);
    let plain = written.as_ref().map_or("", |written| *written.get_ref());
    let is_text = plain.len() <= LONGEST && plain.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if !is_text && let Some(written) = &written {
        let message = "a value has up to 256 printable characters of ASCII (RFC 9110, 5.5)";
        report.problem(table.label, written.span(), message);
    }
    Some(SentHeader { name: text.to_owned(), text: plain.to_owned(), variable: secret })
}
