//! What is counted of an answer, whatever its vendor says of its tokens: a table of dialects and absurdities. docs/limits.md
//! states it.

use crate::fixtures::{CLIENTS, STREAM, WHOLE, answer, decoder};
use postern_dialect::{Dialect, Usage};
use serde_json::{Value, json};

/// What an absurd vendor says. Null: it is not said.
#[derive(Clone, Default)]
struct Said {
    input: Value,
    output: Value,
    total: Value,
    cached: Value,
    reasoning: Value,
}

const VENDORS: [Dialect; 6] = [
    Dialect::OpenAi,
    Dialect::Responses,
    Dialect::Anthropic,
    Dialect::Bedrock,
    Dialect::Google,
    Dialect::Cohere,
];

/// The usage in this dialect, as its vendor writes it.
fn written(wire: Dialect, said: &Said) -> Value {
    let Said { input, output, total, cached, reasoning } = said.clone();
    let mut usage = match wire {
        Dialect::OpenAi => json!({
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": total,
            "prompt_tokens_details": { "cached_tokens": cached },
            "completion_tokens_details": { "reasoning_tokens": reasoning },
        }),
        Dialect::Responses => json!({
            "input_tokens": input, "output_tokens": output, "total_tokens": total,
            "input_tokens_details": { "cached_tokens": cached },
            "output_tokens_details": { "reasoning_tokens": reasoning },
        }),
        // The cache's tokens stand beside the input's there, and are no part of them.
        Dialect::Anthropic => json!({
            "input_tokens": input, "output_tokens": output,
            "output_tokens_details": { "thinking_tokens": reasoning },
        }),
        Dialect::Bedrock => {
            json!({ "inputTokens": input, "outputTokens": output, "totalTokens": total })
        }
        Dialect::Google => json!({
            "promptTokenCount": input, "candidatesTokenCount": output, "totalTokenCount": total,
            "cachedContentTokenCount": cached,
        }),
        Dialect::Cohere => json!({
            "tokens": { "input_tokens": input, "output_tokens": output }, "cached_tokens": cached,
        }),
    };
    drop_nulls(&mut usage);
    usage
}

fn drop_nulls(value: &mut Value) {
    if let Value::Object(members) = value {
        members.retain(|_, value| !value.is_null());
        members.values_mut().for_each(drop_nulls);
    }
}

/// Put `usage` wherever the answer has one.
fn put(value: &mut Value, usage: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match name.as_str() {
                    "usage" | "usageMetadata" => *value = usage.clone(),
                    _ => put(value, usage),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| put(element, usage)),
        _ => {}
    }
}

