use super::*;
use crate::Encoding;
use postern_dialect::segments::{self, Means};
use postern_types::{
    Dialect, ImageRule, ImageTiles, Operation, RequestFacts, Role, Segment, SegmentKind, Span,
    Tokenizer, ToolRule,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const OPENAI: Counting = Counting {
    tokenizer: Tokenizer::O200kBase,
    tools: ToolRule::Functions,
    factor_percent: 100,
    image: ImageRule::Tiles(ImageTiles { base_tokens: 85, tile_tokens: 170 }),
};
const OLDER: Counting = Counting { tokenizer: Tokenizer::Cl100kBase, ..OPENAI };

/// A request of no particular dialect, with this many messages.
fn prompt(body: &str, texts: u32) -> Prompt {
    let segments = segments::of_any(body).expect("a request");
    let facts = RequestFacts {
        client: Dialect::OpenAi,
        operation: Operation::Chat,
        model: String::new(),
        model_span: Span { start: 0, end: 0 },
        stream: false,
        usage_in_stream: false,
        output_cap_tokens: None,
        thinking_tokens: None,
        expected_answer_tokens: None,
        choices: 1,
        answers: 1,
        texts,
        tools: 0,
        images: 0,
        audio: 0,
        documents: 0,
    };
    Prompt { body: body.to_owned(), facts, segments }
}

fn tokens(body: &Value, counting: &Counting, images: u32) -> u64 {
    let messages = body["messages"].as_array().map_or(0, Vec::len) as u32;
    let mut prompt = prompt(&body.to_string(), messages);
    prompt.facts.tools = body.get("tools").is_some().into();
    prompt.facts.images = images;
    count(&prompt, counting).input
}

fn o200k(body: &Value) -> u64 {
    tokens(body, &OPENAI, 0)
}

#[test]
fn counts_the_messages_of_openais_cookbook() {
    let body = json!({ "messages": [
        { "role": "system", "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain English." },
        { "role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth." },
        { "role": "system", "name": "example_assistant", "content": "Things working well together will increase revenue." },
        { "role": "system", "name": "example_user", "content": "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage." },
        { "role": "system", "name": "example_assistant", "content": "Let's talk later when we're less busy about how to do better." },
        { "role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client deliverable." },
    ]});
    assert_eq!(o200k(&body), 124);
    assert_eq!(tokens(&body, &OLDER, 0), 129);
}

fn weather() -> Value {
    json!({ "type": "function", "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": { "type": "object", "properties": {
            "location": { "type": "string", "description": "The city and state, e.g. San Francisco, CA" },
            "unit": { "type": "string", "description": "The unit of temperature to return", "enum": ["celsius", "fahrenheit"] },
        }, "required": ["location"] },
    }})
}

fn weather_request(tool: &Value) -> Value {
    json!({ "messages": [
        { "role": "system", "content": "You are a helpful assistant that can answer to questions about the weather." },
        { "role": "user", "content": "What's the weather like in San Francisco?" },
    ], "tools": [tool] })
}

#[test]
fn counts_the_tools_of_openais_cookbook() {
    let body = weather_request(&weather());
    assert_eq!(o200k(&body), 101);
    assert_eq!(tokens(&body, &OLDER, 0), 105);
}

#[test]
fn counts_a_function_alike_in_the_dialect_of_responses() {
    let mut flat = weather()["function"].clone();
    flat["type"] = json!("function");
    assert_eq!(o200k(&weather_request(&flat)), 101);
}

#[test]
fn counts_nested_parameters_by_their_json() {
    let mut nested = weather();
    nested["function"]["parameters"]["properties"]["place"] =
        json!({ "type": "object", "properties": { "x": { "type": "number" } } });
    let json = crate::count(Encoding::O200kBase, &nested.to_string());
    let without = o200k(&json!({ "messages": weather_request(&nested)["messages"] }));
    assert_eq!(o200k(&weather_request(&nested)), without + json + 7 + 12);
}

#[test]
fn counts_tools_whatever_white_space_and_escapes_their_name_has() {
    let plain = weather_request(&weather());
    let text = plain.to_string().replace("\"tools\":", "\"\\u0074ools\" \n:");
    let mut prompt = prompt(&text, 2);
    prompt.facts.tools = 1;
    assert_eq!(count(&prompt, &OPENAI).input, o200k(&plain));
}

