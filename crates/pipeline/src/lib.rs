//! The life of a request: the order of the stages, attempts at deployments, the stream of an answer, the lease of its
//! reservations, and its record.
//!
//! Everything here is generic over the [`Stages`]: a component binds them to its imports, tests to memory. There is no
//! host, no network and no clock in it.
//!
//! The order of the stages is one function, [`run::run`]. Three rules hold for every request, however it ends, and are tested
//! over random schedules of failures, slow clients and cancellations: every lease is settled once or abandoned, the record is
//! written once, and a stream that broke never looks complete.

mod accept;
mod access;
mod admin;
mod answer;
mod asked;
mod attempt;
mod authenticate;
mod authorize;
mod betas;
mod body;
mod call;
mod client_ip;
mod coding;
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
mod in_flight;
mod judged;
mod judgement;
mod late;
mod lease;
mod left;
mod losses;
mod memory;
mod metrics;
mod models;
mod observations;
mod opinion;
mod originals;
mod own_headers;
mod pump;
mod record;
mod recorded;
mod recorded_first;
mod recorder;
mod redact;
mod refusal;
mod reply;
mod run;
mod said;
mod shadow;
mod shedding;
mod sound;
mod source;
mod stages;
mod timings;
mod told_type;
mod trace;
mod upload;
mod used;
mod within;

pub use endpoint::called;
pub use http::RequestHead;
pub use in_flight::InFlight;
pub use record::{Event, Record};
pub use reply::Reply;
pub use stages::{
    AnswerGuard, Auth, Body, Client, Decoder, Guardrail, Inbound, Limiter, Outbound, OutboundBody,
    Platform, Provider, Recorder, Router, Stages, Upstream,
};
pub use upload::FormBody;

use answer::Answer;
use attempt::waiting::{self, Begun};
use endpoint::Endpoint;
use exchange::Exchange;
use head::Head;
use refusal::Refusal;

/// Serves one request: runs the stages until the head of the answer is known. [`Reply::send`] sends the rest.
pub async fn serve<S: Stages>(
    stages: S,
    request: RequestHead,
    body: impl Body + 'static,
) -> Reply<S> {
    let mut exchange = Exchange::begin(stages, &request);
    let Some(early) = exchange.early.clone() else {
        let result = answer(&request, body, &mut exchange).await;
        let result = recorded_first::before_head(result, &mut exchange).await;
        return reply::of(result, exchange);
    };
    let (stages, client) = (exchange.stages.clone(), exchange.client);
    let work = Box::pin(async move {
        let result = answer(&request, body, &mut exchange).await;
        (recorded_first::before_head(result, &mut exchange).await, exchange)
    });
    match waiting::begin(work, early, client, stages).await {
        Begun::Answered(answered) => reply::of(answered.0, answered.1),
        Begun::Waiting(fields, waiting) => Reply::early(fields, waiting),
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
        Endpoint::About => {
            exchange.observe(Event::Probed);
            Ok(models::about())
        }
        Endpoint::Alive => {
            exchange.observe(Event::Probed);
            Ok(Answer::json(r#"{"status":"alive"}"#.to_owned()))
        }
        Endpoint::Ready => {
            exchange.observe(Event::Probed);
            models::ready(exchange).await
        }
        Endpoint::Metrics => {
            let answered = metrics::answer(&head, exchange).await?;
            // Who may not scrape is on record.
            exchange.observe(Event::Probed);
            Ok(answered)
        }
        Endpoint::ResourceMetadata => models::resource_metadata(exchange),
        Endpoint::Usage(model) => models::usage(&head, model.as_deref(), exchange).await,
        Endpoint::Models(wanted) => models::list(&head, wanted, exchange).await,
        Endpoint::Model(id) => models::one(&head, id, exchange).await,
        Endpoint::Admin(asked) => admin::answer(&head, asked, body, exchange).await,
        Endpoint::Call(_, operation) => {
            // Before anything is asked or read for it.
            shedding::request(&head, *operation, exchange)?;
            recorder::accepts(&exchange.stages).await?;
            run::run(&head, *operation, body, exchange).await
        }
    }
}
