//! A prompt that is too long, in every vendor's words, as each client acts on it: whole, and as the first error of a stream.

use crate::fixtures::{CLIENTS, STREAM, decoder, run};
use postern_dialect::{Dialect, translate};
use postern_fault::{Fault, Kind};
use serde_json::Value;

/// A vendor's answer, and what it says: the prompt's tokens, the cap on the answer, and the most.
struct Case {
    name: &'static str,
    wire: Dialect,
    status: u16,
    body: &'static str,
    said: (Option<u64>, Option<u64>, Option<u64>),
}

const fn case(
    name: &'static str,
    wire: Dialect,
    status: u16,
    body: &'static str,
    said: (Option<u64>, Option<u64>, Option<u64>),
) -> Case {
    Case { name, wire, status, body, said }
}

use Dialect::{Anthropic, Bedrock, Cohere, Google, OpenAi, Responses};

const NONE: (Option<u64>, Option<u64>, Option<u64>) = (None, None, None);

/// The words are as the vendors' references, sources and public reports have them; the numbers are ours.
const CASES: [Case; 33] = [
    case(
        "openai",
        OpenAi,
        400,
        r#"{"error":{"message":"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
        (Some(9001), None, Some(8192)),
    ),
    case(
        "openai with a cap",
        OpenAi,
        400,
        r#"{"error":{"message":"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens (5000 in the messages, 4000 in the completion). Please reduce the length of the messages or completion.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
        (Some(5000), Some(4000), Some(8192)),
    ),
    case(
        "azure",
        OpenAi,
        400,
        r#"{"error":{"message":"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded","status":400}}"#,
        (Some(130_000), None, Some(128_000)),
    ),
    case(
        "responses",
        Responses,
        400,
        r#"{"error":{"message":"Your input exceeds the context window of this model. Please adjust your input and try again.","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}"#,
        NONE,
    ),
    case(
        "anthropic",
        Anthropic,
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}"#,
        (Some(208_310), None, Some(200_000)),
    ),
    case(
        "anthropic with a cap",
        Anthropic,
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again"}}"#,
        (Some(190_000), Some(20_000), Some(200_000)),
    ),
    case("bedrock", Bedrock, 400, r#"{"message":"Input is too long for requested model."}"#, NONE),
    case(
        "bedrock's claude",
        Bedrock,
        400,
        r#"{"__type":"ValidationException","message":"The model returned the following errors: prompt is too long: 208310 tokens > 200000 maximum"}"#,
        (Some(208_310), None, Some(200_000)),
    ),
    case(
        "bedrock's titan",
        Bedrock,
        400,
        r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 9001"}"#,
        (Some(9001), None, Some(8192)),
    ),
    case(
        "bedrock's nova",
        Bedrock,
        400,
        r#"{"message":"Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again."}"#,
        NONE,
    ),
    case(
        "bedrock's llama",
        Bedrock,
        400,
        r#"{"message":"This model's maximum context length is 8192 tokens. Please reduce the length of the prompt"}"#,
        (None, None, Some(8192)),
    ),
    case(
        "gemini",
        Google,
        400,
        r#"{"error":{"code":400,"message":"The input token count (1290000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
        (Some(1_290_000), None, Some(1_048_576)),
    ),
    case(
        "vertex",
        Google,
        400,
        r#"[{"error":{"code":400,"message":"Unable to submit request because the input token count is 40000 but model only supports up to 32768. Reduce the input token count and try again.","status":"INVALID_ARGUMENT"}}]"#,
        (Some(40_000), None, Some(32_768)),
    ),
    case(
        "mistral",
        OpenAi,
        400,
        r#"{"object":"error","message":"Prompt contains 300000 tokens and 0 draft tokens, too large for model with 131072 maximum context length","type":"invalid_request_prompt","param":null,"code":"3051"}"#,
        (Some(300_000), None, Some(131_072)),
    ),
    case(
        "cohere",
        Cohere,
        400,
        r#"{"message":"too many tokens: size limit exceeded by 1234 tokens. Try using shorter or fewer inputs, or setting prompt_truncation='AUTO'."}"#,
        NONE,
    ),
    case(
        "cohere in a sum",
        Cohere,
        400,
        r#"{"message":"too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000. Try using a shorter prompt."}"#,
        (Some(5000), None, Some(4081)),
    ),
    case(
        "deepseek",
        OpenAi,
        400,
        r#"{"error":{"message":"This model's maximum context length is 65536 tokens. However, you requested 69648 tokens (69648 in the messages, 0 in the completion). Please reduce the length of the messages or completion.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#,
        (Some(69_648), Some(0), Some(65_536)),
    ),
    case(
        "groq",
        OpenAi,
        400,
        r#"{"error":{"message":"Please reduce the length of the messages or completion.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
        NONE,
    ),
    case(
        "cerebras",
        OpenAi,
        400,
        r#"{"message":"Please reduce the length of the messages or completion. Current length is 9001 while limit is 8192","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}"#,
        (Some(9001), None, Some(8192)),
    ),
    case(
        "vllm",
        OpenAi,
        400,
        r#"{"object":"error","message":"This model's maximum context length is 8192 tokens. However, you requested 27022 tokens (22926 in the messages, 4096 in the completion). Please reduce the length of the messages or completion.","type":"BadRequestError","param":null,"code":400}"#,
        (Some(22_926), Some(4096), Some(8192)),
    ),
    case(
        "vllm since 0.17",
        OpenAi,
        400,
        r#"{"error":{"message":"This model's maximum context length is 131072 tokens. However, you requested 128000 output tokens and your prompt contains at least 3073 input tokens, for a total of at least 131073 tokens. Please reduce the length of the input prompt or the number of requested output tokens. (parameter=input_tokens, value=3073)","type":"BadRequestError","param":"input_tokens","code":400}}"#,
        (Some(3073), Some(128_000), Some(131_072)),
    ),
    case(
        "sglang",
        OpenAi,
        400,
        r#"{"object":"error","message":"The input (9001 tokens) is longer than the model's context length (8192 tokens).","type":"BadRequestError","param":null,"code":400}"#,
        (Some(9001), None, Some(8192)),
    ),
    case(
        "ollama",
        OpenAi,
        400,
        r#"{"error":{"message":"the input length exceeds the context length","type":"invalid_request_error","param":null,"code":null}}"#,
        NONE,
    ),
    case(
        "ollama's runner",
        OpenAi,
        400,
        r#"{"error":"prompt too long; exceeded max context length by 4096 tokens"}"#,
        NONE,
    ),
    case(
        "llama.cpp",
        OpenAi,
        400,
        r#"{"error":{"code":400,"message":"the request exceeds the available context size, try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9001,"n_ctx":8192}}"#,
        (Some(9001), None, Some(8192)),
    ),
    case(
        "llama.cpp with counts",
        OpenAi,
        400,
        r#"{"error":{"code":400,"message":"request (9001 tokens) exceeds the available context size (8192 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":9001,"n_ctx":8192}}"#,
        (Some(9001), None, Some(8192)),
    ),
    case(
        "lm studio",
        OpenAi,
        400,
        r#"{"error":"Trying to keep the first 111490 tokens when context the overflows. However, the model is loaded with context length of only 32768 tokens, which is not enough. Try to load the model with a larger context length, or provide a shorter input."}"#,
        (None, None, Some(32_768)),
    ),
    case(
        "together",
        OpenAi,
        422,
        r#"{"error":{"message":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9001 `inputs` tokens and 512 `max_new_tokens`","type":"invalid_request_error","param":null,"code":null}}"#,
        (Some(9001), Some(512), Some(8193)),
    ),
    case(
        "xai",
        OpenAi,
        400,
        r#"{"code":"Client specified an invalid argument","error":"This model's maximum prompt length is 131072 but the request contains 537812 tokens."}"#,
        (Some(537_812), None, Some(131_072)),
    ),
    case(
        "openrouter",
        OpenAi,
        400,
        r#"{"error":{"message":"This endpoint's maximum context length is 32768 tokens. However, you requested about 42832 tokens (42832 of text input). Please reduce the length of either one, or use the \"middle-out\" transform to compress your prompt automatically.","code":400}}"#,
        (Some(42_832), None, Some(32_768)),
    ),
    case(
        "openrouter's vendor",
        OpenAi,
        400,
        r#"{"error":{"message":"Provider returned error","code":400,"metadata":{"raw":"{\"error\":{\"message\":\"This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens. Please reduce the length of the messages.\",\"type\":\"Bad Request\",\"code\":400}}","provider_name":"Nvidia"}}}"#,
        (Some(9001), None, Some(8192)),
    ),
    case(
        "fireworks",
        OpenAi,
        400,
        r#"{"error":{"object":"error","type":"invalid_request_error","message":"The prompt is too long: 140000, model maximum context length: 131071"}}"#,
        (Some(140_000), None, Some(131_071)),
    ),
    case(
        "moonshot",
        OpenAi,
        400,
        r#"{"error":{"message":"Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)","type":"invalid_request_error"}}"#,
        (Some(300_000), None, Some(262_144)),
    ),
];

