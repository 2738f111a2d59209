//! What every dialect reads of a client's request.

use crate::{Facts, Segment};
use postern_types::Prompt;

/// A request that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What every stage may know of it.
    pub facts: Facts,
    /// What is said in it and beside it, in the order in which it stands.
    pub segments: Vec<Segment>,
}

impl Request {
    /// With the body that was read.
    pub fn into_prompt(self, body: String) -> Prompt {
        Prompt { body, facts: self.facts, segments: self.segments }
    }
}
