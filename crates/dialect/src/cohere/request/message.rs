//! Messages: <https://docs.cohere.com/v2/docs/chat-api>.

use super::part;
use super::wire::{Assistant, Block, Function, Message, Said, ToolCall};
use crate::Dialect;
use crate::chat::{self, Annotation, Content, Losses, Part, Reasoned, Request, Role};
use crate::cohere::Thought;
use postern_fault::Fault;
use std::mem;

pub(super) fn from_hub(request: &mut Request, losses: &mut Losses) -> Result<Vec<Message>, Fault> {
    let mut messages = Vec::with_capacity(request.messages.len());
    for message in mem::take(&mut request.messages) {
        if message.name.is_some() {
            losses.add(format!("{}.name", message.path), "Cohere has no names of participants");
        }
        match message.role {
            Role::Assistant => assistant(message.parts, &mut messages, losses)?,
            role => others(role, message.parts, &mut messages, losses)?,
        }
    }
    for message in &mut messages {
        if let Message::Assistant(said) = message {
            said.settle();
        }
    }
    Ok(messages)
}

/// Messages of all roles but the assistant. Results of tools are messages of their own, before the words beside them.
fn others(
    role: Role,
    parts: Vec<Part>,
    messages: &mut Vec<Message>,
    losses: &mut Losses,
) -> Result<(), Fault> {
    let mut blocks = Vec::new();
    let only_results = !parts.is_empty()
        && parts.iter().all(|part| matches!(part.content, Content::ToolResult(_)));
    for Part { path, content, cache, annotations } in parts {
        part::note(&path, cache.is_some(), !annotations.is_empty(), losses);
        match content {
            Content::Text(text) | Content::Refusal(text) => blocks.push(Block::Text { text }),
            Content::Image(image) if role == Role::User => {
                blocks.push(part::image_url(path, image, losses)?)
            }
            Content::File(file) => {
                blocks.push(Block::Text { text: part::words_of(path, file, losses)? })
            }
            Content::ToolResult(result) => messages.push(part::tool(path, result, losses)?),
            other => return Err(part::unsupported(path, &other)),
        }
    }
    if only_results {
        return Ok(());
    }
    let content = Said::from_blocks(blocks);
    messages.push(match role {
        Role::System | Role::Developer => Message::System { content },
        _ => Message::User { content },
    });
    Ok(())
}

fn assistant(
    parts: Vec<Part>,
    messages: &mut Vec<Message>,
    losses: &mut Losses,
) -> Result<(), Fault> {
    if !matches!(messages.last(), Some(Message::Assistant(_))) {
        messages.push(Message::Assistant(Assistant::default()));
    }
    let Some(Message::Assistant(said)) = messages.last_mut() else { return Ok(()) };
    for Part { path, content, cache, annotations } in parts {
        let foreign = said.cite(annotations);
        part::note(&path, cache.is_some(), foreign, losses);
        match content {
            Content::Text(text) | Content::Refusal(text) if text.is_empty() => {}
            Content::Text(text) => said.content.push(Block::Text { text }),
            Content::Refusal(text) => {
                losses.add(path, "Cohere has no refusals: sent as words");
                said.content.push(Block::Text { text });
            }
            Content::Reasoning(reasoned) => said.think(path, reasoned, losses),
            Content::ToolCall(call) => said.call(call),
            Content::Audio(chat::Audio { transcript: Some(text), .. }) => {
                losses.add(path, "Cohere takes no audio: sent as words");
                said.content.push(Block::Text { text });
            }
            // The use of another vendor's own tools: the words after it tell the result.
            Content::Foreign(..) => losses.add(path, "Cohere does not know it"),
            other => return Err(part::unsupported(path, &other)),
        }
    }
    Ok(())
}

impl Assistant {
    /// Returns Cohere's own citations. True: others were left out.
    fn cite(&mut self, annotations: Vec<Annotation>) -> bool {
        let all = annotations.len();
        let raws = annotations.into_iter().filter_map(|annotation| annotation.raw);
        let own = raws.filter_map(|(maker, raw)| (maker == Dialect::Cohere).then_some(raw));
        let before = self.citations.len();
        self.citations.extend(own);
        // Only the first source of a citation has the raw one: see `Citation::into_annotations`.
        all > 0 && self.citations.len() == before
    }

    /// Thoughts are returned only to their maker, in their original form.
    fn think(&mut self, path: String, reasoned: Reasoned, losses: &mut Losses) {
        let Some(thought) = reasoned.sealed.as_ref().and_then(Thought::sealed_by) else {
            losses.add(path, "thoughts that are not Cohere's stay with their maker");
            return;
        };
        let mut text = reasoned.text;
        reasoned.summary.iter().for_each(|piece| text.push_str(piece));
        match thought {
            _ if text.is_empty() => {}
            Thought::Thinking => self.content.push(Block::Thinking { thinking: text }),
            Thought::Plan => self.tool_plan.get_or_insert_default().push_str(&text),
        }
    }

    fn call(&mut self, call: chat::ToolCall) {
        let chat::ToolCall { id, name, mut arguments, .. } = call;
        if arguments.is_empty() {
            // A call without arguments: Cohere's models write and read JSON.
            arguments.push_str("{}");
        }
        let function = Function { name, arguments };
        self.tool_calls.push(ToolCall { id, kind: "function", function });
    }

    /// Words beside calls become their plan, if there is none: other makers' models use them for that.
    fn settle(&mut self) {
        if self.tool_calls.is_empty() {
            if self.content.is_empty() {
                // An empty turn is still a turn.
                self.content.push(Block::Text { text: String::new() });
            }
            return;
        }
        if self.tool_plan.is_some() {
            return;
        }
        let (words, others) = mem::take(&mut self.content)
            .into_iter()
            .partition::<Vec<_>, _>(|block| matches!(block, Block::Text { .. }));
        self.content = others;
        let texts: Vec<String> = words.into_iter().filter_map(Block::into_text).collect();
        self.tool_plan = (!texts.is_empty()).then(|| texts.join("\n"));
    }
}
