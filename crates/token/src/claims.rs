//! The claims of a verified token.

use std::fmt;

use serde_json::{Map, Value};

use crate::json;

/// The claims of a verified token, or of an introspection answer that says it is active.
///
/// A claim is named by a path: the whole text is tried as a claim's name first, and then the part before a dot as the
/// name of an object that contains the rest (`realm_access.roles`, `https://example.com/app.team`).
#[derive(Clone, PartialEq)]
pub struct Claims {
    members: Map<String, Value>,
    expires_at_unix_s: Option<u64>,
}

impl Claims {
    /// Only for verified members.
    pub(crate) fn of_checked(members: Map<String, Value>, expires_at_unix_s: Option<u64>) -> Self {
        Self { members, expires_at_unix_s }
    }

    /// Whether there is such a claim; one that is `null` does not count.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        at(&self.members, path).is_some_and(|value| !value.is_null())
    }

    /// The claims as JSON, to be stored.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(&self.members).unwrap_or_default()
    }

    /// Reads the text of [`Claims::to_json`], whose claims were verified then. Their expiry is stored beside them.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn from_json(text: &str) -> Result<Self, String> {
        Ok(Self::of_checked(json::read_object(text.as_bytes())?, None))
    }

    /// The text of a claim: a string that is not empty, an integer or a boolean.
    ///
    /// Numbers that JSON readers round (fractions, integers beyond 64 bits) have no text: two different ones may look
    /// the same.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        text_at(&self.members, path)
    }

    /// The texts of a claim: those in a list, or the one that [`Claims::text`] finds. Other entries of the list are
    /// ignored.
    #[must_use]
    pub fn texts(&self, path: &str) -> Vec<String> {
        texts_at(&self.members, path)
    }

    /// Their expiry, leeway not included; none if an introspection answer has none.
    #[must_use]
    pub fn expires_at_unix_s(&self) -> Option<u64> {
        self.expires_at_unix_s
    }

    /// `iss`.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.members.get("iss")?.as_str()
    }

    /// `jti`, RFC 7519, section 4.1.7.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.members.get("jti")?.as_str()
    }

    /// Whether the token has a scope, see [`Claims::scopes`].
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().contains(&scope)
    }

    /// The scopes: those of `scope` (RFC 8693, section 4.2: a string with spaces), or of `scp` where there is none.
    /// Both may be a list as well.
    #[must_use]
    pub fn scopes(&self) -> Vec<&str> {
        scopes_of(&self.members)
    }
}

/// The names of the claims, not their values.
impl fmt::Debug for Claims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Claims")?;
        formatter.debug_list().entries(self.members.keys()).finish()
    }
}

/// See [`Claims::scopes`].
pub(crate) fn scopes_of(members: &Map<String, Value>) -> Vec<&str> {
    match members.get("scope").or_else(|| members.get("scp")) {
        Some(Value::String(scopes)) => {
            scopes.split(' ').filter(|scope| !scope.is_empty()).collect()
        }
        Some(Value::Array(scopes)) => scopes.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// See [`Claims::text`].
pub(crate) fn text_at(members: &Map<String, Value>, path: &str) -> Option<String> {
    at(members, path).and_then(text_of)
}

/// See [`Claims::texts`].
pub(crate) fn texts_at(members: &Map<String, Value>, path: &str) -> Vec<String> {
    match at(members, path) {
        Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
        Some(value) => text_of(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The claim of a path, see [`Claims`]; the longest name before a dot is tried first.
pub(crate) fn at<'a>(members: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    members.get(path).or_else(|| {
        path.rmatch_indices('.').find_map(|(dot, _)| {
            let (name, rest) = path.split_at_checked(dot)?;
            at(members.get(name)?.as_object()?, rest.strip_prefix('.')?)
        })
    })
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) if number.is_u64() || number.is_i64() => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(json: &str) -> Claims {
        Claims::of_checked(serde_json::from_str(json).unwrap(), None)
    }

    #[test]
    fn finds_a_claim_by_its_whole_name_first_and_then_by_dots() {
        let claims = claims(
            r#"{"a.b":"whole","a":{"b":"inside","c":{"d":"deep"},"e.f":"dotted"},
                "https://example.com/app":{"team":"search"},"realm_access":{"roles":["x","y"]}}"#,
        );
        assert_eq!(claims.text("a.b").as_deref(), Some("whole"));
        assert_eq!(claims.text("a.c.d").as_deref(), Some("deep"));
        assert_eq!(claims.text("a.e.f").as_deref(), Some("dotted"));
        assert_eq!(claims.text("https://example.com/app.team").as_deref(), Some("search"));
        assert_eq!(claims.texts("realm_access.roles"), ["x", "y"]);
        for path in ["a", "a.", ".a", "a..b", "", ".", "a.c", "a.b.c", "realm_access.roles.0"] {
            assert_eq!(claims.text(path), None, "{path}");
        }
    }

    #[test]
    fn has_texts_of_strings_integers_and_booleans_only() {
        let claims = claims(
            r#"{"s":"a b","n":12,"m":-1,"t":true,"empty":"","null":null,"f":1.5,
                "big":18446744073709551616,"list":["a",1,null,{},["b"],"",2.5]}"#,
        );
        assert_eq!(claims.texts("s"), ["a b"]);
        assert_eq!(claims.text("n").as_deref(), Some("12"));
        assert_eq!(claims.text("m").as_deref(), Some("-1"));
        assert_eq!(claims.text("t").as_deref(), Some("true"));
        for path in ["empty", "null", "f", "big", "list"] {
            assert_eq!(claims.text(path), None, "{path}");
        }
        assert_eq!(claims.texts("list"), ["a", "1"]);
        assert!(claims.texts("null").is_empty() && claims.texts("absent").is_empty());
    }

    #[test]
    fn reads_scopes_from_a_string_or_a_list() {
        assert_eq!(claims(r#"{"scope":" ai.use  openid "}"#).scopes(), ["ai.use", "openid"]);
        assert_eq!(claims(r#"{"scp":["ai.use"]}"#).scopes(), ["ai.use"]);
        assert_eq!(claims(r#"{"scp":"a b"}"#).scopes(), ["a", "b"]);
        assert_eq!(claims(r#"{"scope":"a","scp":"b"}"#).scopes(), ["a"]);
        assert!(claims(r#"{"scope":1}"#).scopes().is_empty());
        assert!(claims(r#"{"scope":"ai.use.more"}"#).has_scope("ai.use.more"));
        assert!(!claims(r#"{"scope":"ai.use.more"}"#).has_scope("ai.use"));
    }

    #[test]
    fn shows_no_values_in_debug() {
        let shown = format!("{:?}", claims(r#"{"sub":"alice","email":"a@example.com"}"#));
        assert_eq!(shown, r#"Claims["sub", "email"]"#);
    }
}
