//! What a vendor says it counted, and how much of it is believed: the same for all dialects.
//!
//! - A count is a whole number from 0 to 1,000,000,000. All else (negative, with a fraction, in quotes, larger) is as if it were
//!   not said; nothing that is wrong in a usage makes an answer fail.
//! - Of input and output, one that is not said is the total without the other, if the total is said. What is still not
//!   known is the gateway's own count: the reserved prompt, and an estimate of what was generated.
//! - A part that is larger than what it is a part of (cached tokens, reasoning, audio) is not believed: its tokens have the
//!   plain price.

use crate::Usage;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// More than any answer can cost: the largest contexts are a few million tokens, for at most 128 choices.
const MAX_TOKENS: u64 = 1_000_000_000;

/// A count, as a vendor says it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Count {
    /// It is not there, or null.
    #[default]
    Unsaid,
    Of(u64),
    /// It cannot be.
    Absurd,
}

impl Count {
    pub fn get(self) -> Option<u64> {
        match self {
            Count::Of(count) => Some(count),
            Count::Unsaid | Count::Absurd => None,
        }
    }

    /// The sum of counts that are told apart; nothing is known of it if one of them cannot be, or none is said.
    pub fn sum<const N: usize>(counts: [Count; N]) -> Count {
        counts.into_iter().fold(Count::Unsaid, |sum, count| match (sum, count) {
            (Count::Absurd, _) | (_, Count::Absurd) => Count::Absurd,
            (Count::Unsaid, other) | (other, Count::Unsaid) => other,
            (Count::Of(one), Count::Of(other)) => Count::Of(one.saturating_add(other)),
        })
    }

    /// This one, or the other where this is not said.
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

/// An object or a text that is nothing where it has another type than it should.
pub(crate) fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    // An array's elements would be taken for an object's members, in their order.
    if value.is_array() {
        return Ok(T::default());
    }
    Ok(T::deserialize(value).unwrap_or_default())
}

/// A list that is empty where it has another type than it should.
pub(crate) fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok(Vec::deserialize(value).unwrap_or_default())
}

/// All that a vendor may say, in the hub's words.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said {
    /// What was read from and written to a cache included.
    pub input: Count,
    /// Reasoning included.
    pub output: Count,
    pub total: Count,
    pub cached: Count,
    pub cache_write: Count,
    pub reasoning: Count,
    pub audio_input: Count,
    pub audio_output: Count,
}

impl Said {
    /// What is believed of it. Where input or output is not known it is 0 there, and all of it an estimate. None: neither is.
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

/// Parts of a whole, or none of them where they are more than it.
fn parts<const N: usize>(counts: [Count; N], whole: u64) -> [u64; N] {
    let counts = counts.map(|count| count.get().unwrap_or_default());
    let sum = counts.iter().fold(0, |sum: u64, count| sum.saturating_add(*count));
    if sum <= whole { counts } else { [0; N] }
}

/// The latest usage holds, but for one that lacks what an earlier one had.
pub(crate) fn latest(earlier: Option<Usage>, later: Option<Usage>) -> Option<Usage> {
    match (earlier, later) {
        (Some(known), Some(more)) if more.estimated && !known.estimated => Some(known),
        (earlier, later) => later.or(earlier),
    }
}
