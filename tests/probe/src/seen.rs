//! The result of a call, as JSON.

use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Debug;

/// `{"ok": ...}` or `{"error": "..."}`, the latter as Rust writes the case.
pub fn seen<T: Serialize, E: Debug>(result: Result<T, E>) -> Value {
    match result {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

/// The same, if it could not even be opened.
pub fn refused(error: impl Debug) -> Value {
    json!({ "refused": format!("{error:?}") })
}
