//! OpenAI's legacy completions, as a client's dialect.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod properties;
mod requests;
