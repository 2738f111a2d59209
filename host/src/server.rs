//! The server: accepts connections, finds each request's trigger, and drains when it is told to stop.

mod admission;
mod answer;
mod body;
mod clock;
mod connection;
mod descriptors;
mod head;
mod request;
pub(crate) mod responses;
mod settings;
mod timed_stream;
mod tls;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

pub use descriptors::raise_limit;
pub use request::{Answer, Triggers};
pub use settings::{Limits, Settings};
pub use tls::acceptor;

use self::admission::Admission;
use self::connection::ConnectionServer;
use crate::repeated_warning::RepeatedWarning;
use crate::shared::Shared;

/// The most connections that may wait to be accepted: as many as Linux allows (`net.core.somaxconn`).
const BACKLOG: u32 = 4096;
/// The time that open requests and streams have to finish after the signal.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// A server that listens.
pub struct Server {
    /// The triggers and their targets.
    pub triggers: Triggers,
    /// What instances share.
    pub shared: Arc<Shared>,
    /// TLS, if it is configured.
    pub tls: Option<tokio_rustls::TlsAcceptor>,
    /// The timeouts of connections, and their maximum.
    pub limits: Limits,
}

/// Listens at an address.
///
/// # Errors
/// If the address cannot be listened at.
pub fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

impl Server {
    /// Serves until `stop` is done, then lets open requests, streams and instances finish within [`DRAIN_TIMEOUT`].
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let admission = Arc::new(Admission::new(self.limits.clone()));
        let unread_ms = self.limits.times.unread;
        let shared = self.shared;
        let server = Arc::new(ConnectionServer::new(
            self.triggers,
            self.limits,
            self.tls,
            Arc::clone(&shared.memory),
        ));
        let stopping = watch::Sender::new(false);
        let take = |(stream, client): (TcpStream, SocketAddr)| {
            prepare(&stream, unread_ms);
            // If there are too many even over the cap, the connection is closed.
            if let Some(slot) = admission.admit(client) {
                tokio::spawn(Arc::clone(&server).serve(stream, client, slot, stopping.subscribe()));
            }
        };
        let no_more =
            RepeatedWarning::new("no connection can be taken: the system has no files left for it");
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok(connection) => take(connection),
                // Usually there are too many open files: closing a silent connection frees one.
                Err(error) if is_of_connection(&error) => {}
                Err(_) => {
                    no_more.note();
                    admission.evict_one();
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
        drop(listener);
        drain(&shared, stopping).await;
    }
}

/// The connection was gone before it was accepted.
fn is_of_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted)
}

async fn drain(shared: &Shared, stopping: watch::Sender<bool>) {
    let drained = async {
        stopping.send_replace(true);
        stopping.closed().await;
        // Work of a component after its last response, such as accounting, ends with its instance.
        shared.draining.send_replace(true);
        shared.draining.closed().await;
    };
    if tokio::time::timeout(DRAIN_TIMEOUT, drained).await.is_err() {
        shared.draining.send_replace(true);
        eprintln!(
            "warning: some requests did not finish within {} s and are cut",
            DRAIN_TIMEOUT.as_secs()
        );
    }
}

/// A socket that cannot be configured is gone, which shows at its next use.
fn prepare(stream: &TcpStream, unread: Duration) {
    // Small writes, such as the chunks of a stream, must not wait for each other.
    let _ = stream.set_nodelay(true);
    // A peer that has vanished acknowledges nothing: the kernel would try for 15 minutes.
    #[cfg(target_os = "linux")]
    let _ = SockRef::from(stream).set_tcp_user_timeout(Some(unread));
}
