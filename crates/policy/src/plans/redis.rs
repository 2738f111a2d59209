//! The address of the Redis that counts.

const SCHEMES: [&str; 2] = ["redis://", "rediss://"];

/// Checks the address of a Redis: a scheme, a host, an optional port and the optional number of a database.
///
/// # Errors
///
/// The problem, and what to write instead. The address is never repeated, because it may contain a password.
pub(super) fn check(url: &str) -> Result<(), &'static str> {
    let Some(rest) = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme)) else {
        return Err(
            "begins with another scheme; write redis://HOST:PORT/DATABASE, or rediss:// for TLS",
        );
    };
    if rest.contains('@') {
        return Err(
            "has a user or a password, and no secret stands in a policy; set POSTERN_REDIS_URL in the component's environment, which goes first, and write the address without them, or remove it",
        );
    }
    let authority = rest.split_once('/');
    let (authority, database) = authority.unwrap_or((rest, ""));
    let is_address = authority.parse::<http::uri::Authority>().is_ok_and(|authority| {
        let has_port = authority.as_str() != authority.host();
        !authority.host().is_empty() && (!has_port || authority.port_u16().is_some())
    });
    if !is_address {
        return Err("has no host, or a port that is none; write redis://HOST:PORT/DATABASE");
    }
    if !database.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(
            "has something behind its port that is not the number of a database; write redis://HOST:PORT/DATABASE",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_a_port_and_a_database() {
        for right in [
            "redis://10.0.0.5:6379/0",
            "rediss://redis.example.com",
            "redis://[::1]:6379",
            "redis://redis/",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in [
            "http://redis.example.com",
            "redis.example.com:6379",
            "redis://",
            "redis://:6379",
            "redis://host:port",
            "redis://host:99999",
            "redis://host:6379/zero",
            "redis://host:6379/0?a=b",
            "redis://host:6379/0/1",
            "redis://host:6379#0",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
        for secret in ["redis://:Hunter2@host:6379", "rediss://user:Hunter2@host/0"] {
            assert!(check(secret).unwrap_err().contains("POSTERN_REDIS_URL"));
        }
    }
}
