//! Reads a request for a chat completion: <https://platform.openai.com/docs/api-reference/chat/create>.

use super::cap;
use super::content::read_content;
use super::field::{self, Fields};
use super::read::{self, Model};
use super::refusal::{Refusal, empty, invalid, missing, wrong_type};
use super::stream_options::StreamOptions;
use super::unread::Unread;
use crate::json::{Scanner, Text, Type};
use crate::segments::{Around, Beside, Found, Medium};
use crate::{Dialect, Facts, Operation, Request, Role};

const FIELDS: &[&str] = &[
    "model",
    "messages",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "n",
    "best_of",
    "tools",
    "functions",
    "web_search_options",
];

const MESSAGES: &str = "an array of messages, each with a `role` and a `content`";

/// OpenAI's current name for the cap.
const CAP: &str = "max_completion_tokens";

/// The values read so far.
#[derive(Default)]
struct Chat {
    model: Option<Model>,
    found: Found,
    has_messages: bool,
    stream: bool,
    options: StreamOptions,
    output_cap_tokens: Option<u64>,
    choices: u32,
    /// The number of answers that are generated, of which `n` are returned.
    best_of: u32,
    tools: u32,
}

pub(super) fn read(body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(FIELDS);
    let mut unread = Unread::new(CAP);
    let mut chat = Chat::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        let name = fields.name(&key, String::new)?;
        if name.is_none() {
            unread.see(&key, &scanner)?;
        }
        chat.read_field(name, &key, &mut scanner)?;
    }
    scanner.end()?;
    chat.into_request(unread.thinking_tokens())
}

impl Chat {
    fn read_field(
        &mut self,
        name: Option<&str>,
        key: &Text<'_>,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Refusal> {
        match name {
            Some("model") => self.model = read::model(scanner)?,
            Some("messages") => self.has_messages = read_messages(scanner, &mut self.found)?,
            Some("stream") => self.stream = field::boolean(scanner, "stream")?.unwrap_or(false),
            Some("stream_options") => self.options = StreamOptions::read(scanner)?,
            Some(name @ ("max_tokens" | "max_completion_tokens")) => {
                // The vendor may take either field, so the larger one is reserved. None is less than any number.
                let tokens = cap::read(scanner, name)?;
                self.output_cap_tokens = self.output_cap_tokens.max(tokens);
            }
            Some("n") => self.choices = cap::times(scanner, "n")?,
            // An extension of vLLM and similar servers.
            Some("best_of") => self.best_of = cap::times(scanner, "best_of")?,
            Some("tools") => {
                self.tools = self.tools.saturating_add(read_tools(scanner, &mut self.found)?);
            }
            Some("functions" | "web_search_options") => {
                self.tools = self.tools.saturating_add(offered(scanner)?);
                self.found.member(scanner, key, Around::USER, &mut Beside::default())?;
            }
            _ => self.found.member(scanner, key, Around::USER, &mut Beside::default())?,
        }
        Ok(())
    }

    fn into_request(self, thinking_tokens: Option<u64>) -> Result<Request, Refusal> {
        let (model, model_span) = read::required(self.model)?;
        if !self.has_messages {
            return Err(missing("messages", MESSAGES));
        }
        let Found { segments, texts, media } = self.found;
        if self.options.is_object() && !self.stream {
            let public = "`stream_options` is only for streams: send `stream: true` with it, or leave it out";
            return Err(invalid("stream_options", "invalid_value", public.to_owned()));
        }
        let facts = Facts {
            client: Dialect::OpenAi,
            operation: Operation::Chat,
            model,
            model_span,
            stream: self.stream,
            usage_in_stream: self.options.include_usage(),
            output_cap_tokens: self.output_cap_tokens,
            thinking_tokens,
            expected_answer_tokens: None,
            choices: self.choices.max(1),
            answers: self.choices.max(self.best_of).max(1),
            texts,
            tools: self.tools,
            images: media.images,
            audio: media.audio,
            documents: media.documents,
        };
        Ok(Request { facts, segments })
    }
}

/// Counts a field that lets the model use tools under another name than `tools`: 1, whatever it holds, unless it is null or an
/// empty list. The scanner does not move.
pub(crate) fn offered(scanner: &Scanner<'_>) -> Result<u32, Refusal> {
    let mut ahead = scanner.clone();
    let found = ahead.peek()?;
    if found != Type::Array {
        return Ok((found != Type::Null).into());
    }
    ahead.array()?;
    Ok(ahead.element()?.into())
}

pub(crate) fn read_tools(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<u32, Refusal> {
    let mut tools = 0_u32;
    let start = scanner.at();
    if read::array(scanner, "tools", "an array of tools")? {
        while scanner.element()? {
            scanner.skip()?;
            tools = tools.saturating_add(1);
        }
        found.tools((start..scanner.at()).into());
    }
    Ok(tools)
}

fn read_messages(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<bool, Refusal> {
    if !read::array(scanner, "messages", MESSAGES)? {
        return Ok(false);
    }
    let mut index = 0;
    while scanner.element()? {
        read_message(scanner, index, found)?;
        index += 1;
    }
    match index {
        0 => Err(empty("messages", "empty_array", "at least one message")),
        _ => Ok(true),
    }
}

fn read_message(scanner: &mut Scanner<'_>, index: usize, found: &mut Found) -> Result<(), Refusal> {
    let path = || format!("messages[{index}]");
    match scanner.peek()? {
        Type::Object => scanner.object()?,
        other => return Err(wrong_type(path(), "an object with a `role` and a `content`", other)),
    }
    let first = found.segments.len();
    let mut fields = Fields::new(&["role", "content", "audio"]);
    let (mut role, mut beside) = (None, Beside::default());
    while let Some(key) = scanner.key()? {
        match fields.name(&key, || path() + ".")? {
            Some("role") => role = read_role(scanner, || path() + ".role")?,
            Some("content") => read_content(scanner, || path() + ".content", found)?,
            // The model's speech, which the vendor has by its id.
            Some("audio") => {
                let is_there = scanner.peek()? == Type::Object;
                found.member(scanner, &key, Around::MESSAGE, &mut beside)?;
                found.medium(is_there.then_some(Medium::Audio));
            }
            _ => found.member(scanner, &key, Around::MESSAGE, &mut beside)?,
        }
    }
    beside.close(found);
    let wanted = "one of `system`, `developer`, `user`, `assistant` and `tool`";
    let role = role.ok_or_else(|| missing(path() + ".role", wanted))?;
    // The role may come after the content.
    found.said_by(first, role, |_| true);
    Ok(())
}

/// The vendor judges an unknown role; here it is trusted no more than a user.
pub(crate) fn read_role(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
) -> Result<Option<Role>, Refusal> {
    let Some(role) = field::string(scanner, path)? else { return Ok(None) };
    Ok(Some(match role.decode().unwrap_or_default().as_ref() {
        "system" | "developer" => Role::System,
        "assistant" => Role::Assistant,
        "tool" | "function" => Role::Tool,
        _ => Role::User,
    }))
}
