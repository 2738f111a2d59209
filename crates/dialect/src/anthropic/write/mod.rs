//! Writes an answer for a client: <https://platform.claude.com/docs/en/api/messages>, streamed as in
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>.

mod counts;
mod head;
mod part;
mod stop;
mod stream;
mod whole;

pub use stream::Writer;
