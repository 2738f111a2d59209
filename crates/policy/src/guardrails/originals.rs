//! `[originals]` of `guardrails.toml`: how long the originals of placeholders are kept.

use std::ops::RangeInclusive;

use toml::Spanned;

use crate::reading::{Key, Label, Report, Table, one_of, variable_name, whole_number};

pub(super) const ORIGINALS: Key = Key::new("originals", "[originals]");
const KEEP: Key = Key::new("keep", r#"keep = "conversation""#);
const KEY_VARIABLE: Key = Key::new("key_variable", r#"key_variable = "guardrail_key""#);
const TTL_S: Key = Key::new("ttl_s", "ttl_s = 86_400");

/// The variable of the shipped `spin.toml`.
const DEFAULT_KEY_VARIABLE: &str = "guardrail_key";

/// A day: a conversation of one sitting, with a night between.
const DEFAULT_TTL_S: u32 = 86_400;

/// Less than a minute is shorter than a turn; more than a year is longer than vendors keep conversations.
const TTL_SECONDS: RangeInclusive<u64> = 60..=31_536_000;

/// Originals are sealed and kept for a conversation's next turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Originals {
    /// The variable that holds the key: 32 bytes in hexadecimal or base64.
    pub key_variable: String,
    /// How long they are kept after the last turn, in seconds.
    pub ttl_s: u32,
}

/// The values of `keep`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Request,
    Conversation,
}

const KEEPS: &[(&str, Keep)] = &[("request", Keep::Request), ("conversation", Keep::Conversation)];

/// The table as written.
pub(super) struct Written<'t> {
    label: Label<'t>,
    keep: Option<Spanned<&'t str>>,
    key_variable: Option<Spanned<&'t str>>,
    ttl_s: Option<Spanned<i128>>,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let originals = Self {
            label: table.label,
            keep: table.required(report, KEEP),
            key_variable: table.optional(report, KEY_VARIABLE),
            ttl_s: table.optional(report, TTL_S),
        };
        table.finish(report);
        originals
    }

    pub(super) fn check(&self, report: &mut Report<'_>) -> Option<Originals> {
        let keep = one_of(report, self.label, KEEP, self.keep.as_ref()?, KEEPS)?;
        let named = self.key_variable.as_ref();
        let key_variable =
            named.map(|named| variable_name(report, self.label, KEY_VARIABLE, named));
        let written = self.ttl_s.as_ref();
        let ttl_s =
            written.map(|written| whole_number(report, self.label, TTL_S, written, TTL_SECONDS));
        if keep == Keep::Request {
            let spans =
                [(KEY_VARIABLE, named.map(Spanned::span)), (TTL_S, written.map(Spanned::span))];
            for (key, span) in spans.into_iter().filter_map(|(key, span)| Some((key, span?))) {
                let message = format!(
                    "`{}` has no effect, since `keep` is \"request\" and nothing is kept; remove it, or write {}",
                    key.name, KEEP.example
                );
                report.problem(self.label, span, message);
            }
            return None;
        }
        Some(Originals {
            key_variable: key_variable.unwrap_or_else(|| Some(DEFAULT_KEY_VARIABLE.to_owned()))?,
            ttl_s: match ttl_s {
                Some(ttl_s) => u32::try_from(ttl_s?).ok()?,
                None => DEFAULT_TTL_S,
            },
        })
    }
}
