//! Decodes a vendor's answer into the client's dialect.

use super::answer_head::AnswerHead;
use super::embeddings::Embeddings;
use super::passing::Passing;
use super::translating::Translating;
use super::{passes, spoken};
use crate::handed_out::HandedOut;
use crate::openai::decode::wrong_form;
use crate::texts::Texts;
use crate::usage::latest;
use crate::{Context, Decoded, Facts, Operation, Usage, Vendor, codecs, media, openai, tool_names};
use postern_fault::{Fault, Kind};
use postern_types::provider::{Notice, Place, SegmentEdit};
use std::collections::BTreeMap;

/// Reads one answer. A buffered answer is a stream of one chunk, which is emitted by [`finish`](Decoder::finish).
pub struct Decoder {
    reading: Reading,
    /// The latest usage that the vendor reported.
    said: Option<Usage>,
    /// The model has generated something.
    begun: bool,
    /// The ids that the client learns.
    handed_out: HandedOut,
    /// The places of its texts, if they are requested.
    texts: Option<Box<Texts>>,
    /// The client's names of tools in an answer that passes, by the names that were sent.
    tool_names: BTreeMap<String, String>,
    /// The prompt's tokens as counted here, or 0.
    estimated_input_tokens: u64,
}

enum Reading {
    OpenAi(openai::Decoder),
    Passing(Box<Passing>),
    Translating(Box<Translating>),
    Embeddings(Box<Embeddings>),
    Media(Box<media::Answer>),
    /// The answer does not have the requested form.
    Refused(Fault),
}

impl Decoder {
    /// `facts` are the request's. The caller bounds the length of a buffered answer.
    pub fn new(vendor: &Vendor, facts: &Facts, head: AnswerHead) -> Self {
        let handed_out = HandedOut::new(facts.client, facts.stream);
        let texts = head.segments.then(|| Texts::new(facts, head.media_type())).flatten();
        let texts = texts.map(Box::new);
        let estimated_input_tokens = head.memo.estimated_input_tokens.unwrap_or_default();
        let tool_names = match passes(vendor, facts) && !head.memo.translated {
            true => head.memo.tool_names.clone(),
            false => BTreeMap::new(),
        };
        let reading = Reading::new(vendor, facts, head);
        Decoder {
            reading,
            said: None,
            begun: false,
            handed_out,
            texts,
            tool_names,
            estimated_input_tokens,
        }
    }

    /// Reads the next chunk of the answer, which may end anywhere between two characters.
    ///
    /// # Errors
    /// An invalid answer (`upstream-invalid`), or a failure that the vendor reports. Earlier output of the same chunk is
    /// returned first; the next call returns the fault.
    pub fn push(&mut self, chunk: &str) -> Result<Decoded, Fault> {
        self.say_held()?;
        let decoded = match &mut self.reading {
            Reading::OpenAi(decoder) => decoder.push(chunk),
            Reading::Passing(passing) => passing.push(chunk),
            Reading::Translating(translating) => translating.push(chunk),
            Reading::Embeddings(embeddings) => embeddings.push(chunk),
            Reading::Media(media) => media.push(chunk),
            Reading::Refused(fault) => Err(fault.clone()),
        }?;
        self.noted(decoded)
    }

