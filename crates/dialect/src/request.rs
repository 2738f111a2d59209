//! The result of reading a client's request, in every dialect.

use crate::{Facts, Segment};
use postern_types::Prompt;

/// A request that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What every stage may know of the request.
    pub facts: Facts,
    /// The texts of the request and its other segments, in the order of the body.
    pub segments: Vec<Segment>,
}

impl Request {
    /// Adds the body that was read.
    pub fn into_prompt(self, body: String) -> Prompt {
        Prompt { body, facts: self.facts, segments: self.segments }
    }
}
