//! Which counts of a vendor's usage are believed: the same rules for all dialects.
//!
//! - A count is a whole number from 0 to 1,000,000,000. Any other value (negative, fractional, quoted, larger) counts as
//!   absent; no invalid usage makes an answer fail.
//! - If only one of input and output is reported, the other is the total minus it, if the total is reported. Otherwise the
//!   gateway's own count is used: the reserved prompt, and an estimate of what was generated.
//! - A part that is larger than its whole (cached tokens, reasoning, audio) is not believed: its tokens have the plain price.

use crate::Usage;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// More than any answer can cost: the largest contexts are a few million tokens, for at most 128 choices.
const MAX_TOKENS: u64 = 1_000_000_000;

/// A count, as a vendor reports it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Count {
    /// Absent, or null.
    #[default]
    Unsaid,
    Of(u64),
    /// An impossible value.
    Absurd,
}

impl Count {
    pub fn get(self) -> Option<u64> {
        match self {
            Count::Of(count) => Some(count),
            Count::Unsaid | Count::Absurd => None,
        }
    }

    /// The sum of separate counts; absent if all are absent, absurd if one of them is.
    pub fn sum<const N: usize>(counts: [Count; N]) -> Count {
        counts.into_iter().fold(Count::Unsaid, |sum, count| match (sum, count) {
            (Count::Absurd, _) | (_, Count::Absurd) => Count::Absurd,
            (Count::Unsaid, other) | (other, Count::Unsaid) => other,
            (Count::Of(one), Count::Of(other)) => Count::Of(one.saturating_add(other)),
        })
    }

    /// This count, or the other if this one is absent.
    pub fn or(self, other: Count) -> Count {
        if self == Count::Unsaid { other } else { self }
    }

    fn of(value: &Value) -> Count {
        // Some vendors' schemas have counts as floats: 17.0.
        let whole = |number: f64| {
            let is_count = number.fract() == 0.0 && (0.0..=MAX_TOKENS as f64).contains(&number);
            // The cast is exact in this range.
            is_count.then_some(number as u64)
        };
        match value {
            Value::Null => Count::Unsaid,
            Value::Number(number) => number
                .as_u64()
                .or_else(|| number.as_f64().and_then(whole))
                .filter(|count| *count <= MAX_TOKENS)
                .map_or(Count::Absurd, Count::Of),
            _ => Count::Absurd,
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Count::of(&Value::deserialize(deserializer)?))
    }
}

/// An object or a text; the default if the value has another type.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    // Deserializing an array would take its elements for an object's members, in order.
    if value.is_array() {
        return Ok(T::default());
    }
    Ok(T::deserialize(value).unwrap_or_default())
}

/// A list; empty if the value has another type.
pub(crate) fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(Vec::deserialize(value).unwrap_or_default())
}

/// All counts that a vendor may report, in the hub's terms.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said {
    /// Including tokens read from and written to a cache.
    pub input: Count,
    /// Including reasoning.
    pub output: Count,
    pub total: Count,
    pub cached: Count,
    pub cache_write: Count,
    pub reasoning: Count,
    pub audio_input: Count,
    pub audio_output: Count,
}

impl Said {
    /// The counts that are believed. An unknown input or output is 0, and the usage then an estimate. None: neither is known.
    pub fn usage(self) -> Option<Usage> {
        let total = self.total.get();
        let rest = |part: Option<u64>| total?.checked_sub(part?);
        let (said_input, said_output) = (self.input.get(), self.output.get());
        let input = said_input.or_else(|| rest(said_output));
        let output = said_output.or_else(|| rest(said_input));
        if input.is_none() && output.is_none() {
            return None;
        }
        let (input_tokens, output_tokens) = (input.unwrap_or_default(), output.unwrap_or_default());
        let [cached, written] = parts([self.cached, self.cache_write], input_tokens);
        let [audio_input] = parts([self.audio_input], input_tokens);
        let [reasoning] = parts([self.reasoning], output_tokens);
        let [audio_output] = parts([self.audio_output], output_tokens);
        Some(Usage {
            input_tokens,
            cached_input_tokens: cached,
            cache_write_tokens: written,
            output_tokens,
            reasoning_tokens: reasoning,
            audio_input_tokens: audio_input,
            audio_output_tokens: audio_output,
            estimated: input.is_none() || output.is_none(),
        })
    }
}

/// The parts of a whole, or zeros if their sum exceeds it.
fn parts<const N: usize>(counts: [Count; N], whole: u64) -> [u64; N] {
    let counts = counts.map(|count| count.get().unwrap_or_default());
    let sum = counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
    if sum <= whole { counts } else { [0; N] }
}

/// The latest usage, unless it is an estimate and the earlier one is not.
pub(crate) fn latest(earlier: Option<Usage>, later: Option<Usage>) -> Option<Usage> {
    match (earlier, later) {
        (Some(known), Some(more)) if more.estimated && !known.estimated => Some(known),
        (earlier, later) => later.or(earlier),
    }
}
