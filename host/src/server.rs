//! The server: takes connections, finds each request's trigger, and drains when it is told to stop.

mod request;
mod tls;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use wasmtime_wasi_http::WasiBody;

pub use request::{Answer, Triggers};
pub use tls::acceptor;

use crate::instance::Shared;

/// All headers of a request together; a component cannot take more either.
const MAX_HEADER_BYTES: usize = 128 * 1024;
/// How many headers a request may have, as hyper sets it for HTTP/1.1.
const MAX_HEADERS: usize = 100;
/// A client has this long for its request head, and a kept connection for its next one.
const HEADER_TIMEOUT: Duration = Duration::from_secs(60);
/// How long open requests and streams may take to finish after the signal.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// A server that listens.
pub struct Server {
    /// Which trigger answers what.
    pub triggers: Arc<Triggers>,
    /// What instances share.
    pub shared: Arc<Shared>,
    /// Encryption, when it is asked for.
    pub tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Server {
    /// Serves until `stop` is done, then lets open requests, streams and instances finish within [`DRAIN_TIMEOUT`].
    pub async fn serve(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let builder = Arc::new(builder());
        tokio::pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, client)) => self.spawn(stream, client, &builder, &connections),
                // As a rule there are too many open files: closing connections will free some.
                Err(error) => {
                    eprintln!("error: no connection can be taken: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
        drop(listener);
        let drained = async {
            connections.shutdown().await;
            // What a component still does after its last response, such as accounting, ends with its instance.
            self.shared.draining.send_replace(true);
            self.shared.draining.closed().await;
        };
        if tokio::time::timeout(DRAIN_TIMEOUT, drained).await.is_err() {
            self.shared.draining.send_replace(true);
            eprintln!(
                "warning: some requests did not finish within {} s and are cut",
                DRAIN_TIMEOUT.as_secs()
            );
        }
    }

    fn spawn(
        &self,
        stream: TcpStream,
        client: SocketAddr,
        builder: &Arc<Builder<TokioExecutor>>,
        connections: &GracefulShutdown,
    ) {
        // Small writes, such as the chunks of a stream, must not wait for each other; a socket that cannot is gone.
        let _ = stream.set_nodelay(true);
        let (triggers, builder, watcher) =
            (Arc::clone(&self.triggers), Arc::clone(builder), connections.watcher());
        match self.tls.clone() {
            None => {
                drop(tokio::spawn(serve_connection(stream, builder, triggers, client, watcher)))
            }
            Some(tls) => drop(tokio::spawn(async move {
                // A handshake that fails or lingers is the client's affair.
                if let Ok(Ok(stream)) =
                    tokio::time::timeout(HEADER_TIMEOUT, tls.accept(stream)).await
                {
                    serve_connection(stream, builder, triggers, client, watcher).await;
                }
            })),
        }
    }
}

async fn serve_connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    builder: Arc<Builder<TokioExecutor>>,
    triggers: Arc<Triggers>,
    client: SocketAddr,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let triggers = Arc::clone(&triggers);
        async move { triggers.answer(request, client).await }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    // A connection that breaks is the client's affair; what it asked for is dropped with it.
    let _ = watcher.watch(connection).await;
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .max_headers(MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX));
    builder
}

/// A response of the host's own.
fn plain(status: StatusCode, text: &'static str) -> Response<WasiBody> {
    let mut response = Response::new(full(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    if !text.is_empty() {
        let value = http::HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(http::header::CONTENT_TYPE, value);
    }
    response
}

fn full(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}
