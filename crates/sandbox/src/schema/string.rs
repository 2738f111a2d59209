//! Strings of the right length, or of a format.

use super::{Keywords, Maker, size};
use serde_json::Value;

const WORD: &str = "sandbox";

impl Maker<'_> {
    pub(super) fn make_string(&mut self, keywords: &Keywords, variant: usize) -> Option<Value> {
        let least = size(keywords, "minLength").unwrap_or(0);
        let most = size(keywords, "maxLength").unwrap_or(usize::MAX);
        if least > most {
            return None;
        }
        self.charge(least.max(WORD.len()))?;
        let format = keywords.get("format").and_then(Value::as_str);
        let formatted = format.and_then(|format| of_format(format, variant));
        let text = formatted.filter(|text| (least..=most).contains(&text.len()));
        Some(Value::String(text.unwrap_or_else(|| of_length(least, most, variant))))
    }
}

/// A word, numbered from the second on; cut or extended as needed.
fn of_length(least: usize, most: usize, variant: usize) -> String {
    let mut text = match variant {
        0 => WORD.to_owned(),
        _ => format!("{} {WORD}", variant.saturating_add(1)),
    };
    text.truncate(most);
    text.extend(std::iter::repeat_n('x', least.saturating_sub(text.len())));
    text
}

/// Formats of <https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3>, with names and addresses
/// kept for documentation (RFC 2606, RFC 5737, RFC 3849).
fn of_format(format: &str, variant: usize) -> Option<String> {
    let date = || {
        let (year, month) = (2_025 + variant / 336 % 7_000, variant / 28 % 12 + 1);
        format!("{year}-{month:02}-{:02}", variant % 28 + 1)
    };
    let number = variant.saturating_add(1);
    Some(match format {
        "date-time" => format!("{}T12:00:00Z", date()),
        "date" => date(),
        "time" => format!("{:02}:{:02}:00Z", variant / 60 % 24, variant % 60),
        "duration" => format!("P{number}D"),
        "email" | "idn-email" => format!("sandbox{number}@example.com"),
        "hostname" | "idn-hostname" => format!("host{number}.example.com"),
        "ipv4" => format!("192.0.2.{}", variant % 254 + 1),
        "ipv6" => format!("2001:db8::{:x}", variant % 0xffff + 1),
        "uri" | "uri-reference" | "iri" | "iri-reference" => {
            format!("https://example.com/{number}")
        }
        "uuid" => format!("00000000-0000-4000-8000-{number:012x}"),
        _ => return None,
    })
}
