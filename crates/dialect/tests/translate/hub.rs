//! Requests of the hub as a client of one dialect can make them, at random.

use crate::fixtures::request;
use postern_dialect::Dialect;
use postern_dialect::chat::{
    CacheControl, Content, Effort, Format, Image, Message, Part, Reasoned, Reasoning, Request,
    Role, Sampling, Schema, Sealed, Source, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Number, Value};

fn words() -> impl Strategy<Value = String> {
    "[a-z][ a-zA-Zéß世😀\"\\\\{}<>&\n\t]{0,12}[a-z.]"
}

/// Their keys are in no order, and their numbers in unusual spellings.
fn arguments() -> impl Strategy<Value = String> {
    let known =
        [r#"{}"#, r#"{"b":1,"a":2.50}"#, r#"{"z":{"y":[1,-0]},"a":"é\n"}"#, r#"{ "a" : 1e2 }"#];
    select(known.to_vec()).prop_map(str::to_owned)
}

fn schema() -> impl Strategy<Value = Value> {
    let known = [
        r#"{"type":"object","properties":{"z":{"type":"string","pattern":"."},"a":{"type":"integer"}},"required":["z","a"],"additionalProperties":false}"#,
        r#"{"additionalProperties":false,"type":"object","properties":{"m":{"description":"d","anyOf":[{"type":"null"},{"type":"string"}]}},"required":["m"]}"#,
        r#"{"type":"object","properties":{},"additionalProperties":false}"#,
    ];
    select(known.to_vec()).prop_map(|schema| serde_json::from_str(schema).unwrap())
}

fn part(content: Content) -> Part {
    Part::new("", content)
}

fn message(role: Role, parts: Vec<Part>) -> Message {
    Message { path: String::new(), role, parts, name: None }
}

fn marked(wire: Dialect, content: impl Strategy<Value = Content>) -> impl Strategy<Value = Part> {
    let ttl = option::of(select(["5m".to_owned(), "1h".to_owned()].to_vec()));
    let marker = option::weighted(0.3, ttl.prop_map(|ttl| CacheControl { ttl }));
    (content, marker).prop_map(move |(content, marker)| {
        let cache = marker.filter(|_| wire == Dialect::Anthropic);
        Part { cache, ..part(content) }
    })
}

fn picture(wire: Dialect) -> impl Strategy<Value = Content> {
    let data = || {
        "[A-Za-z0-9+/]{8}".prop_map(|data| Source::Base64 { media_type: "image/png".into(), data })
    };
    let url = "[a-z]{3}".prop_map(|name| Source::Url(format!("https://x.test/{name}.png")));
    let detail = select([None, Some("low"), Some("high")].to_vec());
    (prop_oneof![data(), url], detail).prop_map(move |(source, detail)| {
        let detail = match wire {
            Dialect::Anthropic => None,
            _ => detail,
        };
        Content::Image(Image { source, detail: detail.map(str::to_owned) })
    })
}

/// Always or sometimes.
fn given<T: std::fmt::Debug>(
    always: bool,
    what: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    (what, any::<bool>()).prop_map(move |(what, there)| (always || there).then_some(what))
}

fn text() -> impl Strategy<Value = Content> {
    words().prop_map(Content::Text)
}

fn user(wire: Dialect) -> impl Strategy<Value = Message> {
    let said = marked(wire, prop_oneof![3 => text(), 1 => picture(wire)]);
    vec(said, 1..4).prop_map(|parts| message(Role::User, parts))
}

/// As this dialect's vendors seal thoughts.
fn thought(wire: Dialect) -> impl Strategy<Value = Content> {
    let said = (words(), vec(words(), 1..3), "[A-Za-z0-9+/]{12}", any::<bool>());
    said.prop_map(move |(text, summary, data, flag)| {
        let sealed =
            |id: Option<&str>, data| Some(Sealed { maker: wire, id: id.map(str::to_owned), data });
        let nothing = Reasoned::default();
        Content::Reasoning(match wire {
            Dialect::Anthropic if flag => {
                Reasoned { sealed: sealed(None, data), redacted: true, ..nothing }
            }
            Dialect::Anthropic => Reasoned { text, sealed: sealed(None, data), ..nothing },
            Dialect::Responses => {
                Reasoned { summary, sealed: sealed(Some("rs_1"), data), ..nothing }
            }
            // Words without a seal are what most clients of it give back.
            _ if flag => Reasoned { text, ..nothing },
            _ => {
                let detail = format!(r#"{{"type":"reasoning.encrypted","data":"{data}"}}"#);
                Reasoned { sealed: sealed(None, detail), ..nothing }
            }
        })
    })
}

/// What the model said, what its tools returned, and what the user said to that.
fn turn(wire: Dialect) -> impl Strategy<Value = Vec<Message>> {
    let call = (arguments(), vec(marked(wire, text()), 1..3), any::<bool>());
    // A request for Anthropic's thinking must return the thoughts before its calls.
    let thought = given(wire == Dialect::Anthropic, thought(wire));
    let said = (thought, option::of(text()), vec(call, 0..3));
    (said, words(), user(wire)).prop_map(move |((thought, text, calls), default, user)| {
        let text = text.or_else(|| calls.is_empty().then_some(Content::Text(default)));
        let mut parts: Vec<Part> = thought.into_iter().chain(text).map(part).collect();
        let mut results = Vec::new();
        for (arguments, said, failed) in calls {
            let (id, name) = (String::new(), "weather".to_owned());
            parts.push(part(Content::ToolCall(ToolCall { id, name, arguments, custom: false })));
            let is_error = failed && wire == Dialect::Anthropic;
            let result = ToolResult { call_id: String::new(), parts: said, is_error };
            results.push(part(Content::ToolResult(result)));
        }
        let mut messages = vec![message(Role::Assistant, parts)];
        match wire {
            // There, each result is a message.
            Dialect::OpenAi => {
                messages.extend(results.into_iter().map(|one| message(Role::Tool, vec![one])));
            }
            _ if results.is_empty() => {}
            _ => messages.push(message(Role::Tool, results)),
        }
        messages.push(user);
        messages
    })
}

fn conversation(wire: Dialect) -> impl Strategy<Value = Vec<Message>> {
    let system = vec(marked(wire, text()), 1..3).prop_map(|parts| message(Role::System, parts));
    (option::of(system), user(wire), vec(turn(wire), 0..3)).prop_map(|(system, first, turns)| {
        let mut messages: Vec<Message> = system.into_iter().chain([first]).collect();
        messages.extend(turns.into_iter().flatten());
        number(&mut messages);
        messages
    })
}

/// Ids of calls are each used once, by the call and by its result.
fn number(messages: &mut [Message]) {
    let (mut calls, mut results) = (0, 0);
    for part in messages.iter_mut().flat_map(|message| &mut message.parts) {
        match &mut part.content {
            Content::ToolCall(call) => {
                call.id = format!("call_{calls}");
                calls += 1;
            }
            Content::ToolResult(result) => {
                result.call_id = format!("call_{results}");
                results += 1;
            }
            _ => {}
        }
    }
}

fn tools(wire: Dialect) -> impl Strategy<Value = Vec<Tool>> {
    let tool = (option::of(words()), schema(), option::of(any::<bool>()));
    vec(tool, 1..4).prop_map(move |tools| {
        // What is the dialect's own default comes back as that.
        let said = |strict: Option<bool>| match wire {
            Dialect::Anthropic => strict.filter(|strict| *strict),
            Dialect::Responses => strict.or(Some(true)),
            _ => strict,
        };
        let tool = |(at, (description, schema, strict)): (usize, (_, _, _))| Tool {
            path: String::new(),
            kind: ToolKind::Function {
                name: if at == 0 { "weather".to_owned() } else { format!("tool_{at}") },
                description,
                parameters: Some(schema),
                strict: said(strict),
            },
            cache: None,
        };
        tools.into_iter().enumerate().map(tool).collect()
    })
}

fn choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::None),
        Just(ToolChoice::Required),
        Just(ToolChoice::Tool("weather".into())),
    ]
}

