//! OpenAI's legacy completions, for clients: <https://platform.openai.com/docs/api-reference/completions>.
//!
//! Chat models receive a prompt as a user message. Features that need a model that continues a text (`suffix`, `echo`, prompts
//! in tokens) are noted as a loss or refused.

mod cap;
mod decode;
mod read;
mod write;

pub(super) use cap::default_cap;
pub use decode::decode;
pub use read::read;
pub use write::Writer;

/// "The maximum number of tokens that can be generated in the completion", if the client names none.
const DEFAULT_MAX_TOKENS: u64 = 16;
