//! Content that policy keeps, and how a person's traces are erased.
//!
//! Content never is a part of a record: it stands in a table of its own, sealed by a key for each data subject. Who destroys the key
//! destroys the content, in every copy and backup of the ledger.

mod erase;
mod erasure;
mod findings;
mod subject;

pub use erase::{Erased, erase};
pub use erasure::Erasure;
pub use subject::{MAX_SUBJECT_BYTES, SubjectHash};
