//! The door: the one component that speaks HTTP to clients.
//!
//! Reads: the request, `gateway.toml`. Writes: the response, one log line a request. Refuses with: whatever a stage
//! refuses with, in the client's dialect, and with what is wrong in HTTP itself (404, 405, 413, 431). Fails closed: without
//! readable policies it serves nothing.
//!
//! The order of the stages is one function, [`pipeline::run`].

mod access;
mod answer;
mod attempt;
mod body;
mod client_ip;
mod cors;
mod cost;
mod exchange;
mod head;
mod headers;
mod identity;
mod limits;
mod losses;
mod mask;
mod memory;
mod models;
mod pipeline;
mod policy;
mod pump;
mod record;
mod refusal;
mod reply;
mod source;
mod stages;
mod trace;

use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::head::{Endpoint, Head};
use crate::refusal::Refusal;
use spin_sdk::wasip3::exports::http::handler::Guest;
use spin_sdk::wasip3::http::types::{ErrorCode, Request, Response};

struct Gateway;

impl Guest for Gateway {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let mut exchange = Exchange::begin(&request);
        Ok(match serve(request, &mut exchange).await {
            Ok(answer) => reply::answer(answer, exchange),
            Err(refusal) => reply::refusal(refusal, exchange),
        })
    }
}

spin_sdk::wasip3::http::service::export!(Gateway with_types_in spin_sdk::wasip3);

async fn serve(request: Request, exchange: &mut Exchange) -> Result<Answer, Refusal> {
    if let Some(answered) = cors::preflight(&request, exchange) {
        return answered;
    }
    let head = Head::read(&request, exchange)?;
    match &head.endpoint {
        Endpoint::Alive => Ok(Answer::json(r#"{"status":"alive"}"#.to_owned())),
        Endpoint::Ready => models::ready().await,
        Endpoint::ResourceMetadata => models::resource_metadata(),
        Endpoint::Usage(model) => models::usage(&head, model.as_deref(), exchange).await,
        Endpoint::Models => models::list(&head, exchange).await,
        Endpoint::Model(id) => models::one(&head, id, exchange).await,
        Endpoint::Call(_, operation) => pipeline::run(&head, *operation, request, exchange).await,
    }
}
