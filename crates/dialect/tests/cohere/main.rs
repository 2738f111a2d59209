//! Cohere's dialect. The shapes are those of Cohere's SDK and guides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod answers;
mod conversations;
mod errors;
mod fixtures;
mod properties;
mod settings;
