//! Decides what is done about findings.
//!
//! [`Guard`] applies the rules of `guardrails.toml` to the findings of a [`postern_detect::Scanner`]. [`Guard::check`] decides on
//! a request, and [`Answer`] on an answer, buffered or streamed. Pure: no I/O, no clock, no randomness.
//!
//! A conversation is sent again with every turn, so its placeholders must stay the same: they are numbered by first occurrence,
//! and a conversation only grows at its end.

mod answer;
mod ask;
mod decide;
mod explain;
mod leak;
mod lists;
mod memo;
mod opinion;
mod part;
mod request;
mod restore;
mod rules;
mod schema;
mod tally;
mod validate;
mod vault;

#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use explain::Explained;
pub use request::Guard;
pub use rules::Direction;
