//! `consumers.toml`, `issuers.toml` and `authorization.cedar`.

use crate::store;
use postern_authorization::{AUTHORIZATION_FILE, Authorization};
use postern_contract::policies::{self, Mounted, Policies};
use postern_fault::Fault;
use postern_policy::{CONSUMERS_FILE, Compiled, Consumers, ISSUERS_FILE, Issuers};

static CONSUMERS: Policies<Consumers> = Policies::new();
static ISSUERS: Policies<Issuers> = Policies::new();
static AUTHORIZATION: Policies<Authorization> = Policies::new();

/// The record of the fingerprints of valid policies: checking policies against the schema takes longer than parsing
/// them, and need not be done by each new instance.
const CHECKED: &str = "authorization-checked";

/// Consumers, and their keys in git.
///
/// # Errors
///
/// `unavailable` if the file cannot be read or is invalid; the same for the others.
pub fn consumers() -> Result<&'static Consumers, Fault> {
    CONSUMERS.get(|| {
        let compiled = |compiled: Compiled<Mounted>| compiled.consumers().map(Ok);
        policies::compiled_or(&[CONSUMERS_FILE], compiled, || {
            let text = policies::required(CONSUMERS_FILE)?;
            Consumers::from_toml(&text).map_err(|problems| problems.to_string())
        })
    })
}

/// The issuers of tokens.
pub fn issuers() -> Result<&'static Issuers, Fault> {
    ISSUERS.get(|| {
        let text = policies::optional(ISSUERS_FILE)?;
        Issuers::from_toml(text.as_deref()).map_err(|problems| problems.to_string())
    })
}

/// The authorization policies, which [`prepare`] has read.
pub fn authorization() -> Result<&'static Authorization, Fault> {
    AUTHORIZATION.get(|| {
        let text = policies::required(AUTHORIZATION_FILE)?;
        Authorization::from_cedar(&text).map_err(|problems| in_lines(&problems))
    })
}

/// Reads the authorization policies, once per instance, and checks them, once for all instances.
pub async fn prepare() -> Result<&'static Authorization, Fault> {
    if AUTHORIZATION.is_read() {
        return authorization();
    }
    let read = checked().await;
    AUTHORIZATION.get(|| read)
}

async fn checked() -> Result<Authorization, String> {
    let text = policies::required(AUTHORIZATION_FILE)?;
    let fingerprint = Authorization::fingerprint(&text);
    // An unreadable store is reported where its content is needed; here it only costs a check.
    let known = store::get(CHECKED).await.ok().flatten();
    if known.as_deref() == Some(fingerprint.as_bytes()) {
        return Authorization::from_validated(&text).map_err(|problems| in_lines(&problems));
    }
    let read = Authorization::from_cedar(&text).map_err(|problems| in_lines(&problems))?;
    let _ = store::set(CHECKED, fingerprint.as_bytes()).await;
    Ok(read)
}

fn in_lines(problems: &[postern_authorization::Problem]) -> String {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
