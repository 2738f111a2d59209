//! A buffered answer: `ConverseResponse`.

use super::content::{Additional, Tier, TokenUsage, annotation, finish, sealed};
use super::error;
use crate::chat::{Answer, Choice, Content, Part, Reasoned, ToolCall};
use crate::usage::lenient;
use crate::vendor_fault::{invalid, parsed};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    #[serde(borrow)]
    output: Option<Output<'a>>,
    stop_reason: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<TokenUsage>,
    service_tier: Option<Tier>,
    additional_model_response_fields: Option<Additional>,
}

#[derive(Deserialize)]
struct Output<'a> {
    #[serde(borrow)]
    message: Option<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    content: Vec<Block<'a>>,
}

/// `ContentBlock`, a union: it has one of these fields, or one that is unknown here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Block<'a> {
    text: Option<String>,
    #[serde(borrow)]
    tool_use: Option<ToolUse<'a>>,
    reasoning_content: Option<Reasoning>,
    citations_content: Option<Citations>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToolUse<'a> {
    tool_use_id: String,
    name: String,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    r#type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reasoning {
    reasoning_text: Option<ReasoningText>,
    redacted_content: Option<String>,
}

#[derive(Deserialize)]
struct ReasoningText {
    text: String,
    signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Citations {
    content: Vec<Cited>,
    citations: Vec<Value>,
}

#[derive(Deserialize)]
struct Cited {
    text: Option<String>,
}

/// Reads a buffered answer.
///
/// # Errors
/// `upstream-invalid` for a body that is not an answer; otherwise the failure that the vendor reports instead of one.
pub fn read_whole(body: &str) -> Result<Answer, Fault> {
    let response: Response<'_> = parsed("an answer", body)?;
    let Some(message) = response.output.and_then(|output| output.message) else {
        return Err(error::reported_in(body)
            .unwrap_or_else(|| invalid("the provider sent an answer without a message")));
    };
    let Some(reason) = response.stop_reason else {
        return Err(invalid("the provider sent an answer that does not say why it ends"));
    };
    let finish = finish(&reason, response.additional_model_response_fields);
    let parts = message.content.into_iter().filter_map(part).collect();
    Ok(Answer {
        service_tier: response.service_tier.map(|tier| tier.r#type),
        choices: vec![Choice { parts, logprobs: Vec::new(), finish: Some(finish) }],
        usage: response.usage.and_then(TokenUsage::into_usage),
        ..Answer::default()
    })
}

fn part(block: Block<'_>) -> Option<Part> {
    if let Some(cited) = block.citations_content {
        let text = cited.content.into_iter().filter_map(|piece| piece.text).collect();
        let mut part = Part::new("", Content::Text(text));
        part.annotations = cited.citations.into_iter().map(annotation).collect();
        return Some(part);
    }
    let text = block.text.map(Content::Text);
    let content = text
        .or_else(|| block.tool_use.and_then(call))
        .or_else(|| block.reasoning_content.map(reasoned))?;
    Some(Part::new("", content))
}

/// A call of a tool. The client cannot answer a call of a tool that runs at the vendor.
fn call(call: ToolUse<'_>) -> Option<Content> {
    call.r#type.is_none().then(|| {
        Content::ToolCall(ToolCall {
            id: call.tool_use_id,
            name: call.name,
            arguments: call.input.map(|input| input.get().to_owned()).unwrap_or_default(),
            custom: false,
        })
    })
}

fn reasoned(reasoning: Reasoning) -> Content {
    let (text, signature) =
        reasoning.reasoning_text.map(|said| (said.text, said.signature)).unwrap_or_default();
    Content::Reasoning(Reasoned {
        text,
        summary: Vec::new(),
        redacted: reasoning.redacted_content.is_some(),
        sealed: reasoning.redacted_content.or(signature).map(sealed),
    })
}
