//! Bedrock's Converse. What is expected follows the API's reference and botocore's model of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice)]

mod answers;
mod content;
mod errors;
mod given;
mod properties;
mod settings;
mod tools;
