//! The source of a text: `url_citation`, the only kind in <https://platform.openai.com/docs/api-reference/chat/object>.

use crate::Dialect;
use crate::chat::Annotation;
use serde_json::{Value, json};

pub(super) fn read(value: Value) -> Annotation {
    let citation = value.get("url_citation").unwrap_or(&value);
    let text = |name: &str| citation.get(name).and_then(Value::as_str).map(str::to_owned);
    let at = |name: &str| citation.get(name).and_then(Value::as_u64);
    Annotation {
        url: text("url"),
        title: text("title"),
        cited_text: text("content"),
        range: at("start_index").zip(at("end_index")),
        raw: Some((Dialect::OpenAi, value)),
    }
}

/// None: the source is not a page, which cannot be expressed here. `text` is the range of the annotated text in the content.
pub(super) fn write(annotation: Annotation, text: (u64, u64)) -> Option<Value> {
    if let Some((Dialect::OpenAi, raw)) = annotation.raw {
        return Some(raw);
    }
    let (start, end) = match annotation.range {
        Some((start, end)) => (text.0.saturating_add(start), text.0.saturating_add(end)),
        None => text,
    };
    Some(json!({
        "type": "url_citation",
        "url_citation": {
            "start_index": start,
            "end_index": end,
            "title": annotation.title.unwrap_or_default(),
            "url": annotation.url?,
        },
    }))
}
