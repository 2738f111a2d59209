//! Rust for the interfaces in `wit/`: what a guest calls and the host answers.

#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "postern:host/imports",
    imports: { default: async | trappable },
    with: {
        "spin:key-value/key-value.store": crate::key_value::Store,
        "spin:redis/redis.connection": crate::redis::Connection,
        "spin:sqlite/sqlite.connection": crate::sqlite::Connection,
        "wasi:keyvalue/store.bucket": crate::key_value::Store,
        "wasi:keyvalue/atomics.cas": crate::key_value::Swap,
    },
});
