//! Anthropic's Messages: <https://docs.anthropic.com/en/api/messages>.

mod names;

pub use names::field_name;
