//! The connections to Redis servers, for all interfaces.

use std::collections::HashMap;

use postern_key_value::connection::{client, connect};
use redis::RedisError;
use redis::aio::ConnectionManager;
use tokio::sync::Mutex;

/// A guest's connection; clones share one socket.
pub struct Connection(pub(super) ConnectionManager);

/// All connections, by address.
#[derive(Default)]
pub struct Connections(Mutex<HashMap<String, ConnectionManager>>);

/// Why there is no connection.
pub(super) enum OpenError {
    /// The address is invalid.
    Address,
    /// The server cannot be reached, or refuses the credential.
    Server(RedisError),
}

impl Connections {
    pub(super) async fn open(&self, address: &str) -> Result<ConnectionManager, OpenError> {
        let mut connections = self.0.lock().await;
        if let Some(connection) = connections.get(address) {
            return Ok(connection.clone());
        }
        let client = client(address).map_err(|_| OpenError::Address)?;
        let connection = connect(&client).await.map_err(OpenError::Server)?;
        connections.insert(address.to_owned(), connection.clone());
        Ok(connection)
    }
}
