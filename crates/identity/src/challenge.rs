//! Tells standard clients where to get a token.

use crate::Refused;
use http::Uri;
use postern_policy::{Issuers, ProtectedResource};
use serde_json::{Map, Value, json};

/// The path of the metadata, between the resource's host and its path (RFC 9728, 3.1).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The value of `www-authenticate` (RFC 6750, 3), with the address of the metadata (RFC 9728, 5.1) if there is one;
/// none if another credential would not help.
#[must_use]
pub fn challenge(refused: &Refused, resource: Option<&ProtectedResource>) -> Option<String> {
    let error = refused.challenge_error();
    if error.is_none() && !matches!(refused, Refused::Missing) {
        return None;
    }
    let mut challenge = r#"Bearer realm="postern""#.to_owned();
    let mut add = |name: &str, value: &str| {
        challenge.push_str(&format!(", {name}=\"{}\"", quotable(value)));
    };
    if let Some(error) = error {
        add("error", error);
    }
    if let Refused::Scope(scopes) = refused {
        add("scope", &scopes.join(" "));
    }
    if let Some(resource) = resource {
        add("resource_metadata", &metadata_url(&resource.url));
    }
    Some(challenge)
}

/// The metadata of this protected resource (RFC 9728, 2) as JSON; none without a policy for it.
#[must_use]
pub fn resource_metadata(issuers: &Issuers) -> Option<String> {
    let resource = issuers.protected_resource()?;
    let servers: Vec<_> = issuers.iter().map(|issuer| issuer.issuer.as_str()).collect();
    let mut metadata = Map::new();
    metadata.insert("resource".to_owned(), json!(resource.url));
    metadata.insert("authorization_servers".to_owned(), json!(servers));
    metadata.insert("bearer_methods_supported".to_owned(), json!(["header"]));
    if !resource.scopes.is_empty() {
        metadata.insert("scopes_supported".to_owned(), json!(resource.scopes));
    }
    if let Some(documentation) = &resource.documentation {
        metadata.insert("resource_documentation".to_owned(), json!(documentation));
    }
    Some(Value::Object(metadata).to_string())
}

fn metadata_url(resource: &str) -> String {
    let uri: Uri = resource.parse().unwrap_or_default();
    let scheme = uri.scheme_str().unwrap_or_default();
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    // RFC 9728, 3.1: a slash that ends the host is not repeated.
    let path = if path == "/" { "" } else { path };
    format!("{scheme}://{authority}{WELL_KNOWN}{path}")
}

/// The value without characters that would end a quoted string (RFC 9110, 5.6.4) or the header.
fn quotable(value: &str) -> String {
    value
        .chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .filter(|c| !matches!(c, '"' | '\\'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(url: &str) -> ProtectedResource {
        ProtectedResource { url: url.to_owned(), documentation: None, scopes: Vec::new() }
    }

    #[test]
    fn asks_for_a_token_without_an_error_where_nothing_was_presented() {
        // RFC 6750, 3.1: no error code in that case.
        let challenge = challenge(&Refused::Missing, None);
        assert_eq!(challenge.as_deref(), Some(r#"Bearer realm="postern""#));
    }

    #[test]
    fn says_what_is_wrong_and_where_the_metadata_is() {
        let resource = resource("https://ai.example.com/v1");
        let challenge = |refused| challenge(&refused, Some(&resource)).unwrap();
        assert_eq!(
            challenge(Refused::Unknown),
            r#"Bearer realm="postern", error="invalid_token", resource_metadata="https://ai.example.com/.well-known/oauth-protected-resource/v1""#
        );
        let scope = Refused::Scope(vec!["ai.use".to_owned(), "a\"b".to_owned()]);
        assert!(challenge(scope).contains(r#"error="insufficient_scope", scope="ai.use ab""#));
    }

    #[test]
    fn asks_for_nothing_where_another_credential_would_change_nothing() {
        assert_eq!(challenge(&Refused::Unavailable(String::new()), None), None);
    }

    #[test]
    fn puts_the_well_known_place_behind_the_host() {
        let at_root = "https://ai.example.com/.well-known/oauth-protected-resource";
        assert_eq!(metadata_url("https://ai.example.com"), at_root);
        assert_eq!(metadata_url("https://ai.example.com/"), at_root);
        assert_eq!(metadata_url("https://ai.example.com/a/b"), format!("{at_root}/a/b"));
    }
}
