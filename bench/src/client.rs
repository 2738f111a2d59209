//! One keep-alive connection of the load generator. The same code measures direct and through the gateway.

use crate::clock;
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

/// The part of an unexpected answer that is shown.
const SHOWN_BYTES: usize = 300;

/// The server: the upstream, or the gateway in front of it.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    /// `Bearer ...`; the upstream accepts any value.
    pub authorization: HeaderValue,
}

/// The repeated request.
#[derive(Clone)]
pub struct Call {
    pub path: &'static str,
    pub body: Bytes,
    /// Asks the gateway for `server-timing`.
    pub timing: bool,
}

impl Call {
    /// A chat completion.
    pub fn chat(body: Bytes) -> Self {
        Self { path: "/v1/chat/completions", body, timing: false }
    }

    /// A message in Anthropic's dialect.
    pub fn messages(body: Bytes) -> Self {
        Self { path: "/v1/messages", body, timing: false }
    }

    /// An embedding.
    pub fn embeddings(body: Bytes) -> Self {
        Self { path: "/v1/embeddings", body, timing: false }
    }
}

/// An open connection.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    server: Server,
    host: HeaderValue,
}

/// A complete answer.
pub struct Answer {
    /// From the call to the last byte of the body.
    pub ns: u64,
    pub headers: http::HeaderMap,
}

impl Connection {
    pub async fn open(server: &Server) -> Result<Self> {
        let stream = TcpStream::connect(server.address).await;
        let stream = stream.with_context(|| format!("cannot connect to {}", server.address))?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Its errors are those of the calls.
        tokio::spawn(async move { drop(connection.await) });
        let host = HeaderValue::from_str(&server.address.to_string())?;
        Ok(Self { sender, server: server.clone(), host })
    }

    /// One call, its complete answer, and the time of both. Any status but 200 ends the benchmark.
    pub async fn call(&mut self, call: &Call) -> Result<Answer> {
        let started_ns = clock::now_ns();
        let response = self.begin(call).await?;
        let (parts, body) = response.into_parts();
        body.collect().await.context("the answer was cut off")?;
        Ok(Answer { ns: clock::now_ns().saturating_sub(started_ns), headers: parts.headers })
    }

    /// One call that is answered with 401, and the time it took.
    pub async fn refused(&mut self, call: &Call) -> Result<u64> {
        let started_ns = clock::now_ns();
        let response = self.send(call).await?;
        let status = response.status();
        response.into_body().collect().await.context("the answer was cut off")?;
        if status != StatusCode::UNAUTHORIZED {
            bail!("{} answered {status}, not 401", self.server.address);
        }
        Ok(clock::now_ns().saturating_sub(started_ns))
    }

    /// One call that the host has no room for: its status, and whether it says when to retry.
    pub async fn overloaded(&mut self, call: &Call) -> Result<(u16, bool)> {
        let response = self.send(call).await?;
        let retry_after = response.headers().contains_key(header::RETRY_AFTER);
        let status = response.status().as_u16();
        response.into_body().collect().await.context("the answer was cut off")?;
        Ok((status, retry_after))
    }

    /// One call up to the head of its answer.
    pub async fn begin(&mut self, call: &Call) -> Result<Response<Incoming>> {
        let response = self.send(call).await?;
        if response.status() != StatusCode::OK {
            let status = response.status();
            let body = response.into_body().collect().await?.to_bytes();
            let shown = body.get(..SHOWN_BYTES).unwrap_or(&body);
            let shown = String::from_utf8_lossy(shown).into_owned();
            bail!("{} answered {status}: {shown}", self.server.address);
        }
        Ok(response)
    }

    async fn send(&mut self, call: &Call) -> Result<Response<Incoming>> {
        let mut request = Request::post(call.path)
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, &self.server.authorization);
        if call.timing {
            request = request.header("x-postern-timing", "true");
        }
        let request = request.body(Full::new(call.body.clone()))?;
        let lost = || format!("{} closed the connection", self.server.address);
        self.sender.ready().await.with_context(lost)?;
        self.sender.send_request(request).await.with_context(lost)
    }
}
