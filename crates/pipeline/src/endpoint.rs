//! The endpoints.

use crate::refusal::Refusal;
use postern_dialect::anthropic::Wanted;
use postern_dialect::{Dialect, Operation, percent_decoded};
use postern_fault::shown;

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// `GET /`: what is here. Agents ask for it before they send anything.
    About,
    /// `GET /healthz`: an instance runs.
    Alive,
    /// `GET /readyz`: the stages can serve.
    Ready,
    /// `GET /metrics`, for Prometheus.
    Metrics,
    /// `GET /.well-known/oauth-protected-resource`: where to get a token (RFC 9728, 3).
    ResourceMetadata,
    /// `GET /v1/usage`, of one model's limits as well if it is named (`?model=`).
    Usage(Option<String>),
    /// `GET /v1/models`, and which part of it (Anthropic's pages)
    Models(Wanted),
    /// `GET /v1/models/{id}`
    Model(String),
    /// What an administrator asks: `recorder` knows the paths, after the one who asks is known.
    Admin(AdminRequest),
    /// `POST` of a request for a vendor, in a client's dialect.
    Call(Dialect, Operation),
}

/// What administrators ask for is below this path.
const ADMIN: &str = "/admin/v1/";

/// A question of an administrator, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRequest {
    /// In upper case.
    pub method: String,
    /// Below `/admin/v1/`.
    pub path: String,
    /// Without the question mark.
    pub query: String,
}

/// What can be called, and in which dialect it is said.
const CALLS: [(&str, Dialect, Operation); 14] = [
    ("/v1/chat/completions", Dialect::OpenAi, Operation::Chat),
    ("/v1/completions", Dialect::OpenAi, Operation::Completions),
    ("/v1/embeddings", Dialect::OpenAi, Operation::Embeddings),
    ("/v1/messages", Dialect::Anthropic, Operation::Chat),
    ("/v1/messages/count_tokens", Dialect::Anthropic, Operation::CountTokens),
    ("/v1/responses", Dialect::Responses, Operation::Chat),
    ("/v1/rerank", Dialect::Cohere, Operation::Rerank),
    // Cohere's own SDK uses this path.
    ("/v2/rerank", Dialect::Cohere, Operation::Rerank),
    ("/v1/audio/transcriptions", Dialect::OpenAi, Operation::Transcribe),
    ("/v1/audio/translations", Dialect::OpenAi, Operation::Translate),
    ("/v1/audio/speech", Dialect::OpenAi, Operation::Speak),
    ("/v1/images/generations", Dialect::OpenAi, Operation::GenerateImages),
    ("/v1/images/edits", Dialect::OpenAi, Operation::EditImages),
    ("/v1/images/variations", Dialect::OpenAi, Operation::VaryImages),
];

/// The path of a protected resource's metadata (RFC 9728, 3).
const RESOURCE_METADATA: &str = "/.well-known/oauth-protected-resource";

/// The dialect of the answer, for any request: that of the path, or Anthropic's if the request names a version of its
/// API, as its SDKs always do.
pub fn client_of(path: &str, names_anthropic_version: bool) -> Dialect {
    match CALLS.iter().find(|(known, _, _)| *known == path) {
        Some((_, client, _)) => *client,
        None if names_anthropic_version => Dialect::Anthropic,
        None => Dialect::OpenAi,
    }
}

/// What is asked by a `POST` to a path, and in which dialect; `None` for a path that takes no such requests.
#[must_use]
pub fn called(path: &str) -> Option<(Dialect, Operation)> {
    let call = CALLS.iter().find(|(known, _, _)| *known == path);
    call.map(|(_, client, operation)| (*client, *operation))
}

/// A readable resource also has `HEAD` (RFC 9110, 9.1).
const READ: &str = "GET, HEAD";

