//! Requests to the server that is asked.

use crate::connector::connector;
use anyhow::{Context, Result, anyhow, bail};
use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use postern_dialect::{Dialect, translate};
use postern_policy::Endpoint;
use serde_json::Value;
use std::time::Duration;

/// A model may be loaded before the first answer.
const DEADLINE: Duration = Duration::from_secs(300);

/// Answers of a few tokens are under 10 KiB; a stream of them as well.
const MAX_BYTES: usize = 1024 * 1024;

pub struct Server {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    chat: Uri,
    responses: Uri,
    header: Option<(String, String)>,
    pub model: String,
}

/// What the server makes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Accepted(String),
    /// It refuses the request itself, with this reason.
    Refused(String),
    /// It did not come to judge it.
    Unknown(String),
}

impl Server {
    pub fn new(
        endpoint: &Endpoint,
        path: &str,
        model: String,
        header: Option<(String, String)>,
    ) -> Result<Self> {
        let path = path.replace("{model}", &postern_dialect::percent_encoded(&model));
        let uri = |path: &str| {
            let url = endpoint.url(path);
            url.parse::<Uri>().with_context(|| format!("{url} is no address"))
        };
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector()?),
            chat: uri(&path)?,
            responses: uri("/responses")?,
            header,
            model,
        })
    }

    /// Where it is, for people.
    pub fn place(&self) -> String {
        self.chat.to_string()
    }

    /// Asks for a chat completion.
    pub async fn chat(&self, body: &Value) -> Result<Said> {
        self.ask(&self.chat, body).await
    }

    /// Asks for one of OpenAI's responses.
    pub async fn responses(&self, body: &Value) -> Result<Said> {
        self.ask(&self.responses, body).await
    }

    /// # Errors
    /// The server cannot be reached, or does not know the key: no further question helps.
    async fn ask(&self, uri: &Uri, body: &Value) -> Result<Said> {
        let mut request = Request::post(uri.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, "postern-check");
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_string())))?;
        let unreached = || format!("{uri} cannot be reached");
        let answer = tokio::time::timeout(DEADLINE, self.client.request(request)).await;
        let answer = answer.map_err(|_| anyhow!("{uri} did not answer within {DEADLINE:?}"))?;
        let answer = answer.with_context(unreached)?;
        let status = answer.status().as_u16();
        let read = Limited::new(answer.into_body(), MAX_BYTES).collect();
        let read = tokio::time::timeout(DEADLINE, read).await;
        let read = read.map_err(|_| anyhow!("{uri} did not end its answer within {DEADLINE:?}"))?;
        let read = read.map_err(|error| anyhow!("{uri} broke its answer off: {error}"))?;
        let text = String::from_utf8_lossy(&read.to_bytes()).into_owned();
        let fault = translate::explain(Dialect::OpenAi, status, &[], &text);
        let reason = fault.public;
        Ok(match status {
            200..300 if is_error(&text) => Said::Refused(reason_in(&text)),
            200..300 => Said::Accepted(text),
            401 | 403 => bail!("{uri} refuses the key (status {status}): is its variable right?"),
            429 => Said::Unknown("it limits the rate of requests: ask again later".to_owned()),
            502..600 => Said::Unknown(format!("it answered with status {status}")),
            // Templates of models raise what they refuse, which some servers report as their own failure.
            500 => Said::Refused(reason_in(&text)),
            _ => Said::Refused(format!("{reason} (status {status})")),
        })
    }
}

/// Some servers answer a refusal as an event of a stream, or with a success status.
fn is_error(text: &str) -> bool {
    let data = text.strip_prefix("data:").unwrap_or(text).lines().next().unwrap_or_default();
    let value: Value = serde_json::from_str(data.trim()).unwrap_or_default();
    value.get("error").is_some_and(|error| !error.is_null())
        || value.get("object").is_some_and(|object| object == "error")
}

fn reason_in(text: &str) -> String {
    let data = text.strip_prefix("data:").unwrap_or(text).lines().next().unwrap_or_default();
    translate::explain(Dialect::OpenAi, 400, &[], data.trim()).public
}
