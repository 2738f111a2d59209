//! The manifest: one that Spin takes, that grants no more than is asked for, and whose every stage is tested.

mod completeness;
mod grants;
mod layering;
mod schema;
