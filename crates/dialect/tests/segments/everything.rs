//! Nothing that is not a setting is left out, wherever it stands.

use crate::endpoints::{Endpoint, hold};
use postern_dialect::segments::Means;
use postern_dialect::segments::fields::names;
use serde_json::{Value, json};

/// A word that no field has by itself.
const MARK: &str = "zqx mark";

/// Where a field of this name may stand.
fn places(endpoint: Endpoint, name: &str) -> Vec<Value> {
    let holding = |value: Value| json!({ name: value });
    let values = [
        json!(MARK),
        json!([MARK]),
        json!({ "text": MARK }),
        json!([{ "brand_new": { "a": [MARK] } }]),
    ];
    let each = |place: &dyn Fn(Value) -> Value| values.clone().map(place);
    let mut places = Vec::new();
    places.extend(each(&holding));
    places.extend(each(&|value| json!({ "messages": holding(value) })));
    places.extend(each(&|value| endpoint.said("assistant", holding(value))));
    places.extend(each(&|value| endpoint.part(holding(value))));
    places.extend(each(&|value| endpoint.part(json!({ "source": holding(value) }))));
    places
}

/// Fields of which no model reads anything.
fn is_silent(name: &str) -> bool {
    matches!(Means::of_name(name), Some(Means::Setting | Means::Id | Means::Type | Means::Detail))
}

#[test]
fn every_field_is_in_one_segment_or_is_a_setting() {
    let mut read = 0;
    let unknown = ["brand_new", "x-vendor", ""];
    for name in names().chain(unknown) {
        for endpoint in Endpoint::ALL {
            for members in places(endpoint, name) {
                let body = endpoint.body(&members);
                // A refused request reaches no vendor.
                let Some(prompt) = endpoint.read(&body) else { continue };
                hold(&prompt);
                let marked = |raw: &&str| raw.contains(MARK);
                let raws = prompt.segments.iter().filter_map(|segment| segment.raw(&body));
                let found = raws.filter(marked).count();
                let silent = is_silent(name) && found == 0;
                assert!(found == 1 || silent, "{endpoint:?}, `{name}`: {found} in {body}");
                read += 1;
            }
        }
    }
    assert!(read > 10_000, "most were refused: {read}");
}

#[test]
fn what_nests_too_deep_is_refused_and_all_else_is_walked() {
    for (depth, is_read) in [(120, true), (126, true), (127, false), (200_000, false)] {
        for name in ["content_of", "messages_of", "arguments", "metadata", "source", "prompt"] {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            let body = format!(r#"{{"model":"m","{name}":[{open}"x"{close}]}}"#);
            assert_eq!(Endpoint::Responses.read(&body).is_some(), is_read, "{name}, {depth}");
        }
    }
}

#[test]
fn a_long_body_is_read_in_linear_time() {
    let part = json!({ "a": [1, "x", { "name": "n" }], "text": "x", "url": "u", "detail": "low" });
    let timed = |parts: usize| {
        let body = Endpoint::Chat
            .body(&Endpoint::Chat.said("user", json!({ "content": vec![&part; parts] })));
        let start = std::time::Instant::now();
        let prompt = Endpoint::Chat.read(&body).unwrap();
        assert!(prompt.segments.len() >= 3 * parts);
        start.elapsed()
    };
    let (few, many) = (timed(1_000), timed(40_000));
    assert!(many < few * 40 * 20, "{few:?} for 1,000 parts and {many:?} for 40,000");
}
