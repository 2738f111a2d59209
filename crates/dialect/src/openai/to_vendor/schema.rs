//! Structured output for vendors that have JSON mode and no schemas.

use crate::chat::{Content, Field, Format, Losses, Message, Part, Request, Role};
use crate::emulate;

/// The schema as words of the first system message, and JSON mode. JSON mode itself wants its name in the prompt
/// (<https://platform.openai.com/docs/guides/structured-outputs#json-mode>), which the words have.
pub(crate) fn as_instruction(request: &mut Request, losses: &mut Losses) {
    if !matches!(request.format, Format::JsonSchema(_)) {
        return;
    }
    let Some(words) = emulate::schema_as_instruction(&request.format) else { return };
    let format = std::mem::replace(&mut request.format, Format::JsonObject);
    let path = request.path(Field::Format);
    if matches!(format, Format::JsonSchema(schema) if schema.strict == Some(true)) {
        losses.add(path, "the vendor is asked for the schema in words, and may not follow it");
    }
    let first = request.messages.first_mut();
    match first.filter(|message| matches!(message.role, Role::System | Role::Developer)) {
        Some(system) => match system.parts.last_mut().map(|part| &mut part.content) {
            Some(Content::Text(text)) => {
                text.push_str("\n\n");
                text.push_str(&words);
            }
            _ => system.parts.push(Part::new(path, Content::Text(words))),
        },
        None => {
            let parts = vec![Part::new(path, Content::Text(words))];
            let system = Message { path: path.to_owned(), role: Role::System, parts, name: None };
            request.messages.insert(0, system);
        }
    }
}
