//! How does this vendor say it? Translates requests and answers, whole and streamed.
//!
//! Reads: the request's body, the vendor's bytes. Writes: nothing. Refuses with: `invalid-request` for what the vendor's
//! dialect cannot say, `upstream-invalid` for what the vendor should not have said. Pure: it parses foreign bytes, so it
//! is granted nothing. Fails closed: an answer that cannot be read is no answer.

mod facts;

use postern_contract::provider::exports::postern::provider::stage::{
    Decoded, Encoded, Guest, GuestDecoder, Rewritten,
};
use postern_contract::transport::Field;
use postern_contract::types::{Dialect, Fault, RequestFacts, Target};
use postern_dialect::openai;
use std::cell::RefCell;

struct Provider;

impl Guest for Provider {
    type Decoder = Decoder;

    fn encode(target: Target, facts: RequestFacts, body: String) -> Result<Encoded, Fault> {
        match target.dialect {
            Dialect::Openai => {
                let facts = facts::from_contract(facts);
                let encoded = openai::encode(&target.upstream_model, &facts, &body)?;
                let edits = encoded.edits.into_iter().map(facts::edit_into_contract).collect();
                Ok(Encoded {
                    path: encoded.path.to_owned(),
                    headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                    body: Rewritten::Edits(edits),
                    losses: Vec::new(),
                })
            }
        }
    }

    fn explain(target: Target, status: u16, headers: Vec<Field>, body: String) -> Fault {
        match target.dialect {
            Dialect::Openai => openai::explain(status, &headers, &body).into(),
        }
    }
}

/// One answer being read. Calls of one component do not overlap, so that a borrow is always free.
struct Decoder(RefCell<openai::Decoder>);

impl GuestDecoder for Decoder {
    fn new(target: Target, facts: RequestFacts, content_type: String) -> Self {
        match target.dialect {
            Dialect::Openai => {
                let facts = facts::from_contract(facts);
                Decoder(RefCell::new(openai::Decoder::new(&facts, &content_type)))
            }
        }
    }

    fn push(&self, chunk: String) -> Result<Decoded, Fault> {
        Ok(facts::decoded_into_contract(self.0.borrow_mut().push(&chunk)?))
    }

    fn finish(&self) -> Result<Decoded, Fault> {
        Ok(facts::decoded_into_contract(self.0.borrow_mut().finish()?))
    }
}

postern_contract::provider::export_provider!(Provider);
