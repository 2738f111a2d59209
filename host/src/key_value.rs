//! The two interfaces to the key-value stores of `postern-key-value`.

mod spin;
mod wasi;

pub use postern_key_value::{Durability, Store, Stores, Swap};
