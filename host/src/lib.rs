//! Runs a `spin.toml` on wasmtime, without Spin installed, and behaves as Spin does.
//!
//! It is a runner, not a second Spin: a key of the manifest that it does not support is refused by name. Read [`app`]
//! first: it leads from the manifest to running components. Then [`instance`] (how long an instance lives), [`state`]
//! and [`shared`] (what it holds), [`server`] (inbound requests) and [`outbound`] (outbound requests). Each capability
//! has its own file.

pub mod app;
mod bindings;
pub mod cache;
mod causes;
pub mod cli;
mod client;
pub mod compose;
mod described;
pub mod engine;
pub mod grants;
mod hop_by_hop;
pub mod instance;
pub mod key_value;
mod leaving;
pub mod manifest;
pub mod memory;
mod no_instance;
pub mod outbound;
pub mod postgres;
pub mod redis;
mod repeated_warning;
pub mod routes;
pub mod runtime_config;
pub mod server;
pub mod shared;
pub mod sqlite;
pub mod state;
pub mod stdio;
pub mod variables;
