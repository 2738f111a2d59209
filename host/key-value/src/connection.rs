//! Connections to Redis servers.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::TcpSettings;
use redis::{Client, IntoConnectionInfo, RedisResult};

/// A server that does not answer within this time counts as down: a gateway's request waits for it.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A client for a Redis URL, with TCP_NODELAY.
///
/// # Errors
/// If the URL is not a Redis URL.
pub fn client(url: &str) -> RedisResult<Client> {
    let info = url.into_connection_info()?;
    Client::open(info.set_tcp_settings(TcpSettings::default().set_nodelay(true)))
}

/// Opens a connection that reconnects by itself.
///
/// # Errors
/// If the server cannot be reached or refuses.
pub async fn connect(client: &Client) -> RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_connection_timeout(Some(TIMEOUT))
        .set_response_timeout(Some(TIMEOUT));
    client.get_connection_manager_with_config(config).await
}
