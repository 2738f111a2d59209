//! The entries whose variables have values.

use std::net::IpAddr;
use std::ops::Range;

use ipnet::IpNet;

use crate::template::Template;

/// The hosts of one component.
#[derive(Clone, Debug, Default)]
pub struct AllowedHosts(Vec<Entry>);

/// One entry, `scheme://host:port` in lower case; `None` stands for `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    scheme: Option<String>,
    host: Option<Host>,
    port: Option<Range<u32>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Exact(String),
    /// Holds the leading dot.
    Subdomain(String),
    Network(IpNet),
}

impl AllowedHosts {
    /// Resolves and parses every entry.
    ///
    /// # Errors
    /// The first entry that is wrong, with the reason.
    pub fn parse<'v>(
        entries: &[String],
        value_of: impl Fn(&str) -> Option<&'v str> + Copy,
    ) -> Result<Self, String> {
        let parse = |entry: &String| Entry::parse(&Template::parse(entry)?.resolve(value_of)?);
        entries.iter().map(parse).collect::<Result<_, _>>().map(Self)
    }

    /// Whether a request to that origin may leave.
    ///
    /// Case does not matter in a scheme and a host (RFC 3986, section 6.2.2.1).
    pub fn allows(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
        self.0.iter().any(|entry| entry.allows(&scheme, &host, port))
    }
}

/// Checks an entry as the manifest writes it; a template's value is checked when it is known.
///
/// # Errors
/// What is wrong with it and what to write instead.
pub fn check(entry: &str) -> Result<(), String> {
    Template::parse(entry)?;
    if entry.contains("{{") { Ok(()) } else { Entry::parse(entry).map(drop) }
}

impl Entry {
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let Some((scheme, rest)) = text.split_once("://") else {
            return Err(format!(
                "`{text}` has no scheme: write scheme://host[:port], such as https://api.example.com"
            ));
        };
        let (scheme, rest) = (scheme.to_ascii_lowercase(), rest.to_ascii_lowercase());
        let (host, port) = split_port(&rest);
        Ok(Self {
            scheme: parse_scheme(&scheme, text)?,
            host: parse_host(host, text)?,
            port: parse_port(port, &scheme, text)?,
        })
    }

    /// Scheme and host in lower case.
    pub fn allows(&self, scheme: &str, host: &str, port: Option<u16>) -> bool {
        self.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
            && self.host.as_ref().is_none_or(|allowed| allowed.allows(host))
            && self.port.as_ref().is_none_or(|range| {
                port.or_else(|| default_port(scheme))
                    .is_some_and(|port| range.contains(&u32::from(port)))
            })
    }
}

impl Entry {
    pub fn is_any_port(&self) -> bool {
        self.port.is_none()
    }

    pub fn is_everything(&self) -> bool {
        self.scheme.is_none() && self.host.is_none() && self.port.is_none()
    }
}

impl Host {
    fn allows(&self, host: &str) -> bool {
        match self {
            Self::Exact(allowed) => allowed == host,
            Self::Subdomain(suffix) => host.ends_with(suffix.as_str()),
            Self::Network(network) => {
                let bare = host.trim_start_matches('[').trim_end_matches(']');
                bare.parse::<IpAddr>().is_ok_and(|address| network.contains(&address))
            }
        }
    }
}

/// Splits at the port's colon, which an IPv6 address in brackets does not have inside.
pub(crate) fn split_port(rest: &str) -> (&str, &str) {
    match rest.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.strip_suffix('/').unwrap_or(port)),
        _ => (rest, ""),
    }
}

fn parse_scheme(scheme: &str, text: &str) -> Result<Option<String>, String> {
    match scheme {
        "*" => Ok(None),
        _ if !scheme.is_empty() && scheme.chars().all(char::is_alphabetic) => {
            Ok(Some(scheme.to_owned()))
        }
        _ => Err(format!("the scheme of `{text}` must be letters or `*`")),
    }
}

fn parse_host(host: &str, text: &str) -> Result<Option<Host>, String> {
    let host = host.trim();
    if host == "*" {
        return Ok(None);
    }
    if host == "self" || host == "self.alt" {
        return Err(format!("`{text}`: Spin supports requests to `self`, this host does not"));
    }
    if let Ok(network) = host.parse::<IpNet>() {
        return Ok(Some(Host::Network(network.trunc())));
    }
    let host = host.trim_end_matches('/');
    if host.contains('/') {
        return Err(format!("`{text}` has a path: write only the origin, scheme://host[:port]"));
    }
    if let Some(domain) = host.strip_prefix("*.") {
        return match domain.contains('*') {
            true => {
                Err(format!("`{text}`: a wildcard stands for the first part of the host alone"))
            }
            false => Ok(Some(Host::Subdomain(format!(".{domain}")))),
        };
    }
    match host {
        "" => Err(format!("`{text}` names no host")),
        _ if host.contains('*') => Err(format!("`{text}`: a wildcard is `*` or `*.domain`")),
        _ if host.starts_with('{') => {
            Err(format!("`{text}`: lists of hosts are not supported; write one entry each"))
        }
        _ => Ok(Some(Host::Exact(host.to_owned()))),
    }
}

fn parse_port(port: &str, scheme: &str, text: &str) -> Result<Option<Range<u32>>, String> {
    let number = |port: &str| {
        port.parse::<u16>().map(u32::from).map_err(|_| match port.contains('/') {
            true => format!("`{text}` has a path: write only the origin, scheme://host[:port]"),
            false => format!("`{port}` in `{text}` is no port"),
        })
    };
    if port == "*" {
        return Ok(None);
    }
    if port.is_empty() {
        let port = default_port(scheme).map(u32::from);
        let port =
            port.ok_or_else(|| format!("`{text}` needs a port: `{scheme}` has no default one"))?;
        return Ok(Some(port..port + 1));
    }
    match port.split_once("..") {
        Some((start, end)) => Ok(Some(number(start)?..number(end)?)),
        None => number(port).map(|port| Some(port..port + 1)),
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "postgres" => 5432,
        "mysql" => 3306,
        "redis" => 6379,
        "mqtt" => 1883,
        "http" => 80,
        "https" => 443,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "entry_tests.rs"]
mod tests;
