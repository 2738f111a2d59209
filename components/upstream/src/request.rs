//! A vendor's request: its URL, its credential, its deadlines.

use crate::credential;
use crate::post::Destination;
use crate::region;
use crate::secrets::{self, Url};
use crate::way::{self, Routed};
use postern_contract::transport::Outbound;
use postern_contract::types::Credential;
use postern_fault::Fault;

/// Adds URL, credential and deadlines to the request; its body is sent in the background.
///
/// # Errors
///
/// `unavailable` if a variable is missing or its value cannot be sent.
pub async fn build(outbound: Outbound) -> Result<Routed, Fault> {
    let url = url(&outbound).await?;
    let credential = credential::headers(&outbound, &url).await?;
    let Outbound { endpoint, headers, body, .. } = outbound;
    let destination = Destination { https: url.https, authority: &url.authority, path: &url.path };
    way::request(destination, &headers, &credential, body, Some(endpoint.deadlines)).await
}

async fn url(outbound: &Outbound) -> Result<Url, Fault> {
    let endpoint = &outbound.endpoint;
    let url = secrets::url(&endpoint.base_url, &endpoint.default_base_path, &outbound.path).await?;
    let authority = match &endpoint.credential {
        Some(Credential::Sigv4(keys)) => {
            let region = secrets::present(&keys.region).await?;
            region::of_aws(&url.authority, &keys.service, &region)
        }
        Some(Credential::ServiceAccount(_)) => region::of_google(&url.authority, &url.path),
        _ => return Ok(url),
    };
    Ok(Url { authority, ..url })
}
