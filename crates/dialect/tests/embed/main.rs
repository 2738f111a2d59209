//! Embeddings and reranking: what clients ask for, what vendors are asked, and what clients get.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::string_slice)]

mod answers;
mod properties;
mod requests;
mod rerank;
mod vendors;
