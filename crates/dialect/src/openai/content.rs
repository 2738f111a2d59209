//! Finds texts, pictures, sounds and documents in a content. Chats and Responses have the same parts under other names,
//! and servers that speak OpenAI's dialect take some of the names of one in the other: each name is known in both.

use super::field::Fields;
use super::refusal::{Refusal, wrong_type};
use crate::Role;
use crate::found::{Found, Medium};
use crate::json::{Scanner, Type};

/// A string, or an array of parts of which some are texts. The texts are of a role that is yet to be read.
pub(crate) fn read_content(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
    found: &mut Found,
) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::Null => scanner.null()?,
        Type::String => found.text(Role::User, scanner.string()?.inside()),
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

/// Any `text` of a part is a text, whatever `type` the part says it has; a bare string is one for some vendors. What has
/// no `type` is what its members are for those servers that do not ask for one.
pub(crate) fn read_part(
    scanner: &mut Scanner<'_>,
    path: impl Fn() -> String,
    found: &mut Found,
) -> Result<(), Refusal> {
    match scanner.peek()? {
        Type::String => found.text(Role::User, scanner.string()?.inside()),
        Type::Object => {
            scanner.object()?;
            let mut fields = Fields::new(FIELDS);
            let before = found.media;
            let mut typed = None;
            while let Some(key) = scanner.key()? {
                match (fields.name(&key, &path)?, scanner.peek()?) {
                    (Some("type"), Type::String) => {
                        typed = Some(medium(&scanner.string()?.decode().unwrap_or_default()));
                    }
                    (Some("text"), Type::String) => {
                        found.text(Role::User, scanner.string()?.inside());
                    }
                    (Some(name), Type::Object | Type::String) => {
                        found.medium(medium(name));
                        scanner.skip()?;
                    }
                    _ => drop(scanner.skip()?),
                }
            }
            if let Some(medium) = typed {
                found.media = before;
                found.medium(medium);
            }
        }
        _ => drop(scanner.skip()?),
    }
    Ok(())
}

/// What a part or an item of this type is, if it is no text.
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
