//! A vendor's answer: <https://platform.claude.com/docs/en/api/messages>, streamed as in
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>.

mod counts;
mod finish;
mod read_block;
mod stream;
mod whole;

pub use stream::Reader;
pub use whole::read_whole;
