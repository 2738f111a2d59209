//! Thoughts that a client returns.

use super::UNKNOWN;
use crate::Dialect;
use crate::chat::{Content, Losses, Part, Reasoned, Sealed};
use crate::openai::from_client::value::{Members, array, said, string};
use postern_fault::Fault;
use serde_json::Value;

/// Reads a reasoning item. Without content it only refers to a thought that its vendor stores.
pub(super) fn read(members: Members, path: &str, losses: &mut Losses) -> Result<Vec<Part>, Fault> {
    let (mut id, mut encrypted, mut content) = (None, None, None);
    let mut reasoned = Reasoned::default();
    for (name, value) in said(members) {
        let at = || format!("{path}.{name}");
        match name.as_str() {
            "type" | "status" => {}
            "id" => id = Some(string(value, at)?),
            "encrypted_content" => encrypted = Some(string(value, at)?),
            "summary" => reasoned.summary = texts(value, &at())?,
            "content" => content = Some(texts(value, &at())?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let shown = content.is_some();
    reasoned.text = content.unwrap_or_default().concat();
    reasoned.sealed = encrypted.filter(|text| !text.is_empty()).map(|text| opened(&text, id));
    let says_nothing = reasoned.text.is_empty() && reasoned.summary.is_empty();
    match &reasoned.sealed {
        None if says_nothing => {
            losses.add(path, "thoughts that the vendor kept: the gateway keeps no conversations");
            return Ok(Vec::new());
        }
        // The writer marks signed thoughts without words with an empty content.
        Some(sealed) => {
            let hides = matches!(sealed.maker, Dialect::Anthropic | Dialect::Bedrock);
            reasoned.redacted = hides && says_nothing && !shown;
        }
        None => {}
    }
    if !reasoned.text.is_empty() {
        beside_words(&mut reasoned, path, losses);
    }
    Ok(vec![Part::new(path, Content::Reasoning(reasoned))])
}

/// The hub holds either the thoughts or a summary of them.
fn beside_words(reasoned: &mut Reasoned, path: &str, losses: &mut Losses) {
    if !std::mem::take(&mut reasoned.summary).is_empty() {
        losses.add(format!("{path}.summary"), "the thoughts themselves are sent");
    }
}

fn opened(text: &str, id: Option<String>) -> Sealed {
    let sealed = Sealed::from_text(Dialect::Responses, text);
    match sealed.maker == Dialect::Responses && sealed.id.is_none() {
        true => Sealed { id, ..sealed },
        false => sealed,
    }
}

fn texts(value: Value, path: &str) -> Result<Vec<String>, Fault> {
    let pieces = array(value, || path.to_owned())?.into_iter().enumerate();
    pieces
        .map(|(index, mut piece)| {
            let text = piece.get_mut("text").map(Value::take).unwrap_or_default();
            string(text, || format!("{path}[{index}].text"))
        })
        .collect()
}