#[test]
fn counts_what_was_called_and_how_the_answer_has_to_look() {
    let arguments = "{\"city\": \"Reykjavík\"}";
    let called = json!({ "messages": [{ "role": "assistant", "tool_calls": [
        { "id": "1", "type": "function", "function": { "name": "weather", "arguments": arguments } },
    ]}]});
    let spoken = crate::count(Encoding::O200kBase, arguments);
    let name = crate::count(Encoding::O200kBase, "weather");
    assert_eq!(o200k(&called), spoken + name + 1 + 4 + 3);
    let schema = json!({ "type": "json_schema", "json_schema": { "name": "a", "schema": {} } });
    let asked = json!({ "messages": [], "response_format": schema });
    assert_eq!(o200k(&asked), crate::count(Encoding::O200kBase, &schema.to_string()) + 3);
}

#[test]
fn counts_a_text_within_what_was_called_once() {
    let text = "word ".repeat(500);
    let body = json!({ "messages": [{ "response": { "text": text } }] });
    let spoken = o200k(&body);
    assert!((500..600).contains(&spoken), "{spoken}");
}

#[test]
fn multiplies_text_and_nothing_else() {
    let mut prompt = prompt(r#"{"text":"one two three"}"#, 1);
    prompt.facts.images = 1;
    let exact = count(&prompt, &OPENAI).input;
    assert_eq!(exact, 3 + 4 + 3 + 1445);
    let estimate = Counting { factor_percent: 150, ..OPENAI };
    assert_eq!(count(&prompt, &estimate).input, 5 + 4 + 3 + 1445);
}

#[test]
fn reads_pictures_outside_of_texts_only() {
    let picture = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
    let shown = json!({ "messages": [{ "content": [
        { "type": "image_url", "image_url": { "url": picture } },
    ]}]});
    let told = json!({ "messages": [{ "content": [{ "type": "text", "text": picture }] }] });
    assert_eq!(tokens(&shown, &OPENAI, 1), 255 + 4 + 3);
    let said = crate::count(Encoding::O200kBase, picture);
    assert_eq!(tokens(&told, &OPENAI, 1), 1445 + said + 4 + 3);
}

#[test]
fn takes_low_detail_for_the_picture_beside_it_only() {
    let picture = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
    let low = json!({ "messages": [{ "content": [
        { "type": "image_url", "image_url": { "url": picture, "detail": "low" } },
    ]}]});
    assert_eq!(tokens(&low, &OPENAI, 1), 85 + 4 + 3);
    let elsewhere = json!({ "messages": [{ "detail": "low", "content": [
        { "type": "image_url", "image_url": { "url": picture } },
    ]}]});
    assert_eq!(tokens(&elsewhere, &OPENAI, 1), 255 + 4 + 3);
}

#[test]
fn takes_tools_of_any_depth() {
    let body = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let mut prompt = prompt("{}", 1);
    prompt.segments.push(Segment {
        kind: SegmentKind::ToolSchema,
        role: Role::System,
        span: Span::from(0..body.len()),
        is_json_string: false,
    });
    (prompt.body, prompt.facts.tools) = (body, 1);
    assert!(count(&prompt, &OPENAI).input >= 19);
}

/// What `field` adds to the count of `body`, with these media.
fn more(body: &Value, audio: u32, documents: u32) -> u64 {
    let mut prompt = prompt(&body.to_string(), 1);
    (prompt.facts.audio, prompt.facts.documents) = (audio, documents);
    count(&prompt, &OPENAI).input - 4 - 3
}

const SAID: &str = "five words are said here";

/// What it is, a request, how many recordings and documents it has, and the least that it costs.
type Billed = (&'static str, Value, u32, u32, u64);

fn check(cases: impl IntoIterator<Item = Billed>) {
    for (what, body, audio, documents, least) in cases {
        let counted = more(&body, audio, documents);
        assert!(counted >= least, "{what}: {counted} and not {least}");
        assert!(counted <= least + 64, "{what}: {counted} is much more than {least}");
    }
}

fn message(member: Value) -> Value {
    let mut message = json!({ "role": "assistant", "content": "" });
    message.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
    json!({ "messages": [message] })
}

fn part(part: Value) -> Value {
    json!({ "messages": [{ "role": "user", "content": [part] }] })
}

#[test]
fn counts_each_kind_of_text_that_is_billed() {
    let said = crate::count(Encoding::O200kBase, SAID);
    let tokens: Vec<u32> = (0..800).collect();
    check([
        ("token ids", json!({ "prompt": tokens }), 0, 0, 800),
        ("arrays of token ids", json!({ "prompt": [[1, 2], [3]] }), 0, 0, 3),
        ("token ids to embed", json!({ "input": tokens }), 0, 0, 800),
        ("arrays to embed", json!({ "input": [tokens, [1]] }), 0, 0, 801),
        ("suffix", json!({ "prompt": "", "suffix": SAID }), 0, 0, said),
        ("thoughts", message(json!({ "reasoning_content": SAID })), 0, 0, said),
        ("thoughts by another name", message(json!({ "reasoning": SAID })), 0, 0, said),
        (
            "details of thoughts",
            message(json!({ "reasoning_details": [{ "text": SAID }] })),
            0,
            0,
            said,
        ),
        ("a refusal", message(json!({ "refusal": SAID })), 0, 0, said),
        (
            "a call",
            message(json!({ "tool_calls": [{ "function": { "arguments": SAID } }] })),
            0,
            0,
            said,
        ),
        ("a thinking block", part(json!({ "type": "thinking", "thinking": SAID })), 0, 0, said),
        (
            "sealed thoughts",
            json!({ "input": [{ "encrypted_content": "A".repeat(400) }] }),
            0,
            0,
            100,
        ),
        (
            "a schema",
            json!({ "response_format": { "json_schema": { "description": SAID } } }),
            0,
            0,
            said,
        ),
        (
            "Responses' schema",
            json!({ "text": { "format": { "schema": { "description": SAID } } } }),
            0,
            0,
            said,
        ),
        ("a field that nobody knows", json!({ "brand_new": SAID }), 0, 0, said),
        ("an object that nobody knows", json!({ "brand_new": { "also": [SAID] } }), 0, 0, said),
    ]);
}

#[test]
fn counts_each_kind_of_file_that_is_billed() {
    let pdf = format!("JVBERi0xLjQ{}", "A".repeat(29_989));
    check([
        ("a PDF", part(json!({ "file": { "file_data": pdf } })), 0, 1, 10_000),
        ("a PDF of Anthropic's", part(json!({ "source": { "data": pdf } })), 0, 1, 10_000),
        ("a small document", part(json!({ "source": { "data": "JVBERi0xLjQ=" } })), 0, 1, 4_600),
        ("a file", part(json!({ "file": { "file_id": "file-1" } })), 0, 1, 32_000),
        (
            "a file's address",
            part(json!({ "type": "input_file", "file_url": "https://a.example/b" })),
            0,
            1,
            32_000,
        ),
        (
            "a document's address",
            part(json!({ "source": { "url": "https://a.example/b" } })),
            0,
            1,
            32_000,
        ),
        (
            "a recording",
            part(json!({ "input_audio": { "data": "A".repeat(100_000) } })),
            1,
            0,
            1_000,
        ),
    ]);
}

#[test]
fn counts_each_kind_of_thing_that_is_kept_or_found_elsewhere() {
    check([
        ("what was spoken earlier", message(json!({ "audio": { "id": "audio_1" } })), 1, 0, 32_000),
        ("an earlier answer", json!({ "previous_response_id": "resp_1" }), 0, 0, 32_000),
        ("a conversation", json!({ "conversation": { "id": "conv_1" } }), 0, 0, 32_000),
        ("a kept prompt", json!({ "prompt": { "id": "pmpt_1" } }), 0, 0, 32_000),
        (
            "an earlier item",
            json!({ "input": [{ "type": "item_reference", "id": "msg_1" }] }),
            0,
            0,
            32_000,
        ),
        ("a search", json!({ "web_search_options": {} }), 0, 0, 32_000),
        ("a tool of the vendor's", json!({ "tools": [{ "type": "web_search" }] }), 0, 0, 32_000),
        (
            "two servers of tools",
            json!({ "mcp_servers": [{ "url": "a" }, { "url": "b" }] }),
            0,
            0,
            64_000,
        ),
    ]);
}

#[test]
fn settings_and_ids_are_free() {
    for body in [
        json!({ "model": "a-model", "user": "somebody", "metadata": { "content_of": "many words" } }),
        json!({ "temperature": 1, "stop": ["one", "two"], "logit_bias": { "123": -100 }, "seed": 7 }),
        json!({ "stream_options": { "include_usage": true }, "max_tokens": 10, "n": 2 }),
        json!({ "messages": [{ "role": "assistant", "content": "", "tool_call_id": "call_123456" }] }),
    ] {
        assert_eq!(more(&body, 0, 0), 0, "{body}");
    }
}

#[test]
fn a_prediction_may_be_billed_with_the_answer() {
    let words = "one two three four";
    let body = json!({ "messages": [], "prediction": { "type": "content", "content": words } });
    let prompt = prompt(&body.to_string(), 0);
    let counted = count(&prompt, &OPENAI);
    assert!(counted.predicted >= crate::count(Encoding::O200kBase, words));
    assert_eq!(counted.input, 3);
}

proptest! {
    #[test]
    fn never_counts_less_than_the_tokens_that_are_sent(
        prompts in prop::collection::vec(prop::collection::vec(0_u32..200_000, 1..20), 1..9),
        words in prop::collection::vec("[a-z ]{1,12}", 0..6),
        name in "[a-z_]{1,12}",
    ) {
        let ids: u64 = prompts.iter().map(|prompt| prompt.len() as u64).sum();
        let (to_go_on_with, to_embed) = (json!({ "prompt": prompts }), json!({ "input": prompts }));
        prop_assert!(more(&to_go_on_with, 0, 0) >= ids);
        prop_assert!(more(&to_embed, 0, 0) >= ids);
        // A member with any name that is not free of charge.
        let is_billed = !matches!(
            Means::of_name(&name),
            Some(
                Means::Setting | Means::Type | Means::Metadata | Means::Tools | Means::Detail
                    | Means::Prediction
            )
        );
        if is_billed && !["name"].contains(&name.as_str()) {
            let said: u64 = words.iter().map(|word| crate::count(Encoding::O200kBase, word)).sum();
            let mut message = json!({});
            message[name.as_str()] = json!(words);
            let body = json!({ "messages": [message] });
            let counted = more(&body, 0, 0);
            let is_data = matches!(Means::of_name(&name), Some(Means::Bytes | Means::Picture));
            prop_assert!(counted >= said || is_data, "{name}: {counted} and not {said}");
        }
    }

    #[test]
    fn never_counts_less_for_what_a_text_says(text in "[\"\\\\{}\\[\\]:,a-z ]{0,60}") {
        let body = json!({ "messages": [{ "role": "user", "content": text }] }).to_string();
        let prompt = prompt(&body, 1);
        let counted = count(&prompt, &OPENAI).input;
        prop_assert_eq!(counted, crate::count(Encoding::O200kBase, &text) + 4 + 3);
    }

    #[test]
    fn takes_any_body(
        body in "[\"\\\\{}\\[\\]:,a-z0-9é ]{0,80}",
        start in 0_u32..90,
        end in 0_u32..90,
        kind in prop::sample::select(SegmentKind::ALL.to_vec()),
        is_json_string in any::<bool>(),
    ) {
        let mut prompt = prompt("{}", 1);
        prompt.body = body;
        (prompt.facts.tools, prompt.facts.images) = (1, 3);
        for span in [Span { start, end }, Span { start: end, end: start }] {
            prompt.segments.push(Segment { kind, role: Role::User, span, is_json_string });
        }
        prop_assert!(count(&prompt, &OLDER).input >= 19);
    }
}

/// A form says how long its files are, and not what is in them.
#[test]
fn files_of_a_form_are_counted_by_their_length_and_pictures_by_their_number() {
    let body = r#"{"file":{"bytes":400001},"image":{"bytes":7}}"#;
    let span = |text: &str| {
        let start = body.find(text).unwrap() as u32;
        Span { start, end: start + text.len() as u32 }
    };
    let segment =
        |kind, text| Segment { kind, role: Role::User, span: span(text), is_json_string: false };
    let mut prompt = prompt("{}", 0);
    prompt.body = body.to_owned();
    let counted = |prompt: &Prompt| count(prompt, &OPENAI).input;
    let nothing = counted(&prompt);
    prompt.segments = vec![segment(SegmentKind::Media, "400001")];
    prompt.facts.audio = 1;
    assert_eq!(counted(&prompt) - nothing, 1_001);
    prompt.segments = vec![segment(SegmentKind::ImageReference, "7")];
    (prompt.facts.audio, prompt.facts.images) = (0, 1);
    // The largest that the rule knows.
    assert_eq!(counted(&prompt) - nothing, 85 + 8 * 170);
}
