//! A conversation as the one text that the interface takes.
//!
//! Two templates. `llama2-chat` and `codellama-instruct`, the models that the interface's documentation names, were
//! trained on Llama 2's: all system texts between `<<SYS>>` marks in the first turn, each turn of the user between
//! `[INST]` and `[/INST]` (<https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-2/>). All others get the
//! roles in plain words, in order, a blank line between messages:
//!
//! ```text
//! System: Answer briefly.
//!
//! User: Hello
//!
//! Assistant:
//! ```
//!
//! In both, a conversation that ends with the assistant's message is continued. A user's text can look like another
//! role's in the plain template; a text with Llama 2's own marks is refused.

use super::allowed::is_empty;
use crate::fields::{Fields, type_name};
use crate::refusal::Refusal;
use serde_json::Value;

const LLAMA_2: &[&str] = &["llama2-chat", "codellama-instruct"];

/// Llama 2's marks, which its makers' own code refuses in messages.
const MARKS: [&str; 4] = ["[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"];

/// The separator of a message's texts, and of messages without a border in Llama 2's template.
const BETWEEN: &str = "\n\n";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    System,
    User,
    Assistant,
}

struct Message {
    role: Role,
    text: String,
}

/// The prompt of `messages` for the host's model `model`.
pub(super) fn prompt(messages: &[Fields], model: &str) -> Result<String, Refusal> {
    if messages.is_empty() {
        let message = "'messages' is empty: send at least one message.".to_owned();
        return Err(Refusal::invalid("messages", "empty_array", message));
    }
    let is_llama_2 = LLAMA_2.contains(&model);
    let marks: &[&str] = if is_llama_2 { &MARKS } else { &[] };
    let messages: Vec<Message> =
        messages.iter().map(|message| read(message, marks)).collect::<Result<_, _>>()?;
    Ok(if is_llama_2 { llama_2(&messages) } else { plain(&messages) })
}

fn plain(messages: &[Message]) -> String {
    let mut prompt = String::new();
    for Message { role, text } in messages {
        let speaker = match role {
            Role::System => "System",
            Role::User => "User",
            Role::Assistant => "Assistant",
        };
        append(&mut prompt, &format!("{speaker}: {text}"));
    }
    if messages.last().is_some_and(|last| last.role != Role::Assistant) {
        append(&mut prompt, "Assistant:");
    }
    prompt
}

fn llama_2(messages: &[Message]) -> String {
    let (mut system, mut asked, mut prompt) = (String::new(), String::new(), String::new());
    for message in messages.iter().filter(|message| message.role == Role::System) {
        append(&mut system, &message.text);
    }
    if !system.is_empty() {
        asked = format!("<<SYS>>\n{system}\n<</SYS>>");
    }
    let mut is_answered = false;
    for Message { role, text } in messages {
        match role {
            Role::System => {}
            // The tokenizer writes the first `<s>` itself.
            Role::User if is_answered => {
                prompt.push_str(" </s><s>");
                is_answered = false;
                asked.clone_from(text);
            }
            Role::User => append(&mut asked, text),
            Role::Assistant if is_answered => append(&mut prompt, text),
            Role::Assistant => {
                prompt.push_str(&format!("[INST] {asked} [/INST] {text}"));
                is_answered = true;
                asked.clear();
            }
        }
    }
    if !is_answered {
        prompt.push_str(&format!("[INST] {asked} [/INST]"));
    }
    prompt
}

fn append(texts: &mut String, text: &str) {
    if !texts.is_empty() {
        texts.push_str(BETWEEN);
    }
    texts.push_str(text);
}

fn read(message: &Fields, marks: &[&str]) -> Result<Message, Refusal> {
    let role = match message.require_string("role")? {
        "system" | "developer" => Role::System,
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "tool" | "function" => {
            return Err(Refusal::unsupported(message.path("role"), "unsupported_value"));
        }
        other => {
            let expected = "'system', 'developer', 'user' or 'assistant'";
            let path = message.path("role");
            return Err(Refusal::wrong_value(&path, &format!("'{other}'"), expected));
        }
    };
    for name in message.names() {
        let is_known = matches!(name, "role" | "content" | "refusal");
        if !is_known && !message.get(name).is_some_and(is_empty) {
            return Err(Refusal::unsupported(message.path(name), "unsupported_parameter"));
        }
    }
    let text = text(message)?;
    match marks.iter().find(|mark| text.contains(**mark)) {
        Some(mark) => Err(Refusal::invalid(
            message.path("content"),
            "invalid_value",
            format!(
                "The message has '{mark}' in it, which this model takes for the border of a message."
            ),
        )),
        None => Ok(Message { role, text }),
    }
}

/// The text of a message: a string, or the text parts of an array; for a refusal of the assistant, its text.
fn text(message: &Fields) -> Result<String, Refusal> {
    match message.get("content") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Array(_)) => {
            let mut texts = String::new();
            for part in message.objects("content")? {
                append(&mut texts, part_text(&part)?);
            }
            Ok(texts)
        }
        None => match message.string("refusal")? {
            Some(refusal) => Ok(refusal.to_owned()),
            None => Err(Refusal::missing(&message.path("content"))),
        },
        Some(other) => Err(Refusal::wrong_type(
            &message.path("content"),
            "a string or an array of parts",
            type_name(other),
        )),
    }
}

fn part_text<'a>(part: &Fields<'a>) -> Result<&'a str, Refusal> {
    match part.require_string("type")? {
        "text" => part.require_string("text"),
        "refusal" => part.require_string("refusal"),
        other => {
            let message = format!("The host's models take text only, and no '{other}'.");
            Err(Refusal::invalid(part.path("type"), "unsupported_content", message))
        }
    }
}
