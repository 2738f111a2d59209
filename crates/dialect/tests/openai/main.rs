//! OpenAI's dialect, as a table of fixtures and as properties. The fixtures follow the public API reference.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice)]

mod answers;
mod caps;
mod caps_reaching;
mod encoding;
mod errors;
mod fixtures;
mod properties;
mod refusals;
mod requests;
mod streams;
