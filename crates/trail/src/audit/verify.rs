//! Offline verification of streams, line by line, in memory that does not grow with the file.

use super::event::AuditEvent;
use super::hash::LinkHash;
use super::key::AuditPublicKey;
use super::line::{self, ReadLine};
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
    /// Also at a signed checkpoint: what was before it has been swept by policy.
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

/// What was verified of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamReport {
    /// The number of its first link in the file.
    pub first: u64,
    /// The number of links, checkpoints included.
    pub links: u64,
    /// How many of them are checkpoints.
    pub checkpoints: u64,
    /// The last link that a checkpoint signs.
    pub signed_through: Option<u64>,
    /// The number and the hash of the last link; give them to the next verification.
    pub last: u64,
    /// Its hash.
    pub hash: LinkHash,
    /// It ends with a closing checkpoint.
    pub closed: bool,
}

/// Verifies line by line.
pub struct Verifier {
    keys: Vec<(String, AuditPublicKey)>,
    begin: Begin,
    ending: Ending,
    known: Vec<(KnownLink, bool)>,
    streams: BTreeMap<String, StreamReport>,
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
        let checkpoint = link.event.get().starts_with(CHECKPOINT);
        self.follows(link, prev, checkpoint)?;
        let closing = checkpoint && self.signature(text, link, prev)?;
        self.matches_known(link, hash)?;
        self.passed(link, hash, checkpoint, closing);
        Ok(())
    }

    /// Whether the link continues its stream, or may begin it.
    fn follows(&self, link: &ReadLine<'_>, prev: LinkHash, checkpoint: bool) -> Result<(), Why> {
        let Some(stream) = self.streams.get(link.stream.as_ref()) else {
            return match (self.begin, link.seq) {
                (_, 0) if prev == LinkHash::NONE => Ok(()),
                (_, 0) => Err(Why::PreviousChanged),
                (Begin::AtCheckpoint, _) if checkpoint => Ok(()),
                _ => Err(Why::OutOfOrder { expected: 0 }),
            };
        };
        let expected = stream.last.saturating_add(1);
        if stream.closed {
            Err(Why::AfterClosing)
        } else if link.seq != expected {
            Err(Why::OutOfOrder { expected })
        } else if prev != stream.hash {
            Err(Why::PreviousChanged)
        } else {
            Ok(())
        }
    }

    /// Verifies a checkpoint, and returns whether it is a closing one.
    fn signature(&self, text: &str, link: &ReadLine<'_>, prev: LinkHash) -> Result<bool, Why> {
        let event: AuditEvent =
            serde_json::from_str(link.event.get()).map_err(|_| Why::NotALink)?;
        let AuditEvent::Checkpoint { key_id, closing, signature } = &event else {
            return Err(Why::NotALink);
        };
        let stream = link.stream.as_ref();
        // Its values are signed; that it has no other form of them is checked here.
        if line::write(stream, link.seq, link.unix_ms, prev, &event).0 != text {
            return Err(Why::Changed);
        }
        let key_id = key_id.as_str();
        let Some((_, key)) = self.keys.iter().find(|(id, _)| id == key_id) else {
            return Err(Why::UnknownKey { key_id: key_id.to_owned() });
        };
        let message = line::signed(stream, link.seq, link.unix_ms, prev, key_id, *closing);
        if key.has_signed(message.as_bytes(), signature) {
            Ok(*closing)
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

    fn passed(&mut self, link: &ReadLine<'_>, hash: LinkHash, checkpoint: bool, closing: bool) {
        let report = match self.streams.get_mut(link.stream.as_ref()) {
            Some(report) => report,
            None => self.streams.entry(link.stream.to_string()).or_insert(StreamReport {
                first: link.seq,
                links: 0,
                checkpoints: 0,
                signed_through: None,
                last: link.seq,
                hash,
                closed: false,
            }),
        };
        report.links = report.links.saturating_add(1);
        (report.last, report.hash, report.closed) = (link.seq, hash, closing);
        if checkpoint {
            report.checkpoints = report.checkpoints.saturating_add(1);
            report.signed_through = link.seq.checked_sub(1);
        }
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
        let open = self.streams.iter().find(|(_, report)| !report.closed);
        if let (Ending::Closed, Some((stream, report))) = (self.ending, open) {
            let link = Some((stream.clone(), report.last.saturating_add(1)));
            return Err(Broken { line, link, why: Why::NotClosed });
        }
        if self.ending == Ending::Closed && self.streams.is_empty() {
            return Err(Broken { line, link: None, why: Why::NotClosed });
        }
        Ok(self.streams)
    }
}