pub fn route(method: &str, path: &str, query: &str) -> Result<Endpoint, Refusal> {
    if let Some(below) = path.strip_prefix(ADMIN) {
        let (path, query) = (below.to_owned(), query.to_owned());
        return Ok(Endpoint::Admin(AdminRequest { method: method.to_owned(), path, query }));
    }
    let call = CALLS.iter().find(|(known, _, _)| *known == path);
    let (endpoint, allow) = match path {
        _ if let Some((_, client, operation)) = call => {
            (Endpoint::Call(*client, *operation), "POST")
        }
        "/" => (Endpoint::About, READ),
        "/healthz" => (Endpoint::Alive, READ),
        "/readyz" => (Endpoint::Ready, READ),
        "/metrics" => (Endpoint::Metrics, READ),
        RESOURCE_METADATA => (Endpoint::ResourceMetadata, READ),
        "/v1/usage" => (Endpoint::Usage(model_named(query)), READ),
        "/v1/models" => (Endpoint::Models(wanted(query)), READ),
        // RFC 9728, 3.1: a path of the resource's URL follows.
        _ if path.strip_prefix(RESOURCE_METADATA).is_some_and(|rest| rest.starts_with('/')) => {
            (Endpoint::ResourceMetadata, READ)
        }
        _ => match path.strip_prefix("/v1/models/") {
            Some(id) if !id.is_empty() => (Endpoint::Model(percent_decoded(id)), READ),
            _ => {
                return Err(Refusal::http(
                    404,
                    "unknown_url",
                    format!("there is nothing at `{}`; there are {}", shown(path), known_paths()),
                ));
            }
        },
    };
    let allows = match method {
        "GET" | "HEAD" => READ,
        "POST" => "POST",
        _ => "",
    };
    if allows == allow {
        return Ok(endpoint);
    }
    Err(Refusal {
        allow: Some(allow),
        ..Refusal::http(
            405,
            "method_not_allowed",
            format!("`{}` answers {allow} only", shown(path)),
        )
    })
}

fn known_paths() -> String {
    let calls = CALLS.iter().map(|(path, _, _)| *path);
    calls.chain(["/v1/models", "/v1/usage"]).collect::<Vec<_>>().join(", ")
}

/// The value of `model` in a query.
fn model_named(query: &str) -> Option<String> {
    value(query, "model")
}

/// The page that a query asks for.
fn wanted(query: &str) -> Wanted {
    Wanted {
        limit: value(query, "limit"),
        after_id: value(query, "after_id"),
        before_id: value(query, "before_id"),
    }
}

fn value(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| percent_decoded(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_endpoint_and_says_which_method_it_wants() {
        assert_eq!(route("GET", "/v1/models", "").unwrap(), Endpoint::Models(Wanted::default()));
        let page = Wanted {
            limit: Some("2".to_owned()),
            after_id: Some("org/name".to_owned()),
            before_id: None,
        };
        assert_eq!(
            route("GET", "/v1/models", "limit=2&after_id=org%2Fname").unwrap(),
            Endpoint::Models(page)
        );
        assert_eq!(
            route("GET", "/v1/models/org%2Fname:1", "").unwrap(),
            Endpoint::Model("org/name:1".to_owned())
        );
        assert_eq!(
            route("GET", "/v1/usage", "a=b&model=org%2Fname").unwrap(),
            Endpoint::Usage(Some("org/name".to_owned()))
        );
        assert_eq!(route("GET", "/v1/usage", "").unwrap(), Endpoint::Usage(None));
        assert_eq!(route("HEAD", "/healthz", "").unwrap(), Endpoint::Alive);
        for method in ["GET", "HEAD"] {
            assert_eq!(route(method, "/", "").unwrap(), Endpoint::About);
        }
        let wrong = route("GET", "/v1/embeddings", "").unwrap_err();
        assert_eq!((wrong.status, wrong.allow), (Some(405), Some("POST")));
        assert_eq!(route("GET", "/v1/models/", "").unwrap_err().status, Some(404));
        assert_eq!(route("POST", "/v2/chat", "").unwrap_err().status, Some(404));
    }
}
