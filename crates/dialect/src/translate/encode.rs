//! Encodes a client's request in a vendor's dialect.

use super::{embeddings, estimate, passes, spoken};
use crate::chat::{self, Loss, Losses};
use crate::openai::completions;
use crate::repair::{needs_translation, repair, repair_translated};
use crate::{Dialect, Facts, Memo, Operation, Spliced, Spoken, Vendor, codecs, media};
use postern_fault::Fault;
use postern_types::provider::Rewritten;

/// A request in a vendor's dialect.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoded {
    /// The path, appended to the vendor's base URL.
    pub path: String,
    /// The headers, including `content-type`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Rewritten,
    /// The parts of the request that the vendor's dialect cannot carry.
    pub losses: Vec<Loss>,
    /// The memo for the decoder of the answer.
    pub memo: Memo,
}

/// Encodes a request for a vendor. `facts` were read from `body`.
///
/// # Errors
/// Content that the vendor's dialect cannot express without changing its meaning.
pub fn encode(vendor: &Vendor, facts: &Facts, body: &str) -> Result<Encoded, Fault> {
    let vendor = &Vendor { dialect: spoken(vendor, facts), ..vendor.clone() };
    let can_rerank = matches!(vendor.dialect, Dialect::Cohere | Dialect::OpenAi);
    if facts.operation == Operation::Rerank && !can_rerank {
        return Err(Fault::invalid_request("model", "this model's provider cannot rerank")
            .with_code("unsupported_operation"));
    }
    let translated = passes(vendor, facts) && needs_translation(vendor, facts, body);
    if passes(vendor, facts) && !translated {
        return pass(vendor, facts, body);
    }
    if media::has(facts.operation) {
        return Err(media::not_at_the_vendor(facts.operation));
    }
    if facts.output_cap_tokens == Some(0) {
        return Err(no_answer());
    }
    let mut losses = Losses::default();
    let mut memo = Memo { translated, ..Memo::default() };
    let spoken = match facts.operation {
        Operation::Embeddings => embeddings::encode(vendor, body, &mut losses, &mut memo)?,
        Operation::CountTokens => return Err(not_at_the_vendor()),
        _ => {
            let mut request = decode(facts, body, &mut losses, &mut memo)?;
            within_the_models(&mut request, vendor, &mut losses);
            memo.estimated_input_tokens = Some(estimate::of_request(&request));
            let encode = codecs::vendor(vendor.dialect).encode;
            let spoken = encode(request, vendor, &mut losses, &mut memo)?;
            let body = repair_translated(vendor, spoken.body, &mut losses, &mut memo)?;
            Spoken { body, ..spoken }
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
    let client = codecs::client(facts.client);
    let (request, lost) = match facts.operation {
        Operation::Completions => completions::decode(body)?,
        _ => {
            memo.echo = client.echo.map(|echo| echo(body));
            (client.decode)(body)?
        }
    };
    *losses = lost;
    memo.namespaced.clone_from(&request.namespaced);
    Ok(request)
}

/// A cap above the model's, which a vendor refuses, becomes the model's: some clients (Claude Code) send one cap to every model.
fn within_the_models(request: &mut chat::Request, vendor: &Vendor, losses: &mut Losses) {
    if let (Some(cap), Some(most)) = (request.max_output_tokens, vendor.max_output_tokens)
        && cap > most
    {
        losses.add(request.path(chat::Field::MaxOutputTokens), chat::above_the_models(most));
        request.max_output_tokens = Some(most);
    }
}

/// Passes the client's own bytes.
fn pass(vendor: &Vendor, facts: &Facts, body: &str) -> Result<Encoded, Fault> {
    let (mut losses, mut memo) = (Losses::default(), Memo::default());
    let pass = codecs::client(facts.client).pass;
    let Spliced { path, headers, edits } = pass(vendor, facts, body, &mut losses)?;
    let edits = repair(vendor, facts, body, edits, &mut losses, &mut memo)?;
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(Encoded {
        path,
        headers: with_type(headers),
        body: Rewritten::Edits(edits),
        losses: losses.0,
        memo,
    })
}

fn with_type(mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
    headers.push(("content-type".to_owned(), "application/json".to_owned()));
    headers
}

/// Only Anthropic's own dialect has a request for an empty answer.
fn no_answer() -> Fault {
    let public = "`max_tokens` must be at least 1 for this model, but is 0";
    Fault::invalid_request("max_tokens", public).with_code("integer_below_min_value")
}

/// The gateway then counts by itself and does not ask the vendor.
fn not_at_the_vendor() -> Fault {
    Fault::invalid_request("model", "this model's provider does not count tokens")
}
