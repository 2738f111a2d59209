//! Everything a developer runs: up, test, check, key, component, bench.

fn main() {}
