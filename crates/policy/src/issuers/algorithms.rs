//! The signature algorithms that an issuer may use (RFC 7518, 3.1; RFC 8037, 3.1).

use toml::Spanned;

use super::keys::Kind;
use super::written::{ALGORITHMS, Issuer};
use crate::reading::{Report, Seen, at_least_one, one_of, shown};

/// Which party can make a signature with an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// The holder of the private key.
    Public,
    /// Every party that can verify the signature.
    Shared,
}

/// The algorithms that can be verified, with their kind of keys. No other can be named; `none` is not among them.
const WORDS: &[(&str, Keys)] = &[
    ("RS256", Keys::Public),
    ("RS384", Keys::Public),
    ("RS512", Keys::Public),
    ("PS256", Keys::Public),
    ("PS384", Keys::Public),
    ("PS512", Keys::Public),
    ("ES256", Keys::Public),
    ("ES384", Keys::Public),
    ("ES512", Keys::Public),
    ("EdDSA", Keys::Public),
    ("HS256", Keys::Shared),
    ("HS384", Keys::Shared),
    ("HS512", Keys::Shared),
];

/// The default of issuers with public keys: every OpenID provider must support RS256; the others are its successors.
const DEFAULT_PUBLIC: [&str; 3] = ["RS256", "ES256", "EdDSA"];
const DEFAULT_SHARED: [&str; 1] = ["HS256"];

/// The issuer's algorithms as written, or the default of its kind of keys; none with introspection.
pub(super) fn check(
    report: &mut Report<'_>,
    issuer: &Issuer<'_>,
    kind: Option<Kind>,
) -> Vec<String> {
    let Some(list) = &issuer.algorithms else {
        let default: &[&str] = match kind {
            Some(Kind::Discovery | Kind::Jwks) => &DEFAULT_PUBLIC,
            Some(Kind::SharedSecret) => &DEFAULT_SHARED,
            Some(Kind::Introspection) | None => &[],
        };
        return default.iter().map(|word| (*word).to_owned()).collect();
    };
    if kind == Some(Kind::Introspection) {
        let message = "`algorithms` has no use with `introspection`, where the issuer checks its tokens itself; remove it";
        report.problem(issuer.label, list.span(), message);
        return Vec::new();
    }
    at_least_one(report, issuer.label, ALGORITHMS, list);
    let mut seen = Seen::default();
    let mut algorithms = Vec::with_capacity(list.get_ref().len());
    for word in list.get_ref() {
        let what = format!("the algorithm {}", shown(word.get_ref()));
        seen.note(report, issuer.label, word, &what, "remove");
        if let Some(keys) = one_of(report, issuer.label, ALGORITHMS, word, WORDS) {
            fits(report, issuer, kind, word, keys);
            algorithms.push((*word.get_ref()).to_owned());
        }
    }
    algorithms
}

/// Reports an algorithm that needs another kind of keys than the issuer has.
fn fits(
    report: &mut Report<'_>,
    issuer: &Issuer<'_>,
    kind: Option<Kind>,
    word: &Spanned<&str>,
    keys: Keys,
) {
    let algorithm = word.get_ref();
    let message = match (kind, keys) {
        (Some(Kind::SharedSecret), Keys::Public) => format!(
            "`algorithms` has {algorithm:?}, which is checked with a public key and not with `shared_secret`; write HS256, HS384 or HS512, or `jwks_url` in place of `shared_secret`"
        ),
        (Some(kind @ (Kind::Discovery | Kind::Jwks)), Keys::Shared) => format!(
            "`algorithms` has {algorithm:?}, with which everybody who can read the public keys of `{}` could sign; remove it, or write `shared_secret` in place of `{0}`",
            kind.key().name
        ),
        _ => return,
    };
    report.problem(issuer.label, word.span(), message);
}
