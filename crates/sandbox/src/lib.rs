//! The sandbox: answers as a vendor would.
//!
//! A stand-in for a vendor of OpenAI's dialect: chat completions and embeddings, buffered and streamed. It does no I/O
//! and has no clock: [`answer`] turns a request into a [`Script`] of writes, pauses and an end, which the component
//! performs. The same request always gets the same answer, including its id and its time of creation.
//!
//! A row of [`MODELS`] says which model it plays: most fail, each in its own way; a name in no row plays as `sandbox`.
//! `docs/sandbox.md` describes each.
//!
//! [`inference`] is another stand-in: it uses the models of the host that runs the component, if there are any.
//!
//! Reads: the path, the model's name at the vendor, the body. Refuses: with the vendor's status and error object, never
//! with a fault of ours. Answers follow <https://platform.openai.com/docs/api-reference>.

mod chat;
mod embeddings;
mod fields;
pub mod inference;
mod model;
mod refusal;
mod schema;
mod script;
mod seed;
mod spoil;
mod tokens;
mod usage;

pub use model::{Behaviour, MODELS};
pub use script::{Script, Step};

use refusal::Refusal;
use seed::Seed;
use serde_json::Value;

/// The answer of the vendor's model `upstream_model` to `body`, posted to `path` (`/chat/completions`).
pub fn answer(path: &str, upstream_model: &str, body: &str) -> Script {
    let seed = Seed::of(path, body);
    let script = match Behaviour::of(upstream_model) {
        Ok(Behaviour::Refuse(refuse)) => refuse(upstream_model).into_script(),
        Ok(Behaviour::Stall) => Refusal::gateway_timeout().into_script().after_silence(),
        Ok(Behaviour::Html) => Script::html(),
        Ok(behaviour) => serve(path, behaviour, &seed, body).unwrap_or_else(Refusal::into_script),
        Err(refusal) => refusal.into_script(),
    };
    script.with_header("x-request-id", format!("req_{}", seed.id("request")))
}

fn serve(path: &str, behaviour: Behaviour, seed: &Seed, body: &str) -> Result<Script, Refusal> {
    let endpoint = match path {
        "/chat/completions" => chat::complete,
        "/embeddings" => embeddings::embed,
        _ => return Err(Refusal::unknown_path(path)),
    };
    let body: Value = serde_json::from_str(body).map_err(|error| Refusal::not_json(&error))?;
    endpoint(behaviour, seed, &body)
}
