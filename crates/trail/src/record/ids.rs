//! The ids of W3C's trace context.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An id of `N` bytes, written in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Id<const N: usize>(pub [u8; N]);

/// The id of a trace.
pub type TraceId = Id<16>;

/// The id of a span in a trace.
pub type SpanId = Id<8>;

/// A text that is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id has {digits} lower-case hexadecimal digits, not all zero")]
pub struct NotAnId {
    /// How many it has.
    pub digits: usize,
}

impl<const N: usize> Id<N> {
    /// Reads an id as the header `traceparent` has it.
    ///
    /// # Errors
    ///
    /// It has another length, other digits, or all are zero, which W3C's trace context calls invalid.
    pub fn from_hex(text: &str) -> Result<Self, NotAnId> {
        let mut bytes = [0; N];
        let is_upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_read = hex::decode_to_slice(text, &mut bytes).is_ok();
        if is_upper || !is_read || bytes.iter().all(|byte| *byte == 0) {
            return Err(NotAnId { digits: N * 2 });
        }
        Ok(Id(bytes))
    }
}

impl<const N: usize> fmt::Display for Id<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

impl<const N: usize> fmt::Debug for Id<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<const N: usize> TryFrom<String> for Id<N> {
    type Error = NotAnId;

    fn try_from(text: String) -> Result<Self, NotAnId> {
        Id::from_hex(&text)
    }
}

impl<const N: usize> From<Id<N>> for String {
    fn from(id: Id<N>) -> String {
        id.to_string()
    }
}
