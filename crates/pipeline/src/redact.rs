//! Removes our secrets from a vendor's texts in an answer that began with success: its errors, and answers that are not
//! decoded.

use crate::stages::Upstream;
use postern_fault::Fault;
use postern_types as types;

/// A decoded part; a fault without the secrets that `upstream` knows, which the vendor may have quoted.
pub async fn redacted<T>(
    upstream: &impl Upstream,
    decoded: Result<T, types::Fault>,
) -> Result<T, Fault> {
    match decoded {
        Ok(decoded) => Ok(decoded),
        Err(fault) => Err(without_secrets(upstream, fault.into()).await),
    }
}

/// An answer that passes without being decoded, without the secrets that `upstream` knows.
pub async fn text(upstream: &impl Upstream, body: String) -> String {
    upstream.redact(vec![body]).await.pop().unwrap_or_default()
}

async fn without_secrets(upstream: &impl Upstream, fault: Fault) -> Fault {
    let Fault { public, private, param, code, .. } = fault.clone();
    let texts = [Some(public), private, param, code];
    let there = texts.iter().flatten().cloned().collect();
    let mut redacted = upstream.redact(there).await.into_iter();
    let [public, private, param, code] = texts.map(|text| text.and_then(|_| redacted.next()));
    Fault { public: public.unwrap_or_default(), private, param, code, ..fault }
}
