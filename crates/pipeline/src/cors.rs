//! Web pages of other origins, as far as `[cors]` of `gateway.toml` allows them
//! (<https://fetch.spec.whatwg.org/#http-cors-protocol>). This protects users of browsers; `auth` decides about every
//! caller, and clients other than browsers are not bound by CORS.

use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::http::RequestHead;
use crate::refusal::Refusal;
use crate::stages::{Platform, Stages};
use postern_fault::shown;
use postern_policy::Cors;

/// The methods for pages in general; an endpoint that refuses one says so itself.
const METHODS: &str = "GET, HEAD, POST";

/// The answer to a preflight, which comes before the request and without its credential; none for any other request, or
/// without a policy.
pub fn preflight<S: Stages>(
    request: &RequestHead,
    exchange: &Exchange<S>,
) -> Option<Result<Answer<S>, Refusal>> {
    let cors = policy(&exchange.stages)?;
    let is_preflight = request.method == "OPTIONS" && request.has("access-control-request-method");
    let origin = exchange.origin.as_deref().filter(|_| is_preflight)?;
    if cors.allowed_origin(origin).is_none() {
        let public = format!("pages of the origin `{}` may not call this gateway", shown(origin));
        return Some(Err(Refusal::http(403, "origin_not_allowed", public)));
    }
    let asked = request.texts("access-control-request-headers").collect::<Vec<_>>().join(",");
    let names = asked.split(',').map(|name| name.trim().to_ascii_lowercase());
    let allowed: Vec<String> = names.filter(|name| cors.allows_header(name)).collect();
    let mut fields = vec![
        ("access-control-allow-methods".to_owned(), METHODS.to_owned()),
        ("access-control-max-age".to_owned(), cors.max_age_s.to_string()),
        (
            "vary".to_owned(),
            "access-control-request-method, access-control-request-headers".to_owned(),
        ),
    ];
    if !allowed.is_empty() {
        fields.push(("access-control-allow-headers".to_owned(), allowed.join(", ")));
    }
    Some(Ok(Answer {
        status: 204,
        content_type: String::new(),
        fields,
        ..Answer::json(String::new())
    }))
}

/// The CORS headers of an answer, including refusals: a page must be able to read why.
pub fn fields(
    platform: &impl Platform,
    origin: Option<&str>,
    of_answer: &[(String, String)],
) -> Vec<(String, String)> {
    let Some(cors) = policy(platform) else { return Vec::new() };
    let mut fields = Vec::new();
    let mut say = |name: &str, value: String| fields.push((name.to_owned(), value));
    if cors.depends_on_origin() {
        say("vary", "origin".to_owned());
    }
    let Some(allowed) = origin.and_then(|origin| cors.allowed_origin(origin)) else {
        return fields;
    };
    say("access-control-allow-origin", allowed.to_owned());
    if cors.credentials {
        say("access-control-allow-credentials", "true".to_owned());
    }
    // By name: with credentials a `*` would match nothing.
    let exposed: Vec<&str> =
        of_answer.iter().map(|(name, _)| name.as_str()).filter(is_news).collect();
    if !exposed.is_empty() {
        say("access-control-expose-headers", exposed.join(", "));
    }
    fields
}

/// Whether a page needs permission to read a header, and could use it.
fn is_news(name: &&str) -> bool {
    !["content-length", "content-type", "vary"].contains(name)
        && !name.starts_with("access-control-")
}

/// None if there is no policy, or it cannot be read: then requests are refused for that.
fn policy(platform: &impl Platform) -> Option<&'static Cors> {
    platform.policy().ok()?.cors.as_ref()
}
