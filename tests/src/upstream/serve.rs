//! Accepts connections and plays scripts.

use super::record::{Ending, Recorded};
use super::script::{Script, Step};
use super::{State, scripts};
use bytes::Bytes;
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// The script says that the connection breaks here.
#[derive(Debug)]
pub(super) struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the script cuts the connection")
    }
}

impl std::error::Error for Broken {}

pub(super) async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((connection, _)) = listener.accept().await {
        let _ = connection.set_nodelay(true);
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(request, Arc::clone(&state)));
        tokio::spawn(async move {
            // The records say how it ended.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

/// Held until the answer is complete; if it is dropped before, the peer has left.
struct Watch(Arc<Recorded>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.end(Ending::PeerGone);
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
) -> Result<Response<ScriptedBody>, Broken> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers =
        head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let record = Arc::new(Recorded::new(head.uri.to_string(), headers, body));
    state.records.lock().expect("records").push(Arc::clone(&record));
    let host = state.address.to_string();
    let (complaints, script) = (state.behaviour)(head.method.as_str(), &host, &record);
    state.complain(&complaints);
    let watch = Watch(Arc::clone(&record));
    match script.status {
        Some(status) => Ok(begin(status, script, state, watch)),
        None => without_a_head(script, &watch).await,
    }
}

/// A vendor that hangs up, or never answers.
async fn without_a_head(script: Script, watch: &Watch) -> Result<Response<ScriptedBody>, Broken> {
    if script.steps.into_iter().any(|step| matches!(step, Step::Silence)) {
        std::future::pending::<Infallible>().await;
    }
    watch.0.end(Ending::Cut);
    Err(Broken)
}

fn begin(status: u16, script: Script, state: Arc<State>, watch: Watch) -> Response<ScriptedBody> {
    let (pen, page) = mpsc::channel(1);
    let record = Arc::clone(&watch.0);
    let remaining = script.content_length;
    let mut response = Response::new(ScriptedBody { page, watch, remaining });
    *response.status_mut() = status.try_into().expect("a status");
    for (name, value) in &script.headers {
        let name: HeaderName = name.parse().expect("a header's name");
        response.headers_mut().append(name, value.parse().expect("a header's value"));
    }
    if let Some(length) = script.content_length {
        response.headers_mut().insert(CONTENT_LENGTH, length.into());
    }
    tokio::spawn(play(script.steps, pen, record, state));
    response
}

type Line = Result<Bytes, Broken>;

/// Performs the steps; ends early if the peer has left.
async fn play(steps: Vec<Step>, pen: mpsc::Sender<Line>, record: Arc<Recorded>, state: Arc<State>) {
    let marker = scripts::marker(&record);
    for step in steps {
        match step {
            Step::Write(bytes) => {
                if pen.send(Ok(bytes)).await.is_err() {
                    return;
                }
            }
            Step::Endless(bytes, pause) => {
                while pen.send(Ok(bytes.clone())).await.is_ok() {
                    tokio::time::sleep(pause).await;
                }
            }
            Step::Pause(duration) => tokio::time::sleep(duration).await,
            Step::Gate => {
                let gate = state.gate(&marker);
                let permit = tokio::select! {
                    permit = gate.acquire() => permit,
                    () = pen.closed() => return,
                };
                permit.expect("an open gate").forget();
            }
            Step::Silence => pen.closed().await,
            Step::Cut => {
                record.end(Ending::Cut);
                let _ = pen.send(Err(Broken)).await;
                return;
            }
        }
    }
}

/// The output of a script, as a body.
struct ScriptedBody {
    page: mpsc::Receiver<Line>,
    watch: Watch,
    /// The rest of the announced length: after it no more is read.
    remaining: Option<u64>,
}

impl Body for ScriptedBody {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let line = std::task::ready!(self.page.poll_recv(context));
        match &line {
            Some(Ok(bytes)) => {
                self.watch.0.sent(bytes);
                self.remaining =
                    self.remaining.map(|bytes_left| bytes_left.saturating_sub(bytes.len() as u64));
                if self.remaining == Some(0) {
                    self.watch.0.end(Ending::Said);
                }
            }
            Some(Err(Broken)) => {}
            None => self.watch.0.end(Ending::Said),
        }
        Poll::Ready(line.map(|line| line.map(Frame::data)))
    }
}
