//! Rust bindings of the contract between stages (`wit/`), generated once.
//!
//! The records are [`postern_types`]; this crate adds the types that hold streams ([`transport`]) and the exports of
//! each stage, mapped onto them, so that a `Caller` is the same type everywhere. A component uses the module of its
//! stage and exports with that module's macro; only then do the exports become part of it. The gateway binds its own
//! imports, onto the same types: one component cannot have an interface with a resource both as export here and as
//! import there.
#![allow(missing_docs)] // The documentation is in the WIT, which the generated items repeat.

mod contract {
    spin_sdk::wit_bindgen::generate!({
        runtime_path: "spin_sdk::wit_bindgen::rt",
        path: "../../wit",
        world: "transport",
        with: {
            "postern:types/types@0.1.0": postern_types,
        },
        generate_all,
    });
}

pub mod body;
pub mod clock;
pub mod key_value;
pub mod policies;

/// What components allocate with. The C library's allocator, which is Rust's default for WASI, takes longer for a call.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

pub use contract::postern::types::transport;
pub use postern_types as types;

macro_rules! stage {
    ($(#[$doc:meta])* $name:ident, $world:tt, $module:tt, $export:tt, [$($also:tt)*]) => {
        $(#[$doc])*
        pub mod $name {
            spin_sdk::wit_bindgen::generate!({
                runtime_path: "spin_sdk::wit_bindgen::rt",
                path: "../../wit",
                world: $world,
                with: {
                    "postern:types/types@0.1.0": postern_types,
                    $($also)*
                },
                pub_export_macro: true,
                export_macro_name: $export,
                default_bindings_module: $module,
                generate_all,
            });
        }
    };
}

stage!(
    /// For the component that is `auth`.
    auth, "auth", "postern_contract::auth", "export_auth",
    ["postern:auth/types@0.1.0": postern_types::auth, "postern:types/delegation@0.1.0": postern_types::delegation]
);
stage!(
    /// For the component that is `limiter`.
    limiter, "limiter", "postern_contract::limiter", "export_limiter",
    ["postern:limiter/types@0.1.0": postern_types::limiter]
);
stage!(
    /// For the component that is `guardrail`.
    guardrail, "guardrail", "postern_contract::guardrail", "export_guardrail",
    ["postern:guardrail/types@0.1.0": postern_types::guardrail, "postern:provider/types@0.1.0": postern_types::provider]
);
stage!(
    /// For the component that is `router`.
    router, "router", "postern_contract::router", "export_router",
    ["postern:router/types@0.1.0": postern_types::router]
);
stage!(
    /// For the component that is `provider`.
    provider, "provider", "postern_contract::provider", "export_provider",
    ["postern:provider/types@0.1.0": postern_types::provider]
);
stage!(
    /// For the component that is `upstream`.
    upstream, "upstream", "postern_contract::upstream", "export_upstream",
    ["postern:types/transport@0.1.0": crate::transport, "postern:types/delegation@0.1.0": postern_types::delegation]
);
stage!(
    /// For the component that stands in for `upstream`.
    sandbox, "sandbox", "postern_contract::sandbox", "export_sandbox",
    ["postern:types/transport@0.1.0": crate::transport]
);
stage!(
    /// For the component that is `recorder`.
    recorder, "recorder", "postern_contract::recorder", "export_recorder",
    [
        "postern:recorder/types@0.1.0": postern_types::recorder,
        "postern:types/delegation@0.1.0": postern_types::delegation,
        "postern:guardrail/types@0.1.0": postern_types::guardrail,
        "postern:limiter/types@0.1.0": postern_types::limiter,
        "postern:provider/types@0.1.0": postern_types::provider
    ]
);
