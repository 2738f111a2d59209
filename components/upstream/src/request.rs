//! An outbound request as the host takes it.

use crate::secrets;
use postern_contract::transport::Outbound;
use postern_fault::{Fault, Kind};
use spin_sdk::wasip3::http::types::{Fields, Method, Request, RequestOptions, Scheme};
use spin_sdk::wasip3::{spawn, wit_future, wit_stream};

const NS_PER_MS: u64 = 1_000_000;

/// Put URL, credential and deadlines to the request; its body goes out by itself once it is sent.
///
/// # Errors
///
/// `unavailable` when a variable is missing or what it makes cannot be sent.
pub async fn build(outbound: Outbound) -> Result<Request, Fault> {
    let Outbound { target, path, headers, body } = outbound;
    let url = secrets::url(&target.base_url, &target.default_base_path, &path).await?;
    let fields = Fields::new();
    for (name, value) in &headers {
        // A client's header that the host will not carry is not worth the request.
        let _ = fields.append(name, value.as_bytes());
    }
    set(&fields, "content-length", &body.len().to_string())?;
    if let Some(variable) = &target.credential {
        let credential = secrets::credential(variable).await?;
        set(&fields, "authorization", &format!("Bearer {credential}"))?;
    }
    let options = RequestOptions::new();
    // A host that knows no such bound says so; the head's own bound holds all the same.
    let _ = options.set_connect_timeout(Some(u64::from(target.deadlines.connect_ms) * NS_PER_MS));
    let (mut writer, contents) = wit_stream::new();
    let (no_trailers, trailers) = wit_future::new(|| Ok(None));
    let (request, _sent) = Request::new(fields, Some(contents), trailers, Some(options));
    drop(no_trailers);
    let scheme = if url.https { Scheme::Https } else { Scheme::Http };
    let accepted = request.set_method(&Method::Post).is_ok()
        && request.set_scheme(Some(&scheme)).is_ok()
        && request.set_authority(Some(&url.authority)).is_ok()
        && request.set_path_with_query(Some(&url.path)).is_ok();
    if !accepted {
        return Err(unsendable(&format!("the URL of `{}`", target.deployment)));
    }
    spawn(async move {
        // A vendor that has heard enough closes early; its answer says why.
        let _ = writer.write_all(body.into_bytes()).await;
    });
    Ok(request)
}

fn set(fields: &Fields, name: &str, value: &str) -> Result<(), Fault> {
    fields.set(name, &[value.as_bytes().to_vec()]).map_err(|_| unsendable(name))
}

/// Never tells the value: it may be the credential.
fn unsendable(what: &str) -> Fault {
    let public = "this model's provider is not configured on the gateway";
    let fault = Fault::new(Kind::Unavailable, public)
        .with_private(format!("{what} holds characters that HTTP does not carry"));
    Fault { retryable: true, ..fault }
}
