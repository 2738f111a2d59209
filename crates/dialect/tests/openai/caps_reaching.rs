//! The cap that is reserved is the cap that the vendor is told: every client's dialect, spelling, place and vendor.

use postern_dialect::translate::{self, Rewritten};
use postern_dialect::{Dialect, Facts, Operation, Vendor, apply};
use postern_fault::Fault;
use serde_json::Value;

/// A client's way to ask, with its words at the place of `%`, and its own names for the cap.
const ASKED: [(Dialect, Operation, &str, &[&str]); 4] = [
    (
        Dialect::OpenAi,
        Operation::Chat,
        r#""messages":[{"role":"user","content":"%"}]"#,
        &["max_tokens", "max_completion_tokens"],
    ),
    (Dialect::OpenAi, Operation::Completions, r#""prompt":"%""#, &["max_tokens"]),
    (Dialect::Responses, Operation::Chat, r#""input":"%""#, &["max_output_tokens"]),
    (
        Dialect::Anthropic,
        Operation::Chat,
        r#""messages":[{"role":"user","content":"%"}]"#,
        &["max_tokens"],
    ),
];

const SPELLINGS: [&str; 24] = [
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_new_tokens",
    "max_gen_len",
    "max_tokens_to_sample",
    "max_length",
    "n_predict",
    "num_predict",
    "maxTokens",
    "maxOutputTokens",
    "MaxTokens",
    "MAX_COMPLETION_TOKENS",
    "maxTokenCount",
    "max-tokens",
    "max.tokens",
    "max_generated_tokens",
    "maximum_output_tokens",
    "output_token_limit",
    "tokens_to_generate",
    "max_response_length",
    "max\\u005ftokens",
    "maxToken",
    "token_limit",
];

/// Where else servers look for one.
const PLACES: [&str; 13] = [
    r#""options":{%}"#,
    r#""generationConfig":{%}"#,
    r#""generation_config":{%}"#,
    r#""inferenceConfig":{%}"#,
    r#""additionalModelRequestFields":{%}"#,
    r#""additional_model_request_fields":{"inner":{%}}"#,
    r#""extra_body":{%}"#,
    r#""extra_body":{"google":{"generation_config":{%}}}"#,
    r#""parameters":{%}"#,
    r#""sampling_params":[{"a":1},{%}]"#,
    r#""options":{"a":{"b":{"c":[[{%}]]}}}"#,
    r#""config":{},"config":{%}"#,
    r#""extra\u005fbody":{%}"#,
];

fn read(client: Dialect, operation: Operation, body: &str) -> Result<Facts, Fault> {
    translate::read(client, operation, body).map(|read| read.facts)
}

fn own_cap(client: Dialect, own: &[&str]) -> String {
    // Anthropic's clients must say one.
    if client == Dialect::Anthropic { format!(r#""{}":9,"#, own[0]) } else { String::new() }
}

#[test]
fn a_cap_further_in_is_refused_with_its_path() {
    for (client, operation, said, own) in ASKED {
        for place in PLACES {
            for spelling in SPELLINGS {
                for value in ["9", "0", "-1", "\"9\"", "[9]", "{\"value\":9}", "true"] {
                    let member = place.replace('%', &format!(r#""{spelling}":{value}"#));
                    let body =
                        format!(r#"{{"model":"m",{}{said},{member}}}"#, own_cap(client, own));
                    let fault = read(client, operation, &body)
                        .expect_err(&format!("{client:?} {operation:?} takes {body}"));
                    assert_eq!(fault.code.as_deref(), Some("unknown_parameter"), "{body}");
                    let param = fault.param.unwrap_or_default();
                    assert!(param.contains('.'), "{body}: {param}");
                    assert!(fault.public.contains(&param), "{body}: {}", fault.public);
                }
            }
        }
    }
}

#[test]
fn a_null_that_is_further_in_and_names_among_data_pass() {
    const DATA: [&str; 6] = [
        r#""metadata":{"max_tokens":"9"}"#,
        r#""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"max_tokens":{"type":"integer"}}}}}]"#,
        r#""response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"properties":{"max_tokens":{"type":"integer"}}}}}"#,
        r#""text":{"format":{"type":"json_schema","name":"a","schema":{"properties":{"max_tokens":{"type":"integer"}}}}}"#,
        r#""max_tool_calls":9"#,
        r#""stop":["max_tokens"]"#,
    ];
    for (client, operation, said, own) in ASKED {
        let nulls = PLACES.iter().flat_map(|place| {
            SPELLINGS.map(|spelling| place.replace('%', &format!(r#""{spelling}":null"#)))
        });
        for member in nulls.chain(DATA.map(str::to_owned)) {
            let body = format!(r#"{{"model":"m",{}{said},{member}}}"#, own_cap(client, own));
            read(client, operation, &body).unwrap_or_else(|fault| panic!("{body}: {fault}"));
        }
    }
}

#[test]
fn a_cap_that_is_there_twice_is_refused() {
    for (client, operation, said, own) in ASKED {
        for name in own {
            let escaped = name.replace('_', "\\u005f");
            for (first, second) in [("9", "9"), ("9", "99"), ("null", "9"), ("9", "null")] {
                for again in [(*name).to_owned(), escaped.clone(), name.to_uppercase()] {
                    let body =
                        format!(r#"{{"model":"m","{name}":{first},{said},"{again}":{second}}}"#);
                    let fault = read(client, operation, &body).expect_err(&body);
                    assert_eq!(fault.param.as_deref(), Some(*name), "{body}");
                }
            }
        }
    }
}

/// What the vendor is told, in whichever words it has for it.
fn caps_at(wire: Dialect, body: &Value) -> Vec<u64> {
    let places: &[&str] = match wire {
        Dialect::OpenAi => &["/max_tokens", "/max_completion_tokens"],
        // Completions are asked of its chat.
        Dialect::Responses => &["/max_output_tokens", "/max_tokens", "/max_completion_tokens"],
        Dialect::Anthropic | Dialect::Cohere => &["/max_tokens"],
        Dialect::Bedrock => &["/inferenceConfig/maxTokens"],
        Dialect::Google => &["/generationConfig/maxOutputTokens"],
    };
    places.iter().filter_map(|place| body.pointer(place)?.as_u64()).collect()
}

fn vendors() -> Vec<Vendor> {
    let mut vendors = Vec::new();
    for wire in Dialect::ALL {
        for reasons in [false, true] {
            for native in [false, true] {
                let mut vendor = Vendor::new(wire, "vendors-model");
                vendor.reasons = reasons;
                vendor.native = native;
                vendors.push(vendor);
            }
        }
    }
    for own in ["max_tokens", "max_completion_tokens"] {
        let mut vendor = Vendor::new(Dialect::OpenAi, "vendors-model");
        vendor.native = true;
        vendor.quirks.max_tokens_field = Some(own.to_owned());
        vendors.push(vendor.clone());
        vendor.quirks.max_tokens_field = None;
        vendor.quirks.unsupported = vec![own.to_owned()];
        vendors.push(vendor);
    }
    vendors
}

/// The body that reaches the vendor.
fn sent(vendor: &Vendor, facts: &Facts, body: &str) -> Option<Value> {
    let text = match translate::encode(vendor, facts, body).ok()?.body {
        Rewritten::Whole(text) => text,
        Rewritten::Edits(edits) => apply(body, &edits).unwrap(),
    };
    // One of two members of a name would be taken by some servers, the other by others.
    for name in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
        let members = text.replace("\\\"", "").matches(&format!("\"{name}\":")).count();
        assert!(members <= 1, "{text}");
    }
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}")))
}

#[test]
fn the_cap_that_is_reserved_reaches_every_vendor() {
    const WORDS: &str =
        r#"say \"max_completion_tokens\": 1, \"max_tokens\":2, \"max_output_tokens\":3"#;
    for (client, operation, said, own) in ASKED {
        let said = said.replace('%', WORDS);
        let mut bodies = vec![format!(r#"{{"model":"m",{}{said}}}"#, own_cap(client, own))];
        for name in own {
            bodies.push(format!(r#"{{"model":"m","{name}":9,{said}}}"#));
            bodies.push(format!(r#"{{"{name}":9,{said},"model":"m"}}"#));
            if client != Dialect::Anthropic {
                bodies.push(format!(r#"{{"{name}":null,"model":"m",{said}}}"#));
                bodies.push(format!(r#"{{"model":"m",{said},"{name}" : null }}"#));
            }
        }
        if own.len() == 2 {
            for (first, second) in [("9", "null"), ("null", "9"), ("null", "null"), ("9", "9")] {
                bodies.push(format!(
                    r#"{{"{}":{first},"model":"m",{said},"{}":{second}}}"#,
                    own[0], own[1]
                ));
            }
        }
        let thinking = bodies.iter().flat_map(|body| {
            let members = [
                r#""reasoning_effort":"high","#,
                r#""thinking":{"type":"enabled","budget_tokens":5000},"#,
                r#""reasoning":{"effort":"high"},"#,
            ];
            members.map(|member| body.replacen('{', &format!("{{{member}"), 1))
        });
        for body in thinking.collect::<Vec<_>>().into_iter().chain(bodies) {
            for vendor in vendors() {
                let facts = read(client, operation, &body).unwrap();
                let (facts, body) = match facts.output_cap_tokens {
                    Some(_) => (facts, body.clone()),
                    None => translate::capped(&facts, &body, 77, vendor.reasons).unwrap(),
                };
                let told = sent(&vendor, &facts, &body).map(|told| caps_at(vendor.dialect, &told));
                let Some(told) = told else { panic!("{client:?} to {vendor:?}: {body}") };
                // OpenAI's Responses take no less than 16, which the limiter knows.
                let least = if vendor.dialect == Dialect::Responses { 16 } else { 0 };
                let reserved = facts.output_cap_tokens.unwrap().max(least);
                assert!(!told.is_empty(), "{client:?} to {vendor:?}: {body} has no cap");
                assert!(told.iter().all(|cap| *cap <= reserved), "{vendor:?}: {body} {told:?}");
            }
        }
    }
}

#[test]
fn a_budget_for_thoughts_is_read_by_whichever_name() {
    for (member, tokens) in [
        (r#""thinking":{"type":"enabled","budget_tokens":5000}"#, Some(5_000)),
        (r#""thinking":{"type":"enabled","token_budget":5000}"#, Some(5_000)),
        (r#""thinking_budget":5000"#, Some(5_000)),
        (r#""reasoning":{"max_tokens":5000}"#, Some(5_000)),
        (r#""reasoning":{"effort":"high","max_output_tokens":5000}"#, Some(5_000)),
        (r#""max_thinking_tokens":5000"#, Some(5_000)),
        (r#""max_reasoning_tokens":5000"#, Some(5_000)),
        (r#""thinking_token_budget":5000"#, Some(5_000)),
        (r#""extra_body":{"google":{"thinking_config":{"thinking_budget":5000}}}"#, Some(5_000)),
        (r#""generationConfig":{"thinkingConfig":{"thinkingBudget":5000}}"#, Some(5_000)),
        (
            r#""additionalModelRequestFields":{"reasoning_config":{"budget_tokens":5000}}"#,
            Some(5_000),
        ),
        (r#""chat_template_kwargs":{"thinking_budget":5000}"#, Some(5_000)),
        (r#""thinking_budget":7,"reasoning":{"max_tokens":5000}"#, Some(5_000)),
        (r#""thinking_budget":-1"#, Some(32_768)),
        (r#""thinking_budget":0"#, Some(0)),
        (r#""thinking_budget":null"#, None),
        (r#""reasoning":{"effort":"high"}"#, None),
        (r#""thinking":{"type":"adaptive"}"#, None),
        (r#""metadata":{"thinking_budget":"5000"}"#, None),
    ] {
        for (client, operation, said, own) in ASKED {
            let body = format!(r#"{{"model":"m",{}{said},{member}}}"#, own_cap(client, own));
            let facts =
                read(client, operation, &body).unwrap_or_else(|fault| panic!("{body}: {fault}"));
            assert_eq!(facts.thinking_tokens, tokens, "{client:?} {body}");
        }
    }
}

#[test]
fn a_budget_for_thoughts_that_is_none_is_refused() {
    for (client, operation, said, own) in ASKED {
        for (member, param) in [
            (r#""thinking":{"budget_tokens":"5000"}"#, "thinking.budget_tokens"),
            (r#""thinking_budget":1.5"#, "thinking_budget"),
            (r#""reasoning":{"max_tokens":true}"#, "reasoning.max_tokens"),
        ] {
            let body = format!(r#"{{"model":"m",{}{said},{member}}}"#, own_cap(client, own));
            let fault = read(client, operation, &body).expect_err(&body);
            assert_eq!(fault.param.as_deref(), Some(param), "{body}");
        }
    }
}
