//! The vendor's response objects, in its order of fields:
//! <https://platform.openai.com/docs/api-reference/chat/object> and `.../chat/streaming`.

use super::choice::{Choice, Speech};
use super::request::ChatRequest;
use crate::seed::Seed;
use crate::usage::Usage;
use serde::Serialize;

/// A field that is `null`.
type Null = ();

/// The common fields of all objects of one answer.
pub(super) struct Envelope {
    id: String,
    created_s: u64,
    model: String,
    /// Every event has a field `usage`; the last one's is not null.
    include_usage: bool,
    pub(super) prompt_tokens: u64,
}

/// The build of the model that answered, in the form of a vendor's.
const SYSTEM_FINGERPRINT: &str = "fp_postern_sandbox";

#[derive(Serialize)]
struct Object<'a, C> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: &'a [C],
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<Usage>>,
    service_tier: &'static str,
    system_fingerprint: &'static str,
}

#[derive(Serialize)]
struct WholeChoice<'a> {
    index: usize,
    message: Message<'a>,
    logprobs: Null,
    finish_reason: &'a str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[ToolCall<'a>; 1]>,
    refusal: Null,
}

#[derive(Serialize)]
struct ToolCall<'a> {
    id: &'a str,
    r#type: &'static str,
    function: Function<'a>,
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: String,
}

/// One event's part of one choice.
#[derive(Serialize)]
pub(super) struct ChunkChoice {
    index: usize,
    delta: Delta,
    logprobs: Null,
    finish_reason: Option<&'static str>,
}

#[derive(Default, Serialize)]
struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[ToolCallDelta; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Null>,
}

#[derive(Serialize)]
struct ToolCallDelta {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    function: FunctionDelta,
}

#[derive(Serialize)]
struct FunctionDelta {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    arguments: String,
}

impl Envelope {
    pub(super) fn new(seed: &Seed, request: &ChatRequest) -> Self {
        Envelope {
            id: format!("chatcmpl-{}", seed.id("completion")),
            created_s: seed.created_s(),
            model: request.model.to_owned(),
            include_usage: request.include_usage,
            prompt_tokens: request.prompt_tokens,
        }
    }

    /// The whole answer.
    pub(super) fn completion(&self, choices: &[Choice], usage: Usage) -> String {
        let choices: Vec<_> = choices.iter().enumerate().map(WholeChoice::of).collect();
        to_json(&self.object("chat.completion", &choices, Some(Some(usage))))
    }

    /// One event of a streamed answer.
    pub(super) fn chunk(&self, choice: ChunkChoice) -> String {
        let usage = self.include_usage.then_some(None);
        event(&to_json(&self.object("chat.completion.chunk", &[choice], usage)))
    }

    /// The event with only the usage, if the client requested it.
    pub(super) fn usage_chunk(&self, usage: Usage) -> Option<String> {
        let none: &[ChunkChoice] = &[];
        let chunk = self.object("chat.completion.chunk", none, Some(Some(usage)));
        self.include_usage.then(|| event(&to_json(&chunk)))
    }

    fn object<'a, C>(
        &'a self,
        object: &'static str,
        choices: &'a [C],
        usage: Option<Option<Usage>>,
    ) -> Object<'a, C> {
        Object {
            id: &self.id,
            object,
            created: self.created_s,
            model: &self.model,
            choices,
            usage,
            service_tier: "default",
            system_fingerprint: SYSTEM_FINGERPRINT,
        }
    }
}

impl<'a> WholeChoice<'a> {
    fn of((index, choice): (usize, &'a Choice)) -> Self {
        let (content, tool_calls) = match &choice.speech {
            Speech::Text => (Some(choice.text()), None),
            Speech::Call { id, name } => {
                let function = Function { name, arguments: choice.text() };
                (None, Some([ToolCall { id, r#type: "function", function }]))
            }
        };
        let message = Message { role: "assistant", content, tool_calls, refusal: () };
        WholeChoice { index, message, logprobs: (), finish_reason: choice.finish_reason }
    }
}

impl ChunkChoice {
    /// The event number `turn` of `choice`, counted from 0. None: it has ended.
    pub(super) fn of_turn(turn: usize, index: usize, choice: &Choice) -> Option<Self> {
        let Some(piece) = turn.checked_sub(1) else {
            return Some(ChunkChoice::opening(index, &choice.speech));
        };
        match choice.pieces.get(piece) {
            Some(piece) => Some(ChunkChoice::piece(index, &choice.speech, piece.clone())),
            None if piece == choice.pieces.len() => {
                Some(ChunkChoice::closing(index, choice.finish_reason))
            }
            None => None,
        }
    }

    /// The first event of a choice: its role, and the called tool.
    pub(super) fn opening(index: usize, speech: &Speech) -> Self {
        let (content, tool_calls) = match speech {
            Speech::Text => (Some(String::new()), None),
            Speech::Call { id, name } => {
                let function = FunctionDelta { name: Some(name.clone()), arguments: String::new() };
                let id = Some(id.clone());
                (None, Some([ToolCallDelta { index: 0, id, r#type: Some("function"), function }]))
            }
        };
        let role = Some("assistant");
        ChunkChoice::of(
            index,
            Delta { role, content: Some(content), tool_calls, refusal: Some(()) },
        )
    }

    /// One more piece of a choice.
    pub(super) fn piece(index: usize, speech: &Speech, piece: String) -> Self {
        let delta = match speech {
            Speech::Text => Delta { content: Some(Some(piece)), ..Delta::default() },
            Speech::Call { .. } => {
                let function = FunctionDelta { name: None, arguments: piece };
                let call = ToolCallDelta { index: 0, id: None, r#type: None, function };
                Delta { tool_calls: Some([call]), ..Delta::default() }
            }
        };
        ChunkChoice::of(index, delta)
    }

    /// The last event of a choice.
    pub(super) fn closing(index: usize, finish_reason: &'static str) -> Self {
        let finish_reason = Some(finish_reason);
        ChunkChoice { finish_reason, ..ChunkChoice::of(index, Delta::default()) }
    }

    /// Whether it carries a piece of the answer, rather than opening or closing it.
    pub(super) fn is_piece(&self) -> bool {
        self.delta.role.is_none() && self.finish_reason.is_none()
    }

    fn of(index: usize, delta: Delta) -> Self {
        ChunkChoice { index, delta, logprobs: (), finish_reason: None }
    }
}

/// One server-sent event: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.
pub(super) fn event(data: &str) -> String {
    format!("data: {data}\n\n")
}

/// These objects have string keys and finite numbers only, so they always serialise.
fn to_json(object: &impl Serialize) -> String {
    serde_json::to_string(object).unwrap_or_default()
}
