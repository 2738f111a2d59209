//! What a client is told of its limits with every answer, in its dialect's names.

use crate::hold::{Met, Unit};
use crate::standing::Standing;
use crate::words;

/// Whose names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// `x-ratelimit-*` (<https://platform.openai.com/docs/guides/rate-limits>).
    OpenAi,
    /// `anthropic-ratelimit-*` (<https://platform.claude.com/docs/en/api/rate-limits>).
    Anthropic,
}

/// The kinds of limit that the vendors have names for.
const KINDS: [(&str, &[Unit]); 4] = [
    ("requests", &[Unit::Requests]),
    ("tokens", &[Unit::Tokens]),
    ("input-tokens", &[Unit::InputTokens]),
    ("output-tokens", &[Unit::OutputTokens]),
];

/// Of each kind the limit of which least is left, as it stands.
pub fn headers(names: Names, stand: &[(Met<'_>, Standing)], now_ms: u64) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    for (kind, units) in KINDS {
        // OpenAI counts tokens of one kind only.
        if names == Names::OpenAi && kind.contains('-') {
            continue;
        }
        let of_kind = stand.iter().filter(|(met, _)| units.contains(&Unit::from(met.limit.unit)));
        let Some((_, tightest)) = of_kind.max_by_key(|(_, standing)| tightness(standing)) else {
            continue;
        };
        let reset = match names {
            Names::OpenAi => words::duration(tightest.resets_in_ms),
            Names::Anthropic => words::moment(now_ms.saturating_add(tightest.resets_in_ms)),
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

fn name(names: Names, what: &str, kind: &str) -> String {
    match names {
        Names::OpenAi => format!("x-ratelimit-{what}-{kind}"),
        Names::Anthropic => format!("anthropic-ratelimit-{kind}-{what}"),
    }
}

/// How little is left of it: of two that are equally used, the one that resets later.
fn tightness(standing: &Standing) -> (u64, u64) {
    let parts = u128::from(standing.taken.min(standing.at_most)) * 1_000_000
        / u128::from(standing.at_most.max(1));
    (u64::try_from(parts).unwrap_or(u64::MAX), standing.resets_in_ms)
}
