//! Chat completions: reads the request, decides the choices, delivers them buffered or as events.

mod choice;
mod delivery;
mod huge;
mod messages;
mod request;
mod tools;
mod wire;

pub(crate) use choice::before_stop;
pub(crate) use request::{cap_tokens, include_usage, stops};

use crate::fields::Fields;
use crate::model::Behaviour;
use crate::refusal::Refusal;
use crate::script::Script;
use crate::seed::Seed;
use crate::usage::Usage;
use choice::Choice;
use request::ChatRequest;
use serde_json::Value;
use wire::Envelope;

/// Answers `POST /chat/completions`.
pub(crate) fn complete(behaviour: Behaviour, seed: &Seed, body: &Value) -> Result<Script, Refusal> {
    let request = ChatRequest::read(&Fields::of_body(body)?, behaviour)?;
    let envelope = Envelope::new(seed, &request);
    if let Behaviour::Huge = behaviour {
        return Ok(if request.stream { huge::streamed(envelope) } else { huge::whole(&envelope) });
    }
    let choices = choice::choices(&request, seed)?;
    let output_tokens = choices.iter().map(Choice::tokens).sum();
    let usage = Usage::new(request.prompt_tokens, output_tokens);
    Ok(match request.stream {
        true => delivery::streamed(behaviour, envelope, choices, usage),
        false => delivery::whole(behaviour, &envelope, &choices, usage),
    })
}
