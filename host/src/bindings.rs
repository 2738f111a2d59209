//! Rust bindings for the interfaces in `wit/`, which guests call and the host implements.

#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::restriction)]

wasmtime::component::bindgen!({
    path: "wit",
    world: "postern:host/imports",
    imports: { default: async | tracing | trappable },
    with: {
        "spin:key-value/key-value.store": postern_key_value::Store,
        "spin:postgres/postgres.connection": crate::postgres::session::Session,
        "spin:postgres/postgres.connection-builder": String,
        "spin:redis/redis.connection": crate::redis::connection::Connection,
        "spin:sqlite/sqlite.connection": crate::sqlite::connection::Connection,
        "wasi:keyvalue/store.bucket": postern_key_value::Store,
        "wasi:keyvalue/atomics.cas": postern_key_value::Swap,
    },
});
