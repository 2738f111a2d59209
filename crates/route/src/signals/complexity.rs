//! How complex a prompt is: a fixed rule, so that it can be told why a prompt went where it did.

use postern_types::RequestFacts;
use postern_types::router::Signals;

/// A number from 0 to 100, and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complexity {
    /// The sum of the points, at most 100.
    pub score: u8,
    /// The points for each trait of the prompt.
    pub points: [(&'static str, u8); 8],
}

/// The bytes for a point of length, up to [`SHORT_BYTES`].
const BYTES_PER_POINT: u64 = 250;
/// From here on each doubling of the length is [`POINTS_PER_DOUBLING`].
const SHORT_BYTES: u64 = 2_000;
const POINTS_PER_DOUBLING: u64 = 4;
const MAX_LENGTH: u64 = 40;

/// Scores a prompt; docs/policies.md has the rule.
#[must_use]
pub fn complexity(signals: &Signals, facts: &RequestFacts) -> Complexity {
    let media = facts.images.saturating_add(facts.audio).saturating_add(facts.documents);
    let thinks = facts.thinking_tokens.is_some_and(|tokens| tokens > 0);
    let style = signals.style.as_ref();
    let has_code = style.is_some_and(|style| style.has_code);
    let points = [
        ("length", length(signals.prompt_bytes)),
        ("code", if has_code { 12 } else { 0 }),
        ("questions", capped(style.map_or(0, |style| style.questions), 3, 12)),
        ("reasoning_words", capped(style.map_or(0, |style| style.reasoning_words), 4, 20)),
        ("tools", capped(facts.tools, 2, 12)),
        ("media", capped(media, 5, 15)),
        ("earlier_texts", capped(signals.earlier_texts, 1, 8)),
        ("thinking", if thinks { 10 } else { 0 }),
    ];
    let sum = points.iter().map(|(_, points)| u32::from(*points)).sum::<u32>();
    Complexity { score: u8::try_from(sum.min(100)).unwrap_or(100), points }
}

fn capped(count: u32, points: u32, most: u8) -> u8 {
    u8::try_from(count.saturating_mul(points)).map_or(most, |points| points.min(most))
}

fn length(bytes: u64) -> u8 {
    let short = bytes.min(SHORT_BYTES) / BYTES_PER_POINT;
    let doublings = u64::from((bytes / SHORT_BYTES).checked_ilog2().unwrap_or(0));
    let points = (short + doublings * POINTS_PER_DOUBLING).min(MAX_LENGTH);
    u8::try_from(points).unwrap_or_default()
}
