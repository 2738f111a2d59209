//! Accepts connections and answers them.

use super::introspection;
use super::manner::{Endpoint, HUGE_BYTES, MANY_KEYS, Manner};
use super::{DISCOVERY_PATH, INTROSPECTION_PATH, KEY_SET_PATH, MOVED_PATH, State};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpListener;

pub(super) async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((connection, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(request, Arc::clone(&state)));
        tokio::spawn(async move {
            // A client may leave at any time: received requests are counted.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    state: Arc<State>,
) -> Result<Response<Page>, hyper::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let path = head.uri.path();
    let (endpoint, is_moved) = match path.strip_prefix(MOVED_PATH) {
        Some(moved) => (endpoint(moved), true),
        None => (endpoint(path), false),
    };
    state.note(endpoint, is_moved, &head);
    let manner = if is_moved { Manner::Right } else { state.manner(endpoint) };
    Ok(match manner {
        Manner::Right => right(endpoint, &head, &body, &state),
        Manner::Redirect => redirect(&format!("{}{MOVED_PATH}{path}", state.origin())),
        Manner::Huge => {
            let mut text = " ".repeat(HUGE_BYTES);
            text.push_str(&said(endpoint, &head, &body, &state).1);
            json_page(200, text)
        }
        Manner::Hang => match std::future::pending::<Infallible>().await {},
        Manner::HangAfterHead => {
            let response = Response::builder().header("content-type", "application/json");
            response.body(Page::Nothing).expect("a response")
        }
        Manner::ManyKeys => json_page(200, many_keys(&state).to_string()),
        Manner::Status(status) => json_page(status, r#"{"error":"server_error"}"#.to_owned()),
        Manner::Say(content_type, text) => page(200, content_type, text),
    })
}

fn endpoint(path: &str) -> Endpoint {
    match path {
        DISCOVERY_PATH => Endpoint::Discovery,
        KEY_SET_PATH => Endpoint::KeySet,
        INTROSPECTION_PATH => Endpoint::Introspection,
        _ => Endpoint::Elsewhere,
    }
}

fn right(endpoint: Endpoint, head: &Parts, body: &Bytes, state: &State) -> Response<Page> {
    let (status, text) = said(endpoint, head, body, state);
    json_page(status, text)
}

/// The correct answer.
fn said(endpoint: Endpoint, head: &Parts, body: &Bytes, state: &State) -> (u16, String) {
    let origin = state.origin();
    match endpoint {
        Endpoint::Discovery => {
            let document = json!({
                "issuer": origin,
                "authorization_endpoint": format!("{origin}/authorize"),
                "token_endpoint": format!("{origin}/token"),
                "jwks_uri": format!("{origin}{KEY_SET_PATH}"),
                "introspection_endpoint": format!("{origin}{INTROSPECTION_PATH}"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
            });
            (200, document.to_string())
        }
        Endpoint::KeySet => (200, json!({ "keys": state.key_set() }).to_string()),
        Endpoint::Introspection => match introspection::question(head, body) {
            Ok(token) => (200, state.introspected(&token).to_string()),
            Err((status, wrong)) => {
                state.complain(wrong);
                (status, r#"{"error":"invalid_client"}"#.to_owned())
            }
        },
        Endpoint::Elsewhere => (404, r#"{"error":"not_found"}"#.to_owned()),
    }
}

fn many_keys(state: &State) -> Value {
    let right = state.key_set();
    let Some(first) = right.first() else { return json!({ "keys": [] }) };
    let other = |number: usize| {
        let mut key = first.clone();
        key["kid"] = format!("other-{number}").into();
        key
    };
    let keys: Vec<Value> = (0..MANY_KEYS).map(other).chain(right.clone()).collect();
    json!({ "keys": keys })
}

fn redirect(to: &str) -> Response<Page> {
    let response = Response::builder().status(302).header("location", to);
    response.body(Page::Whole(Full::default())).expect("a response")
}

fn json_page(status: u16, text: String) -> Response<Page> {
    page(status, "application/json", text)
}

fn page(status: u16, content_type: &str, text: String) -> Response<Page> {
    let response = Response::builder().status(status).header("content-type", content_type);
    response.body(Page::Whole(Full::from(text))).expect("a response")
}

/// The body after a head.
enum Page {
    Whole(Full<Bytes>),
    /// It never comes.
    Nothing,
}

impl Body for Page {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Page::Whole(body) => Pin::new(body).poll_frame(context),
            Page::Nothing => Poll::Pending,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Page::Whole(body) => body.size_hint(),
            Page::Nothing => SizeHint::default(),
        }
    }
}
