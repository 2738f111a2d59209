//! The source of a text: <https://platform.openai.com/docs/api-reference/responses/object>. Of the API's kinds, other dialects
//! have pages only.

use crate::Dialect;
use crate::chat::Annotation;
use serde_json::{Value, json};

pub(super) fn read(value: Value) -> Annotation {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let at = |name: &str| value.get(name).and_then(Value::as_u64);
    Annotation {
        url: text("url"),
        title: text("title").or_else(|| text("filename")),
        cited_text: None,
        range: at("start_index").zip(at("end_index")),
        raw: Some((Dialect::Responses, value)),
    }
}

/// None: the source is not a page, which cannot be expressed here. `length` is that of the text in characters: a source without
/// a range refers to all of it.
pub(super) fn write(annotation: Annotation, length: u64) -> Option<Value> {
    if let Some((Dialect::Responses, raw)) = annotation.raw {
        return Some(raw);
    }
    let (start, end) = annotation.range.unwrap_or((0, length));
    Some(json!({
        "type": "url_citation",
        "start_index": start,
        "end_index": end,
        "title": annotation.title.unwrap_or_default(),
        "url": annotation.url?,
    }))
}
