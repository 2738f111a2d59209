//! Structured output for vendors that have JSON mode but no schemas.

use crate::chat::{Content, Field, Format, Losses, Message, Part, Request, Role};
use crate::emulate;

/// Puts the schema into the first system message and turns on JSON mode. JSON mode requires the word JSON in the prompt
/// (<https://platform.openai.com/docs/guides/structured-outputs#json-mode>), which the instruction contains.
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
