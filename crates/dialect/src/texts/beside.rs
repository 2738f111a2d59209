//! Texts beside the words of the model: citations, what tools at the vendor were given and returned, and kinds of content that are
//! not known here. Each string is a text of its own.
//!
//! Not read: names and ids, seals and encrypted data, which only their maker can read, and bytes in base64.

use super::found::Found;
use crate::json::{Node, Value};
use postern_types::provider::Place;

/// Members that are never words.
const UNREAD: [&str; 12] = [
    "type",
    "id",
    "ids",
    "object",
    "status",
    "role",
    "name",
    "tool_name",
    "signature",
    "logprobs",
    "usage",
    "created",
];

/// Endings of such members: ids, times, places in a text, and bytes.
const UNREAD_ENDINGS: [&str; 7] = ["_id", "_ids", "_at", "_index", "_b64", "_ms", "_bytes"];

/// `encrypted_content`, `encrypted_stdout`, `encrypted_index`.
const ENCRYPTED: &str = "encrypted";

/// A shorter number identifies no person: telephone numbers have at least seven digits.
const MIN_DIGITS: usize = 7;

/// The strings and long numbers of a value, whose texts belong to `at`.
pub(super) fn beside(at: Place, node: &Node<'_>, found: &mut Found<'_>) {
    match &node.value {
        Value::String(_) if !is_data_url(&node.text()) => found.complete(at, node),
        Value::Number(digits) if is_long(digits) => found.complete(at, node),
        Value::Array(items) => items.iter().for_each(|item| beside(at, item, found)),
        Value::Object(_) => members(at, node, &[], found),
        Value::String(_) | Value::Number(_) | Value::Other => {}
    }
}

/// The same of an object, without the members that have been read before.
pub(super) fn members(at: Place, node: &Node<'_>, read: &[&str], found: &mut Found<'_>) {
    let Value::Object(members) = &node.value else { return };
    let bytes = bytes_of(&node.text_of("type"));
    for (name, value) in members {
        let is_read = read.contains(&&**name) || bytes.is_some_and(|bytes| bytes == name);
        if !is_read && has_words(name) {
            beside(at, value, found);
        }
    }
}

fn has_words(name: &str) -> bool {
    !UNREAD.contains(&name)
        && !name.starts_with(ENCRYPTED)
        && !UNREAD_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The member that has bytes or sealed data in an object of this type.
fn bytes_of(kind: &str) -> Option<&'static str> {
    match kind {
        "base64" | "redacted_thinking" => Some("data"),
        "image_generation_call" => Some("result"),
        _ => None,
    }
}

/// A whole number of so many digits.
fn is_long(number: &str) -> bool {
    number.len() >= MIN_DIGITS && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_data_url(text: &str) -> bool {
    text.starts_with("data:") && text.contains(";base64,")
}
