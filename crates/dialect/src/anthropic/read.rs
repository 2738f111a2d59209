//! Reads a client's request: <https://platform.claude.com/docs/en/api/messages>.

use super::read_content::{read_content, read_role};
use crate::json::{Scanner, Text, Type};
use crate::openai::cap;
use crate::openai::chat::{offered, read_tools};
use crate::openai::field::{self, Fields};
use crate::openai::read::{self, Model};
use crate::openai::refusal::{Refusal, empty, missing, wrong_type};
use crate::openai::unread::Unread;
use crate::segments::{Around, Beside, Found};
use crate::{Dialect, Facts, Operation, Request, Role};
use postern_fault::Fault;

const FIELDS: &[&str] =
    &["model", "messages", "system", "stream", CAP, "tools", "mcp_servers", "n", "best_of"];
const MESSAGES: &str = "an array of messages, each with a `role` and a `content`";

const CAP: &str = "max_tokens";

/// Zero is a cap as well: it fills the prompt cache of Anthropic's own models without an answer
/// (<https://platform.claude.com/docs/en/build-with-claude/prompt-caching>). It is sent to no vendor of another dialect, and
/// reserved like a missing cap, since a server of this dialect may treat it as one.
const ANY_CAP: (u64, u64) = (0, u64::MAX);

/// The values read so far.
#[derive(Default)]
struct Messages {
    model: Option<Model>,
    found: Found,
    has_messages: bool,
    stream: bool,
    output_cap_tokens: Option<u64>,
    /// Anthropic gives one answer; compatible servers may make more.
    answers: u32,
    tools: u32,
}

/// Reads a request in one pass: what it asks for, and the places of its texts. It judges only fields that the gateway acts on;
/// the vendor judges all others, which pass unchanged.
///
/// # Errors
/// A body that is not JSON, and a field read here that is missing, duplicate or of another type. Messages name fields and
/// types, never a text of the request.
pub fn read(operation: Operation, body: &str) -> Result<Request, Fault> {
    read::whole(body, |body| read_body(operation, body))
}

fn read_body(operation: Operation, body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(FIELDS);
    let mut unread = Unread::new(CAP);
    let mut messages = Messages::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        let name = fields.name(&key, String::new)?;
        if name.is_none() {
            unread.see(&key, &scanner)?;
        }
        messages.read_field(name, &key, &mut scanner)?;
    }
    scanner.end()?;
    messages.into_request(operation, unread.thinking_tokens())
}

impl Messages {
    fn read_field(
        &mut self,
        name: Option<&str>,
        key: &Text<'_>,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Refusal> {
        match name {
            Some("model") => self.model = read::model(scanner)?,
            Some("messages") => self.has_messages = read_messages(scanner, &mut self.found)?,
            Some("system") => {
                let path = || "system".to_owned();
                read_content(scanner, path, Around::INSTRUCTION, &mut self.found)?;
            }
            Some("stream") => self.stream = field::boolean(scanner, "stream")?.unwrap_or(false),
            Some(CAP) => {
                self.output_cap_tokens = field::whole_number(scanner, CAP, ANY_CAP)?;
            }
            Some(times @ ("n" | "best_of")) => {
                self.answers = self.answers.max(cap::times(scanner, times)?);
            }
            Some("tools") => {
                self.tools = self.tools.saturating_add(read_tools(scanner, &mut self.found)?);
            }
            Some("mcp_servers") => {
                self.tools = self.tools.saturating_add(offered(scanner)?);
                self.found.member(scanner, key, Around::USER, &mut Beside::default())?;
            }
            _ => self.found.member(scanner, key, Around::USER, &mut Beside::default())?,
        }
        Ok(())
    }

    fn into_request(
        self,
        operation: Operation,
        thinking_tokens: Option<u64>,
    ) -> Result<Request, Refusal> {
        let (model, model_span) = read::required(self.model)?;
        if !self.has_messages {
            return Err(missing("messages", MESSAGES));
        }
        if operation == Operation::Chat && self.output_cap_tokens.is_none() {
            return Err(missing("max_tokens", "the most tokens that the answer may have"));
        }
        let Found { segments, texts, media } = self.found;
        let facts = Facts {
            client: Dialect::Anthropic,
            operation,
            model,
            model_span,
            stream: self.stream && operation == Operation::Chat,
            // Every stream of this dialect reports its usage.
            usage_in_stream: true,
            output_cap_tokens: self.output_cap_tokens,
            thinking_tokens,
            expected_answer_tokens: None,
            choices: 1,
            answers: self.answers.max(1),
            texts,
            tools: self.tools,
            images: media.images,
            audio: media.audio,
            documents: media.documents,
        };
        Ok(Request { facts, segments })
    }
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
    let mut fields = Fields::new(&["role", "content"]);
    let (mut role, mut beside) = (None, Beside::default());
    while let Some(key) = scanner.key()? {
        match fields.name(&key, || path() + ".")? {
            Some("role") => role = read_role(scanner, || path() + ".role")?,
            Some("content") => {
                read_content(scanner, || path() + ".content", Around::USER, found)?;
            }
            _ => found.member(scanner, &key, Around::MESSAGE, &mut beside)?,
        }
    }
    beside.close(found);
    let role = role.ok_or_else(|| missing(path() + ".role", "`user` or `assistant`"))?;
    // The role may come after the content; outputs of tools have their own role.
    found.said_by(first, role, |role| role != Role::Tool);
    Ok(())
}
