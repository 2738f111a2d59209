//! A client's request in a vendor's words.

use super::{embeddings, estimate, passes, spoken};
use crate::chat::{self, Loss, Losses};
use crate::openai::completions;
use crate::{
    Edit, Facts, Memo, Operation, Spoken, Vendor, Wire, anthropic, bedrock, cohere, google, media,
    openai, responses,
};
use postern_fault::Fault;

/// The body to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewritten {
    /// The client's own bytes but for these splices, which are sorted.
    Edits(Vec<Edit>),
    /// Said anew.
    Whole(String),
}

/// A request in a vendor's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// Appended to the vendor's base URL.
    pub path: String,
    /// Headers, `content-type` included.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Rewritten,
    /// What the vendor's dialect could not carry.
    pub losses: Vec<Loss>,
    /// For the decoder of the answer.
    pub memo: Memo,
}

/// Say a request to a vendor. `facts` were read of `body`.
///
/// # Errors
/// What the vendor's dialect cannot say without changing what is meant.
pub fn encode(vendor: &Vendor, facts: &Facts, body: &str) -> Result<Encoded, Fault> {
    let vendor = &Vendor { dialect: spoken(vendor, facts), ..vendor.clone() };
    if passes(vendor, facts) {
        return pass(vendor, facts, body);
    }
    if media::has(facts.operation) {
        return Err(media::not_at_the_vendor(facts.operation));
    }
    if facts.output_cap_tokens == Some(0) {
        return Err(no_answer());
    }
    let mut losses = Losses::default();
    let mut memo = Memo::default();
    let spoken = match facts.operation {
        Operation::Embeddings => embeddings::encode(vendor, body, &mut losses, &mut memo)?,
        Operation::CountTokens => return Err(not_at_the_vendor()),
        _ => {
            let request = decode(facts, body, &mut losses, &mut memo)?;
            memo.estimated_input_tokens = Some(estimate::of_request(&request));
            encode_chat(request, vendor, &mut losses, &mut memo)?
        }
    };
    let Spoken { path, headers, body } = spoken;
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Encoded {
        path,
        headers: with_type(headers),
        body: Rewritten::Whole(body),
        losses: losses.0,
        memo,
    })
}

fn decode(
    facts: &Facts,
    body: &str,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<chat::Request, Fault> {
    let (request, lost) = match (facts.operation, facts.client) {
        (Operation::Completions, _) => completions::decode(body)?,
        (_, Wire::Responses) => {
            memo.echo = Some(responses::echo(body));
            responses::decode(body)?
        }
        (_, Wire::Anthropic) => anthropic::decode(body)?,
        _ => openai::decode(body)?,
    };
    *losses = lost;
    Ok(request)
}

fn encode_chat(
    request: chat::Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    match vendor.dialect {
        Wire::OpenAi => openai::encode_chat(request, vendor, losses, memo),
        Wire::Responses => responses::encode(request, vendor, losses, memo),
        Wire::Anthropic => anthropic::encode(request, vendor, losses, memo),
        Wire::Bedrock => bedrock::encode(request, vendor, losses, memo),
        Wire::Google => google::encode(request, vendor, losses, memo),
        Wire::Cohere => cohere::encode(request, vendor, losses, memo),
    }
}

/// The client's own bytes.
fn pass(vendor: &Vendor, facts: &Facts, body: &str) -> Result<Encoded, Fault> {
    let mut losses = Losses::default();
    let mut headers = Vec::new();
    let (path, edits) = match facts.client {
        Wire::Anthropic => {
            headers = anthropic::headers(vendor);
            let path = anthropic::path(vendor, facts.operation, facts.stream);
            (path, anthropic::splice(vendor, facts, body)?)
        }
        Wire::Responses => (responses::path(vendor), responses::splice(vendor, facts, body)?),
        _ => {
            let encoded = openai::encode(vendor, facts, body, &mut losses)?;
            (encoded.path, encoded.edits)
        }
    };
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Encoded {
        path,
        headers: with_type(headers),
        body: Rewritten::Edits(edits),
        losses: losses.0,
        memo: Memo::default(),
    })
}

fn with_type(mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    headers.push(("content-type".to_owned(), "application/json".to_owned()));
    headers
}

/// Only Anthropic's own dialect has a request for no answer.
fn no_answer() -> Fault {
    let public = "`max_tokens` must be at least 1 for this model, but is 0";
    Fault::invalid_request("max_tokens", public).with_code("integer_below_min_value")
}

/// The gateway counts by itself then, and does not ask.
fn not_at_the_vendor() -> Fault {
    Fault::invalid_request("model", "this model's provider does not count tokens")
}
