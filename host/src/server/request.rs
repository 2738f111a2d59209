//! One request: from its path to the component or the fixed response, with the headers Spin adds.

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http::header::{HOST, HeaderName};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use wasmtime_wasi_http::{Error, WasiBody};

use super::{MAX_HEADERS, full, plain};
use crate::hop_by_hop;
use crate::instance::Serving;
use crate::manifest::StaticResponse;
use crate::routes::{Match, Routes};

/// Where Spin answers for itself that it is up.
const HEALTH_PATH: &str = "/.well-known/spin/health";

/// Which trigger answers what.
pub struct Triggers {
    /// By path.
    pub routes: Routes<Answer>,
    /// How clients reach this server.
    pub scheme: Scheme,
}

/// What answers a request.
pub enum Answer {
    /// A component's instances.
    Component(Serving),
    /// A response from the manifest.
    Static(StaticResponse),
}

impl Triggers {
    /// Answers a request; what goes wrong is a response as well.
    ///
    /// # Errors
    /// Never.
    pub async fn answer(
        &self,
        request: Request<Incoming>,
        client: SocketAddr,
    ) -> Result<Response<WasiBody>, Infallible> {
        // HTTP/1.1 is stopped by hyper before it comes here.
        if request.headers().len() > MAX_HEADERS {
            return Ok(plain(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too many headers"));
        }
        if request.uri().path() == HEALTH_PATH {
            return Ok(plain(StatusCode::OK, "OK"));
        }
        let path = request.uri().path().to_owned();
        let Some(found) = self.routes.find(&path) else {
            return Ok(plain(StatusCode::NOT_FOUND, ""));
        };
        Ok(match found.target {
            Answer::Static(fixed) => respond(fixed),
            Answer::Component(serving) => self.call(serving, request, &found, client).await,
        })
    }

    async fn call(
        &self,
        serving: &Serving,
        mut request: Request<Incoming>,
        found: &Match<'_, Answer>,
        client: SocketAddr,
    ) -> Response<WasiBody> {
        if let Err(problem) = self.set_uri(&mut request) {
            return plain(StatusCode::BAD_REQUEST, problem);
        }
        hop_by_hop::strip(request.headers_mut());
        add_headers(&mut request, found, client);
        let request = request.map(|body| body.map_err(Error::from).boxed_unsync());
        match serving.answer(request).await {
            Ok(response) => response,
            Err(error) => {
                eprintln!("error: a request failed: {error:#}");
                plain(StatusCode::INTERNAL_SERVER_ERROR, "")
            }
        }
    }

    /// Completes the URI: a component learns the host from it alone.
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

/// Says where the request came in, in Spin's headers; they replace a client's own of the same name.
fn add_headers(request: &mut Request<Incoming>, found: &Match<'_, Answer>, client: SocketAddr) {
    let url = request.uri().to_string();
    let component_route = found.pattern.strip_suffix("/...").unwrap_or(found.pattern);
    let headers = request.headers_mut();
    add(headers, HeaderName::from_static("spin-path-info"), &found.trailing);
    add(headers, HeaderName::from_static("spin-full-url"), &url);
    add(headers, HeaderName::from_static("spin-matched-route"), found.pattern);
    add(headers, HeaderName::from_static("spin-base-path"), "/");
    add(headers, HeaderName::from_static("spin-raw-component-route"), found.pattern);
    add(headers, HeaderName::from_static("spin-component-route"), component_route);
    add(headers, HeaderName::from_static("spin-client-addr"), &client.to_string());
    for (name, value) in &found.segments {
        if let Ok(name) = HeaderName::try_from(format!("spin-path-match-{name}")) {
            add(headers, name, value);
        }
    }
}

fn add(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}

fn respond(fixed: &StaticResponse) -> Response<WasiBody> {
    let mut response = Response::new(full(Bytes::copy_from_slice(fixed.body.as_bytes())));
    *response.status_mut() = fixed.status;
    response.headers_mut().extend(fixed.headers.iter().cloned());
    response
}
