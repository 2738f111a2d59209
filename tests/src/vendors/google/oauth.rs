//! The endpoint of tokens: a service account's assertion for a bearer
//! (<https://developers.google.com/identity/protocols/oauth2/service-account#httprest>).

use crate::upstream::Script;
use crate::vendors::credentials::{VERTEX_PROJECT, VERTEX_TOKEN};
use crate::vendors::{Answer, Call, Scenario, reply, unescaped};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// Made for these tests, and used for nothing else.
const PRIVATE_KEY: &str = include_str!("service_account.pem");
const EMAIL: &str = "postern@fake-project.iam.gserviceaccount.com";
const KEY_ID: &str = "fakefakefakefakefakefakefakefakefakefake";
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
/// The longest that an assertion may hold.
const HOUR_S: u64 = 3_600;
/// By so much the clocks may differ.
const LEEWAY_S: u64 = 60;

/// The service account's key file, as Google's console gives it, with its tokens from this fake.
#[must_use]
pub fn service_account(origin: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": VERTEX_PROJECT,
        "private_key_id": KEY_ID,
        "private_key": PRIVATE_KEY,
        "client_email": EMAIL,
        "client_id": "100000000000000000000",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": format!("{origin}/token"),
        "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
        "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/postern",
        "universe_domain": "googleapis.com",
    })
    .to_string()
}

pub(super) fn answer(call: &Call<'_>) -> Answer {
    verify(call).map_err(|(kind, description)| refused(kind, description))?;
    Ok(reply::whole(
        Scenario::Text,
        &json!({ "access_token": VERTEX_TOKEN, "expires_in": 3599, "token_type": "Bearer" }),
    ))
}

fn refused(kind: &str, description: &str) -> Script {
    reply::refusal(400, &json!({ "error": kind, "error_description": description }))
}

type Refused = (&'static str, &'static str);

fn verify(call: &Call<'_>) -> Result<(), Refused> {
    let form = call.request.text();
    let field = |name: &str| {
        let mut pairs = form.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(each, _)| *each == name).map(|(_, value)| unescaped(value))
    };
    let kind = call.header("content-type").unwrap_or_default();
    if call.method != "POST" || !kind.starts_with("application/x-www-form-urlencoded") {
        return Err(("invalid_request", "Bad Request"));
    }
    if field("grant_type").as_deref() != Some("urn:ietf:params:oauth:grant-type:jwt-bearer") {
        return Err(("unsupported_grant_type", "Invalid grant_type"));
    }
    let assertion =
        field("assertion").ok_or(("invalid_request", "Missing required parameter: assertion"))?;
    let claims = claims(&assertion)?;
    let audiences =
        [format!("http://{}/token", call.host), "https://oauth2.googleapis.com/token".to_owned()];
    if claims["iss"] != EMAIL {
        return Err(("invalid_grant", "Invalid grant: account not found"));
    }
    if !audiences.iter().any(|audience| claims["aud"] == *audience) {
        return Err(("invalid_grant", "Invalid JWT: Failed audience check."));
    }
    if !claims["scope"].as_str().is_some_and(|scopes| scopes.split(' ').any(|scope| scope == SCOPE))
    {
        return Err(("invalid_scope", "Invalid OAuth scope or ID token audience provided."));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (issued, expires) = (claims["iat"].as_u64(), claims["exp"].as_u64());
    match (issued, expires) {
        (Some(issued), Some(expires))
            if issued <= now + LEEWAY_S
                && expires + LEEWAY_S > now
                && expires <= issued + HOUR_S =>
        {
            Ok(())
        }
        _ => Err((
            "invalid_grant",
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.",
        )),
    }
}

/// The claims of an assertion whose signature is right.
fn claims(assertion: &str) -> Result<Value, Refused> {
    let broken = ("invalid_grant", "Invalid JWT: not a JSON Web Token.");
    let (signed, signature) = assertion.rsplit_once('.').ok_or(broken)?;
    let (head, claims) = signed.split_once('.').ok_or(broken)?;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| broken);
    let json = |text: &str| serde_json::from_slice::<Value>(&bytes(text)?).map_err(|_| broken);
    if json(head)?["alg"] != "RS256" {
        return Err(broken);
    }
    let pair = RsaKeyPair::from_pkcs8(&private_key()).expect("the key of the fake");
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    key.verify(signed.as_bytes(), &bytes(signature)?)
        .map_err(|_| ("invalid_grant", "Invalid JWT Signature."))?;
    json(claims)
}

fn private_key() -> Vec<u8> {
    let lines = PRIVATE_KEY.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).expect("base64")
}
