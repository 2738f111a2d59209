//! The stages as the gateway calls them, on the types that all components share.
#![allow(missing_docs)] // The documentation is in the WIT, which the generated items repeat.

spin_sdk::wit_bindgen::generate!({
    runtime_path: "spin_sdk::wit_bindgen::rt",
    path: "../../wit",
    world: "gateway",
    with: {
        "postern:types/types@0.1.0": postern_contract::types,
        "postern:types/transport@0.1.0": postern_contract::transport,
        "postern:types/errands@0.1.0": postern_contract::errands,
    },
    generate_all,
});

pub use postern::auth::stage as auth;
pub use postern::limiter::stage as limiter;
pub use postern::provider::stage as provider;
pub use postern::router::stage as router;
pub use postern::sandbox::client as sandbox;
pub use postern::upstream::client as upstream;
