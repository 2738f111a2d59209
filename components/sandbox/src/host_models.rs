//! Uses the models of the host, if the component was built for them.
//!
//! The interface is a call that returns when the answer is complete: until then, this instance of the component serves
//! no other request, and no deadline of the target can end the wait.

use postern_contract::transport::{Outbound, OutboundBody};
use postern_sandbox::Script;
use postern_sandbox::inference::{
    Embedded, Embedding, HostError, Inference, Inferred, Question, Task, read,
};
use spin_sdk::llm::{EmbeddingModel, Error, InferencingModel, InferencingParams};
use spin_sdk::llm::{generate_embeddings, infer_with_options};
use std::time::{SystemTime, UNIX_EPOCH};

/// What the host's model answers, if the target is one.
pub(crate) fn answer(request: &Outbound) -> Option<Script> {
    let model = postern_sandbox::inference::model(&request.model)?;
    let OutboundBody::Text(body) = &request.body else { return None };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let question = Question {
        path: &request.path,
        model,
        body,
        max_output_tokens: request.max_output_tokens,
        now_ns: u64::try_from(now.as_nanos()).unwrap_or(u64::MAX),
    };
    Some(match read(&question) {
        Ok(Task::Infer(inference)) => {
            let outcome = infer(&inference);
            inference.answer(outcome)
        }
        Ok(Task::Embed(embedding)) => {
            let outcome = embed(&embedding);
            embedding.answer(outcome)
        }
        Err(refusal) => refusal,
    })
}

fn infer(inference: &Inference) -> Result<Inferred, HostError> {
    let asked = inference.parameters;
    let parameters = InferencingParams {
        max_tokens: asked.max_tokens,
        repeat_penalty: asked.repeat_penalty,
        repeat_penalty_last_n_token_count: asked.repeat_penalty_last_n_token_count,
        temperature: asked.temperature,
        top_k: asked.top_k,
        top_p: asked.top_p,
    };
    let model = InferencingModel::Other(inference.model());
    let result =
        infer_with_options(model, &inference.prompt, parameters).map_err(from_host_error)?;
    Ok(Inferred {
        text: result.text,
        prompt_tokens: result.usage.prompt_token_count,
        generated_tokens: result.usage.generated_token_count,
    })
}

fn embed(embedding: &Embedding) -> Result<Embedded, HostError> {
    let model = EmbeddingModel::Other(embedding.model());
    let result = generate_embeddings(model, &embedding.texts).map_err(from_host_error)?;
    Ok(Embedded { vectors: result.embeddings, prompt_tokens: result.usage.prompt_token_count })
}

fn from_host_error(error: Error) -> HostError {
    match error {
        Error::ModelNotSupported => HostError::ModelNotSupported,
        Error::RuntimeError(message) => HostError::Runtime(message),
        Error::InvalidInput(message) => HostError::InvalidInput(message),
    }
}