/// The first event of a stream that says the same as this answer.
fn event(case: &Case) -> String {
    let body = case.body;
    match case.wire {
        Anthropic => format!("event: error\ndata: {body}\n\n"),
        Bedrock => format!("event: validationException\ndata: {body}\n\n"),
        Google => format!("data: {}\n\n", body.trim_start_matches('[').trim_end_matches(']')),
        Cohere => format!(
            "event: error\ndata: {{\"type\":\"error\",\"error\":{{\"type\":\"invalid_request_error\",{}}}\n\n",
            body.strip_prefix('{').unwrap()
        ),
        Responses => {
            let body: Value = serde_json::from_str(body).unwrap();
            let failed = serde_json::json!({ "type": "response.failed", "sequence_number": 2,
                "response": { "id": "resp_1", "status": "failed", "output": [],
                    "error": { "code": body["error"]["code"], "message": body["error"]["message"] } } });
            format!("event: response.failed\ndata: {failed}\n\n")
        }
        OpenAi => {
            let has_wrapper = body.starts_with("{\"error\":") || body.contains(",\"error\":");
            let body = if has_wrapper { body.to_owned() } else { format!("{{\"error\":{body}}}") };
            format!("data: {body}\n\n")
        }
    }
}

/// The words on which a client acts.
fn is_told(client: Dialect, fault: &Fault, case: &Case) {
    let what = format!("{} to {client:?}: {fault:?}", case.name);
    assert_eq!(fault.kind, Kind::InvalidRequest, "{what}");
    assert_eq!(translate::error::status(client, fault), 400, "{what}");
    let body: Value = serde_json::from_str(&translate::error::body(client, fault)).unwrap();
    let message = body["error"]["message"].as_str().unwrap();
    let (prompt, cap, most) = case.said;
    match client {
        Anthropic => {
            assert_eq!(body["error"]["type"], "invalid_request_error", "{what}");
            let expected = match (prompt, cap, most) {
                (Some(prompt), Some(cap), Some(most)) if cap > 0 && prompt <= most => format!(
                    "input length and `max_tokens` exceed context limit: {prompt} + {cap} > {most}, decrease input length or `max_tokens` and try again"
                ),
                (Some(prompt), _, Some(most)) => {
                    format!("prompt is too long: {prompt} tokens > {most} maximum")
                }
                _ => "prompt is too long".to_owned(),
            };
            assert!(message.starts_with(&expected), "{what}\n{message}");
        }
        _ => {
            assert_eq!(body["error"]["code"], "context_length_exceeded", "{what}");
            let is_openais = match most {
                Some(most) => message.contains(&format!("maximum context length is {most} tokens")),
                None => message.contains("exceeds the context window of this model"),
            };
            assert!(is_openais, "{what}\n{message}");
            if let Some(prompt) = prompt {
                assert!(message.contains(&prompt.to_string()), "{what}\n{message}");
            }
        }
    }
}