fn format(wire: Dialect) -> impl Strategy<Value = Format> {
    let strict = option::of(any::<bool>());
    let schema = (words(), schema(), strict).prop_map(move |(description, schema, strict)| {
        Format::JsonSchema(match wire {
            // It has no names, and follows every schema.
            Dialect::Anthropic => {
                let (name, strict) = (String::new(), Some(true));
                Schema { name, description: None, schema, strict }
            }
            _ => Schema { name: "answer".into(), description: Some(description), schema, strict },
        })
    });
    prop_oneof![
        2 => Just(Format::Text),
        1 => Just(if wire == Dialect::Anthropic { Format::Text } else { Format::JsonObject }),
        1 => schema,
    ]
}

fn fraction() -> impl Strategy<Value = Option<Number>> {
    option::of(
        (1_u32..100).prop_map(|hundredth| Number::from_f64(f64::from(hundredth) / 100.0).unwrap()),
    )
}

fn sampling(wire: Dialect) -> impl Strategy<Value = Sampling> {
    let whole = || option::of((1_u64..1_000).prop_map(Number::from));
    let two = (fraction(), fraction(), whole(), whole());
    let penalties = (fraction(), fraction(), fraction(), fraction());
    (two, penalties).prop_map(move |((temperature, top_p, top_k, seed), penalties)| {
        let of_openai = Sampling {
            temperature,
            top_p,
            top_k,
            seed,
            frequency_penalty: penalties.0,
            presence_penalty: penalties.1,
            repetition_penalty: penalties.2,
            min_p: penalties.3,
            logit_bias: None,
        };
        let Sampling { temperature, top_p, top_k, .. } = of_openai.clone();
        match wire {
            Dialect::Anthropic => Sampling { temperature, top_p, top_k, ..Sampling::default() },
            Dialect::Responses => Sampling { temperature, top_p, ..Sampling::default() },
            _ => of_openai,
        }
    })
}

