//! Google's dialect: requests as a table of what is said and what is sent, answers whole and streamed, errors, properties.
//! The shapes follow the public API reference and `google-genai`'s types.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice)]

mod answers;
mod conversations;
mod errors;
mod fixtures;
mod properties;
mod settings;
mod streams;
mod tools;
