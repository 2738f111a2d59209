//! Citations: <https://platform.claude.com/docs/en/build-with-claude/citations>.

use crate::Dialect;
use crate::chat::{Annotation, Sealed};
use serde_json::{Value, json};

/// A citation of this dialect. One that was converted here from another maker's has no `raw`, as its index means nothing there.
pub(super) fn from_value(citation: Value) -> Annotation {
    let word = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| citation.get(name)?.as_str());
        found.map(str::to_owned)
    };
    let own = citation.get("encrypted_index").and_then(Value::as_str).is_none_or(|index| {
        Sealed::from_text(Dialect::Anthropic, index).maker == Dialect::Anthropic
    });
    Annotation {
        url: word(["url", "source"]),
        title: word(["title", "document_title"]),
        cited_text: word(["cited_text", "cited_text"]),
        range: None,
        raw: own.then_some((Dialect::Anthropic, citation)),
    }
}

/// A citation for a client. One of another maker can be expressed only if it names a page, as the result of a search. Its index
/// is an envelope, which identifies it when it is returned.
pub(super) fn into_value(annotation: Annotation) -> Option<Value> {
    let maker = match annotation.raw {
        Some((Dialect::Anthropic, citation)) => return Some(citation),
        Some((maker, _)) => maker,
        None => Dialect::OpenAi,
    };
    let index = Sealed { maker, id: None, data: String::new() }.into_text(Dialect::Anthropic);
    Some(json!({
        "type": "web_search_result_location",
        "cited_text": annotation.cited_text.unwrap_or_default(),
        "url": annotation.url?,
        "title": annotation.title,
        "encrypted_index": index,
    }))
}
