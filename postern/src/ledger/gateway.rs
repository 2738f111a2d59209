//! A running gateway, asked as an administrator.

use super::{Answered, Asked, next_of};
use crate::connector::connector;
use anyhow::{Context, Result, anyhow, bail};
use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::env;
use std::time::Duration;

/// The variable with an administrator's key: every user of the machine could see it in a command line.
const KEY_VARIABLE: &str = "POSTERN_ADMIN_KEY";

/// A year of a large ledger is summed in less.
const DEADLINE: Duration = Duration::from_secs(60);

/// The most rows that are answered have some 300 bytes each.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A gateway and an administrator's key.
pub struct RunningGateway {
    url: String,
    key: String,
}

impl RunningGateway {
    /// The gateway at a URL.
    ///
    /// # Errors
    /// If the URL is none, or there is no key.
    pub fn new(url: &str) -> Result<Self> {
        let key = env::var(KEY_VARIABLE).unwrap_or_default();
        if key.is_empty() {
            bail!("--url needs an administrator's key: put it into the variable {KEY_VARIABLE}");
        }
        let scheme = url.parse::<Uri>().ok().and_then(|uri| uri.scheme_str().map(str::to_owned));
        if !matches!(scheme.as_deref(), Some("http" | "https")) {
            bail!("--url is {url:?}; write it as https://gateway.example.com");
        }
        Ok(Self { url: url.trim_end_matches('/').to_owned(), key })
    }

    /// The answer to a question with a path below `/admin/v1/`.
    pub fn ask(&self, asked: Asked<'_>) -> Result<Answered> {
        let Asked { method, path, query, body } = asked;
        let uri = format!("{}/admin/v1/{path}?{query}", self.url);
        let (uri, body) = (uri.trim_end_matches('?').to_owned(), body.to_owned());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let request = Request::builder()
            .method(method)
            .uri(&uri)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.key))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "postern")
            .body(Full::new(Bytes::from(body)))?;
        let (status, next, text) = runtime.block_on(async {
            match tokio::time::timeout(DEADLINE, answered(request)).await {
                Ok(answered) => answered.with_context(|| format!("{} cannot be asked", self.url)),
                Err(_) => Err(anyhow!("{} did not answer within {DEADLINE:?}", self.url)),
            }
        })?;
        if (200..300).contains(&status) {
            return Ok(Answered { body: text, next });
        }
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let message =
            value.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason");
        bail!("{} answered with status {status}: {message}", self.url)
    }
}

async fn answered(request: Request<Full<Bytes>>) -> Result<(u16, Option<String>, String)> {
    let client = Client::builder(TokioExecutor::new()).build(connector()?);
    let answer = client.request(request).await?;
    let status = answer.status().as_u16();
    let link = answer.headers().get(header::LINK).and_then(|link| link.to_str().ok());
    let next = link.and_then(next_of);
    let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await;
    let body = body.map_err(|error| anyhow!("its answer broke off: {error}"))?;
    Ok((status, next, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
}
