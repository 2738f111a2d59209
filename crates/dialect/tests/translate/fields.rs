//! Nothing is dropped silently: whatever the hub can say is sent to a vendor, or told as a loss.

use crate::fixtures::{encode, request, vendor};
use postern_dialect::chat::{
    Annotation, CacheControl, Content, Effort, Field, File, Format, Image, Logprobs, Message, Part,
    Reasoned, Reasoning, Request, Role, Schema, Sealed, Source, Tool, ToolCall, ToolChoice,
    ToolKind, ToolResult,
};
use postern_dialect::{Vendor, Wire};
use serde_json::json;
use std::fmt::Write;

/// All of them. A new one fails to compile in [`set`], and the count says that it is missing here.
const FIELDS: [Field; 30] = [
    Field::Tools,
    Field::ToolChoice,
    Field::ParallelToolCalls,
    Field::Format,
    Field::MaxOutputTokens,
    Field::Stop,
    Field::Choices,
    Field::Temperature,
    Field::TopP,
    Field::TopK,
    Field::MinP,
    Field::Seed,
    Field::FrequencyPenalty,
    Field::PresencePenalty,
    Field::RepetitionPenalty,
    Field::LogitBias,
    Field::Logprobs,
    Field::TopLogprobs,
    Field::ReasoningEffort,
    Field::ReasoningBudget,
    Field::ReasoningSummary,
    Field::Modalities,
    Field::Audio,
    Field::Verbosity,
    Field::ServiceTier,
    Field::User,
    Field::Metadata,
    Field::PromptCacheKey,
    Field::Cache,
    Field::Store,
];

/// What must be there for the field to mean anything.
fn base(field: Field) -> Request {
    // Its names for the three settings of thoughts are three.
    let mut base = Request { client: Wire::Responses, ..request() };
    match field {
        Field::Audio => base.modalities = vec!["text".into(), "audio".into()],
        Field::ToolChoice | Field::ParallelToolCalls => base.tools = vec![tool()],
        Field::TopLogprobs => base.logprobs = Some(Logprobs { top: None }),
        Field::ReasoningSummary => {
            let effort = Some(Effort::Low);
            base.reasoning = Some(Reasoning { effort, ..Reasoning::default() });
        }
        _ => {}
    }
    base
}

/// Ask for it, in a way that is no vendor's default.
fn set(field: Field, request: &mut Request) {
    let reasoning = |reasoning: Reasoning| Some(reasoning);
    let sampling = &mut request.sampling;
    match field {
        Field::Tools => request.tools = vec![tool()],
        Field::ToolChoice => request.tool_choice = Some(ToolChoice::Required),
        Field::ParallelToolCalls => request.parallel_tool_calls = Some(false),
        Field::Format => request.format = Format::JsonSchema(schema()),
        Field::MaxOutputTokens => request.max_output_tokens = Some(1_234),
        Field::Stop => request.stop = vec!["STOP".into()],
        Field::Choices => request.choices = 2,
        Field::Temperature => sampling.temperature = Some(number(0.25)),
        Field::TopP => sampling.top_p = Some(number(0.25)),
        Field::TopK => sampling.top_k = Some(7.into()),
        Field::MinP => sampling.min_p = Some(number(0.25)),
        Field::Seed => sampling.seed = Some(7.into()),
        Field::FrequencyPenalty => sampling.frequency_penalty = Some(number(0.25)),
        Field::PresencePenalty => sampling.presence_penalty = Some(number(0.25)),
        Field::RepetitionPenalty => sampling.repetition_penalty = Some(number(1.25)),
        Field::LogitBias => sampling.logit_bias = json!({"7": 1}).as_object().cloned(),
        Field::Logprobs => request.logprobs = Some(Logprobs { top: None }),
        Field::TopLogprobs => request.logprobs = Some(Logprobs { top: Some(3) }),
        Field::ReasoningEffort => {
            let effort = Some(Effort::Low);
            request.reasoning = reasoning(Reasoning { effort, ..Reasoning::default() });
        }
        Field::ReasoningBudget => {
            let budget_tokens = Some(2_048);
            request.reasoning = reasoning(Reasoning { budget_tokens, ..Reasoning::default() });
        }
        Field::ReasoningSummary => {
            let summary = Some("detailed".into());
            request.reasoning.get_or_insert_default().summary = summary;
        }
        Field::Modalities => request.modalities = vec!["text".into(), "image".into()],
        Field::Audio => request.audio = Some(json!({"voice": "ash", "format": "wav"})),
        Field::Verbosity => request.verbosity = Some("low".into()),
        Field::ServiceTier => request.service_tier = Some("flex".into()),
        Field::User => request.user = Some("user-7".into()),
        Field::Metadata => request.metadata = json!({"team": "seven"}).as_object().cloned(),
        Field::PromptCacheKey => request.prompt_cache_key = Some("key-7".into()),
        Field::Cache => request.cache = Some(CacheControl::default()),
        Field::Store => request.store = Some(true),
    }
}

fn number(number: f64) -> serde_json::Number {
    serde_json::Number::from_f64(number).unwrap()
}

