//! A client that sees every byte: one connection per request, nothing added, no redirects.

use crate::events::{Event, events};
use crate::wait::PATIENCE;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpSocket, TcpStream};

/// The receive buffer of a client that reads slowly, so that the kernel holds little.
const SMALL_BUFFER_BYTES: u32 = 16 * 1024;

/// How long a client waits for the next byte: longer than any gateway of a test is silent.
const SILENCE: Duration = PATIENCE.saturating_mul(4);

/// A request.
#[derive(Debug, Clone)]
pub struct Call {
    address: SocketAddr,
    method: String,
    path: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Bytes,
    small_buffer: bool,
}

impl Call {
    /// A request without headers and body.
    #[must_use]
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        Self {
            address,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
            small_buffer: false,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds this credential.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("authorization", format!("Bearer {key}"))
    }

    /// Adds this JSON body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }

    /// With this body, said to be of this type.
    #[must_use]
    pub fn typed(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// With this body, said to be a form.
    #[must_use]
    pub fn form(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Uses a socket with a small buffer.
    #[must_use]
    pub fn with_small_buffer(mut self) -> Self {
        self.small_buffer = true;
        self
    }

    /// Sends it and waits for the head of the answer.
    ///
    /// # Errors
    ///
    /// When the connection is refused or breaks.
    ///
    /// # Panics
    ///
    /// When nothing comes for [`SILENCE`].
    pub async fn try_open(self) -> Result<Open, Box<dyn std::error::Error + Send + Sync>> {
        let connection = self.connect().await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(connection)).await?;
        // Ends when the answer is read or dropped.
        tokio::spawn(connection);
        let mut request = Request::builder().method(self.method.as_str()).uri(self.path);
        request = request.header("host", self.address.to_string());
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let answer = sender.send_request(request.body(Full::new(self.body))?);
        let response = within("the head of an answer", answer).await?;
        Ok(Open { response, text: BytesMut::new() })
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if self.small_buffer {
            socket.set_recv_buffer_size(SMALL_BUFFER_BYTES)?;
        }
        let connection = socket.connect(self.address).await?;
        connection.set_nodelay(true)?;
        Ok(connection)
    }

    /// Sends it and waits for the head of the answer.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub async fn open(self) -> Open {
        let what = format!("{} {}", self.method, self.path);
        self.try_open().await.unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Panics
    ///
    /// When there is none, or it breaks off.
    pub async fn send(self) -> Answer {
        self.open().await.whole().await
    }
}

async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    let arrived = tokio::time::timeout(SILENCE, wait).await;
    arrived.unwrap_or_else(|_| panic!("waited {SILENCE:?} in vain: {what}"))
}

/// An answer whose body is still arriving. If it is dropped, the client leaves.
pub struct Open {
    response: Response<Incoming>,
    text: BytesMut,
}

impl Open {
    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    ///
    /// When the connection breaks.
    ///
    /// # Panics
    ///
    /// When nothing comes for [`SILENCE`].
    pub async fn next(&mut self) -> Result<Option<Bytes>, hyper::Error> {
        while let Some(frame) = within("more of an answer", self.response.body_mut().frame()).await
        {
            if let Ok(bytes) = frame?.into_data() {
                self.text.extend_from_slice(&bytes);
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Reads until this many events have arrived.
    ///
    /// # Panics
    ///
    /// When the answer ends before.
    pub async fn read_events(&mut self, count: usize) -> Vec<Event> {
        loop {
            let text = self.text();
            // Only complete events: an incomplete one has no final empty line.
            let whole = text.rfind("\n\n").map_or("", |end| &text[..end + 2]);
            let found = events(whole);
            if found.len() >= count {
                return found;
            }
            let more = self.next().await.expect("a connection that holds");
            assert!(
                more.is_some(),
                "the stream ended after {} events of {count}: {text}",
                found.len()
            );
        }
    }

    /// How many bytes have arrived.
    #[must_use]
    pub fn arrived(&self) -> usize {
        self.text.len()
    }

    /// What has arrived, as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8(self.text.to_vec()).expect("UTF-8")
    }

    /// Reads the rest.
    ///
    /// # Panics
    ///
    /// When it breaks off.
    pub async fn whole(mut self) -> Answer {
        while self.next().await.expect("an answer that does not break off").is_some() {}
        self.answer()
    }

    /// Reads the rest, whether it ends or breaks off.
    pub async fn whatever_comes(mut self) -> Answer {
        while let Ok(Some(_)) = self.next().await {}
        self.answer()
    }

    fn answer(self) -> Answer {
        let headers = self.response.headers().iter();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Answer {
            status: self.response.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                .collect(),
            body: self.text.freeze(),
        }
    }
}

/// A whole answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// All headers in their order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, byte by byte.
    pub body: Bytes,
}

impl Answer {
    /// The only value of a header; none if there is none.
    ///
    /// # Panics
    ///
    /// When there are several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(each, _)| each == name);
        let first = named.next().map(|(_, value)| value.as_str());
        assert!(named.next().is_none(), "{name} is there twice: {:?}", self.headers);
        first
    }

    /// The body as text.
    ///
    /// # Panics
    ///
    /// When it is not UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The events of the body.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        events(self.text())
    }

    /// The text of a streamed completion's events.
    #[must_use]
    pub fn streamed_text(&self) -> String {
        let events = self.events();
        let json = events.iter().filter_map(Event::json);
        json.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str()).collect()
    }

    /// The error object, checked to have OpenAI's form.
    ///
    /// # Panics
    ///
    /// When it is none.
    pub fn error(&self) -> Value {
        let error = self.json()["error"].take();
        let is_text_or_null = |value: &Value| value.is_string() || value.is_null();
        let right = error["message"].is_string()
            && error["type"].is_string()
            && is_text_or_null(&error["param"])
            && is_text_or_null(&error["code"]);
        assert!(right, "no error object: {} {}", self.status, self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        error
    }

    /// Status and `error.code`.
    #[must_use]
    pub fn refusal(&self) -> (u16, String) {
        let error = self.error();
        (self.status, error["code"].as_str().unwrap_or_default().to_owned())
    }
}
