//! Answers by the models of the host that runs the components: `fermyon:spin/llm`, Spin's serverless inference.
//!
//! A deployment whose `upstream_model` begins with [`PREFIX`] is one of them. [`read`] turns the request into a
//! [`Task`]; whoever has the interface performs it and hands the outcome to [`Inference::answer`] or
//! [`Embedding::answer`], which say it in OpenAI's dialect. No I/O and no clock, as everywhere in this crate.
//!
//! The interface takes one text and a few numbers. A chat becomes that text (`prompt.rs` says how), an answer becomes one
//! choice, and a stream is one that comes all at once. What the interface cannot do is refused by the field's name, and
//! never left out: tools, images, schemas, seeds. The interface:
//! <https://github.com/spinframework/spin/blob/main/wit/deps/spin%402.0.0/llm.wit>.

mod allowed;
mod chat;
mod echo;
mod embeddings;
mod prompt;
mod wire;

pub use chat::{Inference, Inferred, Parameters};
pub use embeddings::{Embedded, Embedding};

use crate::fields::Fields;
use crate::refusal::{INVALID_REQUEST, Refusal, SERVER_ERROR};
use crate::script::Script;
use crate::seed::Seed;
use serde_json::Value;
use wire::Head;

/// What precedes the host's name of a model in `upstream_model`: `spin-llm/llama2-chat`.
pub const PREFIX: &str = "spin-llm/";

/// The host's name of the model, if it is one of the host's.
pub fn model(upstream_model: &str) -> Option<&str> {
    upstream_model.strip_prefix(PREFIX)
}

/// What is asked of the component, as it came.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// `/chat/completions` or `/embeddings`.
    pub path: &'a str,
    /// The host's name of the model.
    pub model: &'a str,
    /// The body, in OpenAI's dialect.
    pub body: &'a str,
    /// The most tokens of an answer, if the catalogue says it.
    pub max_output_tokens: Option<u64>,
    /// Nanoseconds since 1970: when it is answered, and what tells its id from those of the same request.
    pub now_ns: u64,
}

/// What to ask the host.
#[derive(Debug)]
pub enum Task {
    /// `infer`.
    Infer(Inference),
    /// `generate-embeddings`.
    Embed(Embedding),
}

/// Why the host did not answer: the variants of the interface's `error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// `model-not-supported`.
    ModelNotSupported,
    /// `runtime-error`.
    Runtime(String),
    /// `invalid-input`.
    InvalidInput(String),
}

/// What to ask the host.
///
/// # Errors
/// What a vendor would answer instead: a status and an error object, performed like any other answer.
pub fn read(question: &Question) -> Result<Task, Script> {
    task(question).map_err(Refusal::into_script)
}

fn task(question: &Question) -> Result<Task, Refusal> {
    let Question { path, model, body, max_output_tokens, now_ns } = *question;
    let seed = Seed::of(path, body);
    let head = Head::new(&seed, model, now_ns);
    let read = |body: &str| -> Result<Value, Refusal> {
        serde_json::from_str(body).map_err(|error| Refusal::not_json(&error))
    };
    match path {
        "/chat/completions" => {
            chat::read(&Fields::of_body(&read(body)?)?, head, max_output_tokens).map(Task::Infer)
        }
        "/embeddings" => embeddings::read(&Fields::of_body(&read(body)?)?, head).map(Task::Embed),
        _ => Err(Refusal::unknown_path(path)),
    }
}

impl HostError {
    /// As a vendor would say it.
    fn into_refusal(self, model: &str) -> Refusal {
        match self {
            HostError::ModelNotSupported => {
                let message = format!("The host has no model '{model}'.");
                Refusal::new(404, INVALID_REQUEST, message).with_code("model_not_found")
            }
            // Spin says so of a model that `ai_models` does not list, and names the key: nothing that a caller can mend.
            HostError::InvalidInput(message) if message.contains("ai_models") => {
                Refusal::new(403, INVALID_REQUEST, message).with_code("model_not_granted")
            }
            HostError::InvalidInput(message) => {
                Refusal::new(400, INVALID_REQUEST, message).with_code("invalid_input")
            }
            HostError::Runtime(message) => Refusal::new(500, SERVER_ERROR, message),
        }
    }
}
