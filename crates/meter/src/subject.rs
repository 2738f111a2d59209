//! The subject of a limit: the values of its scopes for one request.

use postern_policy::Scope;
use sha2::{Digest as _, Sha256};

/// A value of up to this many bytes stands in a counter's name as it is; a longer one, or one with other characters, as
/// its hash.
const MAX_PLAIN_BYTES: usize = 64;

/// The cut length of a value that a client may have chosen: two of them fit a line.
const MAX_SHOWN_CHARACTERS: usize = 64;

/// The properties of a request that limits distinguish.
#[derive(Debug, Clone, Copy, Default)]
#[allow(missing_docs)]
pub struct Subject<'a> {
    pub credential_id: &'a str,
    pub consumer: &'a str,
    pub team: Option<&'a str>,
    pub tenant: Option<&'a str>,
    pub client_ip: Option<&'a str>,
    /// The claims of the caller's token that policy passes on.
    pub claims: &'a [(String, String)],
    /// None if the request names no model.
    pub model: Option<&'a str>,
    /// The alias that was requested. Requests for models by their own names share a counter.
    pub route: Option<&'a str>,
    pub provider: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// The value of a scope. Requests without a value share one counter.
    fn value(&self, scope: &Scope) -> Option<&'a str> {
        match scope {
            Scope::All => Some(""),
            Scope::Key => Some(self.credential_id),
            Scope::Consumer => Some(self.consumer),
            Scope::Team => self.team,
            Scope::Tenant => self.tenant,
            Scope::Ip => self.client_ip,
            Scope::Model => self.model,
            Scope::Route => self.route,
            Scope::Provider => self.provider,
            Scope::Claim(name) => {
                let mut claims = self.claims.iter();
                claims.find(|(claim, _)| claim == name).map(|(_, value)| value.as_str())
            }
        }
    }

    /// Whether it has a value for each of these scopes that depends on the model.
    pub fn knows(&self, scopes: &[Scope]) -> bool {
        !scopes.iter().any(|scope| is_model_specific(scope) && self.value(scope).is_none())
    }

    /// The subject as part of a counter's name: different subjects have different keys, whatever their values.
    pub fn key(&self, scopes: &[Scope]) -> String {
        let keys: Vec<_> = scopes.iter().map(|scope| key(self.value(scope))).collect();
        keys.join(",")
    }

    /// The subject for people: "the key `ab12` and the model `gpt-4o`".
    pub fn describe(&self, scopes: &[Scope]) -> String {
        let parts: Vec<_> = scopes.iter().map(|scope| self.describe_one(scope)).collect();
        parts.join(" and ")
    }

    fn describe_one(&self, scope: &Scope) -> String {
        let noun = match scope {
            Scope::All => return "all requests".to_owned(),
            Scope::Ip => "the address".to_owned(),
            Scope::Claim(name) => format!("the {}", shown(name)),
            Scope::Route => "the alias".to_owned(),
            other => format!("the {}", other.as_str()),
        };
        match self.value(scope) {
            Some(value) => format!("{noun} `{}`", shown(value)),
            None => format!("whoever has no {}", noun.trim_start_matches("the ")),
        }
    }
}

/// Whether another model may be admitted where this one is not.
pub fn is_model_specific(scope: &Scope) -> bool {
    matches!(scope, Scope::Model | Scope::Route | Scope::Provider)
}

/// Different values have different keys.
pub(crate) fn key(value: Option<&str>) -> String {
    let is_plain = |text: &str| {
        text.len() <= MAX_PLAIN_BYTES
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-:@+".contains(&byte))
    };
    match value {
        None => "!none".to_owned(),
        Some(text) if is_plain(text) => text.to_owned(),
        Some(text) => {
            let hash = Sha256::digest(text.as_bytes());
            let mut hex = hex::encode(hash);
            hex.truncate(32);
            format!("!{hex}")
        }
    }
}

fn shown(text: &str) -> String {
    let mut shown = postern_fault::shown(text).replace('`', "'");
    if let Some((cut, _)) = shown.char_indices().nth(MAX_SHOWN_CHARACTERS) {
        shown.truncate(cut);
        shown.push('…');
    }
    shown
}
