//! Translates requests and answers between dialects, buffered and streamed.
//!
//! Reads: the request's body, the vendor's bytes. Writes: nothing. Refuses with: `invalid-request` for what the
//! vendor's dialect cannot express, `upstream-invalid` for an answer that is not of the vendor's dialect. Pure: it
//! parses foreign bytes, so it is granted nothing. Fails closed: an unreadable answer is an error.

use postern_contract::provider::exports::postern::provider::stage::{Guest, GuestDecoder};
use postern_contract::types::provider::{AnswerHead, Decoded, Encoded, Notice, Place, SegmentEdit};
use postern_contract::types::{Dialect, Fault, Field, RequestFacts, Usage, VendorApi};
use postern_dialect::translate;
use postern_fault::{Fault as NativeFault, Kind};
use std::cell::RefCell;

struct Provider;

impl Guest for Provider {
    type Decoder = Decoder;

    fn encode(api: VendorApi, facts: RequestFacts, body: String) -> Result<Encoded, Fault> {
        let encoded = translate::encode(&api, &facts, &body)?;
        Ok(Encoded {
            path: encoded.path,
            headers: encoded.headers,
            body: encoded.body,
            losses: encoded.losses,
            memo: serde_json::to_string(&encoded.memo).map_err(|_| lost_memo())?,
        })
    }

    fn count(api: VendorApi, facts: RequestFacts, body: String) -> Result<String, Fault> {
        Ok(translate::count(&api, &facts, &body)?)
    }

    fn explain(dialect: Dialect, status: u16, headers: Vec<Field>, body: String) -> Fault {
        translate::explain(dialect, status, &headers, &body).into()
    }
}

/// The decoder of one answer. Calls of one component do not overlap, so a borrow never fails.
struct Decoder(Result<RefCell<translate::Decoder>, Fault>);

impl GuestDecoder for Decoder {
    fn new(api: VendorApi, facts: RequestFacts, answer: AnswerHead) -> Self {
        let Ok(memo) = serde_json::from_str(&answer.memo) else {
            return Decoder(Err(lost_memo().into()));
        };
        let head = translate::AnswerHead {
            content_type: answer.content_type,
            memo,
            request_id: answer.request_id,
            unix_s: answer.unix_s,
            segments: answer.segments,
        };
        let decoder = translate::Decoder::new(&api, &facts, head);
        Decoder(Ok(RefCell::new(decoder)))
    }

    fn push(&self, chunk: String) -> Result<Decoded, Fault> {
        let decoder = self.0.as_ref().map_err(Clone::clone)?;
        Ok(decoder.borrow_mut().push(&chunk)?)
    }

    fn edit(&self, edits: Vec<SegmentEdit>) -> Result<String, Fault> {
        let decoder = self.0.as_ref().map_err(Clone::clone)?;
        Ok(decoder.borrow_mut().edit(&edits)?)
    }

    fn delta(&self, at: Place, text: String) -> Result<String, Fault> {
        let decoder = self.0.as_ref().map_err(Clone::clone)?;
        Ok(decoder.borrow_mut().delta(at, &text)?)
    }

    fn cut(&self, edits: Vec<SegmentEdit>, segment: u32, notice: Notice) -> Result<String, Fault> {
        let decoder = self.0.as_ref().map_err(Clone::clone)?;
        Ok(decoder.borrow_mut().cut(&edits, segment, &notice)?)
    }

    fn so_far(&self) -> Usage {
        let usage = self.0.as_ref().map(|decoder| decoder.borrow().so_far());
        usage.unwrap_or_default()
    }

    fn finish(&self) -> Result<Decoded, Fault> {
        let decoder = self.0.as_ref().map_err(Clone::clone)?;
        Ok(decoder.borrow_mut().finish()?)
    }
}

/// The gateway must return the memo unchanged.
fn lost_memo() -> NativeFault {
    let public = "the gateway lost what it knew of the request";
    NativeFault::new(Kind::Unavailable, public).with_private("memo is not what encode gave")
}

postern_contract::provider::export_provider!(Provider);
