//! Reads a vendor's answer that has a success status.

use super::stream::Stream;
use super::whole::Whole;
use crate::counted::Counted;
use crate::vendor_fault::invalid;
use crate::{Decoded, Facts};
use postern_fault::Fault;

/// Reads one answer. A buffered answer is a stream of one chunk, which is emitted by [`finish`](Decoder::finish).
#[derive(Debug)]
pub struct Decoder(Reading);

#[derive(Debug)]
enum Reading {
    Whole(Whole),
    Stream(Box<Stream>),
    /// The answer does not have the requested form.
    Refused(Fault),
}

impl Decoder {
    /// `facts` are the request's; `content_type` is the answer's, empty if it had none. The caller bounds the length of a
    /// buffered answer.
    pub fn new(facts: &Facts, content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is_stream = media_type.eq_ignore_ascii_case("text/event-stream");
        Decoder(match (facts.stream, is_stream || media_type.is_empty()) {
            (true, true) => Reading::Stream(Box::new(Stream::new(facts))),
            (false, _) if !is_stream => Reading::Whole(Whole::new(facts.operation)),
            _ => Reading::Refused(wrong_form(facts.stream, media_type)),
        })
    }

    /// The count of what was generated so far.
    pub(crate) fn generated(&self) -> Counted {
        match &self.0 {
            Reading::Whole(whole) => whole.generated(),
            Reading::Stream(stream) => stream.generated(),
            Reading::Refused(_) => Counted::default(),
        }
    }

    /// Reads the next chunk of the answer, which may end anywhere between two characters.
    ///
    /// # Errors
    /// An invalid answer (`upstream-invalid`), or a failure that the vendor reports. Earlier events of the same chunk are
    /// returned first; the next call returns the fault.
    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        match &mut self.0 {
            Reading::Whole(whole) => Ok(whole.push(chunk)),
            Reading::Stream(stream) => stream.push(chunk),
            Reading::Refused(fault) => Err(fault.clone()),
        }
    }

    /// Ends an answer whose body the vendor has completed.
    ///
    /// # Errors
    /// As [`Decoder::push`], and an answer that is incomplete.
    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        match &mut self.0 {
            Reading::Whole(whole) => whole.finish(),
            Reading::Stream(stream) => stream.finish(),
            Reading::Refused(fault) => Err(fault.clone()),
        }
    }
}

/// The fault for a `content_type` that was not requested.
pub(crate) fn wrong_form(stream: bool, media_type: &str) -> Fault {
    let asked = if stream { "a stream of events" } else { "a whole answer" };
    /// The vendor can fill any other type with anything.
    const KNOWN: [&str; 8] = [
        "application/json",
        "application/octet-stream",
        "application/x-ndjson",
        "application/xml",
        "text/event-stream",
        "text/html",
        "text/plain",
        "text/xml",
    ];
    let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(media_type));
    let media_type = known.copied().unwrap_or("another type");
    invalid(format!("the provider answered with {media_type} where {asked} was asked for"))
}
