//! What a recorder does, apart from its store and its clock: the queue of records that are not written yet, and when to write.

mod backoff;
mod queue;

pub use backoff::Backoff;
pub use queue::{CallRole, Group, Queue, QueueBounds};
