//! Calls for a stage that needs a secret and does not hold it.

use crate::answer;
use crate::post::{self, Destination};
use crate::seal;
use crate::secrets::{self, secret};
use postern_contract::clock::within;
use postern_contract::policies::{self, Policies};
use postern_contract::transport::ByteStream;
use postern_contract::transport::OutboundBody;
use postern_contract::types::delegation::{
    DelegatedCall, DelegatedResult, FormAnswer, FormPost, HashFunction, Mac, Post, PostAnswer,
    Signed, Signing,
};
use postern_credential::{basic, mac, sign};
use postern_fault::{Fault, Kind};
use postern_policy::{ForeignCall, RECORDER_FILE, Recorder};
use spin_sdk::wasip3::http::client;
use spin_sdk::wasip3::http::types::Response;
use spin_sdk::wasip3::{spawn, wit_stream};

static RECORDER: Policies<Recorder> = Policies::new();

/// Makes the call, or says why not. No fault repeats a secret or the form.
pub async fn run(call: DelegatedCall) -> DelegatedResult {
    let done = match call {
        DelegatedCall::Form(form) => post(form).await.map(DelegatedResult::Form),
        DelegatedCall::Mac(mac) => compute(mac).await.map(DelegatedResult::Mac),
        DelegatedCall::Seal(wanted) => seal::seal(wanted).await.map(DelegatedResult::Sealed),
        DelegatedCall::Unseal(wanted) => seal::unseal(wanted).await.map(DelegatedResult::Unsealed),
        DelegatedCall::Post(_) | DelegatedCall::Sign(_) => {
            Err(unavailable("posts and signatures are made for the recorder alone".to_owned()))
        }
    };
    done.unwrap_or_else(|fault| DelegatedResult::Failed(fault.into()))
}

/// Makes a call for the recorder, if `recorder.toml` names it.
pub async fn run_for_recorder(call: DelegatedCall) -> DelegatedResult {
    let done = match permitted(&call) {
        Ok(()) => made_for_recorder(call).await,
        Err(fault) => Err(fault),
    };
    done.unwrap_or_else(|fault| DelegatedResult::Failed(fault.into()))
}

async fn made_for_recorder(call: DelegatedCall) -> Result<DelegatedResult, Fault> {
    match call {
        DelegatedCall::Post(wanted) => send(wanted).await.map(DelegatedResult::Posted),
        DelegatedCall::Sign(wanted) => signed(wanted).await.map(DelegatedResult::Signed),
        DelegatedCall::Mac(wanted) => {
            compute(wanted).await.map(DelegatedResult::Mac).map_err(unsent)
        }
        _ => Err(outside(ForeignCall::Kind.to_string())),
    }
}

fn permitted(call: &DelegatedCall) -> Result<(), Fault> {
    let policy = RECORDER.get(|| {
        let text = policies::optional(RECORDER_FILE)?;
        Recorder::from_toml(text.as_deref()).map_err(|problems| problems.to_string())
    })?;
    policy.permits(call).map_err(|error| outside(error.to_string()))
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

async fn send(wanted: Post) -> Result<PostAnswer, Fault> {
    let url = secrets::url(&wanted.url, "", "").await.map_err(unsent)?;
    let mut ours = wanted.headers;
    for credential in wanted.credentials {
        if let Some(value) =
            secrets::optional_secret(Some(&credential.variable)).await.map_err(unsent)?
        {
            ours.push((credential.header, format!("{}{value}", credential.prefix)));
        }
    }
    let path = if url.path.is_empty() { "/" } else { &url.path };
    let destination = Destination { https: url.https, authority: &url.authority, path };
    let (mut writer, content) = wit_stream::new();
    let body = ByteStream { length_bytes: wanted.body.len() as u64, content };
    spawn(async move {
        // A server that has heard enough closes early; its answer says why.
        let _ = writer.write_all(wanted.body).await;
    });
    let request =
        post::post(destination, &[], &ours, OutboundBody::Bytes(body), None).map_err(unsent)?;
    let asked = async {
        let response = client::send(request).await.map_err(|error| format!("{error:?}"))?;
        let answer = PostAnswer {
            status: response.get_status_code(),
            retry_after_s: retry_after_s(&response),
        };
        // Read to its end, so that the connection can be used again.
        drop(answer::text(response).await);
        Ok(answer)
    };
    let failed = |error: &str| outside(format!("{} cannot be reached: {error}", wanted.url));
    match within(wanted.deadline_ms.into(), asked).await {
        Some(answered) => answered.map_err(|error: String| failed(&error)),
        None => Err(failed(&format!("no answer in {} ms", wanted.deadline_ms))),
    }
}

/// The wait that an answer asks for, if it is a number of seconds (RFC 9110, 10.2.3).
fn retry_after_s(response: &Response) -> Option<u32> {
    let values = response.get_headers().get("retry-after");
    String::from_utf8(values.into_iter().next()?).ok()?.trim().parse().ok()
}

async fn signed(wanted: Signing) -> Result<Signed, Fault> {
    let seed = secret(&wanted.variable).await.map_err(unsent)?;
    let signature = sign::sign(&seed, &wanted.message)
        .map_err(|error| outside(format!("the variable `{}`: {error}", wanted.variable)))?;
    Ok(Signed { public_key: signature.public_key, signature: signature.signature })
}

/// A fault of a call to a vendor, changed for a call that no request waits for.
fn unsent(fault: Fault) -> Fault {
    outside(fault.private.unwrap_or_default())
}

fn outside(private: String) -> Fault {
    let fault = Fault::new(Kind::Unavailable, "a call of the recorder failed");
    Fault { retryable: true, ..fault.with_private(private) }
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
