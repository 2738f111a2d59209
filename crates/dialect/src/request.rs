//! What every dialect reads of a client's request.

use crate::{Facts, Segment};

/// A request that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What every stage may know of it.
    pub facts: Facts,
    /// Its texts, in the order in which they stand.
    pub segments: Vec<Segment>,
}
