//! A buffered answer: <https://docs.cohere.com/v2/reference/chat>.

use super::answer::{Block, Cost, Function, LogprobItem, ToolCall, finish};
use super::citation::Citation;
use super::{Thought, explain};
use crate::Dialect;
use crate::chat::{self, Answer, Choice, Content, Part, Reasoned};
use crate::usage::lenient;
use crate::vendor_error::VendorError;
use crate::vendor_fault::{invalid, parsed};
use postern_fault::Fault;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Whole<'a> {
    id: Option<String>,
    finish_reason: Option<String>,
    /// In an error, this is a string.
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<Cost>,
    logprobs: Option<Vec<LogprobItem>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    /// A string, or an array of blocks.
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    tool_plan: Option<String>,
    tool_calls: Option<Vec<ToolCall>>,
    citations: Option<Vec<Value>>,
}

/// Reads a buffered answer.
///
/// # Errors
/// `upstream-invalid`: the body is not an answer; otherwise the failure that the vendor reports.
pub fn read_whole(body: &str) -> Result<Answer, Fault> {
    const WHAT: &str = "a chat response";
    let Whole { id, finish_reason, message, usage, logprobs } = parsed(WHAT, body)?;
    let message =
        message.ok_or_else(|| invalid("the provider sent an answer without `message`"))?;
    if message.get().starts_with('"') {
        return Err(explain::reported(&VendorError::from_json(body)));
    }
    let message: Message<'_> = parsed(WHAT, message.get())?;
    let reason = finish_reason
        .ok_or_else(|| invalid("the provider sent an answer without `finish_reason`"))?;
    let finish = finish(&reason, None, message.tool_calls.iter().any(|calls| !calls.is_empty()))?;
    let choice = Choice {
        parts: parts(message)?,
        logprobs: logprobs.into_iter().flatten().map(LogprobItem::into_openai).collect(),
        finish: Some(finish),
    };
    Ok(Answer {
        id: id.unwrap_or_default(),
        choices: vec![choice],
        usage: usage.and_then(Cost::into_usage),
        ..Answer::default()
    })
}

/// The parts in the order of a stream: thoughts, the plan, words, calls.
fn parts(message: Message<'_>) -> Result<Vec<Part>, Fault> {
    let mut content = message.content.map_or(Ok(Vec::new()), |raw| contents(raw.get()))?;
    let thoughts = content.iter().take_while(|part| matches!(part, Content::Reasoning(_))).count();
    let plan = message.tool_plan.filter(|plan| !plan.is_empty());
    let plan_at = plan.map(|plan| {
        content.insert(thoughts, reasoned(plan, Thought::Plan));
        thoughts
    });
    let mut parts: Vec<Part> = content.into_iter().map(|content| Part::new("", content)).collect();
    for citation in message.citations.into_iter().flatten() {
        annotate(&mut parts, plan_at, citation);
    }
    let calls = message.tool_calls.into_iter().flatten().map(into_call);
    parts.extend(calls.map(|call| Part::new("", Content::ToolCall(call))));
    Ok(parts)
}

fn contents(raw: &str) -> Result<Vec<Content>, Fault> {
    const WHAT: &str = "the content of a message";
    if raw.starts_with('"') {
        return Ok(vec![Content::Text(parsed(WHAT, raw)?)]);
    }
    let blocks: Vec<&RawValue> = parsed(WHAT, raw)?;
    blocks.into_iter().map(|block| from_block(block.get())).collect()
}

/// A block of an unknown kind stays as it is.
fn from_block(raw: &str) -> Result<Content, Fault> {
    const WHAT: &str = "a block of content";
    let block: Block = parsed(WHAT, raw)?;
    Ok(match (block.kind.as_deref(), block.text, block.thinking) {
        (Some("text") | None, Some(text), None) => Content::Text(text),
        (Some("thinking") | None, _, Some(text)) => reasoned(text, Thought::Thinking),
        (Some("text" | "thinking") | None, ..) => {
            return Err(invalid("the provider sent a block of content without its text"));
        }
        _ => Content::Foreign(Dialect::Cohere, parsed(WHAT, raw)?),
    })
}

fn reasoned(text: String, thought: Thought) -> Content {
    Content::Reasoning(Reasoned { text, sealed: Some(thought.seal()), ..Reasoned::default() })
}

pub(super) fn into_call(call: ToolCall) -> chat::ToolCall {
    let Function { name, arguments } = call.function.unwrap_or_default();
    chat::ToolCall {
        id: call.id.unwrap_or_default(),
        name: name.unwrap_or_default(),
        arguments: arguments.unwrap_or_default(),
        custom: false,
    }
}

/// Adds a citation to the part that it refers to. Without a reference it belongs to the words, which are last.
fn annotate(parts: &mut [Part], plan_at: Option<usize>, raw: Value) {
    let Some(citation) = Citation::from_value(&raw) else { return };
    let words = parts.iter().rposition(|part| matches!(part.content, Content::Text(_)));
    let of_block = |block: u64| {
        let block = usize::try_from(block).ok()?;
        // The plan is a part but not one of Cohere's blocks.
        Some(block + usize::from(plan_at.is_some_and(|plan| plan <= block)))
    };
    let at = match citation.content_index {
        _ if citation.is_of_plan() => plan_at,
        Some(block) => of_block(block).filter(|at| *at < parts.len()),
        None => None,
    };
    if let Some(part) = at.or(words).and_then(|at| parts.get_mut(at)) {
        part.annotations.extend(citation.into_annotations(raw));
    }
}
