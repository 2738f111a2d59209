//! The audit chain: proof that nothing was removed, added or changed.
//!
//! A stream is a list of links, one line of JSON each. A link has the hash of the one before it, and a hash over all its bytes, so
//! that any change breaks it or the next one. From time to time a link is a *checkpoint*: it signs all links up to
//! one before it (Ed25519), so that a chain cannot be computed anew without the key. Who holds the key need not be who appends:
//! what is appended while a checkpoint is signed stands before it, and the next one signs it. An export ends with a closing checkpoint, so that
//! a file that was cut is not taken for a whole one.
//!
//! What a file alone cannot show is that a stream is missing as a whole, or that the file is an older export than the last: for that,
//! [`Verifier::expecting`] takes the last known link.

mod chain;
mod checkpoint;
mod decisions;
mod event;
mod export;
mod hash;
mod key;
mod line;
mod streams;
mod verified;
mod verify;

pub use chain::{Chain, CheckpointPlan, MAX_BEHIND};
pub use checkpoint::{Signature, Unsigned};
pub use decisions::decisions;
pub use event::AuditEvent;
pub use export::{EXPORT_LINKS, Exported, export, sweep};
pub use hash::LinkHash;
pub use key::{AuditKey, AuditPublicKey, NotAKey};
pub use streams::{AuditStream, append, append_checkpoint, checkpoint, due, note_policies, record};
pub use verified::StreamReport;
pub use verify::{Begin, Broken, Ending, KnownLink, Verifier, Why, verify};
