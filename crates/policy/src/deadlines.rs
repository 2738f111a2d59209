//! How long a request waits: for a connection, for a first token, between tokens, for a whole answer, and in all.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::reading::{Key, Label, Report, Table, whole_number};
use postern_types::Deadlines;

const DEADLINES: Key = Key::new("deadlines", "deadlines = { first_token_ms = 60_000 }");
const CONNECT_MS: Key = Key::new("connect_ms", "connect_ms = 5_000");
const FIRST_TOKEN_MS: Key = Key::new("first_token_ms", "first_token_ms = 60_000");
const BETWEEN_TOKENS_MS: Key = Key::new("between_tokens_ms", "between_tokens_ms = 60_000");
const WHOLE_MS: Key = Key::new("whole_ms", "whole_ms = 300_000");
const TOTAL_MS: Key = Key::new("total_ms", "total_ms = 3_600_000");

/// Up to a minute: a connection that is not made by then will not be made.
const CONNECT_BOUNDS_MS: RangeInclusive<u64> = 1..=60_000;
/// Up to an hour: models that reason before they answer can take many minutes.
const ANSWER_BOUNDS_MS: RangeInclusive<u64> = 1..=3_600_000;

/// The deadlines where no policy sets any. A whole answer of 8 000 tokens at 30 tokens a second takes less than five minutes.
pub const DEFAULT_DEADLINES: Deadlines = Deadlines {
    connect_ms: 5_000,
    first_token_ms: 60_000,
    between_tokens_ms: 60_000,
    whole_ms: 300_000,
    total_ms: 3_600_000,
};

/// Those of models that reason: they are silent while they do. Ten minutes is what vendors' own clients wait, and OpenAI
/// advises 15 minutes for long answers (<https://platform.openai.com/docs/guides/flex-processing>).
pub const REASONING_DEADLINES: Deadlines = Deadlines {
    first_token_ms: 600_000,
    between_tokens_ms: 300_000,
    whole_ms: 900_000,
    ..DEFAULT_DEADLINES
};

/// The deadlines that one table sets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "they are those of the contract")]
pub struct SetDeadlines {
    pub connect_ms: Option<u32>,
    pub first_token_ms: Option<u32>,
    pub between_tokens_ms: Option<u32>,
    pub whole_ms: Option<u32>,
    pub total_ms: Option<u32>,
}

impl SetDeadlines {
    /// Each deadline by the first of these tables that sets it, or by default.
    #[must_use]
    pub fn resolved(tables: &[&Self], reasons: bool) -> Deadlines {
        let default = if reasons { REASONING_DEADLINES } else { DEFAULT_DEADLINES };
        let first = |set: fn(&Self) -> Option<u32>, default| {
            tables.iter().find_map(|table| set(table)).unwrap_or(default)
        };
        Deadlines {
            connect_ms: first(|table| table.connect_ms, default.connect_ms),
            first_token_ms: first(|table| table.first_token_ms, default.first_token_ms),
            between_tokens_ms: first(|table| table.between_tokens_ms, default.between_tokens_ms),
            whole_ms: first(|table| table.whole_ms, default.whole_ms),
            total_ms: first(|table| table.total_ms, default.total_ms),
        }
    }
}

/// `deadlines = { ... }` of a provider, a model or a route; `what` names it with its owner.
pub(crate) fn read<'t>(
    report: &mut Report<'_>,
    above: &mut Table<'t>,
    what: &'static str,
) -> SetDeadlines {
    let Some(mut table) = above.table(report, DEADLINES, what) else {
        return SetDeadlines::default();
    };
    let label = table.label;
    let mut number = |key, bounds: RangeInclusive<u64>| {
        let written = table.optional(report, key)?;
        let ms = whole_number(report, label, key, &written, bounds)?;
        Some((u32::try_from(ms).ok()?, written))
    };
    let connect = number(CONNECT_MS, CONNECT_BOUNDS_MS);
    let first_token = number(FIRST_TOKEN_MS, ANSWER_BOUNDS_MS);
    let between_tokens = number(BETWEEN_TOKENS_MS, ANSWER_BOUNDS_MS);
    let whole = number(WHOLE_MS, ANSWER_BOUNDS_MS);
    let total = number(TOTAL_MS, ANSWER_BOUNDS_MS);
    table.finish(report);
    for (key, within, outer_key, outer) in [
        (CONNECT_MS, &connect, FIRST_TOKEN_MS, &first_token),
        (CONNECT_MS, &connect, WHOLE_MS, &whole),
        (FIRST_TOKEN_MS, &first_token, TOTAL_MS, &total),
        (BETWEEN_TOKENS_MS, &between_tokens, TOTAL_MS, &total),
        (WHOLE_MS, &whole, TOTAL_MS, &total),
    ] {
        never_reached(report, label, (key, within), (outer_key, outer));
    }
    let ms = |set: Option<(u32, Spanned<i128>)>| set.map(|(ms, _)| ms);
    SetDeadlines {
        connect_ms: ms(connect),
        first_token_ms: ms(first_token),
        between_tokens_ms: ms(between_tokens),
        whole_ms: ms(whole),
        total_ms: ms(total),
    }
}

type Set<'s> = (Key, &'s Option<(u32, Spanned<i128>)>);

/// Reports a deadline that is over the one around it.
fn never_reached(report: &mut Report<'_>, label: Label<'_>, within: Set<'_>, outer: Set<'_>) {
    let ((key, Some((ms, place))), (outer_key, Some((outer_ms, _)))) = (within, outer) else {
        return;
    };
    if ms > outer_ms {
        let message = format!(
            "`{}` is {ms}, over the {outer_ms} of `{}`, so it would never be reached; write at most {outer_ms}",
            key.name, outer_key.name
        );
        report.problem(label, place.span(), message);
    }
}
