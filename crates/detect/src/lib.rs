//! What a text contains: personal data, secrets, prompt injection, harmful content.
//!
//! Pure: a [`Scanner`] reads a [`Text`] and returns [`Finding`]s. What to do about them is policy, and not decided here.
//!
//! Two rules hold for every detector:
//! - **Linear time.** A detector reads the text a bounded number of times, whatever the text is.
//! - **Locality.** A finding depends on at most [`CONTEXT_BYTES`] bytes of the text before its start and after its end, so that
//!   a stream can be decided piece by piece with the same result.

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

pub use detector::{Detector, DetectorSet, Group};
pub use finding::{Evidence, Finding};
pub use scanner::Scanner;
pub use text::Text;

/// How far around a finding a detector may look, in bytes of the text.
pub const CONTEXT_BYTES: usize = 256;
