//! Credentials of software: tokens by their documented form, keys in armour, passwords in addresses, headers, assignments,
//! commands and sentences.
//!
//! Every check begins at an anchor: a literal that the form or its surroundings must have. One pass over the plain form of the text
//! finds all anchors, and each starts one bounded check around it, so the work is linear.
//!
//! | file | finds | source |
//! |---|---|---|
//! | `rows/` | tokens by prefix, alphabet, length and check digits | the vendor's page, in each row |
//! | `private_key` | private keys | RFC 7468, RFC 9580 |
//! | `jwt` | JSON web tokens | RFC 7519 |
//! | `address` | passwords in web addresses and connection strings | RFC 3986 |
//! | `header` | Basic and Bearer credentials | RFC 7617, RFC 6750 |
//! | `assigned` | values with the name of a secret | |
//! | `command` | passwords as arguments | |
//! | `sentence` | passwords in sentences, in twelve languages | |
//!
//! The span is the credential, without its name.
//!
//! Known limits: a generated text without a name or form (a key alone in a line) is not found. A password that is an ordinary word
//! is found in an assignment, not in a sentence. A placeholder is recognised by its words and signs (`your-key`, `<token>`,
//! `${TOKEN}`); a dummy that looks like a credential is reported as one.

use crate::detector::{Detector, DetectorSet};
use crate::finding::Finding;
use crate::text::Text;
use anchors::Target;
use search::Search;
use std::ops::Range;

mod address;
mod anchors;
mod assigned;
mod base64;
mod class;
mod command;
mod header;
mod jwt;
mod name;
mod placeholder;
mod private_key;
mod random;
mod reader;
mod rows;
mod search;
mod sentence;
mod shape;
mod value;

/// The tables of this group's detector.
pub struct Tables {
    /// The anchors, each with its check.
    anchors: Search,
}

/// A value longer than this, in bytes, is read only once.
const LONG_VALUE: usize = 64;

/// A credential in the plain form of the text.
struct Credential {
    form: &'static str,
    span: Range<usize>,
    confidence: u8,
}

impl Credential {
    fn new(form: &'static str, confidence: u8) -> impl FnOnce(Range<usize>) -> Credential {
        move |span| Credential { form, span, confidence }
    }
}

impl Tables {
    /// Builds the tables.
    pub fn new() -> Self {
        // What is looked up is built now, and not with the first request.
        name::prepare();
        placeholder::prepare();
        random::prepare();
        value::prepare();
        Tables { anchors: Search::new() }
    }

    /// Appends the findings of these detectors.
    pub fn find(&self, text: &Text<'_>, detectors: DetectorSet, findings: &mut Vec<Finding>) {
        if !detectors.contains(Detector::Credential) {
            return;
        }
        for credential in settled(self.credentials(text.plain())) {
            findings.push(Finding {
                detector: Detector::Credential,
                form: credential.form,
                span: text.span_of_plain(credential.span),
                confidence: credential.confidence,
                evidence: Vec::new(),
            });
        }
    }

    fn credentials(&self, source: &str) -> Vec<Credential> {
        let mut found = Vec::new();
        let mut name_end = 0;
        self.anchors.each(source, |start, text, target| {
            let anchor = start..start + text.len();
            match target {
                Target::Name if anchor.start < name_end => {}
                Target::Name => {
                    let name = assigned::name_around(source, anchor);
                    let (credential, read) = named(source, &name);
                    // Names within a long value are skipped, or reading it would not take linear time.
                    name_end = if read > name.span.end + LONG_VALUE { read } else { name.span.end };
                    found.extend(credential);
                }
                Target::Row(row) => {
                    let token = row.token(source.as_bytes(), anchor);
                    let pair = token
                        .as_ref()
                        .filter(|_| row.form == "aws_access_key_id")
                        .and_then(|(span, _)| paired_secret(source, span.end));
                    found.extend(token.map(|(span, confidence)| Credential {
                        form: row.form,
                        span,
                        confidence,
                    }));
                    found.extend(pair.map(Credential::new("aws_secret_access_key", 90)));
                }
                _ => found.extend(other(target, source, anchor)),
            }
        });
        found
    }
}

