//! The response headers that report a client's limits, by the names of its dialect.

use crate::display;
use crate::limit_match::LimitMatch;
use crate::reservation::Unit;
use crate::status::LimitStatus;

/// The vendor whose header names are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderNames {
    /// `x-ratelimit-*` (<https://platform.openai.com/docs/guides/rate-limits>).
    OpenAi,
    /// `anthropic-ratelimit-*` (<https://platform.claude.com/docs/en/api/rate-limits>).
    Anthropic,
}

/// The kinds of limits that vendors have header names for.
const KINDS: [(&str, &[Unit]); 4] = [
    ("requests", &[Unit::Requests]),
    ("tokens", &[Unit::Tokens]),
    ("input-tokens", &[Unit::InputTokens]),
    ("output-tokens", &[Unit::OutputTokens]),
];

/// The status of the tightest limit of each kind.
pub fn headers(
    names: HeaderNames,
    statuses: &[(LimitMatch<'_>, LimitStatus)],
    now_ms: u64,
) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (kind, units) in KINDS {
        // OpenAI counts tokens of one kind only.
        if names == HeaderNames::OpenAi && kind.contains('-') {
            continue;
        }
        let of_kind =
            statuses.iter().filter(|(matched, _)| units.contains(&Unit::from(matched.limit.unit)));
        let Some((_, tightest)) = of_kind.max_by_key(|(_, status)| tightness(status)) else {
            continue;
        };
        let reset = match names {
            HeaderNames::OpenAi => display::duration(tightest.resets_in_ms),
            HeaderNames::Anthropic => display::moment(now_ms.saturating_add(tightest.resets_in_ms)),
        };
        let values = [
            ("limit", tightest.at_most.to_string()),
            ("remaining", tightest.left().to_string()),
            ("reset", reset),
        ];
        for (what, value) in values {
            headers.push((name(names, what, kind), value));
        }
    }
    headers
}

fn name(names: HeaderNames, what: &str, kind: &str) -> String {
    match names {
        HeaderNames::OpenAi => format!("x-ratelimit-{what}-{kind}"),
        HeaderNames::Anthropic => format!("anthropic-ratelimit-{kind}-{what}"),
    }
}

/// The used part of a limit; of two that are equally used, the one that resets later is tighter.
fn tightness(status: &LimitStatus) -> (u64, u64) {
    let parts = u128::from(status.taken.min(status.at_most)) * 1_000_000
        / u128::from(status.at_most.max(1));
    (u64::try_from(parts).unwrap_or(u64::MAX), status.resets_in_ms)
}
