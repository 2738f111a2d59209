//! The calls that `upstream` makes for the recorder: those that this policy names, and no others.
//!
//! `upstream` holds every secret of the gateway, and the recorder none. A recorder that was replaced could otherwise name any variable
//! and any host that the gateway is granted.

use super::{OpenTelemetry, OtelSignal, Recorder, Webhook};
use postern_types::HeaderCredential;
use postern_types::delegation::{DelegatedCall, Mac, Post, Signing};

/// A call that policy does not name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForeignCall {
    /// It does not serve the recorder's work.
    #[error(
        "the recorder may have bytes posted, a webhook's message authenticated and a checkpoint signed, and nothing else"
    )]
    Kind,
    /// The post does not go to the collector or a webhook.
    #[error("the recorder may not post to `{0}`: recorder.toml names no such collector or webhook")]
    Url(String),
    /// The post would carry a secret that is not the collector's.
    #[error(
        "the recorder may not send the variable `{variable}` as `{header}` to `{url}`: no [[opentelemetry.header]] of recorder.toml says so"
    )]
    Credential {
        /// Where it would go.
        url: String,
        /// In which header.
        header: String,
        /// What it would hold.
        variable: String,
    },
    /// The key does not sign checkpoints.
    #[error(
        "the recorder may not sign with the variable `{0}`: it is not `key_variable` of [audit] in recorder.toml"
    )]
    SigningKey(String),
    /// The key does not authenticate messages.
    #[error(
        "the recorder may not use the variable `{0}`: it is not `signing_key` of a [[webhook]] in recorder.toml"
    )]
    MacKey(String),
}

impl Recorder {
    /// Whether this policy names the call.
    ///
    /// # Errors
    ///
    /// It does not.
    pub fn permits(&self, call: &DelegatedCall) -> Result<(), ForeignCall> {
        match call {
            DelegatedCall::Post(post) => self.permits_post(post),
            DelegatedCall::Sign(Signing { variable, .. }) => {
                let is_key = self.audit.key_variable.as_ref() == Some(variable);
                if is_key { Ok(()) } else { Err(ForeignCall::SigningKey(variable.clone())) }
            }
            DelegatedCall::Mac(Mac { variable, .. }) => {
                let signs = |webhook: &Webhook| webhook.signing_key.as_ref() == Some(variable);
                let is_key = self.webhooks.iter().any(signs);
                if is_key { Ok(()) } else { Err(ForeignCall::MacKey(variable.clone())) }
            }
            DelegatedCall::Form(_) | DelegatedCall::Seal(_) | DelegatedCall::Unseal(_) => {
                Err(ForeignCall::Kind)
            }
        }
    }

    fn permits_post(&self, post: &Post) -> Result<(), ForeignCall> {
        let collector = self.opentelemetry.as_ref().filter(|collector| collector.takes(&post.url));
        let is_webhook = self.webhooks.iter().any(|webhook| webhook.url.to_string() == post.url);
        if collector.is_none() && !is_webhook {
            return Err(ForeignCall::Url(post.url.clone()));
        }
        let has = |credential: &&HeaderCredential| {
            collector.is_some_and(|collector| collector.has(credential))
        };
        match post.credentials.iter().find(|credential| !has(credential)) {
            None => Ok(()),
            Some(foreign) => Err(ForeignCall::Credential {
                url: post.url.clone(),
                header: foreign.header.clone(),
                variable: foreign.variable.clone(),
            }),
        }
    }
}

impl OpenTelemetry {
    /// Whether one of its signals goes to this URL.
    fn takes(&self, url: &str) -> bool {
        let endpoint = self.endpoint.to_string();
        let path = url.strip_prefix(endpoint.trim_end_matches('/'));
        self.signals.iter().any(|signal| path == Some(signal.path()))
    }

    /// Whether this is one of its headers.
    fn has(&self, credential: &HeaderCredential) -> bool {
        self.headers.iter().any(|header| {
            header.name == credential.header
                && header.text == credential.prefix
                && header.variable.as_ref() == Some(&credential.variable)
        })
    }
}

impl OtelSignal {
    /// Below the endpoint (OTLP over HTTP, "default URL path").
    fn path(self) -> &'static str {
        match self {
            OtelSignal::Traces => "/v1/traces",
            OtelSignal::Metrics => "/v1/metrics",
            OtelSignal::Logs => "/v1/logs",
        }
    }
}

#[cfg(test)]
#[path = "calls_tests.rs"]
mod tests;