fn other(target: Target, source: &str, anchor: Range<usize>) -> Option<Credential> {
    let bytes = source.as_bytes();
    match target {
        Target::Pem => private_key::pem(source, anchor).map(Credential::new("private_key", 99)),
        Target::Putty => private_key::putty(source, anchor).map(Credential::new("private_key", 99)),
        Target::Jwt => jwt::token(bytes, anchor).map(Credential::new("jwt", 97)),
        Target::Address => {
            let (span, confidence) = address::password(source, anchor)?;
            Some(Credential { form: "url_password", span, confidence })
        }
        Target::Protocol => {
            let (span, confidence) = address::before_protocol(source, anchor)?;
            Some(Credential { form: "url_password", span, confidence })
        }
        Target::Basic => header::basic(bytes, anchor).map(Credential::new("basic_credential", 95)),
        Target::Bearer => header::bearer(bytes, anchor).map(Credential::new("bearer_token", 88)),
        Target::UserFlag => command::user(source, anchor).map(Credential::new("password", 85)),
        Target::PasswordFlag => {
            command::password(source, anchor).map(Credential::new("password", 85))
        }
        Target::Identified => {
            command::identified(source, anchor).map(Credential::new("password", 85))
        }
        Target::Spoken => sentence::password(source, anchor).map(Credential::new("password", 75)),
        Target::Row(_) | Target::Name => None,
    }
}

/// The credential that the name announces, in an assignment or else in a sentence, and the end of the text that was read.
fn named(source: &str, name: &assigned::Name) -> (Option<Credential>, usize) {
    let Some(kind) = name.kind else { return (None, name.span.end) };
    let form = match kind {
        name::Kind::Password => "password",
        name::Kind::Secret => "secret",
        name::Kind::Token | name::Kind::Key => "token",
    };
    match assigned::assignment(source, name) {
        assigned::Assignment::Credential(span, confidence) => {
            let end = span.end;
            (Some(Credential { form, span, confidence }), end)
        }
        assigned::Assignment::Other(end) => (None, end),
        assigned::Assignment::None => {
            (said(source, name, kind).map(Credential::new(form, 75)), name.span.end)
        }
    }
}

fn said(source: &str, name: &assigned::Name, kind: name::Kind) -> Option<Range<usize>> {
    let span = sentence::password(source, name.span.clone())?;
    let value = source.get(span.clone())?;
    let drawn = value.len() >= 10 && random::is_unlike_words(value.as_bytes());
    (kind == name::Kind::Password || drawn).then_some(span)
}

/// The secret access key beside an AWS access key id: 40 characters of base64.
fn paired_secret(source: &str, id_end: usize) -> Option<Range<usize>> {
    let bytes = source.as_bytes();
    let stop = (id_end + 200).min(bytes.len());
    let mut at = id_end;
    while at < stop {
        let end = class::run_end(bytes, at, 64, |byte| class::base64(byte) && byte != b'=');
        let secret = bytes.get(at..end)?;
        if secret.len() == 40 && random::is_generated(secret) && !placeholder::is_dummy(secret) {
            return Some(at..end);
        }
        at = end + 1;
    }
    None
}

/// Keeps the most certain of overlapping findings, and the longest of equally certain ones.
fn settled(mut found: Vec<Credential>) -> Vec<Credential> {
    found.sort_by_key(|credential| (credential.span.start, std::cmp::Reverse(credential.span.end)));
    let mut settled: Vec<Credential> = Vec::with_capacity(found.len());
    for credential in found {
        match settled.last_mut() {
            Some(last) if credential.span.start < last.span.end => {
                let rank = |credential: &Credential| (credential.confidence, credential.span.len());
                if rank(&credential) > rank(last) {
                    *last = credential;
                }
            }
            _ => settled.push(credential),
        }
    }
    settled
}

#[cfg(test)]
mod tests;
