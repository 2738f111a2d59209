//! Conversations that a vendor refuses for what is not in them: blank texts, no user's turn, a beginning by the model.

use super::{Content, Losses, Message, Part, Request, Role};
use postern_fault::Fault;

/// What a vendor refuses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refuses {
    /// The vendor's name.
    pub by: &'static str,
    /// A conversation without a turn of the user's: instructions alone become one.
    pub instructions_alone: bool,
    /// A conversation that begins with the model.
    pub beginning_by_model: bool,
    /// White space at the end of the model's last turn, which the model continues.
    pub trailing_blanks: bool,
    /// Blank texts of the model's, too.
    pub blank_answers: bool,
}

/// The user's turn before a conversation that begins with the model.
pub(crate) const OPENING: &str = "(The conversation begins here.)";

pub(crate) const BEGINS: &str =
    "a conversation begins with the user here: a turn that says so was put first";
pub(crate) const TRAILS: &str = "the model's last turn cannot end with white space here";

/// The fault for a conversation that says nothing.
pub(crate) fn nothing(path: &str, by: &str) -> Fault {
    let public = format!("`{path}` has nothing but blanks, which {by} refuses: send a text");
    Fault::invalid_request(path, public).with_code("invalid_value")
}

/// Repairs a conversation.
///
/// # Errors
/// Nothing is said in it.
pub(crate) fn repair(
    request: &mut Request,
    refuses: Refuses,
    losses: &mut Losses,
) -> Result<(), Fault> {
    let first = request.messages.first().map_or("messages", |message| message.path.as_str());
    let path = first.split(['[', '.']).next().unwrap_or_default().to_owned();
    for message in &mut request.messages {
        if is_refused(message, refuses) {
            without_blanks(&mut message.parts, refuses.by, losses);
        }
    }
    request.messages.retain(|message| !message.parts.is_empty() || !is_refused(message, refuses));
    let is_turn = |message: &Message| !matches!(message.role, Role::System | Role::Developer);
    let Some(at) = request.messages.iter().position(is_turn) else {
        if request.messages.is_empty() {
            return Err(nothing(&path, refuses.by));
        }
        let is_text = |part: &Part| matches!(part.content, Content::Text(_));
        let texts = request.messages.iter().flat_map(|message| &message.parts).all(is_text);
        if refuses.instructions_alone && texts {
            losses.add("messages", "instructions alone are sent as the user's");
            request.messages.iter_mut().for_each(|message| message.role = Role::User);
        }
        return Ok(());
    };
    let opener = request.messages.get(at).filter(|message| message.role == Role::Assistant);
    if let Some(path) =
        opener.filter(|_| refuses.beginning_by_model).map(|first| first.path.clone())
    {
        losses.add(path.as_str(), BEGINS);
        let parts = vec![Part::new(path.as_str(), Content::Text(OPENING.to_owned()))];
        request.messages.insert(at, Message { path, role: Role::User, parts, name: None });
    }
    if refuses.trailing_blanks {
        trim(request, losses);
    }
    Ok(())
}

fn is_refused(message: &Message, refuses: Refuses) -> bool {
    refuses.blank_answers || message.role != Role::Assistant
}

fn without_blanks(parts: &mut Vec<Part>, by: &str, losses: &mut Losses) {
    parts.retain_mut(|part| {
        let text = match &mut part.content {
            Content::ToolResult(result) => {
                without_blanks(&mut result.parts, by, losses);
                return true;
            }
            Content::Text(text) | Content::Refusal(text) => text,
            _ => return true,
        };
        let is_blank = text.trim().is_empty();
        if is_blank && !text.is_empty() {
            losses.add(part.path.as_str(), format!("{by} refuses a blank text"));
        }
        !is_blank
    });
}

fn trim(request: &mut Request, losses: &mut Losses) {
    let last = request.messages.last_mut().filter(|message| message.role == Role::Assistant);
    let Some(part) = last.and_then(|message| message.parts.last_mut()) else { return };
    if let Content::Text(text) = &mut part.content
        && text.ends_with(char::is_whitespace)
    {
        losses.add(part.path.as_str(), TRAILS);
        text.truncate(text.trim_end().len());
    }
}
