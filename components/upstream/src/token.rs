//! Access tokens of Google, obtained with a service account's key and cached until they expire, only in this instance:
//! no store holds a secret.

use crate::answer;
use crate::left;
use crate::post::Destination;
use crate::secrets::{self, misconfigured, present, secret};
use crate::way;
use postern_contract::clock::within;
use postern_contract::transport::OutboundBody;
use postern_contract::types::ServiceAccountCredential;
use postern_credential::service_account::{Key, Token, Tokens};
use postern_fault::{Fault, Kind};
use postern_policy::BaseUrl;
use std::sync::{Mutex, PoisonError};

/// A token endpoint works on nothing: it answers in well under a second.
const TOKEN_MS: u64 = 10_000;

static TOKENS: Mutex<Tokens> = Mutex::new(Tokens::new());

/// A valid token.
///
/// # Errors
///
/// `unavailable` for an invalid key; `upstream-failed` if the endpoint refuses it or cannot be reached.
pub async fn of(account: &ServiceAccountCredential, unix_s: u64) -> Result<String, Fault> {
    let key_file = secret(&account.variable).await?;
    if let Some(token) = kept(&key_file, unix_s) {
        return Ok(token);
    }
    let wrong = |error| misconfigured(format!("the variable `{}`: {error}", account.variable));
    let key = Key::from_json(&key_file).map_err(wrong)?;
    secrets::keep(key.secrets());
    let body = key.token_request(unix_s).map_err(wrong)?;
    // The signed assertion is a credential while it is valid.
    secrets::keep(body.split_once("assertion=").map(|(_, assertion)| assertion));
    let asked = within(TOKEN_MS, ask(&account.token_url, body)).await;
    let token = asked.ok_or_else(|| refused("the token endpoint did not answer in time"))??;
    secrets::keep([token.access_token.as_str()]);
    let mut tokens = TOKENS.lock().unwrap_or_else(PoisonError::into_inner);
    tokens.put(&key_file, token.clone(), unix_s);
    Ok(token.access_token)
}

fn kept(key_file: &str, unix_s: u64) -> Option<String> {
    let mut tokens = TOKENS.lock().unwrap_or_else(PoisonError::into_inner);
    tokens.get(key_file, unix_s).map(str::to_owned)
}

async fn ask(token_url: &str, body: String) -> Result<Token, Fault> {
    let origin = present(token_url).await?;
    let base = BaseUrl::parse(&origin)
        .and_then(|base| base.endpoint(None, ""))
        .map_err(|_| misconfigured(format!("the variable `{token_url}` makes no URL")))?;
    let form = "application/x-www-form-urlencoded".to_owned();
    let destination = Destination {
        https: base.https,
        authority: &base.authority,
        path: &format!("{}/token", base.base_path),
    };
    let headers = [("content-type".to_owned(), form)];
    let body = OutboundBody::Text(body);
    let request = way::request(destination, &[], &headers, body, None).await?;
    let response = way::send(request).await.map_err(|error| match left::is_of(&error) {
        true => left::fault(),
        false => refused(&format!("the token endpoint cannot be reached: {error:?}")),
    })?;
    let status = response.get_status_code();
    let text = answer::text(response).await;
    if status != 200 {
        // The endpoint's message about the account is for the operator.
        let said: String =
            secrets::masked(&text).chars().filter(|c| !c.is_control()).take(300).collect();
        return Err(refused(&format!("the token endpoint answered with {status}: {said}")));
    }
    Token::from_json(&text).map_err(|error| refused(&error.to_string()))
}

fn refused(private: &str) -> Fault {
    let public = "the gateway's credential for this provider was refused: the key of its service account may have expired, or the clock be wrong";
    Fault::new(Kind::UpstreamFailed, public).with_private(private)
}
