//! Sessions with PostgreSQL servers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls, Statement};

/// A server that takes longer to accept a session, with its greeting, is away.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The port of PostgreSQL.
const PORT: u16 = 5432;

/// The statements that a session keeps; a component has some dozens.
const MAX_PREPARED: usize = 128;

/// Where servers are.
pub struct Address(Config);

/// A guest's session: statements that follow each other are of one.
#[derive(Clone)]
pub struct Session {
    pub(super) client: Arc<Client>,
    prepared: Arc<Mutex<BTreeMap<String, Statement>>>,
    connection: AbortHandle,
}

impl Address {
    /// Reads a URL or a string of `key=value`. The error does not repeat it: it may have a password.
    ///
    /// `hostaddr` is refused: the session would be with that address, and what the manifest allows are hosts.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "the address is no PostgreSQL address".to_owned();
        let mut config: Config = text.parse().map_err(|_| wrong())?;
        if !config.get_hostaddrs().is_empty() {
            return Err("the address has `hostaddr`: name the server as its host".to_owned());
        }
        config.connect_timeout(CONNECT_TIMEOUT);
        let is_named = config.get_hosts().iter().all(|host| matches!(host, Host::Tcp(_)));
        if config.get_hosts().is_empty() || !is_named { Err(wrong()) } else { Ok(Self(config)) }
    }

    /// Hosts and ports.
    pub(super) fn servers(&self) -> impl Iterator<Item = (&str, u16)> {
        let ports = self.0.get_ports();
        self.0.get_hosts().iter().enumerate().filter_map(move |(at, host)| match host {
            Host::Tcp(name) => {
                Some((name.as_str(), *ports.get(at).or(ports.first()).unwrap_or(&PORT)))
            }
            #[cfg(unix)]
            Host::Unix(_) => None,
        })
    }
}

impl Session {
    /// Opens a session with the first server that accepts one within `limit`.
    pub(super) async fn open(address: &Address, limit: Duration) -> Result<Self, String> {
        // The timeout of the configuration ends with the socket's connection.
        let opened = tokio::time::timeout(limit, address.0.connect(NoTls)).await;
        let opened = opened.map_err(|_| format!("no server has answered in {limit:?}"))?;
        let (client, connection) = opened.map_err(|error| error.to_string())?;
        // Ends with the client.
        let connection = tokio::spawn(async move { drop(connection.await) }).abort_handle();
        Ok(Self { client: Arc::new(client), prepared: Arc::default(), connection })
    }

    /// Closes the session, whatever the server does: no later statement waits for it.
    pub(super) fn close(&self) {
        self.connection.abort();
    }

    /// A statement, prepared once.
    pub(super) async fn prepared(&self, text: &str) -> Result<Statement, tokio_postgres::Error> {
        let known = || self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = known().get(text) {
            return Ok(prepared.clone());
        }
        let prepared = self.client.prepare(text).await?;
        let mut known = known();
        if known.len() >= MAX_PREPARED {
            known.clear();
        }
        known.insert(text.to_owned(), prepared.clone());
        Ok(prepared)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn an_address_names_its_servers_or_is_refused() {
        for (text, expected) in [
            ("postgres://db.internal:5433/postern", Some("db.internal:5433")),
            ("postgres://user:secret@a,b:1/postern", Some("a:5432 b:1")),
            ("host=a,b port=1,2", Some("a:1 b:2")),
            ("host=a", Some("a:5432")),
            ("host=a hostaddr=10.0.0.1", None),
            ("postgres://a/postern?hostaddr=10.0.0.1", None),
            ("hostaddr=10.0.0.1", None),
            ("host=/run/postgresql", None),
            ("", None),
        ] {
            let servers = Address::parse(text).map(|address| {
                let servers = address.servers().map(|(host, port)| format!("{host}:{port}"));
                servers.collect::<Vec<_>>().join(" ")
            });
            if let Err(error) = &servers {
                assert!(!error.contains("secret"), "{error}");
            }
            assert_eq!(servers.ok().as_deref(), expected, "{text}");
        }
    }

    #[tokio::test]
    async fn a_server_that_accepts_and_says_nothing_is_away() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let text = format!("host=127.0.0.1 port={} user=a", silent.local_addr().unwrap().port());
        let opened =
            Session::open(&Address::parse(&text).unwrap(), Duration::from_millis(50)).await;
        assert_eq!(opened.err().as_deref(), Some("no server has answered in 50ms"));
    }
}
