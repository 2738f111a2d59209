//! `GET /metrics`: what Prometheus scrapes.
//!
//! An address that policy names needs no credential; every other caller must be one that Cedar's policies permit the action `admin`.

use crate::admin;
use crate::answer::Answer;
use crate::authenticate;
use crate::authorize;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::refusal::Refusal;
use crate::stages::Stages;
use postern_types::auth::Action;
use postern_types::recorder::{AdminQuestion, AdminScope};
use std::net::IpAddr;

/// Answers with the metrics of all instances.
pub async fn answer<S: Stages>(
    head: &Head,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    if !is_of_a_named_address(head, exchange)? {
        let caller = authenticate::caller(head, exchange).await?;
        authorize::first_to_gateway(&caller, &[Action::Admin], head, exchange)?;
    }
    let question = AdminQuestion {
        method: "GET".to_owned(),
        path: "metrics".to_owned(),
        query: None,
        body: String::new(),
        scope: AdminScope::Everything,
        consumer: None,
        credential_id: None,
        unix_ms: exchange.stages.unix_ms(),
    };
    admin::told(admin::replied(question, exchange).await?)
}

fn is_of_a_named_address<S: Stages>(head: &Head, exchange: &Exchange<S>) -> Result<bool, Refusal> {
    let named = &exchange.stages.policy()?.metrics_addresses;
    let client: Option<IpAddr> = head.client_ip.as_ref().and_then(|ip| ip.parse().ok());
    Ok(client.is_some_and(|client| named.iter().any(|range| range.contains(client))))
}
