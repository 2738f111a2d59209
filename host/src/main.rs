//! Runs what spin.toml says on wasmtime, without Spin installed.

fn main() {}
