//! The result of a function: `FunctionResponse.response` of <https://ai.google.dev/api/caching#FunctionResponse>.

use super::wire::{Response, Texts};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A single JSON object is sent as such, unless Google would change its meaning: it takes a member `output` for the complete
/// result, and long numbers for floating point.
pub(super) fn response(mut texts: Vec<String>, is_error: bool) -> Response {
    let said = match texts.len() {
        0 => Texts::One(String::new()),
        1 => Texts::One(texts.pop().unwrap_or_default()),
        _ => Texts::Several(texts),
    };
    match said {
        said if is_error => Response::Error(said),
        Texts::One(text) => match object(&text) {
            Some(object) => Response::Object(object),
            None => Response::Output(Texts::One(text)),
        },
        said => Response::Output(said),
    }
}

fn object(text: &str) -> Option<Box<RawValue>> {
    /// `google.protobuf.Struct` uses 64-bit floating point, which always keeps 15 digits.
    const MAX_DIGITS: usize = 15;
    let mut digits = text.split(|c: char| !c.is_ascii_digit()).map(str::len);
    if !text.trim_start().starts_with('{') || digits.any(|digits| digits > MAX_DIGITS) {
        return None;
    }
    let keys = serde_json::from_str::<BTreeMap<Cow<'_, str>, IgnoredAny>>(text).ok()?;
    if keys.contains_key("output") || keys.contains_key("error") {
        return None;
    }
    serde_json::from_str::<&RawValue>(text).ok().map(ToOwned::to_owned)
}
