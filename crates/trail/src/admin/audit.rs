//! Exports of audit streams.

use super::answer::{AdminAnswer, AdminError};
use super::{AdminReply, Question};
use crate::audit::{self, AuditStream, Exported};
use crate::ledger::Store;
use crate::name::Name;
use crate::questions::{Parameters, QuestionError, Scope};

/// Whether exports are signed. The key is elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing<'q> {
    /// Policy names no key: an export has no closing checkpoint.
    Off,
    /// A signature is asked for.
    Wanted,
    /// This one was made, of the export that ends with this link.
    Made {
        /// The last link.
        through: u64,
        /// The key that verifies it, in hexadecimal.
        public_key: &'q str,
        /// In hexadecimal.
        signature: &'q str,
    },
}

/// Parameters: `stream`, and `after`, the number of the last link of the part before.
pub(super) async fn export(
    store: &mut impl Store,
    parameters: Parameters<'_>,
    question: &Question<'_>,
) -> Result<AdminReply, AdminError> {
    if *question.scope != Scope::All {
        return Err(AdminError::NotForScope);
    }
    parameters.only(&["stream", "after"])?;
    let streams = AuditStream::ALL.map(|stream| (stream.as_str(), stream));
    let stream = parameters.word("stream", &streams)?.unwrap_or(AuditStream::Decisions);
    let after = after(parameters)?;
    let through = match question.signing {
        Signing::Made { through, .. } => Some(through),
        Signing::Off | Signing::Wanted => None,
    };
    let unix_ms = question.unix_ms.unsigned_abs();
    let part = audit::export(store, stream, after, through, unix_ms).await;
    let Exported { mut lines, through, end } = part.map_err(QuestionError::from)?;
    let next = through
        .filter(|_| end.is_none())
        .map(|through| format!("/admin/v1/audit?stream={}&after={through}", stream.as_str()));
    match (question.signing, end) {
        (Signing::Wanted, Some(end)) => return Ok(AdminReply::Sign(end)),
        (Signing::Made { public_key, signature, .. }, Some(end)) => {
            let signature = end.signed_elsewhere(public_key, signature);
            let line = end.closing_line(&signature.ok_or(AdminError::WrongSignature)?);
            lines.push_str(&line);
            lines.push('\n');
        }
        _ => {}
    }
    Ok(AdminReply::Answer(AdminAnswer::lines(lines, stream.as_str(), next)))
}

fn after(parameters: Parameters<'_>) -> Result<Option<u64>, QuestionError> {
    let Some(given) = parameters.one("after")? else { return Ok(None) };
    given.parse().map(Some).map_err(|_| QuestionError::WrongValue {
        parameter: "after",
        given: Name::from_policy(given).to_string(),
        known: "the number of the last link of the part before".to_owned(),
    })
}
