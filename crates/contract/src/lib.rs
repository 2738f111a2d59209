//! Rust bindings of the contract between stages (`wit/`), made once.
//!
//! Types are generated once, in [`types`] and [`transport`]; each stage's module maps onto them, so that a
//! `Caller` is the same type wherever it goes. A component takes the module of what it is and exports with that
//! module's `export!`; only then do its exports become part of it. Imports that a component does not call are not in it.
#![allow(missing_docs)] // The documentation is in the WIT, which the generated items repeat.

/// What the gateway imports: every stage as it is called.
pub mod gateway {
    spin_sdk::wit_bindgen::generate!({
        runtime_path: "spin_sdk::wit_bindgen::rt",
        path: "../../wit",
        world: "gateway",
        generate_all,
    });
}

mod fault;
pub mod policies;

pub use gateway::postern::types::{transport, types};

macro_rules! stage {
    ($(#[$doc:meta])* $name:ident, $world:tt, $module:tt, $export:tt, [$($also:tt)*]) => {
        $(#[$doc])*
        pub mod $name {
            spin_sdk::wit_bindgen::generate!({
                runtime_path: "spin_sdk::wit_bindgen::rt",
                path: "../../wit",
                world: $world,
                with: {
                    "postern:types/types@0.1.0": crate::types,
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
    auth, "auth", "postern_contract::auth", "export_auth", []
);
stage!(
    /// For the component that is `router`.
    router, "router", "postern_contract::router", "export_router", []
);
stage!(
    /// For the component that is `provider`.
    provider, "provider", "postern_contract::provider", "export_provider",
    ["postern:types/transport@0.1.0": crate::transport]
);
stage!(
    /// For the component that is `upstream`.
    upstream, "upstream", "postern_contract::upstream", "export_upstream",
    ["postern:types/transport@0.1.0": crate::transport]
);
stage!(
    /// For the component that stands in for `upstream`.
    sandbox, "sandbox", "postern_contract::sandbox", "export_sandbox",
    ["postern:types/transport@0.1.0": crate::transport]
);
