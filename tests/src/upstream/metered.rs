//! Answers with the usage that a test chooses: the request's `metadata` has it.

use super::answers;
use super::script::{Script, Step};
use bytes::Bytes;
use serde_json::{Value, json};

/// An answer that reports the usage in the request's `metadata`, or the usual one.
pub(super) fn at_once(mut script: Script, body: &Value) -> Script {
    let Some(usage) = asked_for(&body["metadata"]) else { return script };
    let usual = [answers::usage(), answers::usage_of_embeddings()];
    for step in &mut script.steps {
        if let Step::Write(bytes) = step {
            *bytes = with_usage(bytes, &usual, &usage);
        }
    }
    if script.content_length.is_some() {
        let lengths = script.steps.iter().map(|step| match step {
            Step::Write(bytes) => bytes.len() as u64,
            _ => 0,
        });
        script.content_length = Some(lengths.sum());
    }
    script
}

/// An answer that reports the usage in the request's `user`, which all dialects carry: `bill-<input>-<output>-...`.
pub(super) fn billed(script: Script, body: &Value) -> Script {
    let mut numbers = body["user"].as_str().unwrap_or_default().split('-').skip(1);
    let mut number = || numbers.next().unwrap_or_default();
    let metadata = json!({ "input_tokens": number(), "output_tokens": number() });
    at_once(script, &json!({ "metadata": metadata }))
}

/// The same, but the body waits for its release: the head is sent, and the request is in flight.
pub(super) fn when_released(script: Script, body: &Value) -> Script {
    let mut script = at_once(script, body);
    script.steps.insert(0, Step::Gate);
    script
}

/// An answer without usage.
pub(super) fn uncounted(mut script: Script) -> Script {
    let has_usage = |bytes: &Bytes| {
        let text = String::from_utf8_lossy(bytes);
        text.contains("\"choices\":[],") || text.contains("\"choices\": [],")
    };
    script.steps.retain(|step| !matches!(step, Step::Write(bytes) if has_usage(bytes)));
    for step in &mut script.steps {
        if let Step::Write(bytes) = step {
            let text = String::from_utf8_lossy(bytes);
            *bytes = text.replace("\"usage\"", "\"unused\"").into();
        }
    }
    if script.content_length.is_some() {
        let lengths = script.steps.iter().map(|step| match step {
            Step::Write(bytes) => bytes.len() as u64,
            _ => 0,
        });
        script.content_length = Some(lengths.sum());
    }
    script
}

fn asked_for(metadata: &Value) -> Option<Value> {
    let number = |name: &str| metadata[name].as_str().and_then(|text| text.parse::<u64>().ok());
    let (input, output) = (number("input_tokens")?, number("output_tokens")?);
    Some(json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input + output,
        "prompt_tokens_details": { "cached_tokens": number("cached_tokens").unwrap_or(0) },
        "completion_tokens_details": { "reasoning_tokens": 0 },
    }))
}

/// A buffered answer, or an event: whichever of the two has a usage.
fn with_usage(bytes: &Bytes, usual: &[Value], usage: &Value) -> Bytes {
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    let (before, json) = match text.strip_prefix("data: ") {
        Some(json) => ("data: ", json),
        None => ("", text),
    };
    let Ok(mut answer) = serde_json::from_str::<Value>(json) else { return bytes.clone() };
    if !usual.contains(&answer["usage"]) {
        return bytes.clone();
    }
    answer["usage"] = usage.clone();
    let end = if before.is_empty() { "" } else { "\n\n" };
    format!("{before}{answer}{end}").into()
}
