//! The headers that authenticate a request.

use crate::secrets::{Url, misconfigured, optional_secret, present, secret};
use crate::token;
use postern_contract::clock::unix_s;
use postern_contract::transport::{Outbound, OutboundBody};
use postern_contract::types::{Credential, HeaderCredential, Sigv4Credential};
use postern_credential::sigv4::{self, Keys};
use postern_fault::Fault;

/// The headers for this request as it will be sent.
///
/// # Errors
///
/// `unavailable` if a variable is missing or is not a valid credential; the fault of the token request if there is no
/// token.
pub async fn headers(outbound: &Outbound, url: &Url) -> Result<Vec<(String, String)>, Fault> {
    match &outbound.endpoint.credential {
        None => Ok(Vec::new()),
        Some(Credential::Header(HeaderCredential { header, prefix, variable })) => {
            Ok(vec![(header.clone(), format!("{prefix}{}", secret(variable).await?))])
        }
        Some(Credential::Sigv4(keys)) => signature(outbound, url, keys).await,
        Some(Credential::ServiceAccount(account)) => {
            let token = token::of(account, unix_s()).await?;
            Ok(vec![("authorization".to_owned(), format!("Bearer {token}"))])
        }
    }
}

async fn signature(
    outbound: &Outbound,
    url: &Url,
    names: &Sigv4Credential,
) -> Result<Vec<(String, String)>, Fault> {
    let keys = Keys {
        access_key_id: secret(&names.access_key_id).await?,
        secret_access_key: secret(&names.secret_access_key).await?,
        session_token: optional_secret(names.session_token.as_deref()).await?,
    };
    let region = present(&names.region).await?;
    let OutboundBody::Text(body) = &outbound.body else {
        return Err(misconfigured("a form cannot be signed before it is sent".to_owned()));
    };
    let request = sigv4::Request {
        method: "POST",
        url: &url.whole(),
        // Headers from the client may be changed on the way, so only our own are signed.
        headers: &[("content-type", "application/json")],
        body,
    };
    sigv4::sign(request, &keys, &region, &names.service, unix_s())
        .map_err(|error| misconfigured(error.to_string()))
}
