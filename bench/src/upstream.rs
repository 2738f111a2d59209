//! The vendor of the benchmark: answers at once, on a separate thread.

use crate::clock;
use crate::issuer;
use crate::payload::{self, Shape};
use anyhow::{Context, Result};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// How many requests have come.
pub static ARRIVED: AtomicU64 = AtomicU64::new(0);

/// When the last client left that had no complete answer, by [`clock`].
pub static LEFT_NS: AtomicU64 = AtomicU64::new(0);

/// Dropped before its answer is complete, it notes that the client has left.
struct Watch {
    is_complete: bool,
}

impl Watch {
    fn note(&mut self, is_end: bool) {
        self.is_complete = is_end;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.is_complete {
            LEFT_NS.store(clock::now_ns(), Ordering::SeqCst);
        }
    }
}

type Body = UnsyncBoxBody<Bytes, Infallible>;

/// The part of a request that the upstream reads.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    stream: bool,
    #[serde(default)]
    stream_options: Options,
    bench: Option<Shape>,
}

#[derive(Default, Deserialize)]
struct Options {
    #[serde(default)]
    include_usage: bool,
}

/// Prepared answers, which cost nothing during a measurement.
struct Answers {
    completion: Bytes,
    embedding: Bytes,
}

/// Listens on a free port of the loopback interface, for as long as the process lives.
pub fn start() -> Result<SocketAddr> {
    let listener =
        std::net::TcpListener::bind("127.0.0.1:0").context("no port for the upstream")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("upstream".into()).spawn(move || {
        if let Err(error) = runtime.block_on(serve(listener)) {
            eprintln!("the upstream of the benchmark ended: {error:#}");
        }
    })?;
    Ok(address)
}

async fn serve(listener: std::net::TcpListener) -> Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let answers = Answers { completion: payload::completion(), embedding: payload::embedding() };
    let answers = Arc::new(answers);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(connection(stream, Arc::clone(&answers)));
    }
}

/// Ends when the peer leaves.
async fn connection(stream: TcpStream, answers: Arc<Answers>) {
    let service = service_fn(|request| answer(request, Arc::clone(&answers)));
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(
    request: Request<Incoming>,
    answers: Arc<Answers>,
) -> Result<Response<Body>, hyper::Error> {
    if (request.method(), request.uri().path()) == (&Method::GET, issuer::PATH) {
        return Ok(whole(StatusCode::OK, issuer::key_set()));
    }
    let chat = match (request.method(), request.uri().path()) {
        (&Method::POST, "/v1/chat/completions") => true,
        (&Method::POST, "/v1/embeddings") => false,
        _ => return Ok(whole(StatusCode::NOT_FOUND, Bytes::from_static(b"{}"))),
    };
    let body = request.into_body().collect().await?.to_bytes();
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return Ok(whole(StatusCode::BAD_REQUEST, Bytes::from_static(b"{}")));
    };
    ARRIVED.fetch_add(1, Ordering::SeqCst);
    if asked.bench.is_some_and(|shape| shape.chunks == 0) {
        let _watch = Watch { is_complete: false };
        std::future::pending::<()>().await;
    }
    Ok(match (chat, asked.stream) {
        (true, true) => streamed(&asked),
        (true, false) => whole(StatusCode::OK, answers.completion.clone()),
        (false, _) => whole(StatusCode::OK, answers.embedding.clone()),
    })
}

fn whole(status: StatusCode, body: Bytes) -> Response<Body> {
    let body = Full::new(body).boxed_unsync();
    response(status, "application/json", body)
}

/// The first chunk at once, the others a pause apart, each stamped when the server takes it to send it.
fn streamed(asked: &Asked) -> Response<Body> {
    let Shape { chunks, pause_ms } = asked.bench.unwrap_or(Shape { chunks: 1, pause_ms: 0 });
    let pause = Duration::from_millis(pause_ms);
    let chunks = stream::iter(0..chunks).then(move |index| async move {
        if index > 0 && !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        payload::chunk(clock::now_ns())
    });
    let end = payload::end(asked.stream_options.include_usage);
    let mut watch = Watch { is_complete: false };
    let frames = chunks.chain(stream::iter([end.clone()])).map(move |chunk| {
        watch.note(chunk == end);
        Ok(Frame::data(chunk))
    });
    response(StatusCode::OK, "text/event-stream", StreamBody::new(frames).boxed_unsync())
}

fn response(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let value = http::HeaderValue::from_static(content_type);
    response.headers_mut().insert(http::header::CONTENT_TYPE, value);
    response
}
