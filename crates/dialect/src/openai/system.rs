//! One system message, which is the first, as edits of the client's bytes.

use super::members::{Member, Message};
use crate::chat::Losses;
use crate::json::Node;
use crate::{Edit, Span};

/// Between instructions that were messages of their own.
pub(super) const SEPARATOR: &str = "\n\n";

pub(super) const LATER: &str =
    "the server takes instructions at the beginning only: they are said there";

/// The edits, and the messages that they take out.
#[derive(Default)]
pub(super) struct Merged {
    pub edits: Vec<Edit>,
    pub gone: Vec<usize>,
}

/// Merges all system and developer messages into the first message.
pub(super) fn merged(messages: &[Message<'_>], losses: &mut Losses) -> Merged {
    let is_system = |message: &Message<'_>| matches!(message.role(), "system" | "developer");
    let all: Vec<usize> =
        (0..messages.len()).filter(|at| messages.get(*at).is_some_and(is_system)).collect();
    let leading = messages.iter().take_while(|message| is_system(message)).count();
    if all.len() <= 1 && leading == all.len() {
        return Merged::default();
    }
    for at in all.iter().skip(leading) {
        losses.add(format!("messages[{at}]"), LATER);
    }
    let texts: Vec<String> =
        all.iter().filter_map(|at| messages.get(*at)).flat_map(texts).collect();
    let text = serde_json::Value::from(texts.join(SEPARATOR)).to_string();
    let first = messages.first().and_then(|first| first.member("content"));
    let (mut edits, gone) = match first.filter(|_| leading > 0) {
        Some(content) => {
            let edit = Edit { span: content.value, replacement: text };
            (vec![edit], all.into_iter().skip(1).collect::<Vec<_>>())
        }
        None => {
            let start = messages.first().map_or(0, |first| first.span.start);
            let replacement = format!(r#"{{"role":"system","content":{text}}},"#);
            (vec![Edit { span: Span { start, end: start }, replacement }], all)
        }
    };
    let spans: Vec<Span> = messages.iter().map(|message| message.span).collect();
    edits.extend(crate::json::without(&spans, |at| gone.contains(&at)));
    Merged { edits, gone }
}

/// The texts of a message's content: a string, or an array of parts.
fn texts(message: &Message<'_>) -> Vec<String> {
    let content = message.member("content").map(|member: &Member<'_>| member.text);
    let Some(Ok(node)) = content.map(Node::read) else { return Vec::new() };
    let text = node.text();
    if !text.is_empty() {
        return vec![text.into_owned()];
    }
    let parts = node.items().iter().map(|part| part.text_of("text").into_owned());
    parts.filter(|text| !text.is_empty()).collect()
}
