//! Finds texts, pictures, sounds and documents in a content. Chats and Responses have the same parts under different names, and
//! servers that speak OpenAI's dialect accept some names of one in the other, so each name is known in both.

use super::field::Fields;
use super::refusal::{Refusal, wrong_type};
use crate::json::{Scanner, Type};
use crate::segments::{Around, Beside, Found, Medium};

/// Reads a string, or an array of parts, some of which are texts. The role of the texts is set later.
pub(crate) fn read_content(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
    found: &mut Found,
) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null()?,
        Type::String => found.text(Around::USER, scanner.string()?.inside()),
        Type::Array => {
            scanner.array()?;
            let mut index = 0;
            while scanner.element()? {
                read_part(scanner, || format!("{}[{index}].", path()), found)?;
                index += 1;
            }
        }
        other => return Err(wrong_type(path(), "a string or an array of parts", other)),
    }
    Ok(())
}

const FIELDS: &[&str] = &["type", "text", "image_url", "input_audio", "file"];

/// Any `text` of a part is a text, whatever its `type` says; some vendors also take a bare string as one. A part without `type`
/// is judged by its members, as by the servers that do not require one.
pub(crate) fn read_part(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
    found: &mut Found,
) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::String => found.text(Around::USER, scanner.string()?.inside()),
        Type::Object => {
            scanner.object()?;
            let mut fields = Fields::new(FIELDS);
            let (before, first) = (found.media, found.segments.len());
            let (mut typed, mut beside) = (None, Beside::default());
            while let Some(key) = scanner.key()? {
                match (fields.name(&key, &path)?, scanner.peek()?) {
                    (Some("type"), Type::String) => {
                        let kind = scanner.string()?;
                        typed = Some(medium(&kind.decode().unwrap_or_default()));
                        found.type_value(&kind);
                    }
                    (Some("text"), Type::String) => {
                        found.text(Around::USER, scanner.string()?.inside());
                    }
                    (name, next) => {
                        if matches!(next, Type::Object | Type::String) {
                            found.medium(name.and_then(medium));
                        }
                        found.member(scanner, &key, Around::USER, &mut beside)?;
                    }
                }
            }
            if let Some(medium) = typed {
                found.media = before;
                found.medium(medium);
            }
            if typed == Some(Some(Medium::Image)) {
                found.are_pictures(first);
            }
            beside.close(found);
        }
        _ => found.any(scanner)?,
    }
    Ok(())
}

/// The medium of a part or an item of this type, if it is not a text.
pub(crate) fn medium(kind: &str) -> Option<Medium> {
    match kind {
        "image_url" | "input_image" | "computer_screenshot" | "image_generation_call" => {
            Some(Medium::Image)
        }
        "input_audio" | "audio_url" => Some(Medium::Audio),
        "file" | "input_file" | "document_url" => Some(Medium::Document),
        _ => None,
    }
}
