//! A provider that is no fake: the npm package `oidc-provider`, certified by the OpenID Foundation, in a process of its
//! own.

use crate::client::Call;
use crate::manifest;
use crate::wait::PATIENCE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;

/// The client that calls the gateway.
pub const CLIENT_ID: &str = "batch-job";
const CLIENT_SECRET: &str = "fake-client-Zq3Xk8Rv1Tn6Bw5Mf0";
/// What the gateway asks about tokens with, as the client `postern`.
const GATEWAY_SECRET: &str = "fake-gateway+/:%-Jc4Hs9Yd2Lp7";

/// The running provider. Dropped, it is killed; and it ends when the tests do, however they do.
pub struct Provider {
    process: Child,
    issuer: String,
}

impl Provider {
    /// Starts it and waits until it says where it is.
    ///
    /// # Panics
    ///
    /// When it does not start: the packages of `tests/sdk/node` must be installed.
    #[must_use]
    pub fn start() -> Self {
        let folder = manifest::repository().join("tests/sdk/node");
        assert!(
            folder.join("node_modules/oidc-provider").exists(),
            "the npm package oidc-provider is not installed; run `cargo xtask test`, which installs what the tests need"
        );
        let mut process = Command::new("node")
            .arg("provider.js")
            .current_dir(folder)
            .env("PROVIDER_CLIENT_SECRET", CLIENT_SECRET)
            .env("PROVIDER_GATEWAY_SECRET", GATEWAY_SECRET)
            // It ends with its standard input, whose other end this process holds.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node");
        let stdout = process.stdout.take().expect("a pipe");
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(issuer) = line.strip_prefix("issuer ") {
                    let _ = sender.send(issuer.to_owned());
                }
            }
        });
        let issuer = receiver.recv_timeout(PATIENCE);
        let mut provider = Self { process, issuer: String::new() };
        provider.issuer = issuer.expect("a provider that says where it is");
        provider
    }

    /// What its tokens say in `iss`, and where it is.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where it is asked about tokens.
    #[must_use]
    pub fn introspection_url(&self) -> String {
        format!("{}/token/introspection", self.issuer)
    }

    /// The secret of the client `postern`.
    #[must_use]
    pub fn gateway_secret(&self) -> &'static str {
        GATEWAY_SECRET
    }

    /// A token for a resource (RFC 8707), by the grant of client credentials (RFC 6749, 4.4).
    ///
    /// # Panics
    ///
    /// When it gives none.
    pub async fn token(&self, resource: &str) -> String {
        let address =
            self.issuer.strip_prefix("http://").expect("http").parse().expect("an address");
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", "ai.use")
            .append_pair("resource", resource)
            .finish();
        let credential = basic(CLIENT_ID, CLIENT_SECRET);
        let answer = Call::new(address, "POST", "/token")
            .header("authorization", credential)
            .form(form)
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
