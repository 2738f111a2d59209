//! Reads TOML key by key, and reports every problem with its line.

mod decimal;
mod fields;
mod problems;

pub(crate) use fields::{Fields, shown};
pub(crate) use problems::Report;
pub use problems::{Problem, Problems};
