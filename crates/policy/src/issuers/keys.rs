//! How an issuer's tokens are verified: with public keys, with a shared secret, or by introspection.

use toml::Spanned;

use super::values::url;
use super::written::{DISCOVERY, INTROSPECTION, Issuer, JWKS_URL, KEY_SET, SHARED_SECRET};
use super::{IssuerKeys, KeySetTimes};
use crate::reading::{Key, Report, variable_name};
use crate::web_url::Query;

/// The four ways to verify an issuer's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Discovery,
    Jwks,
    SharedSecret,
    Introspection,
}

impl Kind {
    /// The key of the file that selects it.
    pub(super) fn key(self) -> Key {
        match self {
            Self::Discovery => DISCOVERY,
            Self::Jwks => JWKS_URL,
            Self::SharedSecret => SHARED_SECRET,
            Self::Introspection => INTROSPECTION,
        }
    }

    /// The one way that the issuer's table selects; none or several are a problem.
    pub(super) fn of(report: &mut Report<'_>, issuer: &Issuer<'_>) -> Option<Self> {
        let discovery = issuer.discovery.as_ref().filter(|discovery| *discovery.get_ref());
        let written = [
            (Self::Discovery, discovery.map(Spanned::span)),
            (Self::Jwks, issuer.jwks_url.as_ref().map(Spanned::span)),
            (Self::SharedSecret, issuer.shared_secret.as_ref().map(Spanned::span)),
            (Self::Introspection, issuer.introspection.as_ref().map(|table| table.span.clone())),
        ];
        let mut written = written.into_iter().filter_map(|(kind, span)| Some((kind, span?)));
        let Some((kind, _)) = written.next() else {
            if issuer.kinds_are_right {
                let message = format!(
                    "nothing says how its tokens are checked; write {}, or `jwks_url`, `shared_secret` or `introspection`",
                    DISCOVERY.example
                );
                report.problem(issuer.label, issuer.span.clone(), message);
            }
            return None;
        };
        let mut is_one = true;
        for (other, span) in written {
            is_one = false;
            let message = format!(
                "`{}` and `{}` both say how its tokens are checked; remove one of the two",
                kind.key().name,
                other.key().name
            );
            report.problem(issuer.label, span, message);
        }
        is_one.then_some(kind)
    }
}

pub(super) fn check(
    report: &mut Report<'_>,
    issuer: &Issuer<'_>,
    kind: Kind,
) -> Option<IssuerKeys> {
    let label = issuer.label;
    match kind {
        Kind::Discovery => Some(IssuerKeys::Discovery(times(report, issuer))),
        Kind::Jwks => {
            let times = times(report, issuer);
            let url = url(report, label, JWKS_URL, issuer.jwks_url.as_ref()?, Query::Allowed)?;
            Some(IssuerKeys::Jwks { url, times })
        }
        Kind::SharedSecret => {
            no_key_set(report, issuer, kind);
            let variable = issuer.shared_secret.as_ref()?;
            let variable = variable_name(report, label, SHARED_SECRET, variable)?;
            Some(IssuerKeys::SharedSecret { variable })
        }
        Kind::Introspection => {
            no_key_set(report, issuer, kind);
            issuer.introspection.as_ref()?.check(report)
        }
    }
}

fn times(report: &mut Report<'_>, issuer: &Issuer<'_>) -> KeySetTimes {
    let times = issuer.key_set.as_ref().map(|key_set| key_set.check(report));
    times.unwrap_or_default()
}

fn no_key_set(report: &mut Report<'_>, issuer: &Issuer<'_>, kind: Kind) {
    if let Some(key_set) = &issuer.key_set {
        let message = format!(
            "`{}` has no use with `{}`, which fetches no keys; remove it",
            KEY_SET.name,
            kind.key().name
        );
        report.problem(issuer.label, key_set.span.clone(), message);
    }
}
