//! Sends requests to vendors, with their credentials.
//!
//! Reads: the variables that hold base URLs and credentials, and `recorder.toml`, which says what it does for the recorder. Writes: the request, to the vendor. Refuses with:
//! `unavailable` (a variable is missing or makes an invalid URL), `upstream-unreachable`, `upstream-timeout`. Holds
//! secrets, so it parses nothing of a vendor's model: the host's own stream is handed to the gateway, and the answer's
//! bytes are not touched. A refusal may quote its request with the credential, so it is buffered, bounded, and our
//! secrets are masked in it. Where the manifest has the component `egress`, vendors are reached by way of it (`way`). The one answer that is parsed is a token endpoint's, three fields of JSON. It also makes
//! the calls for which a stage needs a secret that it does not hold. Fails closed.

mod answer;
mod credential;
mod delegation;
mod left;
mod post;
mod region;
mod request;
mod seal;
mod secrets;
mod token;
mod way;

use postern_contract::transport::{Inbound, Outbound};
use postern_contract::types;
use postern_contract::types::delegation::{DelegatedCall, DelegatedResult};
use postern_contract::upstream::exports::postern::upstream::client::Guest;
use postern_contract::upstream::wit_future as contract_future;
use postern_fault::{Fault, Kind};
use spin_sdk::wasip3::http::types::{ErrorCode, Response};
use spin_sdk::wasip3::{spawn, wit_future};

struct Upstream;

impl Guest for Upstream {
    async fn send(outbound: Outbound) -> Result<Inbound, types::Fault> {
        Ok(send(outbound).await?)
    }

    async fn delegate(call: DelegatedCall) -> DelegatedResult {
        delegation::run(call).await
    }

    async fn delegate_for_recorder(call: DelegatedCall) -> DelegatedResult {
        delegation::run_for_recorder(call).await
    }

    async fn unset_variables(names: Vec<String>) -> Vec<String> {
        let mut unset = Vec::new();
        for name in names {
            if secrets::present(&name).await.is_err() {
                unset.push(name);
            }
        }
        unset
    }

    async fn redact(texts: Vec<String>) -> Vec<String> {
        texts.iter().map(|text| secrets::masked(text)).collect()
    }
}

async fn send(outbound: Outbound) -> Result<Inbound, Fault> {
    // The host bounds the connection, and the gateway the answer: it leaves when a deadline is over.
    let connect_ms = outbound.endpoint.deadlines.connect_ms;
    let request = request::build(outbound).await?;
    match way::send(request).await {
        Ok(response) => Ok(inbound(response).await),
        Err(error) => Err(explain(error, connect_ms)),
    }
}

async fn inbound(response: Response) -> Inbound {
    let status = response.get_status_code();
    let headers = response.get_headers().copy_all();
    let headers = headers
        .into_iter()
        .filter(|(name, _)| postern_egress::comes_from_the_vendor(name))
        // Field values are bytes; a value that is not text cannot become a header of ours.
        .filter_map(|(name, value)| {
            Some((name.to_ascii_lowercase(), secrets::masked(&String::from_utf8(value).ok()?)))
        })
        .collect();
    if !(200..300).contains(&status) {
        let (ended, ending) = contract_future::new(|| Ok(()));
        drop(ended);
        return Inbound { status, headers, body: answer::refusal(response).await, ending };
    }
    let (taken, result) = wit_future::new(|| Ok(()));
    let (body, trailers) = Response::consume_body(response, result);
    // A task that ends without reporting has not ended well.
    let (ended, ending) = contract_future::new(|| Err(cut().into()));
    spawn(async move {
        let outcome = trailers.await.map(|_| ()).map_err(|error| explain_cut(error).into());
        // The gateway may have left, and then needs no outcome.
        let _ = ended.write(outcome).await;
        drop(taken);
    });
    Inbound { status, headers, body, ending }
}

/// Why there is no answer.
fn explain(error: ErrorCode, connect_ms: u32) -> Fault {
    if left::is_of(&error) {
        return left::fault();
    }
    let (kind, public) = match error {
        ErrorCode::ConnectionTimeout | ErrorCode::DnsTimeout => (
            Kind::UpstreamTimeout,
            &*format!("the provider could not be connected to within {connect_ms} ms (connect_ms)"),
        ),
        ErrorCode::ConnectionReadTimeout
        | ErrorCode::ConnectionWriteTimeout
        | ErrorCode::HttpResponseTimeout => {
            (Kind::UpstreamTimeout, "the provider did not answer in time")
        }
        ErrorCode::HttpRequestDenied => {
            (Kind::Unavailable, "the gateway may not reach this provider")
        }
        _ => (Kind::UpstreamUnreachable, "the provider could not be reached"),
    };
    let fault = Fault::new(kind, public).with_private(format!("{error:?}"));
    // Another deployment may be reachable.
    Fault { retryable: true, ..fault }
}

/// Why the answer is incomplete.
fn explain_cut(error: ErrorCode) -> Fault {
    let fault = match error {
        // The host has no memory for more of it: another host may have, or this one soon.
        ErrorCode::HttpResponseBodySize(_) => {
            let public = "the gateway has no memory for the provider's answer; retry";
            let fault = Fault::new(Kind::Unavailable, public).with_code("gateway_overloaded");
            Fault { retryable: true, retry_after_ms: Some(1_000), ..fault }
        }
        _ if left::is_of(&error) => left::fault(),
        _ => cut(),
    };
    fault.with_private(format!("{error:?}"))
}

fn cut() -> Fault {
    Fault::new(Kind::UpstreamInvalid, "the provider's answer ended before it was whole")
}

postern_contract::upstream::export_upstream!(Upstream);
