//! Finds the texts that a model reads in the blocks of a message, at every level, and counts its pictures and documents.

use crate::json::{Scanner, Type};
use crate::openai::field::{self, Fields};
use crate::openai::refusal::{Refusal, wrong_type};
use crate::segments::{Around, Beside, Found, Medium};
use crate::{Role, SegmentKind};

/// The vendor judges an unknown role; here it is trusted no more than a user.
pub(super) fn read_role(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
) -> Result<Option<Role>, Refusal> {
    let Some(role) = field::string(scanner, path)? else { return Ok(None) };
    Ok(Some(match role.decode().unwrap_or_default().as_ref() {
        "system" => Role::System,
        "assistant" => Role::Assistant,
        _ => Role::User,
    }))
}

/// Reads a string, or an array of blocks, some of which hold texts.
pub(super) fn read_content(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
    around: Around,
    found: &mut Found,
) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null()?,
        Type::String => found.text(around, scanner.string()?.inside()),
        Type::Array => {
            scanner.array()?;
            let mut index = 0;
            while scanner.element()? {
                read_block(scanner, &|| format!("{}[{index}].", path()), around, found)?;
                index += 1;
            }
        }
        other => return Err(wrong_type(path(), "a string or an array of blocks", other)),
    }
    Ok(())
}

/// Any `text` of a block is a text, whatever its `type` says, and so are a document's words and a tool's output. Thoughts are
/// recognized by the member's name: they are signed and must not be changed. The scanner's depth bounds the recursion.
fn read_block(
    scanner: &mut Scanner<'_>,
    path: &dyn Fn() -> String,
    around: Around,
    found: &mut Found,
) -> Result<(), Refusal> {
    if scanner.peek()? != Type::Object {
        return Ok(found.any(scanner)?);
    }
    scanner.object()?;
    let first = found.segments.len();
    let mut fields = Fields::new(&["type", "text", "title", "context", "content", "source"]);
    let (mut of_tool, mut typed, mut beside) = (false, None, Beside::default());
    while let Some(key) = scanner.key()? {
        let name = fields.name(&key, path)?;
        match (name, scanner.peek()?) {
            (Some("type"), Type::String) => {
                let literal = scanner.string()?;
                let kind = literal.decode().unwrap_or_default();
                of_tool = kind.ends_with("tool_result");
                typed = medium(&kind);
                found.medium(typed);
                found.type_value(&literal);
            }
            (Some("title"), Type::String) => {
                found.text(around.of(SegmentKind::FileName), scanner.string()?.inside());
            }
            (Some("context"), Type::String) => {
                found.text(around.of(SegmentKind::Document), scanner.string()?.inside());
            }
            (Some("text" | "content"), Type::String) => {
                found.text(around, scanner.string()?.inside());
            }
            (Some("content"), Type::Array) => {
                scanner.array()?;
                while scanner.element()? {
                    read_block(scanner, path, around, found)?;
                }
            }
            // The output of a vendor's own tool.
            (Some("content"), Type::Object) => read_block(scanner, path, around, found)?,
            (Some("source"), Type::Object) => {
                read_source(scanner, path, around.of(SegmentKind::Document), found)?;
            }
            _ => found.member(scanner, &key, around, &mut beside)?,
        }
    }
    if typed == Some(Medium::Image) {
        found.are_pictures(first);
    }
    beside.close(found);
    if of_tool {
        found.said_by(first, Role::Tool, |_| true);
    }
    Ok(())
}

/// The medium of a block of this type, if it is not a text.
fn medium(kind: &str) -> Option<Medium> {
    match kind {
        "image" => Some(Medium::Image),
        "document" | "container_upload" => Some(Medium::Document),
        _ => None,
    }
}

/// The words of a document: `data` of a source of text, or `content`.
fn read_source(
    scanner: &mut Scanner<'_>,
    path: &dyn Fn() -> String,
    around: Around,
    found: &mut Found,
) -> Result<(), Refusal> {
    scanner.object()?;
    let within = || path() + "source.";
    let mut fields = Fields::new(&["type", "data", "content"]);
    let (mut is_text, mut data, mut beside) = (false, None, Beside::default());
    while let Some(key) = scanner.key()? {
        match (fields.name(&key, within)?, scanner.peek()?) {
            (Some("type"), Type::String) => {
                is_text = scanner.string()?.decode().as_deref() == Some("text");
            }
            (Some("data"), Type::String) => {
                data = Some(found.segments.len());
                found.member(scanner, &key, around, &mut beside)?;
            }
            (Some("content"), Type::String | Type::Array) => {
                read_content(scanner, || within() + "content", around, found)?;
            }
            _ => found.member(scanner, &key, around, &mut beside)?,
        }
    }
    beside.close(found);
    if let Some(data) = data.filter(|_| is_text) {
        found.is_text(data, around);
    }
    Ok(())
}
