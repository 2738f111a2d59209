//! OpenAI's Responses: <https://platform.openai.com/docs/api-reference/responses>.

mod names;

pub use names::field_name;
