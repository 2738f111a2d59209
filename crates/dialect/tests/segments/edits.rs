//! Whatever is edited, the rest stays what it was, and the body stays JSON.

use crate::endpoints::{Endpoint, hold};
use postern_dialect::{Edit, SegmentKind, Span};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A request of each endpoint with many kinds of segments.
fn bodies() -> Vec<(Endpoint, String)> {
    let spoken = json!([
        { "role": "system", "content": "be brief \"now\"" },
        { "content": [{ "type": "text", "text": "è 😀\n" }, { "type": "image_url", "image_url": { "url": "u" } }], "role": "user" },
        { "role": "assistant", "content": "", "reasoning_content": "hm", "tool_calls": [
            { "id": "1", "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } },
        ]},
        { "role": "tool", "content": "done", "tool_call_id": "1" },
    ]);
    let tools = json!([{ "type": "function", "function": { "name": "f" } }]);
    let chat = json!({
        "messages": spoken, "tools": tools, "brand_new": { "a": "x" }, "user": "u",
        "prompt": { "version": "1" },
    });
    let blocks = json!([{ "role": "user", "content": [
        { "type": "document", "title": "t", "source": { "data": "words", "type": "text" } },
        { "type": "tool_use", "name": "f", "input": { "a": "b" } },
    ]}]);
    let items = json!([
        { "type": "function_call", "name": "f", "arguments": "{}", "call_id": "c" },
        { "type": "function_call_output", "call_id": "c", "output": "è" },
        { "type": "item_reference", "id": "i" },
    ]);
    [
        (Endpoint::Chat, chat),
        (
            Endpoint::Messages,
            json!({ "system": "s", "messages": blocks, "metadata": { "user_id": "u" } }),
        ),
        (Endpoint::Responses, json!({ "input": items, "prompt": { "variables": { "v": "w" } } })),
        (Endpoint::Completions, json!({ "prompt": ["a", [1, 2], "b"], "suffix": "c" })),
        (Endpoint::Embeddings, json!({ "input": [[1, 2], [3]] })),
        (
            Endpoint::Rerank,
            json!({ "query": "q", "documents": ["a", { "t": "b", "more": ["c"] }] }),
        ),
    ]
    .map(|(endpoint, members)| (endpoint, endpoint.body(&members)))
    .into()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn edits_change_what_they_say_and_nothing_else(
        at in 0_usize..6,
        chosen in prop::collection::vec(any::<Option<String>>(), 40),
        model in any::<Option<String>>(),
    ) {
        let (endpoint, body) = bodies().swap_remove(at);
        let prompt = endpoint.read(&body).unwrap();
        hold(&prompt);
        let mut edits: Vec<Edit> = prompt
            .segments
            .iter()
            .zip(&chosen)
            .filter_map(|(segment, text)| segment.replaced_by(text.as_deref()?))
            .collect();
        let model = model.filter(|name| !name.is_empty());
        if let Some(model) = &model {
            let replacement = Value::from(model.as_str()).to_string();
            edits.push(Edit { span: prompt.facts.model_span, replacement });
        }
        edits.sort_by_key(|edit| edit.span.start);
        let edited = prompt.apply(&edits).unwrap();
        hold(&edited);
        let value: Value = serde_json::from_str(&edited.body).expect("JSON");
        prop_assert_eq!(&value["model"], &edited.facts.model);
        prop_assert_eq!(&edited.facts.model, model.as_ref().unwrap_or(&prompt.facts.model));
        prop_assert_eq!(edited.segments.len(), prompt.segments.len());
        for ((before, after), text) in prompt.segments.iter().zip(&edited.segments).zip(&chosen) {
            let said = after.text(&edited.body).unwrap();
            match text.as_ref().filter(|text| before.replaced_by(text).is_some()) {
                None => prop_assert_eq!(said, before.text(&body).unwrap()),
                Some(text) if after.is_json_string => prop_assert_eq!(said.as_ref(), text),
                Some(text) => prop_assert_eq!(serde_json::from_str::<String>(&said).unwrap(), text.as_str()),
            }
        }
        // A second look finds the same where strings were edited; a JSON value that became a string may be another kind.
        let is_string = |segment: &&postern_dialect::Segment| segment.is_json_string;
        if let Some(again) = endpoint.read(&edited.body) {
            for segment in edited.segments.iter().filter(is_string) {
                let is_reference = segment.kind == SegmentKind::VendorReference;
                prop_assert!(is_reference || again.segments.iter().any(|one| one.span == segment.span));
            }
        }
    }

    #[test]
    fn any_edits_leave_segments_in_order_or_are_refused(
        at in 0_usize..6,
        spans in prop::collection::vec((0_u32..400, 0_u32..30, "[a\"{}]{0,5}"), 0..5),
    ) {
        let (endpoint, body) = bodies().swap_remove(at);
        let prompt = endpoint.read(&body).unwrap();
        let mut edits: Vec<Edit> = spans
            .into_iter()
            .map(|(start, length, replacement)| Edit { span: Span { start, end: start + length }, replacement })
            .collect();
        edits.sort_by_key(|edit| edit.span.start);
        if let Ok(edited) = prompt.apply(&edits) {
            let mut end = 0;
            for segment in &edited.segments {
                prop_assert!(end <= segment.span.start);
                prop_assert!(segment.raw(&edited.body).is_some());
                end = segment.span.end;
            }
        }
    }
}
