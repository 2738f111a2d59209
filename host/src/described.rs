//! The headers in which Spin describes a request to a component (<https://spinframework.dev/http-trigger>).

use std::net::{Ipv4Addr, SocketAddr};

use http::{HeaderMap, HeaderName, HeaderValue};

/// What they say.
pub struct Described<'a> {
    /// The URL of the request.
    pub url: &'a str,
    /// The route as the manifest writes it.
    pub pattern: &'a str,
    /// What the route's trailing wildcard stands for.
    pub trailing: &'a str,
    /// Who sent the request.
    pub client: SocketAddr,
}

impl<'a> Described<'a> {
    /// A request of one component to another: any path, and no client.
    pub fn of_component(url: &'a str, path: &'a str) -> Self {
        let client = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        Self { url, pattern: "/...", trailing: path, client }
    }

    /// Adds them; they replace a sender's own of the same name.
    pub fn add_to(&self, headers: &mut HeaderMap) {
        let component_route = self.pattern.strip_suffix("/...").unwrap_or(self.pattern);
        let client = self.client.to_string();
        for (name, value) in [
            ("spin-path-info", self.trailing),
            ("spin-full-url", self.url),
            ("spin-matched-route", self.pattern),
            ("spin-base-path", "/"),
            ("spin-raw-component-route", self.pattern),
            ("spin-component-route", component_route),
            ("spin-client-addr", &client),
        ] {
            add(headers, HeaderName::from_static(name), value);
        }
    }
}

/// Adds one, in place of others of its name.
pub fn add(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
