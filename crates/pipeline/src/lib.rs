//! The life of a request: the order of the stages, attempts at deployments, the stream of an answer, the lease of its
//! reservations, and its record.
//!
//! Everything here is generic over the [`Stages`]: a component binds them to its imports, tests to memory. There is no
//! host, no network and no clock in it.
//!
//! The order of the stages is one function, [`run::run`]. Three rules hold for every request, however it ends, and are tested
//! over random schedules of failures, slow clients and cancellations: every lease is settled once or abandoned, the record is
//! written once, and a stream that broke never looks complete.

mod answer;
mod asked;
mod attempt;
mod authenticate;
mod authorize;
mod betas;
mod body;
mod call;
mod client_ip;
mod cors;
mod endpoint;
mod exchange;
mod explain;
mod found;
mod guard;
mod head;
mod headers;
mod http;
mod ids;
mod judged;
mod judgement;
mod late;
mod lease;
mod losses;
mod memory;
mod models;
mod observations;
mod opinion;
mod originals;
mod pump;
mod record;
mod redact;
mod refusal;
mod reply;
mod run;
mod said;
mod sound;
mod source;
mod stages;
mod told_type;
mod trace;
mod upload;
mod used;
mod within;

pub use endpoint::called;
pub use http::RequestHead;
pub use record::{Event, Record};
pub use reply::Reply;
pub use stages::{
    AnswerGuard, Auth, Body, Client, Decoder, Guardrail, Inbound, Limiter, Outbound, OutboundBody,
    Platform, Provider, Router, Stages, Upstream,
};
pub use upload::FormBody;

use answer::Answer;
use endpoint::Endpoint;
use exchange::Exchange;
use head::Head;
use refusal::Refusal;

/// Serves one request: runs the stages until the head of the answer is known. [`Reply::send`] sends the rest.
pub async fn serve<S: Stages>(stages: S, request: RequestHead, body: impl Body) -> Reply<S> {
    let mut exchange = Exchange::begin(stages, &request);
    match answer(&request, body, &mut exchange).await {
        Ok(answer) => reply::answer(answer, exchange),
        Err(refusal) => reply::refusal(refusal, exchange),
    }
}

async fn answer<S: Stages>(
    request: &RequestHead,
    body: impl Body,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    if let Some(answered) = cors::preflight(request, exchange) {
        return answered;
    }
    let head = Head::read(request, exchange)?;
    match &head.endpoint {
        Endpoint::Alive => Ok(Answer::json(r#"{"status":"alive"}"#.to_owned())),
        Endpoint::Ready => models::ready(exchange).await,
        Endpoint::ResourceMetadata => models::resource_metadata(exchange),
        Endpoint::Usage(model) => models::usage(&head, model.as_deref(), exchange).await,
        Endpoint::Models => models::list(&head, exchange).await,
        Endpoint::Model(id) => models::one(&head, id, exchange).await,
        Endpoint::Call(_, operation) => run::run(&head, *operation, body, exchange).await,
    }
}
