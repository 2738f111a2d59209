//! Reads a client's request: <https://platform.openai.com/docs/api-reference/responses/create>.

use crate::json::{Scanner, Text, Type};
use crate::openai::cap;
use crate::openai::chat::{read_role, read_tools};
use crate::openai::content::{medium, read_content, read_part};
use crate::openai::field::{self, Fields};
use crate::openai::read::{self, Model};
use crate::openai::refusal::{Refusal, wrong_type};
use crate::openai::unread::Unread;
use crate::segments::{Around, Beside, Found, Kept};
use crate::{Dialect, Facts, Operation, Request, Role, SegmentKind};
use postern_fault::Fault;

const FIELDS: &[&str] =
    &["model", "instructions", "input", "stream", CAP, "tools", "prompt", "n", "best_of"];
const CAP: &str = "max_output_tokens";

const INPUT: &str = "a string or an array of items";

/// Reads a request in one pass: what it asks for, and the places of its texts. It judges only fields that the gateway acts on;
/// the vendor judges all others, which pass unchanged. A request that continues a conversation at the vendor may have no input.
///
/// # Errors
/// A body that is not JSON, and a field read here that is missing, duplicate or of another type. Messages name fields and
/// types, never a text of the request.
pub fn read(_: Operation, body: &str) -> Result<Request, Fault> {
    read::whole(body, read_body)
}

/// The values read so far.
#[derive(Default)]
struct Asked {
    model: Option<Model>,
    found: Found,
    stream: bool,
    output_cap_tokens: Option<u64>,
    /// Responses have one answer; compatible servers may make more.
    answers: u32,
    tools: u32,
}

fn read_body(body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(FIELDS);
    let mut unread = Unread::new(CAP);
    let mut asked = Asked::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        let name = fields.name(&key, String::new)?;
        if name.is_none() {
            unread.see(&key, &scanner)?;
        }
        asked.read_field(name, &key, &mut scanner)?;
    }
    scanner.end()?;
    let (model, model_span) = read::required(asked.model)?;
    let Found { segments, texts, media } = asked.found;
    let facts = Facts {
        client: Dialect::Responses,
        operation: Operation::Chat,
        model,
        model_span,
        stream: asked.stream,
        // The last event always has the usage.
        usage_in_stream: true,
        output_cap_tokens: asked.output_cap_tokens,
        thinking_tokens: unread.thinking_tokens(),
        expected_answer_tokens: None,
        choices: 1,
        answers: asked.answers.max(1),
        texts,
        tools: asked.tools,
        images: media.images,
        audio: media.audio,
        documents: media.documents,
    };
    Ok(Request { facts, segments })
}

impl Asked {
    fn read_field(
        &mut self,
        name: Option<&str>,
        key: &Text<'_>,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Refusal> {
        match name {
            Some("model") => self.model = read::model(scanner)?,
            Some("instructions") => {
                let text = field::string(scanner, || "instructions".to_owned())?;
                if let Some(text) = text {
                    self.found.text(Around::INSTRUCTION, text.inside());
                }
            }
            Some("input") => self.read_input(scanner)?,
            Some("stream") => self.stream = field::boolean(scanner, "stream")?.unwrap_or(false),
            Some(CAP) => self.output_cap_tokens = cap::read(scanner, CAP)?,
            Some(times @ ("n" | "best_of")) => {
                self.answers = self.answers.max(cap::times(scanner, times)?);
            }
            Some("tools") => {
                self.tools = self.tools.saturating_add(read_tools(scanner, &mut self.found)?);
            }
            Some("prompt") if scanner.peek()? == Type::Object => self.read_prompt(scanner)?,
            _ => self.found.member(scanner, key, Around::USER, &mut Beside::default())?,
        }
        Ok(())
    }

    fn read_input(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        match scanner.peek()? {
            Type::Null => scanner.null()?,
            Type::String => {
                self.found.text(Around::USER, scanner.string()?.inside());
            }
            Type::Array => {
                scanner.array()?;
                let mut index = 0_usize;
                while scanner.element()? {
                    self.read_item(scanner, index)?;
                    index += 1;
                }
            }
            other => return Err(wrong_type("input", INPUT, other)),
        }
        Ok(())
    }

    /// Reads a message, a tool's output, or thoughts: all have texts where messages have them.
    fn read_item(&mut self, scanner: &mut Scanner<'_>, index: usize) -> Result<(), Refusal> {
        let path = || format!("input[{index}].");
        match scanner.peek()? {
            Type::Object => scanner.object()?,
            other => return Err(wrong_type(format!("input[{index}]"), "an item", other)),
        }
        let first = self.found.segments.len();
        let mut fields = Fields::new(&["type", "role", "content", "output", "summary"]);
        let (mut role, mut fallback, mut beside) = (None, None, Beside::default());
        while let Some(key) = scanner.key()? {
            match fields.name(&key, path)? {
                Some("role") => role = read_role(scanner, || path() + "role")?,
                Some("type") => {
                    let kind = field::string(scanner, || path() + "type")?;
                    let Some(literal) = kind else { continue };
                    self.found.type_value(&literal);
                    let kind = literal.decode().unwrap_or_default();
                    self.found.medium(medium(&kind));
                    fallback = match kind.as_ref() {
                        "reasoning" => Some((Role::Assistant, SegmentKind::Reasoning)),
                        kind if kind.ends_with("_output") => {
                            Some((Role::Tool, SegmentKind::ToolResult))
                        }
                        _ => None,
                    };
                }
                Some("content") => {
                    read_content(scanner, || path() + "content", &mut self.found)?;
                }
                // Outputs of tools other than functions have other types.
                Some(texts @ ("output" | "summary"))
                    if matches!(scanner.peek()?, Type::String | Type::Array) =>
                {
                    read_content(scanner, || path() + texts, &mut self.found)?;
                }
                // A screenshot.
                Some("output") if scanner.peek()? == Type::Object => {
                    read_part(scanner, || path() + "output.", &mut self.found)?;
                }
                _ => self.found.member(scanner, &key, Around::MESSAGE, &mut beside)?,
            }
        }
        beside.close(&mut self.found);
        // The role and the type may come after the texts.
        if let Some((_, kind)) = fallback {
            self.found.texts_are(first, kind);
        }
        match (role, fallback) {
            (Some(role), _) => self.found.said_by(first, role, |_| true),
            (None, Some((role, _))) => self.found.said_by(first, role, |_| true),
            (None, None) => self.found.names_are_tools(first),
        }
        Ok(())
    }

    /// The variables of a prompt that is stored at the vendor are the user's words, pictures and files.
    fn read_prompt(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        // A prompt that is stored at the vendor may have tools of its own.
        self.tools = self.tools.saturating_add(1);
        scanner.object()?;
        let mut fields = Fields::new(&["variables"]);
        let (mut kept, mut beside) = (Kept::new(&self.found, scanner), Beside::default());
        while let Some(key) = scanner.key()? {
            match (fields.name(&key, || "prompt.".to_owned())?, scanner.peek()?) {
                (Some(_), Type::Object) => self.read_variables(scanner)?,
                (None, Type::String) if key.decode().as_deref() == Some("id") => {
                    kept.id(scanner.string()?.inside(), &mut self.found);
                }
                _ => self.found.member(scanner, &key, Around::USER, &mut beside)?,
            }
        }
        beside.close(&mut self.found);
        kept.close(&mut self.found);
        Ok(())
    }

    fn read_variables(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        scanner.object()?;
        while scanner.key()?.is_some() {
            let path = || "prompt.variables.".to_owned();
            read_part(scanner, path, &mut self.found)?;
        }
        Ok(())
    }
}
