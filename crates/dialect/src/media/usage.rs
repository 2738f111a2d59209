//! The usage of an answer, in each form that these endpoints have.

use crate::usage::{Count, Said, lenient};
use crate::{Operation, Usage};
use serde::Deserialize;

/// The tokens of a second of a recording that is priced by its length: OpenAI counts 10 tokens a second
/// (<https://platform.openai.com/docs/guides/realtime-costs>).
const TOKENS_A_SECOND: f64 = 10.0;

/// A longer recording than any file holds.
const MAX_SECONDS: f64 = 1_000_000.0;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Counts {
    input_tokens: Count,
    output_tokens: Count,
    total_tokens: Count,
    /// The length of a recording that is billed by it.
    seconds: Option<f64>,
    /// The name in transcripts; pictures have the plural.
    #[serde(deserialize_with = "lenient")]
    input_token_details: OfInput,
    #[serde(deserialize_with = "lenient")]
    input_tokens_details: OfInput,
}

#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(default)]
struct OfInput {
    audio_tokens: Count,
    cached_tokens: Count,
}

/// Reads a `usage` object. None: it has no possible count.
pub fn read(operation: Operation, text: &str) -> Option<Usage> {
    let counts: Counts = serde_json::from_str(text).ok()?;
    // Some vendors report both.
    if let (Some(seconds), Count::Unsaid) = (counts.seconds, counts.input_tokens) {
        return of_seconds(seconds);
    }
    let (one, other) = (counts.input_token_details, counts.input_tokens_details);
    let spoken = operation == Operation::Speak;
    let said = Said {
        input: counts.input_tokens,
        output: counts.output_tokens,
        total: counts.total_tokens,
        cached: one.cached_tokens.or(other.cached_tokens),
        audio_input: one.audio_tokens.or(other.audio_tokens),
        audio_output: if spoken { counts.output_tokens } else { Count::Unsaid },
        ..Said::default()
    };
    said.usage()
}

/// The text is counted here, so the usage is an estimate.
fn of_seconds(seconds: f64) -> Option<Usage> {
    if !(0.0..=MAX_SECONDS).contains(&seconds) {
        return None;
    }
    // Exact in this range.
    let tokens = (seconds * TOKENS_A_SECOND).ceil() as u64;
    let usage = Usage { input_tokens: tokens, audio_input_tokens: tokens, ..Usage::default() };
    Some(Usage { estimated: true, ..usage })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_usage_is_read() {
        let usage = |input, audio, output, estimated| Usage {
            input_tokens: input,
            audio_input_tokens: audio,
            output_tokens: output,
            estimated,
            ..Usage::default()
        };
        for (text, said) in [
            (
                r#"{"type":"tokens","input_tokens":14,"input_token_details":{"text_tokens":4,"audio_tokens":10},"output_tokens":45,"total_tokens":59}"#,
                Some(usage(14, 10, 45, false)),
            ),
            (r#"{"type":"duration","seconds":9}"#, Some(usage(90, 90, 0, true))),
            (r#"{"type":"duration","seconds":0.01}"#, Some(usage(1, 1, 0, true))),
            (r#"{"type":"duration","seconds":-1}"#, None),
            (r#"{"type":"duration","seconds":1e300}"#, None),
            (r#"{"type":"duration"}"#, None),
            (
                r#"{"seconds":9.2,"input_tokens":83,"output_tokens":30,"total_tokens":113}"#,
                Some(usage(83, 0, 30, false)),
            ),
            (
                r#"{"total_tokens":100,"input_tokens":50,"output_tokens":50,"input_tokens_details":{"text_tokens":10,"image_tokens":40}}"#,
                Some(usage(50, 0, 50, false)),
            ),
            ("3", None),
        ] {
            assert_eq!(read(Operation::Transcribe, text), said, "{text}");
        }
        let spoken = read(Operation::Speak, r#"{"input_tokens":14,"output_tokens":101}"#).unwrap();
        assert_eq!((spoken.output_tokens, spoken.audio_output_tokens), (101, 101));
    }
}
