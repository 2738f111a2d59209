//! Encryption, both ways: clients that come with it, and upstreams that ask for it.

use std::sync::Arc;

use http::Version;
use http_body_util::{BodyExt, Empty};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::host::{Folder, Host};
use super::{STATIC, app};

/// A certificate for localhost that signs itself, as `cert.pem` and `key.pem`.
pub fn write_certificate(folder: &Folder) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    folder.write("cert.pem", made.cert.pem().as_bytes());
    folder.write("key.pem", made.signing_key.serialize_pem().as_bytes());
}

fn https_host() -> (Folder, Host) {
    let folder = Folder::new(STATIC);
    write_certificate(&folder);
    let host = folder.up(&["--tls-cert", "cert.pem", "--tls-key", "key.pem"]);
    (folder, host)
}

fn port(host: &Host) -> &str {
    host.address.rsplit(':').next().unwrap()
}

/// A client that has shaken hands.
pub fn encrypted_client(
    folder: &Folder,
    host: &Host,
) -> rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.path().join("cert.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let name = "localhost".try_into().unwrap();
    let mut connection = rustls::ClientConnection::new(config, name).unwrap();
    let mut stream = host.connect();
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).unwrap();
    }
    rustls::StreamOwned::new(connection, stream)
}

/// Asks for `/hello` with a client that speaks only what it is told to.
async fn ask(folder: &Folder, host: &Host, http2: bool) -> (Version, String) {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.path().join("cert.pem")).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(config).https_only();
    let connector =
        if http2 { connector.enable_http2().build() } else { connector.enable_http1().build() };
    let client: Client<_, Empty<bytes::Bytes>> =
        Client::builder(TokioExecutor::new()).http2_only(http2).build(connector);
    let url = format!("https://localhost:{}/hello", port(host)).parse().unwrap();
    let response = client.get(url).await.unwrap();
    let version = response.version();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (version, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn serves_https_in_both_versions_of_http_and_says_so() {
    let (folder, host) = https_host();
    assert_eq!(host.scheme, "https");
    assert_eq!(ask(&folder, &host, false).await, (Version::HTTP_11, "hello".to_owned()));
    assert_eq!(ask(&folder, &host, true).await, (Version::HTTP_2, "hello".to_owned()));
}

#[test]
fn a_component_reaches_an_https_upstream_whose_authority_is_known_and_no_other() {
    let (upstream_folder, upstream) = https_host();
    let authority = format!("localhost:{}", port(&upstream));
    let granted = app(&format!("allowed_outbound_hosts = [\"https://{authority}\"]\n"));
    let folder = Folder::new(&granted).guest("app.wasm", "(call $fetch-https-status)", &authority);
    assert_eq!(folder.up(&[]).get("/").status, 413, "TLS-certificate-error is the error number 13");
    let authorities = upstream_folder.path().join("cert.pem");
    let host = folder.up_with("SSL_CERT_FILE", &authorities, &[]);
    assert_eq!(host.get("/").status, 404, "the upstream has no route for /");
}

#[test]
fn a_certificate_that_is_none_is_one_sentence() {
    let folder = Folder::new(STATIC);
    write_certificate(&folder);
    let problem = folder.fails(&["up", "--tls-cert", "key.pem", "--tls-key", "key.pem"]);
    assert_eq!(problem, "error: --tls-cert key.pem: there is no certificate in it\n");
    let problem = folder.fails(&["up", "--tls-cert", "cert.pem", "--tls-key", "gone.pem"]);
    assert!(problem.starts_with("error: --tls-key gone.pem: "), "{problem}");
}
