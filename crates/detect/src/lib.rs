//! Finds personal data, secrets, prompt injection, harmful content and regulated advice in a text.
//!
//! Pure: a [`Scanner`] reads a [`Text`] and returns [`Finding`]s. The policy decides what is done about them.
//!
//! Two rules hold for every detector:
//! - **Linear time.** A detector reads any text a bounded number of times.
//! - **Locality.** A finding depends on at most [`CONTEXT_BYTES`] bytes of the text before its start and after its end, so that
//!   deciding a stream piece by piece gives the same result.

mod advice;
mod detector;
mod finding;
mod injection;
mod linear;
mod moderation;
mod personal;
mod scanner;
mod secrets;
mod text;
#[cfg(feature = "training")]
pub mod training;
mod trie;
pub mod words;

pub use detector::{Detector, DetectorSet, Group};
pub use finding::{Evidence, Finding};
pub use scanner::Scanner;
pub use text::Text;

/// How far around a finding a detector may look, in bytes of the text.
pub const CONTEXT_BYTES: usize = 256;
