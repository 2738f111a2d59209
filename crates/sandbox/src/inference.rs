//! Answers with the models of the host that runs the components: `fermyon:spin/llm`, Spin's serverless inference.
//!
//! A deployment whose `upstream_model` begins with [`PREFIX`] uses one of them. [`read`] turns the request into a
//! [`Task`]; the component performs it with the interface and passes the outcome to [`Inference::answer`] or
//! [`Embedding::answer`], which write it in OpenAI's dialect. No I/O and no clock, as everywhere in this crate.
//!
//! The interface takes one text and a few numbers. A chat becomes that text (see `prompt.rs`), an answer becomes one
//! choice, and a stream has all its text at once. A feature that the interface lacks is refused by the field's name,
//! and never left out: tools, images, schemas, seeds. The interface:
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

/// The prefix of the host's name of a model in `upstream_model`: `spin-llm/llama2-chat`.
pub const PREFIX: &str = "spin-llm/";

/// The host's name of the model, if it is one of the host's.
pub fn model(upstream_model: &str) -> Option<&str> {
    upstream_model.strip_prefix(PREFIX)
}

/// The request to the component.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// `/chat/completions` or `/embeddings`.
    pub path: &'a str,
    /// The host's name of the model.
    pub model: &'a str,
    /// The body, in OpenAI's dialect.
    pub body: &'a str,
    /// The maximum of an answer's tokens, if the catalogue has it.
    pub max_output_tokens: Option<u64>,
    /// Nanoseconds since 1970: the time of the answer, which also distinguishes its id from those of equal requests.
    pub now_ns: u64,
}

/// A call of the host.
#[derive(Debug)]
pub enum Task {
    /// `infer`.
    Infer(Inference),
    /// `generate-embeddings`.
    Embed(Embedding),
}

/// Why the host did not answer: the cases of the interface's `error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostError {
    /// `model-not-supported`.
    ModelNotSupported,
    /// `runtime-error`.
    Runtime(String),
    /// `invalid-input`.
    InvalidInput(String),
}

/// The call of the host for a question.
///
/// # Errors
/// The vendor's answer instead: a status and an error object, delivered like any other answer.
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
    /// The refusal in a vendor's words.
    fn into_refusal(self, model: &str) -> Refusal {
        match self {
            HostError::ModelNotSupported => {
                let message = format!("The host has no model '{model}'.");
                Refusal::new(404, INVALID_REQUEST, message).with_code("model_not_found")
            }
            // Spin reports this for a model that `ai_models` does not list, and names the key: the caller cannot fix
            // it.
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
