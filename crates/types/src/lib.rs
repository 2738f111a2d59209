//! The records of the contract between stages (`wit/`), as plain Rust types that need no host.
//!
//! They are generated once, here. Components map their bindings onto them, and the pure crates use them directly, so a
//! `Caller`, a `Usage` or a `Price` is one type from the policy that declares it to the record that reports it.
#![allow(missing_docs)] // The documentation is in the WIT, which the generated items repeat.

mod action;
mod cost;
mod credential;
mod dialect;
mod escape;
mod prompt;
mod segment;
mod span;
mod unescape;
mod usage;
mod vendor;

#[allow(clippy::all)]
mod records {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "records",
        additional_derives: [PartialEq, Eq, Hash],
        generate_unused_types: true,
        generate_all,
    });
}

pub use escape::escape;
pub use records::postern::types::delegation;
pub use records::postern::types::types::*;
pub use span::{EditError, apply};
pub use unescape::{Unescaped, unescape};

/// The records of `postern:auth`.
pub mod auth {
    pub use crate::records::postern::auth::types::*;
}

/// The records of `postern:guardrail`.
pub mod guardrail {
    pub use crate::records::postern::guardrail::types::*;
}

/// The records of `postern:limiter`.
pub mod limiter {
    pub use crate::records::postern::limiter::types::*;
}

/// The records of `postern:provider`.
pub mod provider {
    pub use crate::records::postern::provider::types::*;
}

/// The records of `postern:router`.
pub mod router {
    pub use crate::records::postern::router::types::*;
}

/// The records of `postern:recorder`.
pub mod recorder {
    pub use crate::records::postern::recorder::types::*;
}
