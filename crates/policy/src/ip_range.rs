//! Addresses and ranges of addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

use crate::reading::shown;

/// Bits before the IPv4 address in `::ffff:0:0/96` (RFC 4291, section 2.5.5.2).
const MAPPED_PREFIX_LENGTH: u8 = 96;

/// An address, or a range of addresses in CIDR notation (RFC 4632; RFC 4291, section 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct IpRange(IpNet);

impl From<IpRange> for String {
    fn from(range: IpRange) -> Self {
        range.to_string()
    }
}

impl TryFrom<String> for IpRange {
    type Error = IpRangeError;

    fn try_from(text: String) -> Result<Self, IpRangeError> {
        text.parse()
    }
}

/// Why a text is not an [`IpRange`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IpRangeError {
    /// Neither an address nor a range.
    #[error(
        "{} is neither an IP address nor a range; write for example \"10.0.0.0/8\", \"2001:db8::/32\" or \"192.0.2.7\"",
        shown(.0)
    )]
    Malformed(String),
    /// An address with bits set beyond the length of the prefix.
    #[error(
        "\"{address}/{length}\" has bits set behind the first {length}; write \"{range}\" for the range, or \"{address}\" for the one address"
    )]
    HostBits {
        /// The address as written.
        address: IpAddr,
        /// The length of the prefix.
        length: u8,
        /// The range that contains it.
        range: IpRange,
    },
}

impl IpRange {
    /// Whether an address is in the range; an IPv4-mapped IPv6 address is treated as the IPv4 address.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// Converts a range of IPv4-mapped addresses to IPv4, in which such addresses are compared.
    fn canonical(net: IpNet) -> Self {
        let IpNet::V6(v6) = net else { return Self(net) };
        let mapped = v6.addr().to_ipv4_mapped();
        let length = v6.prefix_len().checked_sub(MAPPED_PREFIX_LENGTH);
        let v4 = mapped.zip(length).and_then(|(v4, length)| Ipv4Net::new(v4, length).ok());
        Self(v4.map_or(net, IpNet::V4))
    }
}

impl FromStr for IpRange {
    type Err = IpRangeError;

    fn from_str(text: &str) -> Result<Self, IpRangeError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(IpNet::from(address.to_canonical())));
        }
        let net: IpNet = text.parse().map_err(|_| IpRangeError::Malformed(text.to_owned()))?;
        let range = Self::canonical(net.trunc());
        if net.trunc() != net {
            let (address, length) = (net.addr(), net.prefix_len());
            return Err(IpRangeError::HostBits { address, length, range });
        }
        Ok(range)
    }
}

/// Prints the range as [`IpRange::from_str`] reads it; a single address has no length.
impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(range: &str, address: &str) -> bool {
        let range: IpRange = range.parse().unwrap();
        range.contains(address.parse().unwrap())
    }

    #[test]
    fn contains_what_has_its_prefix() {
        for (range, address) in [
            ("10.0.0.0/8", "10.255.0.1"),
            ("192.0.2.7", "192.0.2.7"),
            ("0.0.0.0/0", "203.0.113.9"),
            ("2001:db8::/32", "2001:db8:ffff::1"),
            ("::1", "::1"),
        ] {
            assert!(contains(range, address), "{range} {address}");
        }
        for (range, address) in [
            ("10.0.0.0/8", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.8"),
            ("2001:db8::/32", "2001:db9::1"),
            ("0.0.0.0/0", "::1"),
            ("::/0", "10.0.0.1"),
        ] {
            assert!(!contains(range, address), "{range} {address}");
        }
    }

    #[test]
    fn an_ipv4_mapped_address_counts_as_ipv4_on_either_side() {
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(contains("::ffff:192.0.2.7", "192.0.2.7"));
        assert!(!contains("::/0", "::ffff:10.1.2.3"));
    }

    #[test]
    fn a_range_is_written_as_it_is_read() {
        for text in ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1", "0.0.0.0/0"] {
            let range: IpRange = text.parse().unwrap();
            assert_eq!(range.to_string(), text);
        }
        let range: IpRange = "192.0.2.7/32".parse().unwrap();
        assert_eq!(range.to_string(), "192.0.2.7");
    }

    #[test]
    fn says_what_was_meant_by_an_address_with_a_length() {
        let said = |text: &str| text.parse::<IpRange>().unwrap_err().to_string();
        assert!(said("10.0.0.1/8").contains("write \"10.0.0.0/8\" for the range"));
        assert!(said("2001:db8::1/32").contains("or \"2001:db8::1\" for the one address"));
        for wrong in
            ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "010.0.0.1", "example.com", "1::/129"]
        {
            assert!(said(wrong).contains("neither an IP address nor a range"), "{wrong}");
        }
    }
}