fn answered(wire: Dialect, usage: &Value, stream: bool) -> String {
    let text = answer(wire, "text", stream);
    let with_usage = |json: &str| match serde_json::from_str::<Value>(json) {
        Ok(mut value) => {
            put(&mut value, usage);
            value.to_string()
        }
        Err(_) => json.to_owned(),
    };
    if !stream {
        return with_usage(&text);
    }
    let line = |line: &str| match line.strip_prefix("data:") {
        Some(data) => format!("data: {}\n", with_usage(data.trim())),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// What the limiter is told of it: as the gateway does it.
fn counted(vendor: Dialect, client: Dialect, usage: &Value, stream: bool) -> Usage {
    let media_type = if stream { STREAM } else { WHOLE };
    let mut decoder = decoder(vendor, client, stream, media_type);
    let text = answered(vendor, usage, stream);
    let case = || format!("{vendor:?} to {client:?}, stream {stream}: {usage}");
    let mut latest = decoder.push(&text).unwrap_or_else(|fault| panic!("{}: {fault}", case()));
    if !latest.done {
        let last = decoder.finish().unwrap_or_else(|fault| panic!("{}: {fault}", case()));
        latest.usage = last.usage.or(latest.usage);
    }
    match latest.usage {
        Some(usage) if !usage.estimated => usage,
        _ => decoder.so_far(),
    }
}

/// What is to be counted: none is what the gateway counts itself (0 for the prompt, which the reservation knows).
type Expected = (Option<u64>, Option<u64>);

fn assert_counted(what: &str, vendor: Dialect, usage: &Value, (input, output): Expected) {
    let generated = 1..200;
    for client in CLIENTS {
        for stream in [false, true] {
            let counted = counted(vendor, client, usage, stream);
            let case = format!("{what}: {vendor:?} to {client:?}, stream {stream}: {usage}");
            assert_eq!(counted.input_tokens, input.unwrap_or_default(), "{case}");
            match output {
                Some(output) => assert_eq!(counted.output_tokens, output, "{case}"),
                None => assert!(generated.contains(&counted.output_tokens), "{case}: {counted:?}"),
            }
            let is_exact = input.is_some() && output.is_some();
            assert_eq!(counted.estimated, !is_exact, "{case}");
            assert_eq!((counted.cached_input_tokens, counted.reasoning_tokens), (0, 0), "{case}");
        }
    }
}

/// Dialects that say no total.
fn has_total(wire: Dialect) -> bool {
    !matches!(wire, Dialect::Anthropic | Dialect::Cohere)
}

/// What is no count, whichever number it stands for.
fn no_counts() -> [Value; 10] {
    [
        json!(null),
        json!(-3),
        json!(4.5),
        json!("300"),
        json!([300]),
        json!({ "count": 300 }),
        json!(true),
        json!(2_000_000_000_u64),
        json!(u64::MAX),
        json!(1e30),
    ]
}

#[test]
fn a_usage_that_is_whole_is_counted_as_it_is_said() {
    for vendor in VENDORS {
        for (input, output) in [(json!(700), json!(300)), (json!(700.0), json!(300.0))] {
            let said = Said { input, output, total: json!(1000), ..Said::default() };
            assert_counted("whole", vendor, &written(vendor, &said), (Some(700), Some(300)));
        }
    }
}

#[test]
fn a_part_that_is_no_count_is_the_total_without_the_other_or_counted_here() {
    for vendor in VENDORS {
        for wrong in no_counts() {
            for total in [Value::Null, json!(1000)] {
                let from_total = |number| (has_total(vendor) && !total.is_null()).then_some(number);
                let known = Said { total: total.clone(), ..Said::default() };
                let said = Said { input: wrong.clone(), output: json!(300), ..known.clone() };
                let expected = (from_total(700), Some(300));
                assert_counted("input", vendor, &written(vendor, &said), expected);
                let said = Said { input: json!(700), output: wrong.clone(), ..known.clone() };
                let expected = (Some(700), from_total(300));
                assert_counted("output", vendor, &written(vendor, &said), expected);
                let said = Said { input: wrong.clone(), output: wrong.clone(), ..known };
                assert_counted("both", vendor, &written(vendor, &said), (None, None));
            }
        }
    }
}

#[test]
fn a_total_that_is_less_than_a_part_says_nothing_of_the_other() {
    for vendor in VENDORS {
        let said = Said { input: json!(700), total: json!(5), ..Said::default() };
        assert_counted("total", vendor, &written(vendor, &said), (Some(700), None));
    }
}

#[test]
fn what_is_more_than_what_it_is_a_part_of_is_not_believed() {
    for vendor in VENDORS {
        let whole = Said { input: json!(700), output: json!(300), ..Said::default() };
        for wrong in no_counts().into_iter().chain([json!(701)]) {
            let said = Said { cached: wrong.clone(), reasoning: wrong, ..whole.clone() };
            assert_counted("part", vendor, &written(vendor, &said), (Some(700), Some(300)));
        }
    }
}

#[test]
fn a_usage_of_another_type_is_none() {
    for vendor in VENDORS {
        for usage in [json!(null), json!("none"), json!([1]), json!(7), json!({}), json!(true)] {
            assert_counted("type", vendor, &usage, (None, None));
        }
    }
}

#[test]
fn parts_of_another_type_than_an_object_are_no_parts() {
    for vendor in [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic] {
        let whole = Said { input: json!(700), output: json!(300), ..Said::default() };
        let mut usage = written(vendor, &whole);
        for name in
            usage.clone().as_object().unwrap().keys().filter(|name| name.ends_with("details"))
        {
            for wrong in [json!(7), json!("x"), json!([1])] {
                usage[name] = wrong;
                assert_counted("details", vendor, &usage, (Some(700), Some(300)));
            }
        }
    }
}

#[test]
fn anthropics_and_bedrocks_caches_count_as_input() {
    let usage = json!({ "input_tokens": 700, "output_tokens": 300,
        "cache_read_input_tokens": 50, "cache_creation_input_tokens": 8 });
    for stream in [false, true] {
        let counted = counted(Dialect::Anthropic, Dialect::OpenAi, &usage, stream);
        assert_eq!((counted.input_tokens, counted.cached_input_tokens), (758, 50));
        assert_eq!(counted.cache_write_tokens, 8);
    }
    // What was read from a cache is not believed where it is no count, and neither is their sum.
    let usage = json!({ "inputTokens": 700, "outputTokens": 300, "cacheReadInputTokens": -1 });
    for stream in [false, true] {
        let counted = counted(Dialect::Bedrock, Dialect::OpenAi, &usage, stream);
        assert_eq!((counted.input_tokens, counted.estimated), (0, true));
    }
}
