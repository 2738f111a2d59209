//! One request: from its path to the component or the fixed response, with the headers Spin adds.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{HOST, HeaderName};
use http::uri::{Authority, Scheme};
use http::{Request, Response, StatusCode, Uri};
use http_body::Body;
use hyper::body::Incoming;
use tokio::sync::oneshot;
use wasmtime_wasi_http::WasiBody;

use super::body::{Failure, MinDataRate, RequestBody, linger};
use super::head::{self, MAX_HEADERS};
use super::responses::{and_close, come_back, full, plain};
use crate::described::{self, Described};
use crate::hop_by_hop;
use crate::instance::Serving;
use crate::manifest::StaticResponse;
use crate::memory::{BODY_FACTOR, Budget, Permit};
use crate::no_instance::NoInstance;
use crate::routes::{Match, Routes};

/// The path of Spin's own health check.
const HEALTH_PATH: &str = "/.well-known/spin/health";
/// The paths of platforms' health checks: answered on connections over the cap as well.
pub const HEALTH_PATHS: [&str; 3] = [HEALTH_PATH, "/healthz", "/readyz"];

/// The text of a response when memory is short.
const NO_MEMORY: &str = "too much is under way; retry";
/// The same when there is no place in an instance.
const NO_INSTANCE: &str = "too many requests are under way; retry";

/// The triggers and their targets.
pub struct Triggers {
    /// By path.
    pub routes: Routes<Answer>,
    /// The scheme by which clients reach this server.
    pub scheme: Scheme,
}

/// The target of a request.
pub enum Answer {
    /// A component's instances.
    Component(Serving),
    /// A response from the manifest.
    Static(StaticResponse),
}

impl Triggers {
    /// Answers a request; errors are responses, too.
    pub async fn answer(
        &self,
        request: Request<Incoming>,
        client: SocketAddr,
        data_rate: MinDataRate,
        memory: &Arc<Budget>,
    ) -> Response<WasiBody> {
        // For HTTP/1.1, hyper has checked this.
        if request.headers().len() > MAX_HEADERS {
            return plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too many headers");
        }
        if let Err((status, problem)) = head::check(&request) {
            let version = request.version();
            linger(request.into_body());
            return and_close(version, plain(status, problem));
        }
        if request.uri().path() == HEALTH_PATH {
            return plain(StatusCode::OK, "OK");
        }
        let path = request.uri().path().to_owned();
        let Some(found) = self.routes.find(&path) else {
            return plain(StatusCode::NOT_FOUND, "");
        };
        match found.target {
            Answer::Static(fixed) => respond(fixed),
            Answer::Component(serving) => {
                let version = request.version();
                // Kept until the answer begins: the copies of the body are made by then.
                let Some(permit) = admit(&request, memory) else {
                    linger(request.into_body());
                    return and_close(version, come_back(NO_MEMORY));
                };
                match self.prepare(request, &found, client, data_rate, memory, &permit) {
                    Ok((request, failure)) => call(serving, request, failure, version).await,
                    Err(problem) => plain(StatusCode::BAD_REQUEST, problem),
                }
            }
        }
    }

    /// The request for a component, and the reason if reading its body fails.
    fn prepare(
        &self,
        mut request: Request<Incoming>,
        found: &Match<'_, Answer>,
        client: SocketAddr,
        data_rate: MinDataRate,
        memory: &Arc<Budget>,
        permit: &Arc<Permit>,
    ) -> Result<(Request<WasiBody>, oneshot::Receiver<Failure>), &'static str> {
        let unknown = announced(&request, memory).is_none();
        self.set_uri(&mut request)?;
        hop_by_hop::strip(request.headers_mut());
        add_headers(&mut request, found, client);
        let (head, incoming) = request.into_parts();
        let grows = unknown.then(|| Arc::clone(permit));
        let (body, failure) = RequestBody::watch(incoming, data_rate, grows);
        Ok((Request::from_parts(head, body), failure))
    }

    /// Completes the URI: it is the only place where a component finds the host.
    fn set_uri(&self, request: &mut Request<Incoming>) -> Result<(), &'static str> {
        let mut parts = request.uri().clone().into_parts();
        let header = match request.headers().get(HOST) {
            Some(host) => Some(
                Authority::try_from(host.as_bytes()).map_err(|_| "the header `host` is no host")?,
            ),
            None => None,
        };
        if let (Some(header), Some(authority)) = (&header, &parts.authority)
            && header != authority
        {
            return Err("the header `host` is not the host of the request");
        }
        parts.authority = Some(header.or(parts.authority).ok_or("the header `host` is missing")?);
        parts.scheme = Some(self.scheme.clone());
        if parts.path_and_query.is_none() {
            parts.path_and_query = Some(http::uri::PathAndQuery::from_static("/"));
        }
        *request.uri_mut() = Uri::from_parts(parts).map_err(|_| "the request's URI is none")?;
        Ok(())
    }
}

/// The memory that the announced body needs. A body that could never fit does not wait: the component refuses it by its
/// length, and what arrives until then is counted.
fn announced(request: &Request<Incoming>, memory: &Arc<Budget>) -> Option<usize> {
    let bytes = usize::try_from(request.body().size_hint().exact()?).ok()?;
    bytes.checked_mul(BODY_FACTOR).filter(|bytes| *bytes <= memory.limit())
}

/// A permit for the body, of its announced length; one of unknown length is counted as it arrives.
fn admit(request: &Request<Incoming>, memory: &Arc<Budget>) -> Option<Arc<Permit>> {
    memory.reserve(announced(request, memory).unwrap_or(0)).map(Arc::new)
}

async fn call(
    serving: &Serving,
    request: Request<WasiBody>,
    failure: oneshot::Receiver<Failure>,
    version: http::Version,
) -> Response<WasiBody> {
    let failed = async move {
        match failure.await {
            Ok(failure) => failure,
            // The body was read, or is not needed any more.
            Err(_) => std::future::pending().await,
        }
    };
    let handled = tokio::select! {
        biased;
        failure = failed => return and_close(version, match failure {
            Failure::Slow => plain(StatusCode::REQUEST_TIMEOUT, "the request's body does not come"),
            Failure::NoMemory => come_back(NO_MEMORY),
        }),
        handled = serving.answer(request) => handled,
    };
    handled.unwrap_or_else(|error| {
        if error.is::<NoInstance>() {
            return and_close(version, come_back(NO_INSTANCE));
        }
        eprintln!("error: a request failed: {error:#}");
        plain(StatusCode::INTERNAL_SERVER_ERROR, "")
    })
}

/// Describes the request in Spin's headers.
fn add_headers(request: &mut Request<Incoming>, found: &Match<'_, Answer>, client: SocketAddr) {
    let url = request.uri().to_string();
    let described =
        Described { url: &url, pattern: found.pattern, trailing: &found.trailing, client };
    let headers = request.headers_mut();
    described.add_to(headers);
    for (name, value) in &found.segments {
        if let Ok(name) = HeaderName::try_from(format!("spin-path-match-{name}")) {
            described::add(headers, name, value);
        }
    }
}

fn respond(fixed: &StaticResponse) -> Response<WasiBody> {
    let mut response = Response::new(full(Bytes::copy_from_slice(fixed.body.as_bytes())));
    *response.status_mut() = fixed.status;
    response.headers_mut().extend(fixed.headers.iter().cloned());
    response
}
