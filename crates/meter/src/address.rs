//! The address that a limit counts by.

use std::net::{IpAddr, Ipv6Addr};

const BITS_OF_IPV6: u8 = 128;

/// The address as limits count it. An IPv6 address is reduced to its network, since a client that has one address there
/// has all of them (RFC 6177, 2). IPv4 is counted whole, also in its IPv6 form (RFC 4291, 2.5.5.2).
#[must_use]
pub fn counted_address(address: &str, ipv6_prefix_bits: u8) -> String {
    match address.parse().map(|ip: IpAddr| ip.to_canonical()) {
        Ok(IpAddr::V6(ip)) if ipv6_prefix_bits < BITS_OF_IPV6 => {
            format!("{}/{ipv6_prefix_bits}", network(ip, ipv6_prefix_bits))
        }
        Ok(ip) => ip.to_string(),
        Err(_) => address.to_owned(),
    }
}

fn network(ip: Ipv6Addr, bits: u8) -> Ipv6Addr {
    let behind = u32::from(BITS_OF_IPV6.saturating_sub(bits));
    let mask = u128::MAX.checked_shl(behind).unwrap_or(0);
    Ipv6Addr::from_bits(ip.to_bits() & mask)
}

#[cfg(test)]
mod tests {
    use super::counted_address;

    #[test]
    fn two_addresses_of_one_network_count_as_one() {
        for (address, bits, counted) in [
            ("2001:db8:1:2:3:4:5:6", 64, "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", 64, "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", 64, "2001:db8:1:3::/64"),
            ("2001:db8:1:2::1", 48, "2001:db8:1::/48"),
            ("2001:db8:1:2::1", 128, "2001:db8:1:2::1"),
            ("::1", 0, "::/0"),
            ("192.0.2.1", 64, "192.0.2.1"),
            ("::ffff:192.0.2.1", 64, "192.0.2.1"),
            ("nowhere", 64, "nowhere"),
        ] {
            assert_eq!(counted_address(address, bits), counted, "{address}/{bits}");
        }
    }
}
