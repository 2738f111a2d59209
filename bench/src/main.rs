//! What the gateway costs, measured against a direct baseline in the same run.

fn main() {}
