//! The manifest: one that Spin takes, that grants no more than is asked for, and whose every stage is tested; and how its packages and files use each other.

mod completeness;
mod cycles;
mod grants;
mod layering;
mod schema;
mod words;
