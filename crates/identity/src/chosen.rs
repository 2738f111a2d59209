//! Which of several presented credentials counts.
//!
//! Agents send two: Claude Code its user's key for this gateway and, beside it, the session token of an account
//! elsewhere; Claude Desktop the other way round. The one that is ours counts if exactly one is. Two of ours that differ are
//! refused.

use crate::Refused;
use crate::foreign_key::is_foreign_key;
use crate::presented::{Credential, ambiguous};
use postern_fault::Fault;
use postern_keys::sha256_hex;
use postern_policy::{Consumers, ConsumersUnreadable, Issuer, IssuerKeys, Issuers};
use postern_token::Unverified;
use std::sync::Arc;

/// The credential that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen<'s> {
    /// Nothing was presented.
    Nothing,
    /// This one.
    One(&'s str),
    /// `secret`, unless the issuer that introspects knows `opaque`: then both are ours.
    Unless {
        /// A key, or a token that is checked without its issuer.
        secret: &'s str,
        /// A text that may be a token.
        opaque: &'s str,
    },
}

/// Where a secret belongs, by its form and by policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Belongs {
    Here,
    /// Its form does not tell, and an issuer can be asked.
    Perhaps,
    Elsewhere,
}

/// The secret that counts. If none is ours, it is the first, which is refused as it would be alone.
///
/// # Errors
///
/// [`ambiguous`] if two of them are ours, or cannot be told apart; [`Refused::Unavailable`] if it cannot be read which are.
pub fn chosen<'s>(
    secrets: &[&'s str],
    consumers: &Consumers,
    issuers: &Issuers,
) -> Result<Chosen<'s>, Fault> {
    let first = match secrets {
        [] => return Ok(Chosen::Nothing),
        [one] => return Ok(Chosen::One(one)),
        [first, ..] => first,
    };
    let mut belonging = Vec::new();
    for secret in secrets {
        let found = belongs(secret, consumers, issuers);
        belonging.push((*secret, found.map_err(|why| Refused::from(why).fault())?));
    }
    let of = |wanted| {
        let own = belonging.iter().filter(|(_, belongs)| *belongs == wanted);
        own.map(|(secret, _)| *secret).collect::<Vec<_>>()
    };
    match (of(Belongs::Here).as_slice(), of(Belongs::Perhaps).as_slice()) {
        ([], []) => Ok(Chosen::One(first)),
        ([one], []) | ([], [one]) => Ok(Chosen::One(one)),
        // `upstream` is asked once a request: about the opaque token, or for what the other one needs.
        ([secret], [opaque]) if !needs_a_call(secret, issuers) => {
            Ok(Chosen::Unless { secret, opaque })
        }
        _ => Err(ambiguous()),
    }
}

fn belongs(
    secret: &str,
    consumers: &Consumers,
    issuers: &Issuers,
) -> Result<Belongs, ConsumersUnreadable> {
    // A key of another service may be in git.
    if consumers.key_by_sha256(&sha256_hex(secret))?.is_some() {
        return Ok(Belongs::Here);
    }
    Ok(match Credential::of(secret) {
        Credential::Key(_) | Credential::MistypedKey => Belongs::Here,
        Credential::Jwt(token) if issuer_of(token, issuers).is_some() => Belongs::Here,
        Credential::Opaque(text) if issuers.introspecting().is_some() && !is_foreign_key(text) => {
            Belongs::Perhaps
        }
        Credential::Jwt(_) | Credential::Opaque(_) => Belongs::Elsewhere,
    })
}

fn issuer_of<'i>(token: &str, issuers: &'i Issuers) -> Option<&'i Arc<Issuer>> {
    issuers.by_issuer(Unverified::read(token).ok()?.issuer()?)
}

fn needs_a_call(secret: &str, issuers: &Issuers) -> bool {
    let is_asked = |issuer: &Arc<Issuer>| {
        matches!(issuer.keys, IssuerKeys::SharedSecret { .. } | IssuerKeys::Introspection { .. })
    };
    matches!(Credential::of(secret), Credential::Jwt(token) if issuer_of(token, issuers).is_some_and(is_asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use postern_keys::Key;

    const ISSUERS: &str = r#"
        [[issuer]]
        name = "corporate"
        issuer = "https://corporate.example"
        audience = ["postern"]
        discovery = true
        [[issuer]]
        name = "batch"
        issuer = "https://batch.example"
        audience = ["postern"]
        shared_secret = "batch_secret"
        [[issuer]]
        name = "partner"
        issuer = "https://partner.example"
        audience = ["postern"]
        introspection = { url = "https://partner.example/i", client_id = "a", client_secret = "b" }
    "#;

    fn jwt(issuer: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let claims = format!(r#"{{"iss":"{issuer}"}}"#);
        format!("{}.{}.{}", part(r#"{"alg":"RS256"}"#), part(&claims), part("signature"))
    }

    /// Pairs of secrets × what counts: `1` or `2`, `?` for the first unless the second is known, `!` for a refusal.
    #[test]
    fn the_one_that_is_ours_counts() {
        let introspecting = Issuers::from_toml(Some(ISSUERS)).unwrap();
        let without = Issuers::default();
        let consumers = Consumers::default();
        let key = Key::from_random([7; 32]).expose().to_owned();
        let other_key = Key::from_random([8; 32]).expose().to_owned();
        let (ours, by_secret, stranger) = (
            jwt("https://corporate.example"),
            jwt("https://batch.example"),
            jwt("https://auth.example"),
        );
        let session = "sk-ant-oat01-session";
        let miscopied = key.get(..key.len() - 1).unwrap();
        for (issuers, one, two, expected) in [
            (&without, key.as_str(), "another", "1"),
            (&without, "another", key.as_str(), "2"),
            (&without, key.as_str(), stranger.as_str(), "1"),
            (&without, key.as_str(), other_key.as_str(), "!"),
            (&without, session, "another", "1"),
            (&introspecting, key.as_str(), session, "1"),
            (&introspecting, session, ours.as_str(), "2"),
            (&introspecting, key.as_str(), stranger.as_str(), "1"),
            (&introspecting, key.as_str(), ours.as_str(), "!"),
            (&introspecting, key.as_str(), "opaque", "?"),
            (&introspecting, ours.as_str(), "opaque", "?"),
            (&introspecting, by_secret.as_str(), "opaque", "!"),
            (&introspecting, session, "opaque", "2"),
            (&introspecting, "opaque", "another", "!"),
            (&introspecting, miscopied, ours.as_str(), "!"),
        ] {
            let seen = match chosen(&[one, two], &consumers, issuers) {
                Ok(Chosen::One(secret)) if secret == one => "1",
                Ok(Chosen::One(_)) => "2",
                Ok(Chosen::Unless { secret, opaque }) if (secret, opaque) == (one, two) => "?",
                Err(_) => "!",
                other => panic!("{other:?}"),
            };
            assert_eq!(seen, expected, "{one} and {two}");
        }
        assert_eq!(chosen(&[], &consumers, &without).unwrap(), Chosen::Nothing);
        assert_eq!(chosen(&["one"], &consumers, &introspecting).unwrap(), Chosen::One("one"));
    }
}
