//! Sessions with PostgreSQL servers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls, Statement};

/// A server that does not answer for so long is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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
}

impl Address {
    /// Reads a URL or a string of `key=value`. The error does not repeat it: it may have a password.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "the address is no PostgreSQL address".to_owned();
        let mut config: Config = text.parse().map_err(|_| wrong())?;
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
    pub(super) async fn open(address: &Address) -> Result<Self, String> {
        let opened = address.0.connect(NoTls).await;
        let (client, connection) = opened.map_err(|error| error.to_string())?;
        // Ends with the client.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self { client: Arc::new(client), prepared: Arc::default() })
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
