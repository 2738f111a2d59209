//! The client's address.

use postern_policy::IpRange;
use std::net::{IpAddr, SocketAddr};

/// The client's address: that of the connection, or, if policy trusts the proxies before it, the one that they name.
/// The last address in `X-Forwarded-For` that is not a trusted proxy counts: any client could have written those before
/// it.
///
/// `peer` is the host's `spin-client-addr` (Spin appends it last: a client's own copy comes before).
pub fn of(peer: Option<&str>, forwarded_for: &[String], trusted: &[IpRange]) -> Option<IpAddr> {
    let mut client = address(peer?)?;
    let hops = forwarded_for.iter().flat_map(|value| value.split(',')).rev();
    for hop in hops {
        if !trusted.iter().any(|range| range.contains(client)) {
            break;
        }
        // A text that is not an address was not written by a trusted proxy.
        client = address(hop)?;
    }
    Some(client)
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = text.parse::<SocketAddr>().map(|address| address.ip());
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    with_port.ok().or_else(|| bare.parse().ok()).map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Option<String> {
        let forwarded: Vec<_> = forwarded.iter().map(ToString::to_string).collect();
        let trusted: Vec<_> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        of(Some(peer), &forwarded, &trusted).map(|ip| ip.to_string())
    }

    #[test]
    fn is_the_peer_where_no_proxy_is_trusted() {
        let spoofed = ["10.1.1.1"];
        assert_eq!(found("203.0.113.9:4711", &spoofed, &[]).as_deref(), Some("203.0.113.9"));
        assert_eq!(found("[2001:db8::1]:80", &[], &[]).as_deref(), Some("2001:db8::1"));
        assert_eq!(found("[::ffff:192.0.2.1]:80", &[], &[]).as_deref(), Some("192.0.2.1"));
        assert_eq!(found("nowhere", &[], &[]), None);
    }

    #[test]
    fn is_the_last_address_that_no_trusted_proxy_has() {
        let trusted = ["10.0.0.0/8"];
        let client = |forwarded: &[&str]| found("10.0.0.1:80", forwarded, &trusted);
        assert_eq!(client(&["1.1.1.1, 203.0.113.9"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(client(&["1.1.1.1", "203.0.113.9, 10.0.0.2"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(client(&["[2001:db8::1]:443"]).as_deref(), Some("2001:db8::1"));
        assert_eq!(client(&["10.0.0.3"]).as_deref(), Some("10.0.0.3"));
        assert_eq!(client(&["unknown"]), None);
        assert_eq!(client(&[]).as_deref(), Some("10.0.0.1"));
    }
}
