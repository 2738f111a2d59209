//! The conversation: system blocks first, then alternating messages of user and assistant.

use super::body::{
    Block, CachePoint, Message, ReasoningContent, ToolResult as ToolResultBlock, ToolUse,
};
use super::conversation::Conversation;
use super::{media, names};
use crate::Dialect;
use crate::Memo;
use crate::bedrock::family::{Cache, Family};
use crate::chat::{
    self, CacheControl, Content, Losses, Part, Reasoned, Role, Sealed, ToolCall, ToolResult,
};
use crate::tool_names::SHORT;
use postern_fault::Fault;
use serde_json::value::RawValue;

/// The text beside a document, which Bedrock requires.
const BESIDE_DOCUMENT: &str = "The document is attached.";

impl Conversation<'_> {
    /// Adds the next message.
    ///
    /// # Errors
    /// Content that no model on Bedrock accepts.
    pub fn push(&mut self, message: chat::Message) -> Result<(), Fault> {
        if message.name.is_some() {
            self.losses
                .add(format!("{}.name", message.path), "Bedrock has no names of participants");
        }
        match message.role {
            Role::System | Role::Developer => {
                if !self.messages.is_empty() {
                    let reason =
                        "Bedrock has instructions only before the conversation: moved there";
                    self.losses.add(message.path, reason);
                }
                message.parts.into_iter().for_each(|part| self.instruct(part));
                Ok(())
            }
            Role::User | Role::Tool => self.say("user", message.parts),
            Role::Assistant => self.say("assistant", message.parts),
        }
    }

    /// Completes the conversation after its last message.
    pub fn finish(&mut self, cache: Option<CacheControl>, path: &str) {
        let marker = cache.and_then(|cache| self.cache_point(cache, path));
        if let (Some(message), Some(marker)) = (self.messages.last_mut(), marker) {
            message.content.push(marker);
        }
        for message in &mut self.messages {
            let has = |wanted: fn(&Block) -> bool| message.content.iter().any(wanted);
            if has(|block| matches!(block, Block::Document(_)))
                && !has(|block| matches!(block, Block::Text(_)))
            {
                message.content.push(Block::Text(BESIDE_DOCUMENT.to_owned()));
            }
        }
    }

    fn instruct(&mut self, part: Part) {
        let Part { path, content, cache, .. } = part;
        match content {
            Content::Text(text) => {
                let block = self.text(text, &path);
                self.system.extend(block);
            }
            _ => self.losses.add(path.clone(), "Bedrock's instructions are text only"),
        }
        let marker = cache.and_then(|cache| self.cache_point(cache, &path));
        if !self.system.is_empty() {
            self.system.extend(marker);
        }
    }

    fn say(&mut self, role: &'static str, parts: Vec<Part>) -> Result<(), Fault> {
        let mut content = Vec::with_capacity(parts.len());
        for part in parts {
            self.part(part, &mut content)?;
        }
        match self.messages.last_mut() {
            Some(last) if last.role == role => last.content.append(&mut content),
            _ if content.is_empty() => {}
            _ => self.messages.push(Message { role, content }),
        }
        Ok(())
    }

    fn part(&mut self, part: Part, blocks: &mut Vec<Block>) -> Result<(), Fault> {
        let Part { path, content, cache, annotations } = part;
        if !annotations.is_empty() {
            self.losses.add(path.as_str(), "Bedrock is not given the citations of earlier answers");
        }
        let mut inner_cache = None;
        let block = match content {
            Content::Text(text) | Content::Refusal(text) => self.text(text, &path),
            Content::Image(image) => Some(media::image(image, &path, self)?),
            Content::File(file) => Some(media::document(file, &path, self)?),
            Content::Audio(audio) => Some(media::audio(audio, &path, self)?),
            Content::ToolCall(call) => Some(self.call(call, &path)),
            Content::ToolResult(result) => Some(self.result(result, &path, &mut inner_cache)?),
            Content::Reasoning(reasoned) => self.reasoning(reasoned, &path),
            Content::Foreign(Dialect::Bedrock, block) => Some(Block::Foreign(block)),
            Content::Foreign(..) => {
                self.losses.add(path.as_str(), "Bedrock does not know this kind of content");
                None
            }
        };
        blocks.extend(block);
        let marker = cache.or(inner_cache).and_then(|cache| self.cache_point(cache, &path));
        if !blocks.is_empty() {
            blocks.extend(marker);
        }
        Ok(())
    }

    /// Bedrock refuses a blank text.
    fn text(&mut self, text: String, path: &str) -> Option<Block> {
        if !text.is_empty() && text.trim().is_empty() {
            self.losses.add(path, "Bedrock refuses a blank text");
        }
        (!text.trim().is_empty()).then_some(Block::Text(text))
    }

    fn call(&mut self, call: ToolCall, path: &str) -> Block {
        let name = tool_name(call.name, self.memo);
        self.called.insert(name.clone());
        let input = match call.arguments.trim() {
            "" => raw("{}".to_owned()),
            text if text.starts_with('{') => raw(call.arguments.clone()),
            _ => None,
        };
        let input = input.or_else(|| {
            self.losses.add(
                format!("{path}.arguments"),
                "Bedrock takes a JSON object only: sent as the text of its field `arguments`",
            );
            raw(serde_json::json!({ "arguments": call.arguments }).to_string())
        });
        let input = input.unwrap_or_else(|| RawValue::NULL.to_owned());
        Block::ToolUse(ToolUse { tool_use_id: names::call_id(call.id), name, input })
    }

    fn result(
        &mut self,
        result: ToolResult,
        path: &str,
        cache: &mut Option<CacheControl>,
    ) -> Result<Block, Fault> {
        self.has_results = true;
        let mut content = Vec::with_capacity(result.parts.len());
        for mut part in result.parts {
            // A cache point can only follow the complete result.
            *cache = part.cache.take().or(cache.take());
            if matches!(part.content, Content::Audio(_)) {
                return Err(media::unsupported(
                    &part.path,
                    "Bedrock takes no audio in the result of a tool",
                ));
            }
            if matches!(
                part.content,
                Content::ToolCall(_) | Content::ToolResult(_) | Content::Reasoning(_)
            ) {
                self.losses.add(path, "the result of a tool has no calls, results or thoughts");
                continue;
            }
            self.part(part, &mut content)?;
        }
        let status = result.is_error.then_some("error");
        let tool_use_id = names::call_id(result.call_id);
        Ok(Block::ToolResult(ToolResultBlock { tool_use_id, content, status }))
    }

    fn reasoning(&mut self, reasoned: Reasoned, path: &str) -> Option<Block> {
        let Reasoned { text, sealed, redacted, .. } = reasoned;
        // Anthropic's signatures are valid on every platform that serves its models:
        // https://docs.claude.com/en/docs/build-with-claude/extended-thinking
        let is_own = |sealed: &Sealed| {
            sealed.maker == Dialect::Bedrock
                || (self.family.claude && sealed.maker == Dialect::Anthropic)
        };
        let Some(sealed) = sealed.filter(is_own) else {
            self.losses.add(path, "Bedrock takes back only thoughts that it has signed");
            return None;
        };
        Some(Block::ReasoningContent(match redacted {
            true => ReasoningContent::RedactedContent(sealed.data),
            false => ReasoningContent::ReasoningText { text, signature: sealed.data },
        }))
    }

    fn cache_point(&mut self, cache: CacheControl, path: &str) -> Option<Block> {
        cache_point(cache, path, self.family.cache != Cache::No, self.family, self.losses)
            .map(Block::CachePoint)
    }
}

fn raw(json: String) -> Option<Box<RawValue>> {
    RawValue::from_string(json).ok()
}

/// A cache point, if the family accepts one. Its default lifetime is five minutes.
pub(super) fn cache_point(
    cache: CacheControl,
    path: &str,
    takes: bool,
    family: Family,
    losses: &mut Losses,
) -> Option<CachePoint> {
    if !takes {
        losses
            .add(format!("{path}.cache_control"), "this model on Bedrock has no cache points here");
        return None;
    }
    let ttl = cache.ttl.filter(|ttl| ttl != "5m");
    let held = ttl.clone().filter(|ttl| ttl == "1h" && family.cache == Cache::Hour);
    if ttl != held {
        let reason = "this model on Bedrock caches for its default time only";
        losses.add(format!("{path}.cache_control.ttl"), reason);
    }
    Some(CachePoint { r#type: "default", ttl: held })
}

/// The name that is sent. A changed name is noted for the answer.
pub(super) fn tool_name(name: String, memo: &mut Memo) -> String {
    SHORT.sent(&name, memo)
}
