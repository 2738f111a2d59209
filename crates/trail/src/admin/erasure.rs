//! The erasure of a data subject's traces.

use super::Question;
use super::answer::{AdminAnswer, AdminError};
use crate::content::{self, Erased, Erasure, MAX_SUBJECT_BYTES};
use crate::ledger::Store;
use crate::name::Name;
use crate::questions::{QuestionError, Scope};
use serde::Deserialize;
use serde_json::json;

/// The body of a `POST`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    subject: String,
}

/// Erases, and tells what was. The subject is not repeated.
pub(super) async fn erase(
    store: &mut impl Store,
    question: &Question<'_>,
) -> Result<AdminAnswer, AdminError> {
    if *question.scope != Scope::All {
        return Err(AdminError::NotForScope);
    }
    let subject = subject(question.body)?;
    let pseudonym = Name::from_policy(&format!("erased-{:016x}", question.random));
    let erasure = Erasure {
        subject: subject.trim(),
        actor: Name::of_identity(question.actor),
        pseudonym: pseudonym.clone(),
        unix_ms: question.unix_ms.unsigned_abs(),
    };
    let erased = content::erase(store, &erasure).await.map_err(QuestionError::from)?;
    let Erased { keys, contents, requests } = erased;
    let told = json!({
        "pseudonym": pseudonym.as_str(),
        "keys_destroyed": keys,
        "contents_removed": contents,
        "requests_pseudonymised": requests,
    });
    Ok(AdminAnswer::json(told.to_string()))
}

fn subject(body: &str) -> Result<String, AdminError> {
    let wrong = |why: String| AdminError::WrongBody { most: MAX_SUBJECT_BYTES, why };
    let at = |error: serde_json::Error| {
        wrong(format!("see line {}, column {}", error.line(), error.column()))
    };
    let Wanted { subject } = serde_json::from_str(body).map_err(at)?;
    match subject.trim().len() {
        1..=MAX_SUBJECT_BYTES => Ok(subject),
        bytes => Err(wrong(format!("it has {bytes} bytes"))),
    }
}
