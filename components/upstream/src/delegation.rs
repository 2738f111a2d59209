//! Calls for a stage that needs a secret and does not hold it.

use crate::answer;
use crate::post::{self, Destination};
use crate::seal;
use crate::secrets::{self, secret};
use postern_contract::clock::within;
use postern_contract::transport::OutboundBody;
use postern_contract::types::delegation::{
    DelegatedCall, DelegatedResult, FormAnswer, FormPost, HashFunction, Mac,
};
use postern_credential::{basic, mac};
use postern_fault::{Fault, Kind};
use spin_sdk::wasip3::http::client;

/// Makes the call, or says why not. No fault repeats a secret or the form.
pub async fn run(call: DelegatedCall) -> DelegatedResult {
    let done = match call {
        DelegatedCall::Form(form) => post(form).await.map(DelegatedResult::Form),
        DelegatedCall::Mac(mac) => compute(mac).await.map(DelegatedResult::Mac),
        DelegatedCall::Seal(wanted) => seal::seal(wanted).await.map(DelegatedResult::Sealed),
        DelegatedCall::Unseal(wanted) => seal::unseal(wanted).await.map(DelegatedResult::Unsealed),
    };
    done.unwrap_or_else(|fault| DelegatedResult::Failed(fault.into()))
}

async fn post(form: FormPost) -> Result<FormAnswer, Fault> {
    let url = secrets::url(&form.url, "", "").await.map_err(failed)?;
    let password = secret(&form.credential.variable).await.map_err(failed)?;
    let headers = [
        ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ("accept".to_owned(), "application/json".to_owned()),
        ("authorization".to_owned(), basic::authorization(&form.credential.user, &password)),
    ];
    let path = if url.path.is_empty() { "/" } else { &url.path };
    let destination = Destination { https: url.https, authority: &url.authority, path };
    let request = post::post(destination, &[], &headers, OutboundBody::Text(form.body), None)
        .map_err(failed)?;
    let asked = async {
        let response = client::send(request).await.map_err(|error| format!("{error:?}"))?;
        let status = response.get_status_code();
        Ok(FormAnswer { status, body: answer::text(response).await })
    };
    match within(form.deadline_ms.into(), asked).await {
        Some(answered) => answered.map_err(|error: String| unreachable(&form.url, &error)),
        None => Err(unreachable(&form.url, &format!("no answer in {} ms", form.deadline_ms))),
    }
}

async fn compute(wanted: Mac) -> Result<String, Fault> {
    let key = secret(&wanted.variable).await.map_err(failed)?;
    let hash = match wanted.hash {
        HashFunction::Sha256 => mac::Hash::Sha256,
        HashFunction::Sha384 => mac::Hash::Sha384,
        HashFunction::Sha512 => mac::Hash::Sha512,
    };
    mac::hex(hash, &key, &wanted.message)
        .map_err(|error| unavailable(format!("the variable `{}`: {error}", wanted.variable)))
}

fn unreachable(url: &str, error: &str) -> Fault {
    unavailable(format!("{url} cannot be reached: {error}"))
}

/// A fault of a call to a vendor, changed for a server that is not one.
fn failed(fault: Fault) -> Fault {
    unavailable(fault.private.unwrap_or_default())
}

fn unavailable(private: String) -> Fault {
    Fault::new(Kind::Unavailable, "the gateway cannot check credentials at the moment")
        .with_code("auth_unavailable")
        .with_private(private)
}
