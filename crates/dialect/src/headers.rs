//! The headers that pass between a client and a vendor of the same dialect, by name.
//!
//! No other header passes, except those that policy names. A header is listed if the vendor's reference documents it for the
//! endpoints that are served here, if it affects the answer or helps to trace it, and if it identifies neither an account
//! (`openai-organization`) nor a person.
//!
//! Left out on purpose:
//! - `user-agent` and `x-stainless-*`, in which SDKs state their version, their runtime and the client's system: vendors
//!   document no use of them, and the gateway is the vendor's client;
//! - `idempotency-key`, which no vendor documents for these endpoints: on a server that obeys it, two callers of one account
//!   who choose the same key would receive each other's answer;
//! - `anthropic-dangerous-direct-browser-access`, which asks the vendor for CORS: browsers talk to the gateway.

use crate::{Dialect, codecs};

/// The headers that a client may send to its vendor, in lower case.
pub fn to_vendor(wire: Dialect) -> &'static [&'static str] {
    codecs::headers(wire).to_vendor
}

/// The headers that a vendor may send to its client. The gateway itself sets request ids, limits and retry times.
pub fn to_client(wire: Dialect) -> &'static [&'static str] {
    codecs::headers(wire).to_client
}

/// Whether a header's name begins with another dialect's prefix.
pub fn is_of_another(name: &str, wire: Dialect) -> bool {
    let is_of = |wire: Dialect| {
        codecs::headers(wire).own.iter().any(|beginning| name.starts_with(beginning))
    };
    !is_of(wire) && Dialect::ALL.into_iter().any(is_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_dialect_lets_pass_what_is_anothers() {
        for wire in Dialect::ALL {
            for name in to_vendor(wire).iter().chain(to_client(wire)) {
                assert!(!is_of_another(name, wire), "{name}");
                assert_eq!(*name, name.to_ascii_lowercase());
            }
        }
    }
}
