//! JSON (RFC 8259), read where it stands: every value has its place, and nothing is copied that nobody asks for.
//!
//! `serde_json` knows no places, and reads a text into a tree that nobody needs here.

mod error;
mod scanner;
#[cfg(test)]
mod tests;
mod text;
mod tree;

pub(crate) use error::{Error, Reason};
pub(crate) use scanner::{MAX_DEPTH, Scanner, Type};
pub(crate) use text::Text;
pub(crate) use tree::{Node, Value};