fn reasoning(wire: Dialect) -> impl Strategy<Value = Option<Reasoning>> {
    let effort = select(vec![Effort::Low, Effort::Medium, Effort::High]);
    let asked = (effort, option::of(Just("auto".to_owned())), any::<bool>());
    let asked = asked.prop_map(move |(effort, summary, adaptive)| {
        let of_effort = Reasoning { effort: Some(effort), ..Reasoning::default() };
        match wire {
            Dialect::OpenAi => of_effort,
            // The vendor is always asked for its seals: without them a next turn has no thoughts.
            Dialect::Responses => Reasoning { summary, encrypted: true, ..of_effort },
            _ if adaptive => Reasoning { enabled: Some(true), adaptive, summary, ..of_effort },
            _ => {
                let (enabled, budget_tokens) = (Some(true), Some(2_000));
                Reasoning { enabled, budget_tokens, summary, ..Reasoning::default() }
            }
        }
    });
    given(wire == Dialect::Responses, asked)
}

/// What a client of `wire` can ask for.
pub fn requests(wire: Dialect) -> impl Strategy<Value = Request> {
    let of_tools = option::of((tools(wire), option::of(choice()), option::of(any::<bool>())));
    let settings = (sampling(wire), reasoning(wire), format(wire), vec(words(), 0..3));
    let more = (any::<bool>(), option::of(words()), 5_000_u64..9_000, any::<bool>(), words());
    (conversation(wire), of_tools, settings, more).prop_map(
        move |(messages, tools, settings, more)| {
            let (tools, tool_choice, parallel_tool_calls) = tools.unwrap_or_default();
            let (sampling, reasoning, format, stop) = settings;
            let (stream, user, cap, store, key) = more;
            let anthropic = wire == Dialect::Anthropic;
            let mut request = Request {
                client: wire,
                model: "model-x".into(),
                messages,
                // It says so with the choice.
                parallel_tool_calls: parallel_tool_calls.filter(|several| {
                    !anthropic
                        || (!several
                            && tool_choice
                                .as_ref()
                                .is_some_and(|choice| *choice != ToolChoice::None))
                }),
                tools,
                tool_choice,
                format,
                max_output_tokens: Some(cap),
                stop: if wire == Dialect::Responses { Vec::new() } else { stop },
                sampling,
                reasoning,
                user,
                store: (!anthropic).then_some(store),
                prompt_cache_key: (!anthropic).then_some(key),
                verbosity: (!anthropic && store).then(|| "low".into()),
                stream,
                ..request()
            };
            if anthropic && request.reasoning.is_some() {
                // Anthropic refuses these beside thoughts.
                request.sampling = Sampling::default();
                request.tool_choice = None;
                request.parallel_tool_calls = None;
            }
            request
        },
    )
}

/// The request without the places where the client wrote it.
pub fn without_paths(mut request: Request) -> Request {
    fn forget(parts: &mut [Part]) {
        for part in parts {
            part.path.clear();
            if let Content::ToolResult(result) = &mut part.content {
                forget(&mut result.parts);
            }
        }
    }
    for message in &mut request.messages {
        message.path.clear();
        forget(&mut message.parts);
    }
    request.tools.iter_mut().for_each(|tool| tool.path.clear());
    request
}
