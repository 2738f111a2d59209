//! Offline verification of streams, line by line, in memory that does not grow with the file.

use super::event::AuditEvent;
use super::hash::LinkHash;
use super::key::AuditPublicKey;
use super::line::{self, ReadLine};
use super::verified::{StreamReport, Verified};
use std::collections::BTreeMap;
use std::fmt;

/// How a checkpoint's event begins: fields have their order.
const CHECKPOINT: &str = "{\"kind\":\"checkpoint\"";

/// Where a stream may begin in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Begin {
    /// At its first link.
    #[default]
    AtFirstLink,
    /// Also after a link that a checkpoint of the file signs: what was before has been swept by policy.
    AtCheckpoint,
}

/// How a stream may end in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ending {
    /// With a closing checkpoint, as exports do.
    #[default]
    Closed,
    /// Anywhere: the report says how far it is signed.
    Open,
}

/// A link that is known from elsewhere, such as the report of an earlier verification.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct KnownLink {
    pub stream: String,
    pub seq: u64,
    pub hash: LinkHash,
}

/// The first break, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {why}", .link.as_ref().map(|(stream, seq)| format!(" (link {seq} of stream `{stream}`)")).unwrap_or_default())]
pub struct Broken {
    /// The line of the file, counted from 1; for what is missing at the end, the line after the last.
    pub line: usize,
    /// The stream and number of the link, as far as they can be read.
    pub link: Option<(String, u64)>,
    /// What is wrong with it.
    pub why: Why,
}

/// Why a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Why {
    NotALink,
    OtherForm { found: u8 },
    Changed,
    OutOfOrder { expected: u64 },
    PreviousChanged,
    BadSignature,
    SignsAnother { through: u64 },
    UnknownKey { key_id: String },
    AfterClosing,
    NotClosed,
    KnownDiffers,
    KnownMissing,
    NoLineEnd,
}

impl fmt::Display for Why {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NotALink => formatter.write_str("this is not a link"),
            Why::OtherForm { found } => {
                write!(formatter, "it has form {found}; this program verifies form {}", line::FORM)
            }
            Why::Changed => formatter.write_str("its bytes do not have its hash: it was changed"),
            Why::OutOfOrder { expected } => write!(
                formatter,
                "link {expected} is expected here: links were removed, added or moved"
            ),
            Why::PreviousChanged => {
                formatter.write_str("it does not follow the link before it: one was replaced")
            }
            Why::BadSignature => formatter.write_str("the signature of the checkpoint is wrong"),
            Why::SignsAnother { through } => write!(
                formatter,
                "the checkpoint signs link {through}, which it cannot sign from here: it was moved"
            ),
            Why::UnknownKey { key_id } => write!(
                formatter,
                "the checkpoint is signed with key `{key_id}`; give its public key to verify it"
            ),
            Why::AfterClosing => {
                formatter.write_str("the export of this stream ended before: it was added")
            }
            Why::NotClosed => {
                formatter.write_str("the closing checkpoint is missing: the file was cut")
            }
            Why::KnownDiffers => formatter.write_str("it is not the link that was known before"),
            Why::KnownMissing => formatter.write_str("the link that was known before is missing"),
            Why::NoLineEnd => formatter.write_str("it has no line end: the file was cut"),
        }
    }
}

/// Verifies line by line.
pub struct Verifier {
    keys: Vec<(String, AuditPublicKey)>,
    begin: Begin,
    ending: Ending,
    known: Vec<(KnownLink, bool)>,
    streams: BTreeMap<String, Verified>,
    line: usize,
}

/// Verifies a whole file.
///
/// # Errors
///
/// The first break.
pub fn verify(
    text: &str,
    mut verifier: Verifier,
) -> Result<BTreeMap<String, StreamReport>, Broken> {
    let cut = !text.is_empty() && !text.ends_with('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !text.is_empty() {
            verifier.line(line)?;
        }
    }
    if cut {
        return Err(Broken { line: verifier.line, link: None, why: Why::NoLineEnd });
    }
    verifier.finish()
}

impl Verifier {
    /// Verifies checkpoints with these keys.
    pub fn new(keys: &[AuditPublicKey], begin: Begin, ending: Ending) -> Self {
        let keys = keys.iter().map(|key| (key.id(), *key)).collect();
        Verifier { keys, begin, ending, known: Vec::new(), streams: BTreeMap::new(), line: 0 }
    }

    /// Also requires that the file has this link.
    #[must_use]
    pub fn expecting(mut self, known: KnownLink) -> Self {
        self.known.push((known, false));
        self
    }

