//! OpenAI's legacy completions, for clients: <https://platform.openai.com/docs/api-reference/completions>.
//!
//! A prompt is asked of chat models as what a user says. What only a model that goes on with a text can do (`suffix`,
//! `echo`, prompts in tokens) is told as a loss or refused.

mod cap;
mod decode;
mod read;
mod write;

pub(super) use cap::default_cap;
pub use decode::decode;
pub use read::read;
pub use write::Writer;

/// "The maximum number of tokens that can be generated in the completion", if a client does not say it.
const DEFAULT_MAX_TOKENS: u64 = 16;
