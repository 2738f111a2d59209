//! The address of the PostgreSQL that keeps the ledger.

use toml::Spanned;

use crate::reading::{Label, Report};

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The address, if it has a scheme, a host, an optional port and a database, and no secret.
pub(super) fn checked(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: &str,
    url: &Spanned<&str>,
) -> Option<String> {
    match wrong(url.get_ref()) {
        None => Some((*url.get_ref()).to_owned()),
        Some(wrong) => {
            let message = format!("`{key}` (not shown, it may have a password) {wrong}");
            report.problem(label, url.span(), message);
            None
        }
    }
}

fn wrong(url: &str) -> Option<&'static str> {
    let Some(rest) = SCHEMES.iter().find_map(|scheme| url.strip_prefix(scheme)) else {
        return Some("begins with another scheme; write postgres://HOST:PORT/DATABASE");
    };
    if rest.contains('@') || rest.contains("password=") {
        return Some(
            "has a user or a password, and no secret stands in a policy; set POSTERN_POSTGRES_URL in the component's environment, which goes first, and write the address without them, or remove it",
        );
    }
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let is_address = authority.parse::<http::uri::Authority>().is_ok_and(|authority| {
        let has_port = authority.as_str() != authority.host();
        !authority.host().is_empty() && (!has_port || authority.port_u16().is_some())
    });
    if !is_address {
        return Some("has no host, or a port that is none; write postgres://HOST:PORT/DATABASE");
    }
    let (database, _) = database.split_once('?').unwrap_or((database, ""));
    if database.is_empty() || database.contains('/') {
        return Some("names no database; write postgres://HOST:PORT/DATABASE");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn an_address_is_a_host_a_port_and_a_database() {
        for right in [
            "postgres://10.0.0.5:5432/postern",
            "postgresql://db.example.com/postern?sslmode=require",
            "postgres://[::1]:5432/ledger",
        ] {
            assert_eq!(wrong(right), None, "{right}");
        }
        for wrong_url in [
            "mysql://db/postern",
            "db.example.com:5432/postern",
            "postgres://",
            "postgres://db",
            "postgres://db/",
            "postgres://db:port/postern",
            "postgres://db/postern/more",
            "postgres://user:Hunter2@db/postern",
            "postgres://db/postern?password=Hunter2",
        ] {
            assert!(wrong(wrong_url).is_some(), "{wrong_url}");
        }
    }
}
