//! Calls every capability of the host through the SDK, and reports the results as JSON.
//!
//! The last segment of the path names the capability, the query is its one argument: the label of a store or a
//! database, the address of a server, the name of a counter, the path of a file. The tests judge the results.
//! database, the address of a server, the name of a counter, the path of a file. The probe judges nothing: that is for the tests.

mod buckets;
mod counters;
mod files;
mod key_value;
mod redis;
mod seen;
mod sqlite;
mod variables;

use serde_json::Value;
use spin_sdk::http::{IntoResponse, Request, StatusCode};
use spin_sdk::http_service;

/// The label that a manifest usually grants.
const LABEL: &str = "default";

#[http_service]
async fn handle(request: Request) -> impl IntoResponse {
    let path = request.uri().path();
    let capability = path.rsplit('/').next().unwrap_or_default();
    match report(capability, request.uri().query()).await {
        Some(report) => (StatusCode::OK, report.to_string()),
        None => (StatusCode::NOT_FOUND, format!("the probe knows no {capability:?}")),
    }
}

/// The result of calling a capability; none if the name is unknown.
async fn report(capability: &str, argument: Option<&str>) -> Option<Value> {
    let label = argument.unwrap_or(LABEL);
    let name = argument.unwrap_or("count");
    Some(match capability {
        "key-value" => key_value::report(label).await,
        "buckets" => buckets::report(label),
        "counters" => counters::report(label),
        "increment" => counters::increment(LABEL, name),
        "swap" => counters::swap(LABEL, name),
        "sqlite" => sqlite::report(label).await,
        "redis" => redis::report(argument.unwrap_or_default()).await,
        "variables" => variables::report().await,
        "files" => files::report(argument.unwrap_or_default()),
        _ => return None,
    })
}
