//! One system message, which is the first: templates of models (Qwen's on vLLM, for example) refuse every other.

use crate::chat::{Content, Losses, Message, Part, Request, Role};
use crate::openai::system::{LATER, SEPARATOR};

/// Merges the instructions into one message at the beginning.
pub(super) fn merge(request: &mut Request, losses: &mut Losses) {
    let is_system = |message: &Message| matches!(message.role, Role::System | Role::Developer);
    let leading = request.messages.iter().take_while(|message| is_system(message)).count();
    let all = request.messages.iter().filter(|message| is_system(message)).count();
    if all <= 1 && leading == all {
        return;
    }
    let (system, others): (Vec<_>, Vec<_>) =
        std::mem::take(&mut request.messages).into_iter().partition(is_system);
    for message in system.iter().skip(leading) {
        losses.add(message.path.clone(), LATER);
    }
    let path = system.first().map(|message| message.path.clone()).unwrap_or_default();
    let mut texts = Vec::new();
    let mut beside = Vec::new();
    for part in system.into_iter().flat_map(|message| message.parts) {
        match part.content {
            Content::Text(text) => texts.push(text),
            _ => beside.push(part),
        }
    }
    let mut parts = Vec::new();
    if !texts.is_empty() {
        parts.push(Part::new(path.clone(), Content::Text(texts.join(SEPARATOR))));
    }
    parts.append(&mut beside);
    request.messages.push(Message { path, role: Role::System, parts, name: None });
    request.messages.extend(others);
}