    /// Verifies the next line, without its line end.
    ///
    /// # Errors
    ///
    /// The chain is broken here; what follows says nothing more.
    pub fn line(&mut self, text: &str) -> Result<(), Broken> {
        self.line = self.line.saturating_add(1);
        let at = self.line;
        let broken = |link, why| Broken { line: at, link, why };
        let Ok(link) = serde_json::from_str::<ReadLine<'_>>(text) else {
            return Err(broken(None, Why::NotALink));
        };
        self.link(text, &link).map_err(|why| broken(Some((link.stream.to_string(), link.seq)), why))
    }

    fn link(&mut self, text: &str, link: &ReadLine<'_>) -> Result<(), Why> {
        if link.v != line::FORM {
            return Err(Why::OtherForm { found: link.v });
        }
        let hashed = line::hashed(text, &link.hash).ok_or(Why::NotALink)?;
        let (hash, prev) = (LinkHash::from_hex(&link.hash), LinkHash::from_hex(&link.prev));
        let (hash, prev) = hash.zip(prev).ok_or(Why::NotALink)?;
        if LinkHash::of(hashed.as_bytes()) != hash {
            return Err(Why::Changed);
        }
        self.follows(link, prev)?;
        let at = self.line;
        let name = link.stream.as_ref();
        if !self.streams.contains_key(name) {
            self.streams.insert(name.to_owned(), Verified::new(link, prev, at));
        }
        let signed = match link.event.get().starts_with(CHECKPOINT) {
            true => Some(self.signature(text, link, prev)?),
            false => None,
        };
        self.matches_known(link, hash)?;
        if let Some(stream) = self.streams.get_mut(name) {
            stream.add(link, hash);
            if let Some((through, closing)) = signed {
                stream.signed(through, closing);
            }
        }
        Ok(())
    }

    /// Whether the link continues its stream, or may begin it.
    fn follows(&self, link: &ReadLine<'_>, prev: LinkHash) -> Result<(), Why> {
        let Some(Verified { report, .. }) = self.streams.get(link.stream.as_ref()) else {
            return match (self.begin, link.seq) {
                (_, 0) if prev == LinkHash::NONE => Ok(()),
                (_, 0) => Err(Why::PreviousChanged),
                // Whether it may begin here, a checkpoint says.
                (Begin::AtCheckpoint, _) => Ok(()),
                (Begin::AtFirstLink, _) => Err(Why::OutOfOrder { expected: 0 }),
            };
        };
        let expected = report.last.saturating_add(1);
        if report.closed {
            Err(Why::AfterClosing)
        } else if link.seq != expected {
            Err(Why::OutOfOrder { expected })
        } else if prev != report.hash {
            Err(Why::PreviousChanged)
        } else {
            Ok(())
        }
    }

    /// Verifies a checkpoint, and returns the last link that it signs, and whether it is a closing one.
    fn signature(
        &self,
        text: &str,
        link: &ReadLine<'_>,
        prev: LinkHash,
    ) -> Result<(u64, bool), Why> {
        let event: AuditEvent =
            serde_json::from_str(link.event.get()).map_err(|_| Why::NotALink)?;
        let AuditEvent::Checkpoint { key_id, through, signed_unix_ms, closing, signature } = &event
        else {
            return Err(Why::NotALink);
        };
        let (stream, through) = (link.stream.as_ref(), *through);
        // Its values are signed; that it has no other form of them is checked here.
        if line::write(stream, link.seq, link.unix_ms, prev, &event).0 != text {
            return Err(Why::Changed);
        }
        let key_id = key_id.as_str();
        let Some((_, key)) = self.keys.iter().find(|(id, _)| id == key_id) else {
            return Err(Why::UnknownKey { key_id: key_id.to_owned() });
        };
        // An export ends with what it signs.
        if through >= link.seq || (*closing && through.saturating_add(1) != link.seq) {
            return Err(Why::SignsAnother { through });
        }
        let known = self.streams.get(stream).and_then(|stream| stream.hash_at(through));
        let hash = known.ok_or(Why::SignsAnother { through })?;
        let message = line::signed(stream, through, hash, *signed_unix_ms, *closing);
        if key.has_signed(message.as_bytes(), signature) {
            Ok((through, *closing))
        } else {
            Err(Why::BadSignature)
        }
    }

    fn matches_known(&mut self, link: &ReadLine<'_>, hash: LinkHash) -> Result<(), Why> {
        for (known, seen) in &mut self.known {
            if known.stream == link.stream && known.seq == link.seq {
                if known.hash != hash {
                    return Err(Why::KnownDiffers);
                }
                *seen = true;
            }
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    ///
    /// Something is missing at its end.
    pub fn finish(self) -> Result<BTreeMap<String, StreamReport>, Broken> {
        let line = self.line.saturating_add(1);
        if let Some((known, _)) = self.known.iter().find(|(_, seen)| !seen) {
            let link = Some((known.stream.clone(), known.seq));
            return Err(Broken { line, link, why: Why::KnownMissing });
        }
        for (stream, Verified { report, begin_line, .. }) in &self.streams {
            if let Some(line) = begin_line {
                let link = Some((stream.clone(), report.first));
                return Err(Broken { line: *line, link, why: Why::OutOfOrder { expected: 0 } });
            }
        }
        let open = self.streams.iter().find(|(_, stream)| !stream.report.closed);
        if let (Ending::Closed, Some((stream, Verified { report, .. }))) = (self.ending, open) {
            let link = Some((stream.clone(), report.last.saturating_add(1)));
            return Err(Broken { line, link, why: Why::NotClosed });
        }
        if self.ending == Ending::Closed && self.streams.is_empty() {
            return Err(Broken { line, link: None, why: Why::NotClosed });
        }
        Ok(self.streams.into_iter().map(|(name, stream)| (name, stream.report)).collect())
    }
}