fn tool() -> Tool {
    Tool {
        path: "tools[0]".into(),
        kind: ToolKind::Function {
            name: "weather".into(),
            description: Some("looks".into()),
            parameters: Some(
                json!({"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "string"}}}),
            ),
            strict: None,
        },
        cache: None,
    }
}

fn schema() -> Schema {
    let schema = json!({"type": "object", "properties": {"z": {"type": "string"}}, "required": ["z"], "additionalProperties": false});
    Schema { name: "answer".into(), description: None, schema, strict: Some(true) }
}

/// What becomes of what `changed` has and `base` has not. Some models take less than others of their vendor.
fn fate(base: &Request, changed: &Request, vendor: &Vendor) -> (&'static str, Vec<String>) {
    let (Ok((before, lost_before)), Ok((after, lost))) =
        (encode(base.clone(), vendor), encode(changed.clone(), vendor))
    else {
        return ("refused", Vec::new());
    };
    let lost: Vec<_> = lost.into_iter().filter(|path| !lost_before.contains(path)).collect();
    let word = match (before != after, lost.is_empty()) {
        (true, true) => "sent",
        (true, false) => "partly",
        (false, false) => "lost",
        (false, true) => "SILENT",
    };
    (word, lost)
}

/// Each vendor, with a model that thinks and one that does not, and models that take more than their vendor's others.
fn vendors() -> Vec<(String, Vendor)> {
    let mut vendors = Vec::new();
    for wire in Wire::ALL {
        vendors.push((wire.word().to_owned(), vendor(wire)));
        let plain = Vendor { reasons: false, ..vendor(wire) };
        vendors.push((format!("{}/plain", wire.word()), plain));
    }
    for (wire, model) in [
        (Wire::Bedrock, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        (Wire::Bedrock, "amazon.nova-2-lite-v1:0"),
        (Wire::Google, "gemini-3-pro-preview"),
    ] {
        vendors.push((model.to_owned(), Vendor { model: model.to_owned(), ..vendor(wire) }));
    }
    vendors
}

#[test]
fn every_setting_is_sent_to_every_vendor_or_told_as_a_loss() {
    let mut table = String::new();
    for field in FIELDS {
        let _ = write!(table, "{:<18}", format!("{field:?}"));
        for (name, vendor) in vendors() {
            let base = base(field);
            let mut changed = base.clone();
            set(field, &mut changed);
            let (word, lost) = fate(&base, &changed, &vendor);
            let named = lost.iter().all(|path| {
                let own = changed.path(field);
                path.starts_with(own) || own.starts_with(path.as_str())
            });
            assert!(named, "{field:?} to {vendor:?}: {lost:?}");
            let _ = write!(table, " {name}:{word}");
        }
        table.push('\n');
    }
    assert!(!table.contains("SILENT"), "\n{table}");
    insta::assert_snapshot!(table);
}

/// What stands in a conversation beside what is said: its name, how it is put there, and by what it is found if lost.
struct Aspect {
    name: &'static str,
    /// Where it is: a loss of it, or of something around it, is found by this.
    path: &'static str,
    messages: fn(bool) -> Vec<Message>,
    tools: fn(bool) -> Vec<Tool>,
}

fn message(at: usize, role: Role, contents: Vec<Content>) -> Message {
    let part = |(part, content)| Part::new(format!("messages[{at}].content[{part}]"), content);
    let parts = contents.into_iter().enumerate().map(part).collect();
    Message { path: format!("messages[{at}]"), role, parts, name: None }
}

fn hi() -> Message {
    message(0, Role::User, vec![Content::Text("hi".into())])
}

fn image(detail: Option<&str>) -> Content {
    let source = Source::Base64 { media_type: "image/png".into(), data: "iVBORw0KGgo=".into() };
    Content::Image(Image { source, detail: detail.map(str::to_owned) })
}

fn file() -> File {
    let source =
        Source::Base64 { media_type: "application/pdf".into(), data: "JVBERi0xLjQ=".into() };
    File { source, name: Some("plain".into()), context: None, citations: false }
}

/// A turn with a call and its result, changed by `change`.
fn called(change: impl FnOnce(&mut ToolResult)) -> Vec<Message> {
    let call = ToolCall {
        id: "call_1".into(),
        name: "weather".into(),
        arguments: r#"{"z":"1"}"#.into(),
        custom: false,
    };
    let parts = vec![Part::new("messages[2].content", Content::Text("failed".into()))];
    let mut result = ToolResult { call_id: "call_1".into(), parts, is_error: false };
    change(&mut result);
    vec![
        hi(),
        message(1, Role::Assistant, vec![Content::ToolCall(call)]),
        message(2, Role::Tool, vec![Content::ToolResult(result)]),
    ]
}

fn no_tools(_: bool) -> Vec<Tool> {
    Vec::new()
}

fn one_tool(_: bool) -> Vec<Tool> {
    vec![tool()]
}

fn only_hi(_: bool) -> Vec<Message> {
    vec![hi()]
}

fn cached(parts: &mut [Part], there: bool) {
    let cache = || there.then(CacheControl::default);
    parts.iter_mut().for_each(|part| part.cache = cache());
}

const ASPECTS: [Aspect; 14] = [
    Aspect {
        name: "name of a participant",
        path: "messages[0].name",
        messages: |there| vec![Message { name: there.then(|| "ann".into()), ..hi() }],
        tools: no_tools,
    },
    Aspect {
        name: "cache marker of a text",
        path: "messages[0].content[0].cache_control",
        messages: |there| {
            let mut hi = hi();
            cached(&mut hi.parts, there);
            vec![hi]
        },
        tools: no_tools,
    },
    Aspect {
        name: "cache marker of instructions",
        path: "messages[0].content[0].cache_control",
        messages: |there| {
            let mut system = message(0, Role::System, vec![Content::Text("be kind".into())]);
            cached(&mut system.parts, there);
            vec![system, hi()]
        },
        tools: no_tools,
    },
    Aspect {
        name: "cache marker of a tool",
        path: "tools[0].cache_control",
        messages: only_hi,
        tools: |there| vec![Tool { cache: there.then(CacheControl::default), ..tool() }],
    },
    Aspect {
        name: "cache marker of a result",
        path: "messages[2].content[0].cache_control",
        messages: |there| {
            let mut messages = called(|_| {});
            cached(&mut messages[2].parts, there);
            messages
        },
        tools: one_tool,
    },
    Aspect {
        name: "image",
        path: "messages[0]",
        messages: |there| {
            let words = Content::Text("hi".into());
            let shown = if there { vec![words, image(None)] } else { vec![words] };
            vec![message(0, Role::User, shown)]
        },
        tools: no_tools,
    },
    Aspect {
        name: "detail of an image",
        path: "messages[0].content[0]",
        messages: |there| vec![message(0, Role::User, vec![image(there.then_some("low"))])],
        tools: no_tools,
    },
    Aspect {
        name: "name of a file",
        path: "messages[0].content",
        messages: |there| {
            let name = Some(if there { "other" } else { "plain" }.to_owned());
            let words = Content::Text("read".into());
            vec![message(0, Role::User, vec![Content::File(File { name, ..file() }), words])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "context of a file",
        path: "messages[0].content[0]",
        messages: |there| {
            let context = there.then(|| "a letter".into());
            let words = Content::Text("read".into());
            vec![message(0, Role::User, vec![Content::File(File { context, ..file() }), words])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "citations of a file",
        path: "messages[0].content[0]",
        messages: |there| {
            let words = Content::Text("read".into());
            let file = Content::File(File { citations: there, ..file() });
            vec![message(0, Role::User, vec![file, words])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "failure of a tool",
        path: "messages[2].content[0]",
        messages: |there| called(|result| result.is_error = there),
        tools: one_tool,
    },
    Aspect {
        name: "image of a result",
        path: "messages[2]",
        messages: |there| {
            called(|result| {
                let shown = there.then(|| Part::new("messages[2].content[1]", image(None)));
                result.parts.extend(shown);
            })
        },
        tools: one_tool,
    },
    Aspect {
        name: "citation of an answer",
        path: "messages[1].content[0]",
        messages: |there| {
            let mut said = message(1, Role::Assistant, vec![Content::Text("it rains".into())]);
            said.parts[0].annotations = there.then(annotation).into_iter().collect();
            vec![hi(), said, message(2, Role::User, vec![Content::Text("and?".into())])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "thoughts of another maker",
        path: "messages[1].content",
        messages: |there| {
            let sealed = Some(Sealed { maker: Wire::Google, id: None, data: "c2Vhb".into() });
            let thought = Reasoned { text: "hm".into(), sealed, ..Reasoned::default() };
            let words = Content::Text("it rains".into());
            let mut said = message(1, Role::Assistant, vec![words]);
            if there {
                let thought = Content::Reasoning(thought);
                said.parts.insert(0, Part::new("messages[1].content[1]", thought));
            }
            vec![hi(), said, message(2, Role::User, vec![Content::Text("and?".into())])]
        },
        tools: no_tools,
    },
];

fn annotation() -> Annotation {
    Annotation {
        url: Some("https://weather.test".into()),
        title: Some("Weather".into()),
        cited_text: Some("rain".into()),
        range: Some((0, 8)),
        raw: None,
    }
}

#[test]
fn what_stands_beside_the_words_is_sent_to_every_vendor_or_told_as_a_loss() {
    let mut table = String::new();
    for Aspect { name, path, messages, tools } in ASPECTS {
        let _ = write!(table, "{name:<30}");
        for (vendor_name, vendor) in vendors() {
            let of =
                |there| Request { messages: messages(there), tools: tools(there), ..request() };
            let (word, lost) = fate(&of(false), &of(true), &vendor);
            assert!(
                lost.iter().all(|lost| lost.starts_with(path)),
                "{name} to {vendor:?}: {lost:?}"
            );
            let _ = write!(table, " {vendor_name}:{word}");
        }
        table.push('\n');
    }
    assert!(!table.contains("SILENT"), "\n{table}");
    insta::assert_snapshot!(table);
}