#[test]
fn every_vendors_words_become_those_that_the_client_acts_on() {
    for case in &CASES {
        for client in CLIENTS {
            is_told(client, &translate::explain(case.wire, case.status, &[], case.body), case);
        }
    }
    for wire in Dialect::ALL {
        assert!(CASES.iter().any(|case| case.wire == wire), "{wire:?}");
    }
}

#[test]
fn the_first_event_of_a_stream_is_told_in_the_same_words() {
    for case in &CASES {
        for client in CLIENTS {
            let text = event(case);
            let outcome = run(decoder(case.wire, client, true, STREAM), [text.as_str()]);
            assert_eq!(outcome.output, "", "{} {client:?}", case.name);
            let fault = outcome.end.expect_err(case.name);
            is_told(client, &fault, case);
            let stream = translate::error::stream(client, &fault, "r-1", "m", 7);
            assert_eq!(stream.is_some(), client == Responses, "{} {client:?}", case.name);
            if let Some(stream) = stream {
                assert!(stream.contains("event: response.failed\n"), "{stream}");
            }
        }
    }
}

#[test]
fn other_refusals_stay_what_they_are() {
    for (wire, status, body) in [
        (
            OpenAi,
            413,
            r#"{"error":{"message":"Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 7000, please reduce your message size and try again.","type":"tokens","code":"rate_limit_exceeded"}}"#,
        ),
        (
            OpenAi,
            400,
            r#"{"error":{"message":"max_tokens is too large: 9000. This model supports at most 4096 completion tokens","type":"invalid_request_error","param":"max_tokens","code":"invalid_value"}}"#,
        ),
        (
            Anthropic,
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: 9000 > 4096, which is the maximum allowed number of output tokens"}}"#,
        ),
        (
            Anthropic,
            413,
            r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
        ),
        (
            Bedrock,
            400,
            r#"{"message":"The maximum tokens you requested exceeds the model limit of 4096."}"#,
        ),
        (Cohere, 429, r#"{"message":"too many tokens: rate limit per minute"}"#),
    ] {
        let fault = translate::explain(wire, status, &[], body);
        assert_ne!(fault.code.as_deref(), Some("context_length_exceeded"), "{wire:?} {body}");
        for client in CLIENTS {
            let told = translate::error::body(client, &fault);
            assert!(!told.contains("prompt is too long"), "{told}");
        }
    }
}
