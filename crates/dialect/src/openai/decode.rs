//! Reads a vendor's answer that has a success status.

use super::stream::Stream;
use super::whole::Whole;
use crate::counted::Counted;
use crate::vendor_fault::invalid;
use crate::{Decoded, Facts};
use postern_fault::Fault;

/// Reads one answer. A whole answer is a stream of one chunk, which leaves at [`finish`](Decoder::finish).
#[derive(Debug)]
pub struct Decoder(Reading);

#[derive(Debug)]
enum Reading {
    Whole(Whole),
    Stream(Box<Stream>),
    /// The answer is not of the form that was asked for.
    Refused(Fault),
}

impl Decoder {
    /// `facts` are the request's; `content_type` is the answer's, empty if it had none. The length of a whole answer is
    /// the caller's to bound.
    pub fn new(facts: &Facts, content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is_stream = media_type.eq_ignore_ascii_case("text/event-stream");
        Decoder(match (facts.stream, is_stream || media_type.is_empty()) {
            (true, true) => Reading::Stream(Box::new(Stream::new(facts))),
            (false, _) if !is_stream => Reading::Whole(Whole::new(facts.operation)),
            _ => Reading::Refused(wrong_form(facts.stream, media_type)),
        })
    }

    /// What was generated so far.
    pub(crate) fn generated(&self) -> Counted {
        match &self.0 {
            Reading::Whole(whole) => whole.generated(),
            Reading::Stream(stream) => stream.generated(),
            Reading::Refused(_) => Counted::default(),
        }
    }

    /// The next chunk of the answer, cut anywhere between two characters.
    ///
    /// # Errors
    /// What the vendor should not have said (`upstream-invalid`), or what it said went wrong. The events before it in
    /// the same chunk come out first, and the fault with the next call.
    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        match &mut self.0 {
            Reading::Whole(whole) => Ok(whole.push(chunk)),
            Reading::Stream(stream) => stream.push(chunk),
            Reading::Refused(fault) => Err(fault.clone()),
        }
    }

    /// The vendor has ended well.
    ///
    /// # Errors
    /// As [`Decoder::push`], and an answer that is not whole.
    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        match &mut self.0 {
            Reading::Whole(whole) => whole.finish(),
            Reading::Stream(stream) => stream.finish(),
            Reading::Refused(fault) => Err(fault.clone()),
        }
    }
}

/// `content_type` is not what was asked for.
pub(crate) fn wrong_form(stream: bool, media_type: &str) -> Fault {
    let asked = if stream { "a stream of events" } else { "a whole answer" };
    /// Any other is the vendor's to fill with whatever it has.
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
