//! JSON (RFC 8259), read in place: every value has a span, and text is copied only where necessary.
//!
//! `serde_json` has no spans and parses a text into a tree, which is not needed here.

mod error;
mod list;
mod scanner;
#[cfg(test)]
mod tests;
mod text;
mod tree;

pub(crate) use error::{Error, Reason};
pub(crate) use list::{members, without};
pub(crate) use scanner::{MAX_DEPTH, Scanner, Type};
pub(crate) use text::Text;
pub(crate) use tree::{Node, Value};