    /// Ends an answer whose body the vendor has completed.
    ///
    /// # Errors
    /// As [`Decoder::push`], and an answer that is incomplete.
    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        self.say_held()?;
        let decoded = match &mut self.reading {
            Reading::OpenAi(decoder) => decoder.finish(),
            Reading::Passing(passing) => passing.finish(),
            Reading::Translating(translating) => translating.finish(),
            Reading::Embeddings(embeddings) => embeddings.finish(),
            Reading::Media(media) => media.finish(),
            Reading::Refused(fault) => Err(fault.clone()),
        }?;
        self.noted(decoded)
    }

    /// The usage of an answer that ends here: as the vendor reported it, or an estimate of what was generated. An input of 0 is
    /// unknown.
    pub fn so_far(&self) -> Usage {
        let said = match &self.reading {
            // Without the estimates that replace the vendor's missing counts.
            Reading::Translating(translating) => translating.said(),
            _ => self.said,
        };
        let said = said.unwrap_or_default();
        let output_tokens = said.output_tokens.max(self.reading.generated_tokens());
        Usage { output_tokens, estimated: true, ..said }
    }

    /// Whether the model has generated anything; asked until it has.
    fn has_begun(&mut self) -> bool {
        self.begun = self.begun || self.reading.generated_tokens() > 0;
        self.begun
    }

    fn say_held(&self) -> Result<(), Fault> {
        self.texts.as_ref().map_or(Ok(()), |texts| texts.say_held())
    }

    fn noted(&mut self, mut decoded: Decoded) -> Result<Decoded, Fault> {
        if decoded.usage.is_some() {
            decoded.usage = latest(self.said, decoded.usage);
            self.said = decoded.usage;
        }
        decoded.begun = decoded.done || self.has_begun();
        decoded.output = tool_names::restored(decoded.output, &self.tool_names);
        decoded.ids = self.handed_out.read(&decoded.output);
        if let Some(texts) = &mut self.texts {
            texts.see(&mut decoded)?;
        }
        Ok(decoded)
    }

    /// The last output with edited texts. It may be called once per output.
    ///
    /// # Errors
    /// An edit that matches no segment of the output.
    pub fn edit(&mut self, edits: &[SegmentEdit]) -> Result<String, Fault> {
        self.texts.as_mut().ok_or_else(no_texts)?.edit(edits)
    }

    /// A further event of the stream, with more text at an open place; it belongs after all output so far.
    ///
    /// # Errors
    /// A place that is not open.
    pub fn delta(&mut self, at: Place, text: &str) -> Result<String, Fault> {
        self.texts.as_mut().ok_or_else(no_texts)?.delta(at, text)
    }

    /// The last output with edited texts, truncated before `segment`, and the end of the answer. After it only
    /// [`so_far`](Decoder::so_far) may be called.
    ///
    /// # Errors
    /// An edit that matches no segment of the output, and a segment that is neither a piece nor an end.
    pub fn cut(
        &mut self,
        edits: &[SegmentEdit],
        segment: u32,
        notice: &Notice,
    ) -> Result<String, Fault> {
        let mut usage = self.so_far();
        if usage.input_tokens == 0 {
            usage.input_tokens = self.estimated_input_tokens;
        }
        self.texts.as_mut().ok_or_else(no_texts)?.cut(edits, segment, notice, usage)
    }
}

fn no_texts() -> Fault {
    Fault::new(Kind::Unavailable, "the gateway could not edit the answer")
        .with_private("the answer has no texts, or they were not asked for")
}

impl Reading {
    /// An estimate, without what the vendor says of it.
    fn generated_tokens(&self) -> u64 {
        match self {
            Reading::OpenAi(decoder) => decoder.generated().tokens(),
            Reading::Passing(passing) => passing.generated().tokens(),
            Reading::Translating(translating) => translating.generated().tokens(),
            Reading::Media(media) => media.generated_tokens(),
            Reading::Embeddings(_) | Reading::Refused(_) => 0,
        }
    }

    fn new(vendor: &Vendor, facts: &Facts, head: AnswerHead) -> Self {
        let wire = spoken(vendor, facts);
        let is_stream = head.is_stream();
        // A client that requested a buffered answer cannot get a stream; a buffered answer can be written as a stream.
        if is_stream && !facts.stream {
            return Reading::Refused(wrong_form(facts.stream, head.media_type()));
        }
        let passes = passes(vendor, facts) && !head.memo.translated;
        if passes && media::has(facts.operation) {
            return Reading::Media(Box::new(media::Answer::new(facts, head.media_type())));
        }
        if passes {
            return match facts.operation {
                Operation::CountTokens | Operation::Rerank => {
                    Reading::Passing(Box::new(Passing::unread()))
                }
                Operation::Chat if !codecs::client(wire).lenient_decoder => {
                    Reading::Passing(Box::new(Passing::new(wire, facts, &head)))
                }
                _ => Reading::OpenAi(openai::Decoder::new(facts, &head.content_type)),
            };
        }
        if facts.operation == Operation::Embeddings {
            let vendor = Vendor { dialect: wire, ..vendor.clone() };
            return Reading::Embeddings(Box::new(Embeddings::new(vendor, &head.memo)));
        }
        let context = Context {
            request_id: head.request_id,
            unix_s: head.unix_s,
            model: vendor.model.clone(),
            usage_in_stream: facts.usage_in_stream,
            memo: head.memo,
        };
        Reading::Translating(Box::new(Translating::new(wire, facts, context, is_stream)))
    }
}
