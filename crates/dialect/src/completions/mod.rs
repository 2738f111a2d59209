//! OpenAI's legacy completions (<https://platform.openai.com/docs/api-reference/completions>), for models that chat: the
//! prompt is what the user says, the answer is the text. Vendors of that dialect get the client's bytes.

mod decode;
mod probabilities;
mod read;
mod write;

pub use decode::decode;
pub use read::read;
pub use write::Writer;
