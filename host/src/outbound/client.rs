//! The client: kept connections over HTTP/1.1 and HTTP/2, with each request's deadlines.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{HttpConnector, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::body::UpstreamBody;
use super::errors;

/// Servers close idle connections after a minute or so; a request fails if its connection is closed at that moment.
const IDLE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_IDLE_CONNECTIONS_PER_HOST: usize = 256;
/// The default timeout of a request, which is WASI's own in wasmtime and in Spin.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Sends requests.
pub struct Outbound {
    keep_connections: bool,
    cleartext: Client<HttpConnector, WasiBody>,
    /// Made on first use: reading the machine's certificates takes milliseconds.
    encrypted: OnceLock<Client<HttpsConnector<HttpConnector>, WasiBody>>,
}

impl Outbound {
    /// A client that keeps connections, or not.
    pub fn new(keep_connections: bool) -> Self {
        Self {
            keep_connections,
            cleartext: builder(keep_connections).build(connector()),
            encrypted: OnceLock::new(),
        }
    }

    /// Sends a request and returns the response when its head has arrived.
    ///
    /// # Errors
    /// The error, by WASI's name.
    pub async fn send(
        &self,
        mut request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>, Error> {
        let mut connection = capture_connection(&mut request);
        let response = if request.uri().scheme() == Some(&http::uri::Scheme::HTTP) {
            self.cleartext.request(request)
        } else {
            self.encrypted().request(request)
        };
        tokio::pin!(response);
        let connected = timeout(options.connect_timeout.unwrap_or(DEFAULT_TIMEOUT), async {
            tokio::select! {
                biased;
                response = &mut response => Some(response),
                _ = connection.wait_for_connection_metadata() => None,
            }
        });
        let response = match connected.await.map_err(|_| Error::ConnectionTimeout)? {
            Some(response) => response,
            None => timeout(options.first_byte_timeout.unwrap_or(DEFAULT_TIMEOUT), response)
                .await
                .map_err(|_| Error::ConnectionReadTimeout)?,
        };
        let between_bytes = options.between_bytes_timeout.unwrap_or(DEFAULT_TIMEOUT);
        let response = response.map_err(|error| errors::of_client(&error))?;
        Ok(response.map(|body| UpstreamBody::new(body, between_bytes).boxed()))
    }

    /// Reads the machine's certificates before the first request needs them.
    pub fn prepare(&self) {
        self.encrypted();
    }

    fn encrypted(&self) -> &Client<HttpsConnector<HttpConnector>, WasiBody> {
        self.encrypted.get_or_init(|| {
            let https = HttpsConnectorBuilder::new()
                .with_tls_config(tls())
                .https_only()
                .enable_all_versions()
                .wrap_connector(connector());
            builder(self.keep_connections).build(https)
        })
    }
}

fn builder(keep_connections: bool) -> hyper_util::client::legacy::Builder {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).timer(TokioTimer::new());
    builder.pool_idle_timeout(IDLE_CONNECTION_TIMEOUT);
    builder.pool_max_idle_per_host(if keep_connections {
        MAX_IDLE_CONNECTIONS_PER_HOST
    } else {
        0
    });
    builder
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    // A head and a body written separately would otherwise wait 40 ms for the peer's delayed acknowledgement.
    connector.set_nodelay(true);
    connector
}

/// The machine's certificate authorities (or those of SSL_CERT_FILE), otherwise Mozilla's.
fn tls() -> ClientConfig {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    // The provider is a constant that has TLS 1.2 and 1.3.
    #[expect(clippy::expect_used, reason = "a constant")]
    let config = config.expect("ring has TLS 1.2 and 1.3");
    config.with_root_certificates(roots).with_no_client_auth()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_client_can_be_made_with_encryption() {
        super::Outbound::new(true).prepare();
    }
}
